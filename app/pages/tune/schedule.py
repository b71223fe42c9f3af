"""How Top-K will fall, drawn before anything runs."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from app.widgets.curves import CurvePlot
from app.widgets.forms import column, label
from app.widgets.series import Series
from core.tuning import TopKSchedule, TuneOptions

HEIGHT = 116
# The curve has the same shape whatever the number of steps.
MOST_POINTS = 1000


class SchedulePreview(QWidget):
    """A small plot of the experts per token over the steps, and one sentence about it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = CurvePlot(self.tr("Experts per token over the steps"), _two)
        self.plot.setFixedHeight(HEIGHT)
        self.plot.hovered.connect(self.plot.show_at)
        self.note = label("", "caption", wrap=True)
        self.setLayout(column(self.plot, self.note, spacing=4))

    def clear(self) -> None:
        """There is no model."""
        self.plot.set_series(())
        self.note.setText("")

    def show_schedule(self, options: TuneOptions, start: int) -> None:
        """Draw a schedule.

        Args:
            options: With steps resolved.
            start: Top-K of the model that is trained.
        """
        steps, target = options.steps or 1, options.top_k or start
        if not 1 <= target <= start:
            self.plot.set_note(self.tr("Top-K can only fall"))
            self.clear()
            return
        points = min(steps, MOST_POINTS)
        schedule = TopKSchedule(
            start=start,
            target=target,
            kind=options.schedule,
            fractional=options.fractional,
            anneal_fraction=options.anneal_fraction,
            steps=points,
        )
        # Before the first step the model has its own Top-K.
        k = np.concatenate([[float(start)], schedule.curve()])
        x = np.linspace(0, steps, points + 1)
        self.plot.set_end(steps)
        self.plot.set_series((Series(name="", x=x, y=k, stairs=True),))
        self.note.setText(self._text(options, start, target))

    def _text(self, options: TuneOptions, start: int, target: int) -> str:
        if start == target:
            return self.tr("Top-K stays {k} in the whole run.").format(k=target)
        if options.schedule == "none":
            return self.tr("Top-{k} from the first step.").format(k=target)
        falls = round(options.anneal_fraction * (options.steps or 1))
        return self.tr("Top-{k} is reached at step {step} of {steps}.").format(
            k=target, step=f"{falls:,}", steps=f"{options.steps:,}"
        )


def _two(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
