"""What can go wrong, said so that a person can act on it.

Every error that core raises on purpose is a `StudioError`: what happened (with the number) and a
remedy. Front ends print `str(error)` and `error.remedy`; anything else that escapes is a bug.
"""

from __future__ import annotations

from pathlib import Path


class StudioError(Exception):
    """An expected failure: what happened, and what to try.

    Args:
        what: One sentence without a final period, naming the number or the path that matters.
        remedy: What the user can do about it, as an imperative phrase; empty if there is nothing.
    """

    def __init__(self, what: str, *, remedy: str = "") -> None:
        """Keep both sentences apart, so that a window can lay them out."""
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def line(self) -> str:
        """The one line that the command line prints: `what; try: remedy`."""
        return f"{self.what}; try: {self.remedy}" if self.remedy else self.what


class InputError(StudioError):
    """An option, a source or a text that cannot be used as given."""


class CheckpointError(StudioError):
    """A model folder that is damaged, incomplete, hostile, or not safetensors."""


class UnsupportedModelError(StudioError):
    """A model type that is not in the family table, or a layout that it does not describe."""


class PlanError(StudioError):
    """A plan that does not fit the model or breaks a constraint of its router."""


class ProfileError(StudioError):
    """A profile file that is damaged, of another schema, or of another model."""


class ProjectError(StudioError):
    """A project folder that cannot be read, is locked, or comes from a newer version."""


class LockedError(ProjectError):
    """A project folder that somebody else holds.

    Args:
        what: As for every `StudioError`.
        remedy: Likewise.
        folder: The folder.
        certain: Whether the holder is known to live: then nobody may take the folder from it.
    """

    def __init__(self, what: str, *, remedy: str = "", folder: Path, certain: bool = True) -> None:
        """Keep what a window needs to offer the right choices."""
        super().__init__(what, remedy=remedy)
        self.folder = folder
        self.certain = certain


class ModelGoneError(ProjectError):
    """The model of a project is not where it was, or cannot be read there.

    Args:
        what: As for every `StudioError`.
        remedy: Likewise.
        folder: The project's folder.
    """

    def __init__(self, what: str, *, remedy: str = "", folder: Path) -> None:
        """Keep what a window needs to ask where the model is."""
        super().__init__(what, remedy=remedy)
        self.folder = folder


class ResourceError(StudioError):
    """Not enough memory, video memory or disk space; the message carries both numbers."""


class Cancelled(Exception):  # noqa: N818 - it is a request that was honoured, not an error
    """The user asked a run to stop; everything written so far is consistent."""


class Parked(Exception):  # noqa: N818 - a request as well
    """The user paused a run that can give its memory back: it ends here, to begin again later."""
