"""SEER Studio's desktop program: the only place that knows Qt."""
