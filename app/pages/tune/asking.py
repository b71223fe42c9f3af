"""Where the Tune page's numbers can be asked about: the estimate's figures, points of curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QWidget

import core
from app.jobs.tuning_lines import tune_line
from app.session.facts import fact_text
from app.session.formulas import formula_of
from app.session.provenance import provenance_of, run_facts
from app.widgets import numbers
from app.widgets.curve_board import CurveBoard
from app.widgets.provenance import Asker, Number, Provenance

if TYPE_CHECKING:
    from app.jobs.tune_request import TuneRequest
    from app.session import Session
    from core.tuning import Found, TuneEstimate
    from core.tuning.history import RunRecord

translate = QCoreApplication.translate  # the name that lupdate looks for

# What the estimate's figures are.
KEYS = ("estimate.memory", "estimate.time", "estimate.trained", "estimate.tokens")


def part_text(key: str) -> str:
    """What a part of the estimated memory is called; keys are those of `core.tuning.footprint`."""
    return {
        "weights": translate("Estimate", "weights"),
        "gradients": translate("Estimate", "gradients"),
        "optimiser": translate("Estimate", "optimiser"),
        "teacher": translate("Estimate", "teacher"),
        "activations": translate("Estimate", "activations"),
        "logits": translate("Estimate", "logits"),
    }.get(key, key)


def estimate_made(number: Number, found: TuneEstimate, request: TuneRequest) -> Provenance:
    """Where a figure of the estimate comes from.

    Args:
        number: What was asked about.
        found: The estimate that shows.
        request: What it is an estimate of.
    """
    options, sources = found.options, ", ".join(map(str, request.texts.sources))
    parts = ", ".join(f"{part_text(key)} {numbers.size(n)}" for key, n in found.memory.items() if n)
    facts = {
        "model": request.model.name,
        "plan": request.plan.fingerprint[:16] if request.plan is not None else "",
        "sources": sources,
        "memory": parts if number.key == "estimate.memory" else "",
        "free": numbers.size(found.memory_free) if number.key == "estimate.memory" else "",
        "flops": numbers.flops(found.flops) if number.key == "estimate.time" else "",
        "train": str(options.train),
        "steps": f"{options.steps:,}",
        "batch_size": f"{options.batch_size} × {options.grad_accum}",
        "seq_len": f"{request.texts.seq_len:,}",
        "dtype": options.dtype,
        "device": options.device,
        "seed": str(options.seed),
        "versions": f"seer {core.__version__}",
    }
    return Provenance(
        formula=formula_of(number.key),
        facts=tuple((fact_text(key), value) for key, value in facts.items() if value),
        command=f"{tune_line(request)} --dry-run",
    )


def trial_made(number: Number, found: Found, record: RunRecord, command: str) -> Provenance | None:
    """Where a figure of a trial comes from; None for a trial that is gone.

    Args:
        number: What was asked about.
        found: The search that shows.
        record: What it was asked.
        command: The line that searches so.
    """
    _, column, at = number.key.split(".")
    trial = next((trial for trial in found.trials if trial.number == int(at)), None)
    if trial is None:
        return None
    tried = replace(record, options=trial.options, folder=record.folder)
    return Provenance(
        formula=formula_of(f"trial.{column}"),
        facts=((fact_text("trial"), at), *run_facts(tried)),
        command=command,
    )


class Asking(QObject):
    """Ties the estimate and the curves to what is known of their numbers.

    Args:
        session: Knows what is no estimate.
        estimate: What shows; None while there is none.
        request: What it is an estimate of.
        parent: Qt's parent.
    """

    def __init__(
        self,
        session: Session,
        estimate: Callable[[], TuneEstimate | None],
        request: Callable[[], TuneRequest | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._estimate, self._request = session, estimate, request
        self.asker = Asker(self.answer, self)

    def watch(self, figures: QWidget, board: CurveBoard) -> None:
        """Listen on the estimate's strip and on every plot."""
        self.asker.watch(figures)
        for plot in board.plots.values():
            self.asker.watch_chart(plot)

    def answer(self, number: Number) -> Provenance | None:
        """What made a number; None for one that nobody knows."""
        if number.key not in KEYS:
            return provenance_of(self._session, number)
        found = self._estimate()
        request = self._request() if found is not None else None
        return None if found is None or request is None else estimate_made(number, found, request)
