"""Observing how a live model routes: one pass over text, all statistics, no extra expert runs.

The values (`Profile`, `Lens` and their files) need no torch; `profile_model` and `look_at` import
it when they are first asked for.
"""

from typing import TYPE_CHECKING

from core.profiling.files import is_profile, load_profile, load_profile_of, save_profile
from core.profiling.lens import Lens, Lost, lens_json, load_lens, lost_under, save_lens
from core.profiling.options import ProfileOptions
from core.profiling.partial import partial_path
from core.profiling.profile import Profile, blend, merge

if TYPE_CHECKING:
    from core.profiling.collect import profile_model
    from core.profiling.look import look_at

__all__ = [
    "Lens",
    "Lost",
    "Profile",
    "ProfileOptions",
    "blend",
    "is_profile",
    "lens_json",
    "load_lens",
    "load_profile",
    "load_profile_of",
    "look_at",
    "lost_under",
    "merge",
    "partial_path",
    "profile_model",
    "save_lens",
    "save_profile",
]


def __getattr__(name: str) -> object:
    """Import torch only when somebody profiles."""
    if name == "profile_model":
        from core.profiling.collect import profile_model

        return profile_model
    if name == "look_at":
        from core.profiling.look import look_at

        return look_at
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
