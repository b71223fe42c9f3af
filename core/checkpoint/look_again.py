"""Whether a model that was opened still lies where it was, as it was. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.checkpoint.info import ModelInfo, inspect_model
from core.errors import StudioError

Standing = Literal["same", "changed", "gone"]
# What a model is made of; other files of the folder may come and go.
_OURS = (".safetensors", ".json")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at a folder saw.

    Attributes:
        standing: How the model stands.
        files: Name, size and time of change of its files: while they stay, nothing is read.
    """

    standing: Standing
    files: tuple[tuple[str, int, int], ...] = ()


def look_again(info: ModelInfo, before: Look | None = None) -> Look:
    """Look at a model's folder, reading headers only where files have changed since `before`.

    Args:
        info: The model as it was opened.
        before: The last look; None right after the model was opened.
    """
    files = _files(info.path)
    if not files:
        return Look(standing="gone")
    if before is None:
        return Look(standing="same", files=files)
    if before.files == files:
        return before
    try:
        same = inspect_model(info.path).fingerprint == info.fingerprint
    except StudioError:  # half of it is gone, or it is being written right now
        same = False
    return Look(standing="same" if same else "changed", files=files)


def _files(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """The files of a model, in order; none where the folder cannot be read."""
    found = []
    try:
        for path in folder.iterdir():
            if path.suffix in _OURS:
                facts = path.stat()
                found.append((path.name, facts.st_size, facts.st_mtime_ns))
    except OSError:
        return ()
    return tuple(sorted(found))
