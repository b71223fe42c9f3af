"""Tests: core/ and app/ mirror the tree, journeys/ clicks real buttons, benchmarks/ measures."""
