"""The folder of one tuning run: its request, its curve, its checkpoints, the teacher's logits.

    tune.json            what was asked for, and of which model and texts
    curve.jsonl          a StepReport per line
    checkpoint-<step>/   trainable weights, optimiser, schedule, random state; done.json comes last;
                         weights alone after the last step, if it has no other, until the result is
                         written
    teacher.safetensors  the teacher's likeliest tokens, when they are cached

It lies beside the output as `.<name>.tuning`, or where the caller wants it (a project's `runs/`).
It stays after the run, so that the curve can be shown and a checkpoint be used; deleting it costs
nothing but that.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError

from core.checkpoint.files import read_json
from core.errors import InputError, ResourceError
from core.planning.files import write_atomically
from core.tuning.events import StepReport

REQUEST = "tune.json"
CURVE_FILE = "curve.jsonl"
DONE = "done.json"
TEACHER = "teacher.safetensors"
OPTIMISER = "optimizer.pt"  # transformers' name; a checkpoint to be trained on with has it
# How torch says that `torch.save` could not write.
_TORCH_WRITES = re.compile("PytorchStreamWriter|inline_container|unexpected pos")
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")


def work_folder(output: Path) -> Path:
    """Where the run that writes `output` keeps its checkpoints, unless told otherwise."""
    return output.absolute().parent / f".{output.name}.tuning"


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in words when a run's folder cannot be written.

    Args:
        folder: Named in the error.

    Raises:
        ResourceError: Writing failed: the system's own error, or torch's or safetensors' for it.
    """
    try:
        yield
    except (OSError, SafetensorError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not _TORCH_WRITES.search(str(error)):
            raise
        why = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise ResourceError(
            f"the tuning run cannot write into {folder}: {why}",
            remedy="free some space, or another disk; --resume goes on from the last checkpoint",
        ) from error


@dataclass(frozen=True, kw_only=True)
class Work:
    """One tuning run's folder.

    Attributes:
        folder: Where it is; it need not exist yet.
    """

    folder: Path

    @property
    def teacher(self) -> Path:
        """The file of the teacher's logits."""
        return self.folder / TEACHER

    def checkpoints(self) -> tuple[int, ...]:
        """Steps of the checkpoints that were written whole, in order."""
        if not self.folder.is_dir():
            return ()
        found = (
            int(match[1])
            for path in self.folder.iterdir()
            if (match := _CHECKPOINT.fullmatch(path.name)) and (path / DONE).is_file()
        )
        return tuple(sorted(found))

    def checkpoint(self, step: int) -> Path:
        """The folder of one step's checkpoint."""
        return self.folder / f"checkpoint-{step}"

    def finish_checkpoint(self, step: int, state: Mapping[str, object]) -> None:
        """Say that a checkpoint is whole; until then nobody resumes from it."""
        write_atomically(self.checkpoint(step) / DONE, json.dumps(state))

    def checkpoint_state(self, step: int) -> dict[str, object]:
        """What `finish_checkpoint` was given."""
        return read_json(self.checkpoint(step) / DONE)

    def remove_unfinished(self) -> None:
        """Delete checkpoints that a killed run left half-written."""
        whole = set(self.checkpoints())
        for path in self.folder.iterdir():
            match = _CHECKPOINT.fullmatch(path.name)
            if match and int(match[1]) not in whole:
                shutil.rmtree(path)

    def begin(self, request: Mapping[str, object], *, resume: bool) -> int:
        """Prepare the folder, and say from which step to go on.

        Args:
            request: What decides the run; a resumed run must have the same.
            resume: Go on where a run stopped; otherwise what is there is deleted.

        Returns:
            The step of the newest whole checkpoint; 0 for a new run.

        Raises:
            InputError: The stopped run was asked for something else, or the place is no work
                folder.
            ResourceError: The folder cannot be written.
        """
        present = self.folder.is_dir() and any(self.folder.iterdir())
        if present and not (self.folder / REQUEST).is_file():
            raise InputError(
                f"{self.folder} holds something that is not a tuning run", remedy="another folder"
            )
        if present and resume:
            self._check_same(request)
            self.remove_unfinished()
            newest = max(self.checkpoints(), default=0)
            if not newest:  # it begins anew, and so does its curve
                (self.folder / CURVE_FILE).unlink(missing_ok=True)
            return newest
        if present:
            shutil.rmtree(self.folder)
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / REQUEST, json.dumps(request, indent=2) + "\n")
        return 0

    def is_of(self, request: Mapping[str, object]) -> bool:
        """Whether a run that was asked for the same has been here."""
        if not (self.folder / REQUEST).is_file():
            return False
        return self.request() == json.loads(json.dumps(request))

    def request(self) -> dict[str, object]:
        """What the run was asked for."""
        return read_json(self.folder / REQUEST)

    def _check_same(self, request: Mapping[str, object]) -> None:
        before = self.request()
        now = json.loads(json.dumps(request))
        different = [key.removeprefix("option ") for key in now if before.get(key) != now[key]]
        if different:
            raise InputError(
                f"the run in {self.folder.name} was started with other {', '.join(different)}",
                remedy="the same options with --resume, or a new run without it",
            )

    def curve(self) -> tuple[StepReport, ...]:
        """Every report so far; a last line that was cut off by a crash is left out."""
        path = self.folder / CURVE_FILE
        if not path.is_file():
            return ()
        reports = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                reports.append(StepReport.from_json(json.loads(line)))
            except ValueError:
                break
        return tuple(reports)

    def write_curve(self, reports: tuple[StepReport, ...]) -> None:
        """Write the curve anew: a resumed run drops what came after its checkpoint."""
        lines = "".join(json.dumps(report.to_json()) + "\n" for report in reports)
        write_atomically(self.folder / CURVE_FILE, lines)

    def add_to_curve(self, report: StepReport) -> None:
        """Append one report.

        Raises:
            ResourceError: The disk is full, or the folder cannot be written.
        """
        with writing(self.folder), (self.folder / CURVE_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(report.to_json()) + "\n")
