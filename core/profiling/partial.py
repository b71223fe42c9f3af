"""What a stopped pass leaves beside its output: an incomplete profile to go on from."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ProfileError
from core.profiling.files import load_profile, save_profile
from core.profiling.profile import Profile
from core.run import Run

# Options of incomplete profiles only: where batches wait between two layers, and on how many ranks.
WAITING = "waiting"
RANKS = "waiting_ranks"
# The group's first batch, the layer that its batches wait for, how many have left it already.
_WAITING_NAME = re.compile(r"\d+-\d+(\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class Like:
    """What two passes share whose statistics may be added up."""

    model_fingerprint: str
    experts: tuple[int, ...]
    calibration: str
    options: Mapping[str, object]

    def difference(self, profile: Profile) -> str:
        """What a profile differs in, in words; empty if it fits."""
        for name in ("model_fingerprint", "experts", "calibration"):
            if getattr(self, name) != getattr(profile, name):
                return {"calibration": "calibration text", "experts": "number of experts"}.get(
                    name, "model"
                )
        theirs = dict(profile.options)
        names = [name for name, value in self.options.items() if theirs.get(name) != value]
        return " and ".join(names)


def partial_path(output: Path) -> Path:
    """Where a pass that will write `output` keeps what a stopped one resumes from."""
    return output.with_name(f".{output.name}.partial")


def save(output: Path, profile: Profile) -> None:
    """Keep an incomplete profile, whole or not at all."""
    save_profile(profile, partial_path(output))


def load(
    output: Path, like: Like, run: Run, *, streamed: bool = False, ranks: int = 1
) -> Profile | None:
    """What there is to go on from; None if nothing is.

    Args:
        output: Where the profile will be written.
        like: What the passes must share.
        run: Where it is noted.
        streamed: Whether this pass streams the model.
        ranks: Processes that make it: what waits between two layers is shared out among them.

    Raises:
        ProfileError: A pass of another model, text or options was stopped there.
    """
    path = partial_path(output)
    if not path.exists():
        return None
    try:
        profile = load_profile(path)
    except ProfileError as error:
        run.note(f"starting over: {error.what}", level="warning")
        remove(output)
        return None
    difference = like.difference(profile)
    if difference:
        raise ProfileError(
            f"the stopped pass beside {output.name} has another {difference}",
            remedy="the same options, or start over without resuming",
        )
    if WAITING in profile.options and not streamed:
        run.note("starting over: the stopped pass was a streamed one", level="warning")
        return None
    made_by = profile.options.get(RANKS, 1)
    if WAITING in profile.options and made_by != ranks:
        run.note(f"starting over: the stopped pass had {made_by} processes", level="warning")
        return None
    run.note(f"going on after batch {profile.batches} of {profile.batches_total}")
    return profile


def waiting_name(profile: Profile) -> str | None:
    """What a streamed pass was stopped with, if that was between two layers."""
    name = profile.options.get(WAITING)
    return name if isinstance(name, str) and _WAITING_NAME.fullmatch(name) else None


def waiting_path(output: Path, name: str, rank: int = 0) -> Path:
    """Where a rank of a streamed pass keeps what its batches wait with between two layers."""
    return output.with_name(f".{output.name}.waiting-{name}" + (f"-{rank}" if rank else ""))


def remove_waiting(output: Path, *, but: str = "") -> None:
    """Forget what batches waited with; those of one name may stay."""
    stays = re.compile(re.escape(waiting_path(output, but).name) + r"(-\d+)?") if but else None
    for path in output.parent.glob(f".{glob.escape(output.name)}.waiting-*"):
        if stays is None or not stays.fullmatch(path.name):
            path.unlink(missing_ok=True)


def remove(output: Path) -> None:
    """Forget a stopped pass."""
    partial_path(output).unlink(missing_ok=True)
    remove_waiting(output)
