"""Scores on disk: what was scored once is not scored again, also after a kill. No torch.

A file per (model state × questions), named by a fingerprint over both. Each batch appends its lines
and flushes; a line that was cut off by a kill is no line and is scored again.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.errors import StudioError

Scores = tuple[float, ...]

# What a folder of scores may take; a benchmark of 14,000 questions is about a megabyte.
MOST_BYTES = 256 * 2**20


def default_folder() -> Path:
    """Where scores are kept unless something else is said: the user's cache."""
    from platformdirs import user_cache_path

    return user_cache_path("seer-studio", appauthor=False) / "scores"


class ScoreCache:
    """The scores of one model state on one task."""

    def __init__(self, folder: Path | None, key: object) -> None:
        """Open what there is.

        Args:
            folder: Where files are kept; None keeps nothing.
            key: JSON of everything that the scores depend on.

        Raises:
            StudioError: The folder cannot be written.
        """
        self.scores: dict[int, Scores] = {}
        self._path: Path | None = None
        if folder is None:
            return
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
        self._path = folder / f"{name[:40]}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._read()
            make_room(folder, self._path)
        except OSError as error:
            raise _refusal(folder, error) from error

    def add(self, scores: Mapping[int, Scores]) -> None:
        """Keep the scores of some items, by their index.

        Raises:
            StudioError: The file cannot be written.
        """
        self.scores.update(scores)
        if self._path is None:
            return
        lines = [json.dumps([index, *values]) + "\n" for index, values in scores.items()]
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write("".join(lines))
        except OSError as error:
            raise _refusal(self._path, error) from error

    def _read(self) -> None:
        if self._path is None or not self._path.exists():
            return
        os.utime(self._path)  # what is used stays longest
        text = self._path.read_text(encoding="utf-8", errors="replace")
        whole, _, rest = text.rpartition("\n")
        for line in whole.splitlines():
            found = _parsed(line)
            if found is not None:
                self.scores[found[0]] = found[1]
        if rest:  # the next line must not continue a cut one
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n")


def make_room(folder: Path, own: Path, most_bytes: int = MOST_BYTES) -> None:
    """Remove what was used longest ago while a folder of scores is too large.

    Args:
        folder: Where scores are kept.
        own: A file that stays.
        most_bytes: What all files may take.
    """
    facts = [(path, path.stat()) for path in folder.glob("*.jsonl")]
    size = sum(fact.st_size for _, fact in facts)
    for path, fact in sorted(facts, key=lambda item: item[1].st_mtime_ns):
        if size <= most_bytes:
            return
        if path != own:
            path.unlink(missing_ok=True)
            size -= fact.st_size


def state_of_files(folder: Path) -> list[Sequence[object]]:
    """Name, size and time of every weight file: a tuned copy may share its sampled bytes."""
    return [
        (path.name, path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.glob("*.safetensors"))
    ]


def _parsed(line: str) -> tuple[int, Scores] | None:
    try:
        index, *values = json.loads(line)
    except (ValueError, TypeError):
        return None
    if not isinstance(index, int) or not all(isinstance(v, float | int) for v in values):
        return None
    scores = tuple(float(value) for value in values)
    return None if any(math.isnan(value) for value in scores) else (index, scores)


def _refusal(path: Path, error: OSError) -> StudioError:
    return StudioError(
        f"cannot keep scores in {path}: {error.strerror}",
        remedy="another --cache folder, or --no-cache",
    )
