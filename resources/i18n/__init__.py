"""Translations of the window, and what brings them up to date."""
