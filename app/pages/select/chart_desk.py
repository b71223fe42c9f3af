"""The charts' thresholds: a line let go makes a plan, a line that moves says what it would keep."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.pages.select.lower import Lower
from app.pages.select.rule_desk import RuleDesk
from app.widgets import numbers


class ChartDesk(QObject):
    """Links the coverage curve and the histogram to the rules.

    Args:
        lower: Has the charts.
        desk: Applies what they ask for.
        parent: Qt's parent.
    """

    applied = Signal()
    status_changed = Signal(str)

    def __init__(self, lower: Lower, desk: RuleDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._curve, self._histogram, self._desk = lower.curve, lower.histogram, desk
        self._curve.chosen.connect(self.keep_best)
        self._curve.moved.connect(self.preview_best)
        self._histogram.chosen.connect(self.keep_above)

    def keep_best(self, at: float) -> None:
        """Keep as many experts as the curve's line says, by one ranking."""
        self._desk.keep_best(self._curve.number(at))
        self.applied.emit()

    def preview_best(self, at: float) -> None:
        """Say what the curve's line would keep."""
        number = self._curve.number(at)
        share = self._curve.coverage(at)
        self.status_changed.emit(
            self.tr("Keep the best {number} of all layers: {share} of the routed mass").format(
                number=number, share=numbers.percent(share)
            )
        )

    def keep_above(self, at: float) -> None:
        """Keep the experts whose score is at the histogram's line or above it."""
        self._desk.keep_from(self._histogram.value(at))
        self.applied.emit()
