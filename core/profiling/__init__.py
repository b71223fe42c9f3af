"""Observing how a live model routes: one pass over text, all statistics, no extra expert runs.

The values (`Profile`, `load_profile`, `save_profile`) need no torch; `profile_model` does.
"""

from core.profiling.files import load_profile, save_profile
from core.profiling.profile import Profile, blend, merge

__all__ = ["Profile", "blend", "load_profile", "merge", "save_profile"]
