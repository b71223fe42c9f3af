"""One file per metric; each defines `METRIC`. Files here are discovered, not listed."""
