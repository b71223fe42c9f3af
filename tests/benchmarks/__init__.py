"""Measurements: paired ratios in one run, never timing asserts. `make bench` runs them all."""
