"""The runs that a project keeps: what each was asked, how it ended, and what it can still be.

    runs/<name>/run.json   the record below
    runs/<name>/work/      the engine's folder: tune.json, curve.jsonl, checkpoints
    runs/<name>/model/     the written checkpoint, when there is one

A record is written before a run begins, so a killed one is found too. No torch.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.checkpoint.files import read_json
from core.checkpoint.info import ModelInfo, inspect_model
from core.errors import ProjectError, StudioError
from core.planning.files import write_atomically
from core.tuning.events import StepReport
from core.tuning.options import TuneOptions
from core.tuning.work import Work

RECORD = "run.json"
PREFIX = "run-"
RunState = Literal["started", "done", "failed", "cancelled"]
STATES: tuple[RunState, ...] = get_args(RunState)

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One tuning run of a project.

    Attributes:
        folder: Where it lies; its name is the run's.
        model: The folder or id that was tuned, as the command line names it.
        start: What it started from: "plan", "model", or the name of an earlier run.
        plan: Fingerprint of the plan that was applied; empty for none.
        kept: Experts kept per layer by that plan; None for none.
        options: What was asked for.
        texts: The page's or command's own description of the texts, JSON values.
        command: The `seer tune …` line that does the same.
        made_at: When it began, UTC, ISO 8601.
        state: "started" until it ends; a run that is not running and still so was killed.
        result: The contract's `tune` object, when it came through.
        error: Why it failed.
        versions: Of the libraries that computed it, e.g. "torch 2.13.0".
    """

    folder: Path
    model: str
    start: str = "model"
    plan: str = ""
    kept: tuple[tuple[int, ...], ...] | None = None
    options: TuneOptions = field(default_factory=TuneOptions)
    texts: Mapping[str, object] = field(default_factory=dict)
    command: str = ""
    made_at: str = ""
    state: RunState = "started"
    result: Mapping[str, object] | None = None
    error: str = ""
    versions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The run's name, unique in its project."""
        return self.folder.name

    @property
    def work(self) -> Work:
        """Curve and checkpoints."""
        return Work(folder=self.folder / "work")

    @property
    def plan_file(self) -> Path:
        """The plan that was applied; a project keeps only those that are in use."""
        return self.folder / "plan.json"

    @property
    def output(self) -> Path:
        """Where the tuned checkpoint is written."""
        return self.folder / "model"

    @property
    def written(self) -> bool:
        """Whether there is a tuned checkpoint."""
        return (self.output / "config.json").is_file()

    def figure(self, name: str) -> float | None:
        """A number of the result, or None."""
        value = (self.result or {}).get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if math.isfinite(value) else None

    def ended(
        self,
        state: RunState,
        *,
        result: Mapping[str, object] | None = None,
        error: str = "",
    ) -> RunRecord:
        """The same run with its end."""
        return replace(self, state=state, result=result, error=error)

    def save(self) -> None:
        """Write the record, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / RECORD, json.dumps(self.to_json(), indent=1) + "\n")

    def to_json(self) -> dict[str, object]:
        """What run.json holds."""
        out = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "folder"}
        out["options"] = self.options.to_json()
        out["texts"] = dict(self.texts)
        out["result"] = None if self.result is None else dict(self.result)
        return out

    @classmethod
    def load(cls, folder: Path) -> RunRecord:
        """Read a run's record.

        Raises:
            ProjectError: It is not there or cannot be read.
        """
        try:
            return _parse(folder, read_json(folder / RECORD))
        except (TypeError, ValueError, StudioError) as error:
            raise ProjectError(
                f"the tuning run in {folder.name} cannot be read ({error})",
                remedy="delete its folder",
            ) from error


def _parse(folder: Path, data: Mapping[str, object]) -> RunRecord:
    state, kept = str(data.get("state", "started")), data.get("kept")
    if state not in STATES:
        raise ValueError(f"its state is '{state}'")
    result, versions = data.get("result"), data.get("versions")
    return RunRecord(
        folder=folder,
        **{name: str(data.get(name, "")) for name in ("model", "plan", "command", "made_at")},
        start=str(data.get("start", "model")),
        kept=tuple(tuple(int(e) for e in row) for row in kept) if isinstance(kept, list) else None,
        options=TuneOptions.from_json(_mapping(data.get("options", {}))),
        texts=_mapping(data.get("texts", {})),
        state=state,
        result=None if result is None else _mapping(result),
        error=str(data.get("error", "")),
        versions=tuple(str(name) for name in versions) if isinstance(versions, list) else (),
    )


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is not an object")
    return value


def list_runs(runs: Path) -> tuple[RunRecord, ...]:
    """The runs below a project's `runs` folder, oldest first; what is no run is left out."""
    if not runs.is_dir():
        return ()
    found = []
    for folder in runs.iterdir():
        if not (folder / RECORD).is_file():
            continue
        try:
            found.append(RunRecord.load(folder))
        except ProjectError:
            continue  # one damaged record must not hide the others
    return tuple(sorted(found, key=lambda record: (record.made_at, record.name)))


def new_run_folder(runs: Path) -> Path:
    """A folder that no run has had, counting up from run-1."""
    taken = [
        int(path.name.removeprefix(PREFIX))
        for path in (runs.iterdir() if runs.is_dir() else ())
        if path.name.startswith(PREFIX) and path.name.removeprefix(PREFIX).isdecimal()
    ]
    return runs / f"{PREFIX}{max(taken, default=0) + 1}"


def now() -> str:
    """The time as records write it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def differing(records: Iterable[RunRecord]) -> dict[str, tuple[object, ...]]:
    """The options that are not the same in all of these runs: name → a value per run."""
    found = [record.options.to_json() | {"start": record.start} for record in records]
    if len(found) < 2:
        return {}
    return {
        name: values
        for name in found[0]
        if len(set(values := tuple(options[name] for options in found))) > 1
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """A run's reports as arrays, one entry per logged step, NaN where nothing was measured.

    Attributes:
        step: Steps, ascending.
        loss: The whole loss.
        ce: Cross-entropy, nats.
        entropy: Router entropy, nats.
        distill: KL to the teacher, nats.
        k: Experts per token.
        learning_rate: Of each step.
        perplexity: On the held-out texts.
    """

    step: Array
    loss: Array
    ce: Array
    entropy: Array
    distill: Array
    k: Array
    learning_rate: Array
    perplexity: Array

    @classmethod
    def of(cls, reports: Iterable[StepReport]) -> Curve:
        """Reports as arrays; of two reports of one step the later one counts."""
        builder = CurveBuilder()
        builder.add(reports)
        return builder.curve()

    def points(self, name: str) -> tuple[Array, Array]:
        """Steps and values of one quantity, without the steps where it was not measured."""
        values: Array = getattr(self, name)
        there = np.isfinite(values)
        return self.step[there], values[there]


_FIELDS = {f.name: f.name for f in fields(Curve)} | {"perplexity": "validation_perplexity"}


class CurveBuilder:
    """A curve that grows with its run: what was taken in is not looked at again."""

    def __init__(self) -> None:
        self._columns: dict[str, list[float]] = {name: [] for name in _FIELDS}
        self._places: dict[int, int] = {}  # step → index

    @property
    def last(self) -> int:
        """The newest step; 0 without one."""
        return next(reversed(self._places), 0)

    def add(self, reports: Iterable[StepReport]) -> None:
        """Take in more reports; of two reports of one step the later one counts."""
        for report in reports:
            at = self._places.setdefault(report.step, len(self._places))
            for name, source in _FIELDS.items():
                value, column = getattr(report, source), self._columns[name]
                number = math.nan if value is None else float(value)
                if at == len(column):
                    column.append(number)
                else:
                    column[at] = number

    def curve(self) -> Curve:
        """The curve so far, by rising step."""
        order = np.argsort(np.array(self._columns["step"], dtype=np.float64), kind="stable")
        return Curve(**{name: np.array(column)[order] for name, column in self._columns.items()})


@dataclass(frozen=True, kw_only=True, eq=False)
class RunRow:
    """A run of a project as it lies on the disk.

    Attributes:
        record: What it was asked and how it ended.
        curve: Its curve so far.
        steps: Steps that it was to have; 0 while unknown.
        steps_done: The last step of its curve.
        resumable: Whether it stopped with a checkpoint to go on from.
        info: What the written checkpoint's headers say; None without one.
    """

    record: RunRecord
    curve: Curve
    steps: int = 0
    steps_done: int = 0
    resumable: bool = False
    info: ModelInfo | None = None

    @classmethod
    def of(cls, record: RunRecord) -> RunRow:
        """Look at a run's folder.

        Raises:
            StudioError: The written checkpoint is damaged.
        """
        reports = record.work.curve()
        return cls(
            record=record,
            curve=Curve.of(reports),
            steps=max((report.steps for report in reports), default=record.options.steps or 0),
            steps_done=max((report.step for report in reports), default=0),
            resumable=record.state != "done" and bool(record.work.checkpoints()),
            info=inspect_model(record.output) if record.written else None,
        )

    @property
    def perplexity(self) -> float | None:
        """The newest perplexity on the held-out texts."""
        after = self.record.figure("perplexity_after")
        _, values = self.curve.points("perplexity")
        return after if after is not None else (float(values[-1]) if len(values) else None)
