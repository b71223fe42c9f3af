"""What is written about a model for people to read."""

from core.report.card import model_card

__all__ = ["model_card"]
