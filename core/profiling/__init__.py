"""Observing how a live model routes: one pass over text, all statistics, no extra expert runs.

The values (`Profile`, `load_profile`, `save_profile`) need no torch; `profile_model` imports it
when it is first asked for.
"""

from typing import TYPE_CHECKING

from core.profiling.files import load_profile, save_profile
from core.profiling.options import ProfileOptions
from core.profiling.partial import partial_path
from core.profiling.profile import Profile, blend, merge

if TYPE_CHECKING:
    from core.profiling.collect import profile_model

__all__ = [
    "Profile",
    "ProfileOptions",
    "blend",
    "load_profile",
    "merge",
    "partial_path",
    "profile_model",
    "save_profile",
]


def __getattr__(name: str) -> object:
    """Import torch only when somebody profiles."""
    if name == "profile_model":
        from core.profiling.collect import profile_model

        return profile_model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
