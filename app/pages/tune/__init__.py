"""Tune: SEER stage 2, from the form to the checkpoint that is used."""

from app.pages.tune.page import TunePage

__all__ = ["TunePage"]
