"""Choosing experts by measuring: the job behind a rule that takes minutes instead of a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

from app.jobs import lines
from app.jobs.measuring import DemoSplit, Subject, load, pack
from app.jobs.recipe import lasting
from app.jobs.task import Task
from app.jobs.warm import wait_for_libraries
from core.evaluation.kept import Kept
from core.run import Run

if TYPE_CHECKING:
    from core.calibration import CalibrationOptions, CalibrationSet
    from core.evaluation.ledger import Ledger
    from core.planning import Plan
    from core.profiling import Profile
    from core.runtime import LiveModel

translate = QCoreApplication.translate  # the name that lupdate looks for

Way = Literal["joint", "merge", "allocate", "iterative", "search"]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is to be chosen.

    Attributes:
        way: A policy that measures, or "search" for the smallest plan within a loss.
        percent: Share of the experts to keep, but for "search".
        loss: Per cent that perplexity may rise, for "search".
        metric: Score that ranks experts.
        scope: "layer" keeps as many in every layer, "global" lets layers differ.
        floor: Fewest experts per layer.
        weights: Domain weights other than 1.
        text: What is done, as the undo button names it.
    """

    way: Way
    percent: float = 75.0
    loss: float = 5.0
    metric: str = "weighted-ean-sum"
    scope: Literal["layer", "global"] = "global"
    floor: int = 1
    weights: Mapping[str, float] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A plan that a job chose.

    Attributes:
        plan: The plan.
        text: What was done, as the undo button names it.
        said: What was measured, in a sentence or two.
        command: The line that chooses the same.
    """

    plan: Plan
    text: str
    said: str
    command: str


def choose_task(
    subject: Subject,
    options: CalibrationOptions,
    choice: Choice,
    *,
    profile: Profile,
    profile_file: Path,
    start: Plan,
    output: Path,
) -> Task:
    """Choose experts by measuring masked models.

    Args:
        subject: The model.
        options: The texts: calibration texts, or held-out ones for "search".
        choice: What is to be chosen.
        profile: For scores.
        profile_file: Where the command line finds it, and the job after a restart.
        start: The plan whose locks hold.
        output: Where the command line would write the plan; beside it lies what a stopped job
            measured, so that the same one started again goes on there.
    """
    task = kept_choice(
        subject, options, choice, profile_file=profile_file, start=start, output=output
    )
    work = _Work(subject=subject, options=options, choice=choice, start=start, output=output)
    return replace(task, function=lambda run: work.done(profile, task.command, run))


@lasting("choose")
def kept_choice(
    subject: Subject,
    options: CalibrationOptions,
    choice: Choice,
    *,
    profile_file: Path,
    start: Plan,
    output: Path,
) -> Task:
    """As `choose_task`, with a profile that is read when the work begins."""
    line = choose_line(subject, options, choice, start=start, profile=profile_file, output=output)
    work = _Work(subject=subject, options=options, choice=choice, start=start, output=output)

    def function(run: Run) -> Chosen:
        from core.profiling import load_profile_of

        return work.done(load_profile_of(profile_file, subject.info), line, run)

    return Task(
        title=choice.text or translate("Tasks", "Choose experts"),
        kind="choose",
        function=function,
        command=line,
        on_result="take_chosen",
        parks=True,
    )


@dataclass(frozen=True, kw_only=True)
class _Work:
    """What a choice begins with, but for the profile."""

    subject: Subject
    options: CalibrationOptions
    choice: Choice
    start: Plan
    output: Path
    kept: Kept = field(default_factory=Kept)  # of a measurement that was paused in its middle

    def done(self, profile: Profile, line: str, run: Run) -> Chosen:
        """Choose, on a worker thread."""
        wait_for_libraries(run)
        choice, folder = self.choice, self.subject.folder
        split: DemoSplit = "heldout" if choice.way == "search" else "calibration"
        texts, _ = pack(folder, self.options, split, run)
        run.check()
        live = load(self.subject, folder, run)
        self.output.parent.mkdir(parents=True, exist_ok=True)
        setting = _Setting(
            live=live,
            texts=texts,
            profile=profile,
            start=self.start,
            choice=choice,
            ledger=_ledger(live, texts, self.output),
            kept=self.kept,
        )
        plan, said = (_searched if choice.way == "search" else _selected)(setting, run)
        self.kept.clear()
        run.note(said)
        return Chosen(plan=plan, text=choice.text, said=said, command=line)


def choose_line(
    subject: Subject,
    options: CalibrationOptions,
    choice: Choice,
    *,
    start: Plan,
    profile: Path,
    output: Path,
) -> str:
    """The `seer select` or `seer search` line that chooses the same."""
    search = choice.way == "search"
    words: list[str | Path | float] = ["seer", "search" if search else "select", subject.name]
    words.append(profile)
    if search:
        words += ["--max-ppl-increase", f"{choice.loss:g}%"]
    else:
        words += ["--policy", choice.way, "--keep", f"{choice.percent:.12g}%"]
        if choice.way == "allocate":
            words += ["--rank", "score" if subject.info.n_group > 1 else "loss"]
    words += ["--metric", choice.metric, "--scope", choice.scope, "--floor", choice.floor]
    for name, value in sorted(choice.weights.items()):
        words += ["--domain-weight", f"{name}={value:.12g}"]
    for flag, cells in (("--lock-keep", start.locks.keep), ("--lock-drop", start.locks.drop)):
        if cells:
            named = (f"{start.layer_ids[row]}:{expert}" for row, expert in sorted(cells))
            words += [flag, ",".join(named)]
    if not start.made_by.protected:
        words.append("--no-protect")
    return lines.line(
        *words,
        *lines.source_words(options.sources),
        *lines.text_words(options),
        *lines.place_words(subject),
        "-o",
        output,
    )


@dataclass(frozen=True, kw_only=True)
class _Setting:
    """What a choice works on."""

    live: LiveModel
    texts: CalibrationSet
    profile: Profile
    start: Plan
    choice: Choice
    ledger: Ledger
    kept: Kept


def _ledger(live: LiveModel, texts: CalibrationSet, output: Path) -> Ledger:
    from core.evaluation.ledger import Ledger, ledger_key, ledger_path

    key = ledger_key(live.info.fingerprint, texts.fingerprint, live.dtype, live.device.type)
    return Ledger(ledger_path(output), key=key, resume=True)


def _selected(setting: _Setting, run: Run) -> tuple[Plan, str]:
    """A policy's plan, and what was measured for it."""
    from core.evaluation.selection import SelectOptions, select_plan

    choice, start = setting.choice, setting.start
    share = choice.percent / 100
    per_layer = choice.scope == "layer"
    experts = max(start.experts) if per_layer else sum(start.experts)
    wanted = max(1, int(experts * share + 0.5 + 1e-9))
    options = SelectOptions(
        policy=choice.way,  # type: ignore[arg-type]
        keep=wanted if per_layer else None,
        total=None if per_layer else wanted,
        metric=choice.metric,
        scope=choice.scope,
        floor=choice.floor,
        rank="score" if setting.live.info.n_group > 1 else "loss",
        weights=choice.weights,
    )
    found = select_plan(
        setting.live,
        setting.profile,
        setting.texts,
        start,
        options,
        ledger=setting.ledger,
        run=run,
    )
    plan = found.plan
    said = translate("Chosen", "{kept} of {total} experts stay.").format(
        kept=sum(plan.experts) - plan.dropped, total=sum(plan.experts)
    )
    if found.kl is None:
        measured = translate("Chosen", "The masked model was profiled again on {tokens} tokens.")
        measured = measured.format(tokens=f"{found.tokens:,}")
    else:
        measured = translate(
            "Chosen",
            "Measured on {tokens} calibration tokens: {kl} nats per token from the original, "
            "{masks} masks tried.",
        ).format(tokens=f"{found.tokens:,}", kl=f"{found.kl:.3f}", masks=f"{found.measured:,}")
    if plan.merged:
        merged = translate("Chosen", "{count} of the others are averaged into one that stays.")
        measured += " " + merged.format(count=plan.merged)
    return plan, f"{said} {measured}"


def _searched(setting: _Setting, run: Run) -> tuple[Plan, str]:
    """The smallest plan within the loss, and what was measured for it."""
    from core.evaluation.search import rule_plans, search_plan

    choice, profile = setting.choice, setting.profile
    candidates = rule_plans(
        profile,
        setting.start,
        setting.live.info,
        metric=choice.metric,
        scope=choice.scope,
        floor=choice.floor,
        weights=choice.weights,
    )
    found = search_plan(
        setting.live,
        setting.texts,
        candidates,
        max_increase=choice.loss / 100,
        ledger=setting.ledger,
        kept=setting.kept,
        run=run,
    )
    options = {
        "max_ppl_increase": f"{choice.loss:g}%",
        "perplexity": found.perplexity["overall"],
        "perplexity_original": found.original["overall"],
    }
    made_by = replace(
        found.plan.made_by,
        metric=choice.metric,
        scope=choice.scope,
        profile=profile.fingerprint,
        options=options | {f"weight.{name}": value for name, value in choice.weights.items()},
    )
    plan = found.plan.with_kept(found.plan.kept_LE, made_by=made_by)
    said = translate(
        "Chosen",
        "{kept} of {total} experts stay. Measured on {tokens} tokens: perplexity {after}, the "
        "original {before} ({change}); {trials} sizes tried.",
    ).format(
        kept=sum(plan.experts) - plan.dropped,
        total=sum(plan.experts),
        tokens=f"{found.tokens:,}",
        after=f"{found.perplexity['overall']:.2f}",
        before=f"{found.original['overall']:.2f}",
        change=f"{100 * found.increase:+.1f} %",
        trials=len(found.trials),
    )
    return plan, said
