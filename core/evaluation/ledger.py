"""What was measured so far, kept on disk, so that a stopped search goes on where it was.

A search is deterministic: started again with the same texts and options it asks for the same
measurements in the same order. So all that has to be kept is their answers. No torch.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.planning.files import write_atomically
from core.planning.plan import Plan

SCHEMA = 1
SAVE_SECONDS = 2.0  # a measurement takes longer than that on any model that is worth resuming


class Ledger:
    """Answers by question, saved now and then beside the output of a search.

    Args:
        path: The file; None keeps everything in memory.
        key: What all answers depend on (model, texts, dtype); a file of another key is not used.
        resume: Whether to read what a stopped search left; otherwise it is written over.
    """

    def __init__(self, path: Path | None = None, *, key: str = "", resume: bool = False) -> None:
        self._path, self._key = path, key
        self._found: dict[str, tuple[float, ...]] = {}
        self._due = time.monotonic() + SAVE_SECONDS
        self._changed = False
        if path is not None and resume:
            self._found = _read(path, key)
        self.recalled = 0

    def get(self, question: str) -> tuple[float, ...] | None:
        """The answer, if it is known."""
        found = self._found.get(question)
        self.recalled += found is not None
        return found

    def knows(self, question: str) -> bool:
        """Whether there is an answer, without asking for it."""
        return question in self._found

    def put(self, question: str, answer: Sequence[float]) -> None:
        """Keep an answer."""
        self._found[question] = tuple(map(float, answer))
        self._changed = True
        if time.monotonic() >= self._due:
            self.save()

    def save(self) -> None:
        """Write everything, whole or not at all."""
        if self._path is None or not self._changed:
            return
        data = {"seer_ledger": SCHEMA, "key": self._key, "answers": self._found}
        write_atomically(self._path, json.dumps(data))
        self._changed, self._due = False, time.monotonic() + SAVE_SECONDS

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Save when the search stops in the middle; remove the file when it is done."""
        try:
            yield
        except BaseException:
            self.save()
            raise
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def ledger_path(output: Path) -> Path:
    """Where a search that will write `output` keeps what a stopped one resumes from."""
    return output.with_name(f".{output.name}.measured")


def ledger_key(*parts: object) -> str:
    """One text over everything that answers depend on."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def plan_question(kind: str, plan: Plan) -> str:
    """The name of one measurement of a plan: what it keeps, merges and chooses, not why."""
    said = hashlib.sha256(repr((plan.keep, plan.merges, plan.top_k)).encode())
    return f"{kind} {said.hexdigest()[:32]}"


def _read(path: Path, key: str) -> dict[str, tuple[float, ...]]:
    """Answers of a stopped search; none if the file is missing, damaged or another search's."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["seer_ledger"] != SCHEMA or data["key"] != key:
            return {}
        return {
            str(name): tuple(float(value) for value in answer)
            for name, answer in data["answers"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
