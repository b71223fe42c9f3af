"""Run the questions through a model, in memory or streamed, masked or not.

Shapes: B rows of S tokens, N scored tokens, C choices of an item, V vocabulary.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core import __version__
from core.errors import InputError, StudioError
from core.evaluation.forward import Forward, forward
from core.evaluation.kept import Waits
from core.evaluation.result import TaskResult
from core.evaluation.streamed import Report, Window, drive
from core.evaluation.tasks.accuracy import result_of
from core.evaluation.tasks.cache import ScoreCache, state_of_files
from core.evaluation.tasks.going_on import QuestionsGoingOn
from core.evaluation.tasks.item import Task
from core.evaluation.tasks.requests import Question, batches_of, piece_of, questions_of
from core.planning.plan import Plan
from core.pruning.by_layer import Mask, mask_of
from core.run import Run
from core.runtime.live import LiveModel, interruptible
from core.runtime.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from core.calibration import Tokenizer

STAGE = "tasks"


@dataclass(frozen=True, kw_only=True)
class TaskOptions:
    """How tasks are run.

    Attributes:
        batch_size: Rows that go through the model together.
        normalised: Whether "accuracy" divides log-likelihoods by the choices' bytes.
        cache: Where scores are kept; None keeps none.
    """

    batch_size: int = 8
    normalised: bool = False
    cache: Path | None = None


def run_tasks(
    live: LiveModel,
    tasks: Sequence[Task],
    tokenizer: Tokenizer,
    *,
    reference: LiveModel | None = None,
    plan: Plan | None = None,
    top_k: int | None = None,
    options: TaskOptions = TaskOptions(),
    ranks: Ranks = ALONE,
    waits: Waits | None = None,
    run: Run,
) -> tuple[dict[str, TaskResult], dict[str, TaskResult]]:
    """Accuracy of a model, as it is or masked, and of the original.

    The log-likelihood of a choice is Σ log p(token | all before it) over its tokens, from float32
    logits. Rows are padded on the right and never see padding.

    Args:
        live: The model.
        tasks: What is asked; names must differ.
        tokenizer: The model's.
        reference: The original, asked the same; the same object as `live` means unmasked.
        plan: Experts that stay.
        top_k: Experts per token; the plan's or the model's if None.
        options: How.
        ranks: The processes that share the questions; all get the result of one process.
        waits: Where a streamed pass that is paused goes on; in one process only.
        run: Checked before each batch and in each MoE layer; gets `Progress` in questions.

    Returns:
        Results by task name, and the reference's (empty without one).

    Raises:
        Cancelled: The run was stopped; what was scored is in the cache.
        Parked: It was paused and gives its memory back; likewise, and `waits` has where a streamed
            pass was: one batch's layer is done again.
        InputError: Two tasks of one name, or a question that cannot be encoded.
        StudioError: The model puts out NaN, or the cache cannot be written.
    """
    names = [task.name for task in tasks]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two tasks are called {twice!r}", remedy="NAME=FILE gives a task a name")
    changed = plan is not None or top_k is not None
    mask = mask_of(live, plan, top_k=top_k) if changed else None
    wanted = (plan.keep if plan is not None else None, top_k or (plan and plan.top_k))
    sides = [_Side(live=live, mask=mask, state=wanted)]
    if reference is not None:
        sides.append(sides[0] if reference is live and mask is None else _Side(live=reference))
    asked = [
        _ask(side, task, tokenizer, options, run) for side in dict.fromkeys(sides) for task in tasks
    ]
    _note_cuts(asked[: len(tasks)], run)
    with contextlib.ExitStack() as stack:
        for model in {id(side.live): side.live for side in sides}.values():
            stack.enter_context(interruptible(model, run))
        with ranks.together():
            ranks.check_alike(live.info.fingerprint + "".join(task.key for task in tasks))
            for part in asked:
                part.known(ranks)
            pad_id = getattr(tokenizer, "pad_token_id", None) or 0
            _answer(
                asked,
                _Way(batch_size=options.batch_size, pad_id=pad_id, ranks=ranks, waits=waits),
                run,
            )
            for part in asked:
                part.settle(ranks)
    found = [
        result_of(part.task, part.cache.scores, normalised=options.normalised) for part in asked
    ]
    mine = dict(zip(names, found, strict=False))
    theirs = dict(zip(names, found[-len(tasks) :], strict=True)) if reference is not None else {}
    return mine, theirs


@dataclass(frozen=True, kw_only=True, eq=False)
class _Side:
    """A model in one state: the variant, or the original."""

    live: LiveModel
    mask: Mask | None = None
    state: object = None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """One task asked of one side."""

    side: _Side
    task: Task
    questions: tuple[Question, ...]
    cache: ScoreCache
    key: str

    def known(self, ranks: Ranks) -> None:
        """Take the leader's word for what was answered before: files may grow meanwhile."""
        if not ranks.alone:
            self.cache.scores = self._scores(ranks.leaders(self._table()))

    def settle(self, ranks: Ranks) -> None:
        """Let every rank have the scores of all."""
        if ranks.alone:
            return
        mine = self._table()
        parts = ranks.gather(mine)
        whole = mine
        for part in parts:
            whole = torch.where(part.isnan(), whole, part)
        self.cache.scores = self._scores(ranks.leaders(whole))

    def _table(self) -> torch.Tensor:
        """Scores [questions, choices], NaN where there are none."""
        width = max(len(item.choices) for item in self.task.items)
        table = torch.full((len(self.task), width), torch.nan, dtype=torch.float64)
        for index, values in self.cache.scores.items():
            table[index, : len(values)] = torch.tensor(values, dtype=torch.float64)
        return table

    def _scores(self, table: torch.Tensor) -> dict[int, tuple[float, ...]]:
        return {
            index: tuple(row[: len(item.choices)].tolist())
            for index, (item, row) in enumerate(zip(self.task.items, table, strict=True))
            if not row[: len(item.choices)].isnan().any()
        }

    @property
    def left(self) -> tuple[Question, ...]:
        """Questions without scores."""
        return tuple(q for q in self.questions if q.index not in self.cache.scores)


def _ask(side: _Side, task: Task, tokenizer: Tokenizer, options: TaskOptions, run: Run) -> _Asked:
    live = side.live
    questions = questions_of(task.items, tokenizer, longest=live.longest, run=run)
    highest = max(max(row.ids) for question in questions for row in question.rows)
    if highest >= live.vocabulary:
        raise InputError(
            f"the questions have token id {highest}, the model has {live.vocabulary:,} tokens",
            remedy="the tokenizer that belongs to this model",
        )
    key = {
        "version": __version__,
        "torch": torch.__version__,
        "files": state_of_files(live.folder),
        "fingerprint": live.info.fingerprint,
        "experts": live.experts,
        "mask": side.state,
        "dtype": str(live.dtype),
        "device": live.device.type,
        "rows": [[row.ids, row.start, row.last] for q in questions for row in q.rows],
    }
    return _Asked(
        side=side,
        task=task,
        questions=questions,
        cache=ScoreCache(options.cache, key),
        key=hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest(),
    )


def _note_cuts(asked: Sequence[_Asked], run: Run) -> None:
    cut = sum(question.cut > 0 for part in asked for question in part.questions)
    if cut:
        run.note(f"{cut:,} questions are longer than the model takes: cut on the left", "warning")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Batch:
    """Questions of one task, on their way through one side."""

    asked: _Asked
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class _Way:
    """How batches are made and shared."""

    batch_size: int
    pad_id: int
    ranks: Ranks
    waits: Waits | None = None


def _answer(asked: Sequence[_Asked], way: _Way, run: Run) -> None:
    """Score what has no scores yet."""
    ranks = way.ranks
    batches = [
        _Batch(asked=part, questions=some)
        for part in asked
        for some in batches_of(part.left, way.batch_size)
    ]
    total = sum(len(part.questions) for part in asked)
    done = total - sum(len(batch.questions) for batch in batches)
    if done:
        run.note(f"{done:,} of {total:,} questions were answered before")
    run.progress(STAGE, done, total, "questions")

    def finish(batch: _Batch, found: Forward) -> None:
        nonlocal done
        batch.asked.cache.add(_scores(found, batch.questions, batch.asked.task.name))
        done += len(batch.questions)
        if batch.asked.side.live.stream is None and ranks.alone:
            run.progress(STAGE, done, total, "questions")

    for live in {id(b.asked.side.live): b.asked.side.live for b in batches}.values():
        mine = [batch for batch in batches if batch.asked.side.live is live]
        if live.stream is not None:
            _stream(live, mine, way, finish, run)
            continue
        for batch in mine[ranks.rank :: ranks.size]:
            run.check()
            with torch.inference_mode(), batch.asked.side.mask or contextlib.nullcontext():
                finish(batch, forward(live, piece_of(batch.questions, way.pad_id)))


def _stream(
    live: LiveModel,
    batches: list[_Batch],
    way: _Way,
    finish: Callable[[_Batch, Forward], None],
    run: Run,
) -> None:
    """All batches of one streamed model, masked and not, through each layer together."""
    pieces = [piece_of(batch.questions, way.pad_id) for batch in batches]
    windows = [
        Window(index=i, masked=batch.asked.side.mask is not None, tokens=pieces[i].tokens)
        for i, batch in enumerate(batches)
        if i % way.ranks.size == way.ranks.rank
    ]
    total = sum(len(batch.questions) for batch in batches)
    going_on = None
    if way.waits is not None and way.ranks.alone:
        assert live.stream is not None
        names = [f"{b.asked.key} {[q.index for q in b.questions]}" for b in batches]
        going_on = QuestionsGoingOn(way.waits, names, len(live.stream.store.layers))
    drive(
        live,
        windows,
        lambda window: finish(batches[window.index], forward(live, pieces[window.index])),
        mask=next((b.asked.side.mask for b in batches if b.asked.side.mask is not None), None),
        shape=(max(len(p.ids) for p in pieces), max(p.ids.shape[1] for p in pieces)),
        report=Report(stage=STAGE, total=total, unit="questions"),
        ranks=way.ranks,
        going_on=going_on,
        run=run,
    )


def _scores(
    found: Forward, questions: Sequence[Question], name: str
) -> dict[int, tuple[float, ...]]:
    """Log-likelihoods of each question's choices.

    Raises:
        StudioError: One is not a number.
    """
    rows = [row for question in questions for row in question.rows]
    wide = max((len(row.last) for row in rows), default=0)
    logs_NC = _log_probabilities(found, [row.last for row in rows], max(wide, 1))
    sums_B = np.zeros(len(rows))
    np.add.at(sums_B, found.row.cpu().numpy(), logs_NC[:, 0])
    place_B = {int(row): at for at, row in enumerate(found.row.cpu().numpy())}
    scores: dict[int, tuple[float, ...]] = {}
    at = 0
    for question in questions:
        first = question.rows[0]
        if first.last:
            values = logs_NC[place_B[at], : len(first.last)]
        else:
            values = sums_B[at : at + len(question.rows)]
        if np.isnan(values).any():
            raise StudioError(
                f"the model put out NaN on question {question.index + 1:,} of task '{name}'",
                remedy="--dtype float32 if it overflowed, else a checkpoint without NaN weights",
            )
        scores[question.index] = tuple(float(value) for value in values)
        at += len(question.rows)
    return scores


def _log_probabilities(
    found: Forward, last: Sequence[tuple[int, ...]], width: int
) -> NDArray[np.float64]:
    """The log p [N, C] of each scored token, or of what else may take its place."""
    target_NC = found.target[:, None].repeat(1, width)
    for at, row in enumerate(found.row.tolist()):
        if last[row]:  # such a row has one scored token
            target_NC[at, : len(last[row])] = torch.tensor(last[row])
    out = np.empty((len(target_NC), width))
    for rows in found.head.chunks(len(target_NC)):
        log_p = torch.log_softmax(found.head.logits(found.states[rows]), dim=-1)
        out[rows] = log_p.gather(1, target_NC[rows]).double().cpu().numpy()
    return out
