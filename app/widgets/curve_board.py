"""Several plots over the same steps, with one pointer for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.theme import UNIT
from app.widgets.curves import CurvePlot
from app.widgets.drawing import Part
from app.widgets.series import Series


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One plot.

    Attributes:
        key: What the page calls it.
        title: What a person reads.
        words: How a value reads.
        note: Said while there is no curve.
    """

    key: str
    title: str
    words: Callable[[float], str]
    note: str = ""


class CurveBoard(QWidget):
    """A plot for each quantity, in rows of some columns.

    Args:
        quantities: In reading order.
        columns: Plots beside each other.
        key: What the points are to whoever knows where they come from; empty for nobody.
        parent: Qt's parent.
    """

    def __init__(
        self,
        quantities: tuple[Quantity, ...],
        columns: int = 1,
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.plots: dict[str, CurvePlot] = {}
        box = QGridLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setHorizontalSpacing(3 * UNIT)
        box.setVerticalSpacing(UNIT + 4)
        for at, quantity in enumerate(quantities):
            plot = CurvePlot(quantity.title, quantity.words, key and f"{key}.{quantity.key}")
            plot.set_note(quantity.note)
            plot.hovered.connect(self._on_hovered)
            self.plots[quantity.key] = plot
            box.addWidget(plot, at // columns, at % columns)
            box.setRowStretch(at // columns, 1)
            box.setColumnStretch(at % columns, 1)

    def set_curves(self, curves: Mapping[str, tuple[Series, ...]], end: float = 0.0) -> None:
        """Show these curves.

        Args:
            curves: By quantity; one that is missing shows its note.
            end: Steps that the run will have; 0 follows the curves.
        """
        longest = [float(s.x[-1]) for found in curves.values() for s in found if len(s.x)]
        for key, plot in self.plots.items():
            plot.set_end(max([end, *longest]))
            plot.set_series(curves.get(key, ()))

    def parts(self) -> tuple[Part, ...]:
        """The plots that show something, as parts of a sheet."""
        found = (plot.part() for plot in self.plots.values())
        return tuple(part for part in found if part is not None)

    @Slot(float)
    def _on_hovered(self, step: float) -> None:
        for plot in self.plots.values():
            plot.show_at(step)
