"""A rule that measures: from the rule in hand to the job that chooses, and what it will do."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.jobs.choosing import Choice, choose_task
from app.pages import subject
from app.pages.quick_check import texts as held_out
from app.pages.select.rules import UNEVEN, Rule
from app.pages.texts import options_of
from app.widgets.sources import DEMO, SourceEntry
from app.widgets.text_form import TextChoice

if TYPE_CHECKING:
    from app.jobs.task import Task
    from app.session import Session

translate = QCoreApplication.translate  # the name that lupdate looks for

CALIBRATE = "calibrate"  # the page whose texts a choice is measured on
# Enough that a choice holds on other texts, little enough for minutes on a processor.
CHOICE_TOKENS = 12_000


def choice_of(session: Session, rule: Rule) -> Choice:
    """The rule in the job's words, with the score and the domain weights of the moment."""
    weights = {name: w for name, w in (session.shown_weights or {}).items() if w != 1}
    text = rule.text[:1].upper() + rule.text[1:]
    return Choice(
        way=rule.kind,  # type: ignore[arg-type]
        percent=rule.percent,
        loss=rule.loss,
        metric=session.metric,
        scope="layer" if rule.even and rule.kind not in UNEVEN else "global",
        floor=rule.floor,
        weights=weights,
        text=text,
    )


def choice_texts(session: Session, choice: Choice) -> TextChoice:
    """What is measured on: calibration texts for a choice, held-out ones for a search."""
    if choice.way == "search":
        return held_out(session)
    kept = session.page_options(CALIBRATE)
    made = TextChoice.from_json(kept) if kept else TextChoice(sources=(SourceEntry(where=DEMO),))
    budget = min(made.max_tokens, CHOICE_TOKENS)
    return TextChoice.from_json({**made.to_json(), "max_tokens": budget})


def words_of(session: Session, choice: Choice) -> str:
    """What pressing the button will do."""
    tokens = f"{choice_texts(session, choice).max_tokens:,}"
    if choice.way == "search":
        text = translate(
            "Rule", "Masks and measures up to eight sizes on {tokens} tokens, as a job."
        )
    elif choice.way == "iterative":
        text = translate(
            "Rule", "Profiles the masked model eight times on {tokens} tokens, as a job."
        )
    else:
        text = translate(
            "Rule",
            "Measures hundreds of masks on {tokens} calibration tokens, as a job of some minutes "
            "that can be stopped and taken up again.",
        )
    return text.format(tokens=tokens)


def measuring_task(session: Session, rule: Rule) -> Task | None:
    """The job that a measuring rule starts; None without a model or a profile.

    Raises:
        InputError: A source cannot be named like this.
    """
    choice = choice_of(session, rule)
    place = choice_texts(session, choice)
    model, plan, profile = subject.current(session, place), session.plan, session.profile
    if model is None or plan is None or profile is None:
        return None
    asked = f"{choice!r} {plan.locks!r} {profile.fingerprint}"
    name = hashlib.sha256(asked.encode()).hexdigest()[:12]
    file = f"{profile.fingerprint[:16]}.safetensors"
    return choose_task(
        model,
        options_of(place),
        choice,
        profile=profile,
        profile_file=subject.project_file(session, "profiles", file),
        start=plan,
        output=subject.project_file(session, "runs", f"choice-{name}.json"),
    )
