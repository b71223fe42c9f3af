"""What made a number on screen, as a frozen value: formula, sources, options, seed, job, command.

A key names a number: `plan.<what>` of the plan in hand, `named.<what>.<name>` of one that is kept
under a name, `plan.share.<context>` of a point of its curve, `model.<what>` of the headers,
`expert.<layer>.<expert>.<what>` of a profile, `variant.<column>.<name>` of a measurement,
`run.<column>.<folder>` of a tuning run, `curve.<quantity>.<step>.<run>` of a point of its curves.
An unknown key has no answer.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.session.facts import by_hand_text, fact_text, value_text
from app.session.formulas import formula_of
from app.session.places import plan_file, profile_path, project_file
from app.widgets.provenance import Asker, Number, Provenance
from app.widgets.said import said

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from app.session.session import Session
    from core.report.origin import Origin
    from core.tuning.history import RunRecord

MODEL = ("path", "model_type", "fingerprint", "dtype", "bytes")
PROFILE = (
    "sources", "domains", "tokens", "seq_len", "seed", "dtype", "device", "made_at", "versions",
    "fingerprint",
)  # fmt: skip
PLAN = ("metric", "scope", "options", "kept", "top_k", "locks", "protected", "profile")
VARIANT = (
    "model", "metric", "plan", "sources", "tokens", "seq_len", "seed", "made_at", "calibration",
)  # fmt: skip
# Numbers of a plan that a profile has a part in.
PROFILED = frozenset({"coverage"})


def asker_for(session: Session, parent: QObject) -> Asker:
    """Answers for the numbers that a page shows of a session."""
    return Asker(partial(provenance_of, session), parent)


def provenance_of(session: Session, number: Number) -> Provenance | None:
    """Where a number comes from; None for one that is not known.

    Args:
        session: What is open.
        number: As it is shown; only its key counts.
    """
    kind, _, rest = number.key.partition(".")
    answer = {
        "plan": _of_plan,
        "named": _of_named,
        "model": _of_model,
        "expert": _of_expert,
        "variant": _of_variant,
        "run": _of_run,
        "curve": _of_point,
    }.get(kind)
    return answer(session, rest) if answer is not None and rest else None


def _of_model(session: Session, what: str) -> Provenance | None:
    from core.report import origin

    info = session.info
    if info is None:
        return None
    made = origin.of_model(info, session.model)
    return Provenance(
        formula=formula_of(f"model.{what.partition('.')[0]}"),
        facts=_facts(made, MODEL) + _program(),
        command=made.command,
    )


def _of_plan(session: Session, what: str) -> Provenance | None:
    from core.report import origin

    plan, info, profile = session.plan, session.info, session.profile
    if plan is None or info is None:
        return None
    if what == "checked":
        return _of_check(session)
    facts = _facts(origin.of_plan(plan), PLAN)
    what, _, place = what.partition(".")
    words: list[str | Path] = ["seer", "cost", session.model, "--plan", plan_file(session)]
    if place:  # a point of a curve
        facts = ((fact_text("context"), f"{int(place):,}"), *facts)
        words += ["--context", place]
    if what in PROFILED and profile is not None:
        facts += _facts(origin.of_profile(profile, session.model), PROFILE)
        facts += _job(session, profile)
    else:
        facts += _facts(origin.of_model(info, session.model), ("path", "fingerprint")) + _program()
    command = _line(words)
    if what in PROFILED:
        file = profile_path(session)
        command = ""
        if file is not None:
            command = origin.plan_command(plan, file, session.super_cells)
    note = "" if command else by_hand_text()
    return Provenance(formula=formula_of(f"plan.{what}"), facts=facts, command=command, note=note)


def _of_named(session: Session, rest: str) -> Provenance | None:
    """A number of a plan that is kept under a name."""
    from core.report import origin

    name = next((name for name in session.plans if rest.endswith(f".{name}")), None)
    if name is None:
        return None
    plan, file = session.plans[name], profile_path(session)
    what = rest.removesuffix(f".{name}")
    if what == "perplexity":
        rows = [v for v in session.variants if v.overall is not None]
        row = next((v for v in rows if v.is_plan(plan.keep, plan.top_k, plan.merges)), None)
        return None if row is None else _of_variant(session, f"perplexity.{row.name}")
    command = origin.plan_command(plan, file) if file is not None else ""
    return Provenance(
        formula=formula_of(f"plan.{what}"),
        facts=_facts(origin.of_plan(plan), PLAN),
        command=command,
        note="" if command else by_hand_text(),
    )


def _of_check(session: Session) -> Provenance | None:
    """The quick check of the plan in hand, or of what was measured last."""
    plan = session.plan
    assert plan is not None
    rows = [v for v in session.variants if v.overall is not None and v.kind == "plan"]
    mine = next((v for v in rows if v.is_plan(plan.keep, plan.top_k, plan.merges)), None)
    found = mine or max(rows, key=lambda v: v.provenance.made_at, default=None)
    return None if found is None else _of_variant(session, f"perplexity.{found.name}")


def _of_expert(session: Session, rest: str) -> Provenance | None:
    from core.report import origin
    from core.scoring import metrics

    layer, expert, what = (*rest.split(".", 2), "", "")[:3]
    profile = session.shown_profile
    if profile is None or not what:
        return None
    metric = session.metric if what == "score" else what.removeprefix("rank ")
    known = {m.name: m for m in metrics()}
    formula = formula_of(f"expert.{what.split(' ')[0]}")
    if metric in known:
        source = f"{said(known[metric].formula)}   ({said(known[metric].source)})"
        formula = source if what == "score" else f"{formula}: {source}"
    place = ((fact_text("expert"), f"L{layer} · {expert}"),)
    weights = {k: v for k, v in (session.shown_weights or {}).items() if v != 1}
    blended = ((fact_text("weights"), _pairs(weights)),) if weights else ()
    file = profile_path(session)
    words: list[str | Path] = ["seer", "score", file or "profile.safetensors"]
    words += ["--metric", metric if metric in known else session.metric]
    for name, weight in sorted(weights.items()):
        words += ["--domain-weight", f"{name}={weight:g}"]
    return Provenance(
        formula=formula,
        facts=place + blended + _facts(origin.of_profile(profile, session.model), PROFILE)
        + _job(session, profile),
        command=_line(words) if file is not None else "",
    )  # fmt: skip


def _of_variant(session: Session, rest: str) -> Provenance | None:
    from core.report import origin

    found = next((v for v in session.variants if rest.endswith(f".{v.name}")), None)
    if found is None:
        return None
    column = rest.removesuffix(f".{found.name}")
    facts = _facts(origin.of_variant(found), VARIANT)
    facts += ((fact_text("measured_as"), found.provenance.dtype),) if found.provenance.dtype else ()
    if found.provenance.versions:
        facts += ((fact_text("versions"), ", ".join(found.provenance.versions)),)
    return Provenance(
        formula=formula_of(f"variant.{column.split(' ')[0]}"),
        facts=facts,
        command=found.provenance.command,
    )


def _of_run(_session: Session, rest: str) -> Provenance | None:
    column, _, folder = rest.partition(".")
    record = _record(Path(folder))
    if record is None:
        return None
    return Provenance(
        formula=formula_of(f"run.{column}"), facts=run_facts(record), command=record.command
    )


def _of_point(session: Session, rest: str) -> Provenance | None:
    """A point of a run's curve."""
    quantity, step, name = (*rest.split(".", 2), "", "")[:3]
    record = _record(project_file(session, "runs", name)) if name else None
    if record is None:
        return None
    where = ((fact_text("run"), name), (fact_text("step"), f"{int(step):,}"))
    options = record.options
    weights = {"entropy_weight": options.entropy_weight, "distill": options.distill}
    shown = tuple((fact_text(key), f"{value:g}") for key, value in weights.items() if value)
    return Provenance(
        formula=formula_of(f"curve.{quantity}"),
        facts=where + run_facts(record) + (shown if quantity == "loss" else ()),
        command=record.command,
    )


def _record(folder: Path) -> RunRecord | None:
    from core.errors import StudioError
    from core.tuning.history import RunRecord

    try:
        return RunRecord.load(folder)
    except StudioError:
        return None


def run_facts(record: RunRecord) -> tuple[tuple[str, str], ...]:
    """What a tuning run was asked, and with what it was computed."""
    options = record.options
    found = {
        "model": record.model,
        "start": record.start,
        "plan": record.plan[:16],
        "top_k": str(options.top_k),
        "train": str(options.train or ""),
        "schedule": str(options.schedule),
        "steps": str(options.steps or ""),
        "learning_rate": str(options.learning_rate or ""),
        "sources": _sources(record),
        "seed": str(options.seed),
        "made_at": record.made_at.replace("T", " ")[:16],
        "versions": ", ".join(record.versions),
        "path": str(record.folder),
    }
    return tuple((fact_text(key), value) for key, value in found.items() if value)


def _sources(record: RunRecord) -> str:
    """What was read, as the Tune page keeps it."""
    rows = record.texts.get("sources")
    found = (
        [row.get("where") for row in rows if isinstance(row, Mapping)]
        if isinstance(rows, list | tuple)
        else []
    )
    return ", ".join(str(where) for where in found if where)


def _program() -> tuple[tuple[str, str], ...]:
    """This program, for what it computed just now."""
    import core

    return ((fact_text("versions"), f"seer {core.__version__}"),)


def _job(session: Session, result: object) -> tuple[tuple[str, str], ...]:
    """The job that brought it, if it ran in this window."""
    job = next((job for job in session.jobs if job.result is result), None)
    return ((fact_text("job"), job.title),) if job is not None else ()


def _facts(made: Origin, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Some facts of a thing, in an order of ours."""
    known = dict(made.facts)
    return tuple((fact_text(key), value_text(known[key])) for key in keys if key in known)


def _pairs(values: Mapping[str, float]) -> str:
    return ", ".join(f"{key} {value:g}" for key, value in sorted(values.items()))


def _line(words: tuple[str | Path, ...] | list[str | Path]) -> str:
    return shlex.join(str(word) for word in words)
