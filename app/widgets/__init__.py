"""Widgets: they know no Session."""
