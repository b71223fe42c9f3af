"""From the form, or from a run's record, to what the engine is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs.measuring import Subject
from app.jobs.tune_request import TuneRequest
from app.pages import subject
from app.pages.quick_check import is_whole
from app.pages.texts import options_of
from app.pages.tune.choice import PLANNED, WHOLE, TuneChoice
from app.widgets.text_form import TextChoice
from core.tuning.history import RunRecord, RunRow

if TYPE_CHECKING:
    from app.session import Session
    from core.planning import Plan


def start_of(
    session: Session, choice: TuneChoice, rows: tuple[RunRow, ...]
) -> tuple[Subject, Plan | None] | None:
    """The model that a run starts from, and the plan to apply to it; None without a model."""
    model = subject.current(session, choice.texts)
    if model is None:
        return None
    if choice.start == WHOLE:
        return model, None
    if choice.start == PLANNED:
        plan = session.plan
        return model, None if plan is None or is_whole(plan) else plan
    found = next((row for row in rows if row.record.name == choice.start), None)
    if found is None or found.info is None:
        return None
    output = found.record.output
    tuned = Subject(name=str(output), folder=output, info=found.info, device=model.device)
    return tuned, None


def request_of(
    session: Session, choice: TuneChoice, rows: tuple[RunRow, ...], folder: Path
) -> TuneRequest | None:
    """The form as a run in a folder of its own.

    Raises:
        InputError: A text or an option cannot be used.
    """
    start = start_of(session, choice, rows)
    if start is None:
        return None
    choice.options.check()
    model, plan = start
    return TuneRequest(
        model=model,
        start=choice.start if plan is not None or choice.start != PLANNED else WHOLE,
        options=choice.options,
        texts=options_of(choice.texts),
        record_texts=choice.texts.to_json(),
        folder=folder,
        plan=plan,
        plan_file=subject.plan_file(session),
        teacher=_teacher(session, model),
    )


def request_again(
    session: Session, record: RunRecord, rows: tuple[RunRow, ...]
) -> TuneRequest | None:
    """A run as it was asked, with the plan that it had.

    Raises:
        StudioError: Its plan, a text or an option cannot be used any more.
    """
    from core.planning import Plan

    texts = TextChoice.from_json(record.texts)
    start = WHOLE if record.start == PLANNED else record.start
    choice = TuneChoice(start=start, options=record.options, texts=texts)
    found = start_of(session, choice, rows)
    if found is None:
        return None
    return TuneRequest(
        model=found[0],
        start=record.start,
        options=record.options,
        texts=options_of(texts),
        record_texts=record.texts,
        folder=record.folder,
        plan=Plan.load(record.plan_file) if record.plan else None,
        plan_file=record.plan_file,
        teacher=_teacher(session, found[0]),
    )


def _teacher(session: Session, model: Subject) -> Path | None:
    """The open model, where a run starts from a checkpoint that was made of it."""
    info = session.info
    return Path(info.path) if info is not None and Path(info.path) != model.folder else None
