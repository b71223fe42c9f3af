"""The quick check, which several pages offer: the current plan masked and measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.jobs import tasks
from app.jobs.measuring import Measure
from app.jobs.task import Task
from app.pages import subject
from app.pages.texts import options_of
from app.widgets import numbers
from app.widgets.questions import Questions
from app.widgets.sources import DEMO, SourceEntry
from app.widgets.text_form import TextChoice
from app.widgets.whatif import Figure

if TYPE_CHECKING:
    from app.session import Session
    from core.evaluation.variant import Variant
    from core.planning import Plan

translate = QCoreApplication.translate  # the name that lupdate looks for

PAGE = "evaluate"  # whose kept options say on which texts
# Enough for a perplexity that is stable to about one per cent, little enough to be quick.
QUICK_TOKENS = 24_000


def texts(session: Session) -> TextChoice:
    """What to measure on: what the project kept, else the bundled held-out texts."""
    kept = session.page_options(PAGE)
    if kept:
        return TextChoice.from_json(kept)
    return TextChoice(sources=(SourceEntry(where=DEMO),), max_tokens=QUICK_TOKENS)


def questions(session: Session) -> Questions:
    """What is asked beside the texts: what the project kept, else nothing."""
    kept = session.page_options(PAGE).get("questions")
    return Questions.from_json(kept) if isinstance(kept, Mapping) else Questions()


def is_whole(plan: Plan) -> bool:
    """Whether a plan leaves the model as it is."""
    return plan.dropped == 0 and plan.top_k is None


def measured(session: Session) -> Variant | None:
    """The measured row of the current plan, or None."""
    plan = session.plan
    if plan is None:
        return None
    rows = [v for v in session.variants if v.perplexity]
    if is_whole(plan):
        return next((v for v in rows if v.kind == "original"), None)
    return next((v for v in rows if v.is_plan(plan.keep, plan.top_k, plan.merges)), None)


def checked_figure(session: Session, plan: Plan) -> Figure:
    """Perplexity before and after a plan, as the newest quick check of it says.

    What was measured of another plan is shown as out of date rather than hidden: it is the nearest
    that is known.
    """
    name, key = translate("WhatIf", "Quick check"), "plan.checked"
    tip = translate(
        "WhatIf",
        "Perplexity on held-out text, original → with the dropped experts masked, and the mean KL "
        "divergence from the original in nats per token.",
    )
    rows = [v for v in session.variants if v.overall is not None]
    original = next((v for v in rows if v.kind == "original"), None)
    if is_whole(plan):
        if original is None or original.overall is None:
            return Figure(
                name=name, value=numbers.DASH, note=translate("WhatIf", "not measured"), tip=tip
            )
        value = numbers.perplexity(original.overall)
        note = translate("WhatIf", "original")
        return Figure(
            key=f"variant.perplexity.{original.name}", name=name, value=value, note=note, tip=tip
        )
    plans = [v for v in rows if v.kind == "plan"]
    current = next((v for v in plans if v.is_plan(plan.keep, plan.top_k, plan.merges)), None)
    found = current or max(plans, key=lambda v: v.provenance.made_at, default=None)
    if found is None or found.overall is None:
        return Figure(
            name=name, value=numbers.DASH, note=translate("WhatIf", "not measured"), tip=tip
        )
    value = numbers.perplexity(found.overall)
    same = original is not None and found.comparable(original)
    if same and original is not None and original.overall:
        value = f"{numbers.perplexity(original.overall)} → {value}"
    if current is None:
        note = translate("WhatIf", "plan changed")
        return Figure(key=key, name=name, value=value, note=note, tone="warn", tip=tip)
    note = "" if found.kl is None else translate("WhatIf", "KL {kl}").format(kl=f"{found.kl:.3f}")
    return Figure(key=key, name=name, value=value, note=note, tip=tip)


def quick_check_task(session: Session, asked: Questions | None = None) -> Task | None:
    """Measure the current plan as a mask, the original in the same pass; None without a model.

    Args:
        session: Whose plan.
        asked: Questions beside the texts; None asks nothing, which is quick.
    """
    choice = texts(session)
    model, plan = subject.current(session, choice), session.plan
    if model is None or plan is None:
        return None
    measure = Measure(
        name=plan_name(plan),
        options=options_of(choice),
        plan=None if is_whole(plan) else plan,
        plan_file=subject.plan_file(session),
        questions=asked or Questions(overlap=questions(session).overlap),
    )
    return tasks.evaluate_task(model, measure)


def plan_name(plan: Plan) -> str:
    """A short name for a plan: its policy or metric and how many experts it keeps."""
    kept = sum(len(row) for row in plan.keep)
    made = plan.made_by.options.get("policy") or plan.made_by.metric
    return f"{made} {kept}/{sum(plan.experts)}"
