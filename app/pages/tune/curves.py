"""The curves of the runs that are looked at, one plot a quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.theme import UNIT
from app.widgets import numbers
from app.widgets.cards import Card
from app.widgets.curve_board import CurveBoard, Quantity
from app.widgets.drawing import Sheet
from app.widgets.empty_state import EmptyState
from app.widgets.forms import column, row, scrolled
from app.widgets.series import Series
from app.widgets.take_menu import Table, TakeButton, Taken, table_of

if TYPE_CHECKING:
    from core.tuning.history import Curve

# Noisy from step to step: drawn smoothed over the raw values.
PLOT_HEIGHT = 108  # logical pixels of a curve that can be read; where there is less, they scroll
COLUMNS = ("step", "loss", "ce", "entropy", "distill", "k", "learning_rate", "perplexity")
NOISY = frozenset({"loss", "ce", "entropy"})


class CurvesCard(Card):
    """Loss, cross-entropy, entropy, K, learning rate, and perplexity on held-out texts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        waiting = self.tr("Nothing to show yet")
        later = self.tr("Comes with the first validation")
        self.board = CurveBoard(
            (
                Quantity(
                    key="perplexity",
                    title=self.tr("Validation perplexity"),
                    words=numbers.perplexity,
                    note=later,
                ),
                Quantity(key="loss", title=self.tr("Loss"), words=_three, note=waiting),
                Quantity(
                    key="ce", title=self.tr("Cross-entropy, nats"), words=_three, note=waiting
                ),
                Quantity(
                    key="entropy", title=self.tr("Router entropy, nats"), words=_three, note=waiting
                ),
                Quantity(key="k", title=self.tr("Experts per token"), words=_two, note=waiting),
                Quantity(
                    key="learning_rate", title=self.tr("Learning rate"), words=_rate, note=waiting
                ),
            ),
            columns=2,
            key="curve",
        )
        self.empty = EmptyState(
            "tune",
            self.tr("Nothing was tuned yet"),
            self.tr(
                "While a run goes on, its curves grow here: loss, perplexity on held-out texts, "
                "how sure the router is, and how many experts each token uses."
            ),
        )
        self._curves: tuple[tuple[str, Curve], ...] = ()
        self.take = TakeButton(self._taken)
        shown = QWidget()
        for plot in self.board.plots.values():
            plot.setMinimumHeight(PLOT_HEIGHT)
        box = column(row(None, self.take), scrolled(self.board), spacing=0)
        box.setStretch(1, 1)
        shown.setLayout(box)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(shown)
        self.body.addWidget(self.stack)
        self.body.setContentsMargins(0, UNIT // 2, 0, 0)

    def show_curves(self, curves: tuple[tuple[str, Curve], ...], end: float = 0.0) -> None:
        """Show runs.

        Args:
            curves: Names and curves; the first is the one that is looked at, drawn on top.
            end: Steps that it will have; 0 follows the curves.
        """
        self._curves = curves
        shown: dict[str, tuple[Series, ...]] = {}
        for key in self.board.plots:
            found = []
            for tone, (name, curve) in enumerate(curves):
                x, y = curve.points(key)
                if len(x):
                    series = Series(
                        name=name, x=x, y=y, tone=tone, smooth=key in NOISY, stairs=key == "k"
                    )
                    found.append(series)
            shown[key] = tuple(reversed(found))
        self.stack.setCurrentIndex(1 if curves else 0)
        self.board.set_curves(shown, end)

    def _taken(self) -> Taken | None:
        """The plots that show something; every point of every run."""
        parts = self.board.parts()
        if not self._curves or not parts:
            return None
        names = " · ".join(name for name, _ in self._curves)
        return Taken(
            name="curves",
            drawing=Sheet(title=self.tr("Tuning"), subtitle=names, parts=parts, columns=2),
            table=lambda: curves_table(self._curves),
        )


def curves_table(curves: tuple[tuple[str, Curve], ...]) -> Table:
    """A line per run and logged step."""
    return table_of(
        ("run", *COLUMNS),
        (
            (name, *(float(getattr(curve, key)[at]) for key in COLUMNS))
            for name, curve in curves
            for at in range(len(curve.step))
        ),
    )


def _three(value: float) -> str:
    return f"{value:.3f}"


def _two(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _rate(value: float) -> str:
    """5e-4 rather than 5.0e-04."""
    if value <= 0:
        return "0"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits.removesuffix('.0')}e{int(power)}"
