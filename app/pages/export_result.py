"""What came of an export: verification, speed, and what stock transformers says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.theme import UNIT
from app.widgets import numbers
from app.widgets.cards import Card
from app.widgets.flow import flowing
from app.widgets.forms import Button, ElidedLabel
from app.widgets.outcome import Outcome, OutcomeList
from app.widgets.said import said

if TYPE_CHECKING:
    from app.jobs.job import Job
    from core.export import ExportResult
    from core.export.reload import ReloadCheck

# Logits of two bf16 models that compute the same may differ by the order of their sums.
SAME_LOGITS = 1e-2


class ResultCard(Card):
    """Hidden until something was written."""

    open_asked = Signal()
    reload_asked = Signal()
    evaluate_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.written = ElidedLabel("", "strong", mode=Qt.TextElideMode.ElideMiddle)
        self.list = OutcomeList()
        self.open = Button(self.tr("Open folder"), icon_name="folder")
        self.reload = Button(self.tr("Reload in transformers"), icon_name="retry")
        self.evaluate = Button(self.tr("Measure it"), icon_name="evaluate")
        for button, asked in (
            (self.reload, self.reload_asked),
            (self.evaluate, self.evaluate_asked),
            (self.open, self.open_asked),
        ):
            button.clicked.connect(asked)
        self.body.addWidget(self.written)
        self.body.addWidget(self.list)
        self.body.addSpacing(UNIT)
        self.body.addWidget(flowing(self.reload, self.evaluate, self.open))
        self._written: tuple[Outcome, ...] = ()
        self.hide()

    def clear(self) -> None:
        """Forget the export that was shown."""
        self._written = ()
        self.list.set_outcomes(())
        self.hide()

    def set_busy(self, busy: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Forbid a second check while one runs."""
        self.reload.setEnabled(not busy)

    def show_result(self, result: ExportResult) -> None:
        """Show an export."""
        self.written.set_text(self.tr("Written to {folder}").format(folder=result.output))
        rate = result.bytes_out / result.seconds if result.seconds > 0 else 0.0
        files = self.tr("{files} files").format(files=result.files)
        if result.files == 1:
            files = self.tr("one file")
        lines = [
            Outcome(
                "good",
                self.tr("{size} written").format(size=numbers.size(result.bytes_out)),
                self.tr("{files} in {time} s, {rate}").format(
                    files=files, time=f"{result.seconds:.1f}", rate=numbers.rate(rate, "bytes")
                ),
            ),
            Outcome("good", self.tr("Verified"), self.tr("every kept byte equals its source"))
            if result.verified
            else Outcome("warn", self.tr("Not verified"), self.tr("verification was off")),
            *(Outcome("warn", note) for note in result.notes),
        ]
        self._written = tuple(lines)
        waiting = Outcome("wait", self.tr("Not loaded yet"), self.tr("reload it to be sure"))
        self.list.set_outcomes((*self._written, waiting))
        self.show()

    def show_reload(self, job: Job) -> None:
        """Show how the reload check stands."""
        if not job.over:
            line = Outcome("wait", self.tr("Loading with stock transformers…"))
            self.list.set_outcomes((*self._written, line))
            return
        if job.state == "cancelled":
            line = Outcome("wait", self.tr("Not loaded"), self.tr("the check was cancelled"))
        elif job.error is not None:
            line = Outcome("bad", self.tr("Does not load"), said(job.error.what))
        else:
            line = self._verdict(job.result)
        self.list.set_outcomes((*self._written, line))

    def _verdict(self, check: ReloadCheck) -> Outcome:
        if not check.complete:
            names = (*check.missing, *check.unexpected, *check.mismatched)
            return Outcome(
                "bad",
                self.tr("Loads incompletely as {name}").format(name=check.model_class),
                self.tr("{count} tensors, first {first}").format(count=len(names), first=names[0]),
            )
        text = self.tr("Loads as {name}").format(name=check.model_class)
        if check.max_difference is None:
            return Outcome("good", text)
        detail = self.tr("logits within {difference} of the masked original, {share} same top-1")
        return Outcome(
            "good" if check.max_difference <= SAME_LOGITS else "warn",
            text,
            detail.format(
                difference=f"{check.max_difference:.2g}",
                share=numbers.percent(check.top1_agreement or 0.0),
            ),
        )
