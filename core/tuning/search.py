"""Look for better options within a time budget: short real runs, chosen by Optuna.

What is searched: the learning rate (a fifth to five times the base's, on a logarithmic scale), λ
(none, or 0.001 to 0.1), the schedule, and the share of the steps that it takes. A trial is a whole
run of the base's steps, judged by its validation perplexity at the Top-K to be reached; nothing is
written but the journal, which a later search goes on from. The base itself is the first trial, so
the best found is never worse than not searching.
"""

from __future__ import annotations

import importlib.util
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.calibration import CalibrationSet
from core.errors import Cancelled, InputError, Parked, ProjectError, StudioError
from core.planning import Plan
from core.run import Run
from core.tuning.options import TuneOptions

if TYPE_CHECKING:
    import optuna

STAGE = "search"
SNAPSHOT = "tuning-search"
JOURNAL = "search.journal"
RATE_FACTOR = 5.0
STUDY = "tuning"
REMEDY = "pip install 'seer-studio[search]'"
_FAILED = "failed"
_OPTIONS = "options"
_SPENT = "spent"  # seconds of a trial until it was paused


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One short run.

    Attributes:
        number: Its number, from 0; 0 is the base.
        options: What was tried.
        perplexity: On the held-out texts at the end; None where the run failed.
        seconds: How long it took.
        error: Why it failed; empty where it did not.
    """

    number: int
    options: TuneOptions
    perplexity: float | None
    seconds: float
    error: str = ""

    def to_json(self) -> dict[str, object]:
        """The trial with only what was searched."""
        return {
            "number": self.number,
            **{name: getattr(self.options, name) for name in SEARCHED},
            "perplexity": self.perplexity,
            "seconds": self.seconds,
        }


SEARCHED = ("learning_rate", "entropy_weight", "schedule", "fractional", "anneal_fraction")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search came to.

    Attributes:
        trials: Every trial, in order, of earlier searches too.
    """

    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial | None:
        """The trial with the lowest perplexity; None where all failed."""
        good = [trial for trial in self.trials if trial.perplexity is not None]
        return min(good, key=lambda trial: trial.perplexity or 0.0, default=None)

    @property
    def seconds(self) -> float:
        """Time of all trials."""
        return sum(trial.seconds for trial in self.trials)

    def to_json(self) -> dict[str, object]:
        """The search as JSON."""
        return {
            "trials": [trial.to_json() for trial in self.trials],
            "best": None if self.best is None else self.best.to_json(),
            "seconds": self.seconds,
        }


def installed() -> bool:
    """Whether Optuna, an optional package, is there; it is not imported for that."""
    return importlib.util.find_spec("optuna") is not None


def kept_search(work: Path, base: TuneOptions) -> Found:
    """The trials that a search left in a folder, with nothing begun or changed.

    Args:
        work: The search's folder; one without a journal holds no trials.
        base: What the search started from; the trials differ from it by what was searched.

    Raises:
        InputError: Optuna is not installed.
        ProjectError: The journal cannot be read.
    """
    journal = work / JOURNAL
    if not journal.is_file():
        return Found(trials=())
    optuna = _optuna()
    try:
        study = optuna.load_study(study_name=STUDY, storage=_storage(journal))
        return Found(trials=_trials(study, base))
    except KeyError:  # it was stopped before its study was made
        return Found(trials=())
    except (OSError, ValueError, TypeError) as error:
        raise ProjectError(
            f"the trials in {work} cannot be read ({error})", remedy="start a new search"
        ) from error


def search_options(
    folder: Path,
    texts: CalibrationSet,
    base: TuneOptions,
    *,
    minutes: float,
    work: Path,
    validation: CalibrationSet | None = None,
    plan: Plan | None = None,
    teacher: Path | None = None,
    force: bool = False,
    run: Run,
) -> Found:
    """Try options until the time is over.

    Args:
        folder: The model.
        texts: Training texts.
        base: What the search starts from; its steps are those of a trial.
        minutes: Time for all trials, those of an earlier search in `work` included. A trial that
            would not fit by the mean time of those before is not begun; the first always is.
        work: A folder for the journal; a search that is there is gone on with.
        validation: Held-out texts; a part of `texts` if None.
        plan: Experts that stay.
        teacher: The unpruned model, if another than `folder`.
        force: Accept a plan of another fingerprint.
        run: Takes progress in trials, and a snapshot "tuning-search" (`Found`) after each.

    Raises:
        Cancelled: The run was stopped; the trials so far are kept, the last is tried again.
        Parked: It was paused and gives its memory back; likewise, but the last trial goes on after
            its last whole step.
        InputError: Optuna is not installed, or what `tune` refuses.
    """
    from core.tuning.request import checked
    from core.tuning.train import try_out

    base = replace(base, eval_every=0, save_every=0, patience=0)
    common: dict[str, Any] = {
        "validation": validation, "plan": plan, "teacher": teacher, "force": force,
    }  # fmt: skip
    work.mkdir(parents=True, exist_ok=True)
    place = work / "trial"
    from core.runtime.ranks import ALONE

    first = checked(
        folder, texts, base, output=work / "none", work=place, ranks=ALONE, run=run, **common
    )
    base = first.options
    study = _study(work / JOURNAL, _mark(first.identity()), base)
    began = len(_trials(study, base))
    while True:
        run.check()
        found = Found(trials=_trials(study, base))
        run.progress(STAGE, len(found.trials), None, "trials")
        done = len(found.trials)
        mean = found.seconds / done if done else 0.0
        if done and found.seconds + mean > minutes * 60:
            break
        _one(study, base, lambda options: try_out(
            folder, texts, options, work=place, run=run, **common
        ))  # fmt: skip
        shutil.rmtree(place, ignore_errors=True)
        run.snapshot(SNAPSHOT, Found(trials=_trials(study, base)))
    if began == len(found.trials):
        run.note(f"the {began} trials so far took the whole {minutes:g} minutes", "warning")
    return found


def _one(study: optuna.Study, base: TuneOptions, measure: Any) -> None:
    """One trial, told to the study however it ends."""
    from optuna.trial import TrialState

    trial = study.ask()
    options = _suggested(trial, base)
    trial.set_user_attr(_OPTIONS, {name: getattr(options, name) for name in SEARCHED})
    # Of the same trial before it was paused, which it goes on with.
    spent = sum(
        float(other.user_attrs.get(_SPENT, 0.0))
        for other in study.get_trials(deepcopy=False, states=(TrialState.FAIL,))
        if other.params == trial.params
    )
    began = time.monotonic()
    try:
        value = measure(options)
    except (Cancelled, Parked) as stop:
        if isinstance(stop, Parked):
            trial.set_user_attr(_SPENT, time.monotonic() - began)
        study.tell(trial, state=TrialState.FAIL)
        study.enqueue_trial(trial.params)
        raise
    except StudioError as error:
        trial.set_user_attr(_FAILED, error.line())
        trial.set_user_attr("seconds", spent + time.monotonic() - began)
        study.tell(trial, state=TrialState.FAIL)
        return
    trial.set_user_attr("seconds", spent + time.monotonic() - began)
    study.tell(trial, value)


def _suggested(trial: optuna.Trial, base: TuneOptions) -> TuneOptions:
    rate = base.learning_rate or 1e-4
    schedule: Any = trial.suggest_categorical("schedule", ["linear", "cosine", "none"])
    return replace(
        base,
        learning_rate=trial.suggest_float(
            "learning_rate", rate / RATE_FACTOR, min(rate * RATE_FACTOR, 10.0), log=True
        ),
        entropy_weight=trial.suggest_categorical("entropy_weight", [0.0, 0.001, 0.01, 0.03, 0.1]),
        schedule=schedule,
        fractional=trial.suggest_categorical("fractional", [True, False]),
        anneal_fraction=trial.suggest_categorical("anneal_fraction", [0.25, 0.5, 0.75, 1.0]),
    )


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise InputError("searching needs Optuna, which is not installed", remedy=REMEDY) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _storage(journal: Path) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(journal)))


def _study(journal: Path, mark: str, base: TuneOptions) -> optuna.Study:
    """The study in a journal, or a new one that begins with the base."""
    engine = _optuna()
    study: optuna.Study = engine.create_study(
        storage=_storage(journal),
        study_name=STUDY,
        sampler=engine.samplers.TPESampler(seed=base.seed),
        load_if_exists=True,
    )
    known = study.user_attrs.get("mark")
    for trial in study.get_trials(deepcopy=False, states=(engine.trial.TrialState.RUNNING,)):
        # Whoever tried it was killed.
        study.tell(trial.number, state=engine.trial.TrialState.FAIL)
        study.enqueue_trial(trial.params)
    if known is None:
        study.set_user_attr("mark", mark)
        weights = [0.0, 0.001, 0.01, 0.03, 0.1]
        near = min(weights, key=lambda weight: abs(weight - base.entropy_weight))
        share = min([0.25, 0.5, 0.75, 1.0], key=lambda f: abs(f - base.anneal_fraction))
        study.enqueue_trial(
            {
                "learning_rate": base.learning_rate,
                "entropy_weight": near,
                "schedule": base.schedule,
                "fractional": base.fractional,
                "anneal_fraction": share,
            }
        )
    elif known != mark:
        raise InputError(
            f"the search in {journal.parent} is of another model, text or number of steps",
            remedy="another folder",
        )
    return study


def _mark(identity: Mapping[str, object]) -> str:
    """What a search is of: everything that decides a trial but what is searched."""
    import hashlib
    import json

    own = {k: v for k, v in identity.items() if k.removeprefix("option ") not in SEARCHED}
    own["learning_rate"] = identity["option learning_rate"]
    return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


def _trials(study: optuna.Study, base: TuneOptions) -> tuple[Trial, ...]:
    """The trials that ended."""
    return tuple(
        Trial(
            number=trial.number,
            options=replace(base, **trial.user_attrs[_OPTIONS]),
            perplexity=trial.value,
            seconds=float(trial.user_attrs["seconds"]),
            error=str(trial.user_attrs.get(_FAILED, "")),
        )
        for trial in study.get_trials(deepcopy=False)
        if "seconds" in trial.user_attrs and trial.state.is_finished()
    )
