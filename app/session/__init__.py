"""The session: which values are current, and a signal for each kind of change."""

from app.session.session import Session

__all__ = ["Session"]
