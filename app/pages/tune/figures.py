"""What a run will take, before it starts: memory, time, what is trained, what is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.pages.tune.asking import KEYS
from app.widgets import numbers
from app.widgets.cards import FigureStrip

if TYPE_CHECKING:
    from core.tuning import TuneEstimate


class EstimateStrip(FigureStrip):
    """Four figures of an estimate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        # tr needs the object, the captions come before it: the class's own context, spelled out.
        super().__init__(("", "", "", ""), parent)
        names = (
            self.tr("Memory"),
            self.tr("Time"),
            self.tr("Trained"),
            self.tr("Tokens read"),
        )
        for figure, name in zip(self.figures, names, strict=True):
            figure.caption.set_text(name)
        self.setAccessibleName(self.tr("What the run will take"))
        self.clear()

    def clear(self) -> None:
        """Know nothing."""
        self.set_keys(("",) * len(KEYS))
        for figure in self.figures:
            figure.set_value(numbers.DASH)

    def show_estimate(self, found: TuneEstimate) -> None:
        """Show what the engine expects."""
        self.set_keys(KEYS)
        memory, seconds, trained, read = self.figures
        fits = found.memory_high <= found.memory_free
        tight = not fits and found.memory_low <= found.memory_free
        free = numbers.size(found.memory_free)
        if fits:
            note, role = self.tr("fits: {free} free"), "good"
        elif tight:
            note, role = self.tr("tight: {free} free"), "warn"
        else:
            note, role = self.tr("does not fit: {free} free"), "bad"
        low, high = numbers.size(found.memory_low), numbers.size(found.memory_high)
        memory.set_value(f"≤ {high}", note.format(free=free), role)
        memory.setToolTip(f"{low} – {high}")
        if found.seconds_low is None or found.seconds_high is None:
            seconds.set_value(numbers.DASH, self.tr("known after a few steps"))
        else:
            steps = f"{found.options.steps:,}"
            text = self._span(found.seconds_low, found.seconds_high)
            seconds.set_value(text, self.tr("{steps} steps").format(steps=steps))
        share = found.trained_parameters / max(found.parameters, 1)
        trained.set_value(
            numbers.count(found.trained_parameters),
            self.tr("{share} of the parameters").format(share=numbers.percent(share)),
        )
        read.set_value(
            numbers.count(found.tokens),
            self.tr("{count} per step").format(count=numbers.count(found.tokens_per_step)),
        )

    def _span(self, low: float, high: float) -> str:
        """A range of time in the unit that suits its end: 3 – 12 min."""
        length, text = 1, self.tr("{low} – {high} s")
        if high >= 2 * 3600:
            length, text = 3600, self.tr("{low} – {high} h")
        elif high >= 2 * 60:
            length, text = 60, self.tr("{low} – {high} min")
        first, last = low / length, high / length
        return text.format(low=f"{first:.2g}" if first < 10 else f"{first:.0f}", high=f"{last:.0f}")
