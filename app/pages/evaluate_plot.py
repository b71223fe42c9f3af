"""Quality against cost: both are chosen above the plot; a front joins what nothing beats."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from app.models.variant_columns import columns_for, kind_text
from app.widgets import numbers
from app.widgets.cards import Card
from app.widgets.drawing import Sheet
from app.widgets.forms import label, row
from app.widgets.number_watch import Number
from app.widgets.scatter import Mark, ScatterPlot
from app.widgets.take_menu import Table, TakeButton, Taken, table_of
from core.evaluation.variant import Variant, pareto

SHAPES = {"original": "ring", "plan": "dot", "tuned": "triangle", "exported": "square"}


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One quantity of a variant.

    Attributes:
        key: What it is remembered by.
        title: Its name.
        value: The number, None where it is not known.
        words: A tick.
        more_is_better: Whether the best is at the top; the front is then sought for the rest to 1.
    """

    key: str
    title: str
    value: Callable[[Variant], float | None]
    words: Callable[[float], str]
    more_is_better: bool = False


class PlotCard(Card):
    """The plot with a choice of both axes.

    Signals:
        mark_chosen: Name of the variant whose mark was clicked.
    """

    mark_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Quality against cost"), parent=parent)
        self._rows: tuple[Variant, ...] = ()
        self._marked: tuple[Variant, ...] = ()
        self._costs = self._cost_axes()
        self._qualities: tuple[Axis, ...] = ()
        self.cost = QComboBox()
        self.cost.setAccessibleName(self.tr("Cost"))
        for axis in self._costs:
            self.cost.addItem(axis.title, axis.key)
        self.quality = QComboBox()
        self.quality.setAccessibleName(self.tr("Quality"))
        self.quality.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.plot = ScatterPlot(numbers.size, _plain)
        self.plot.setAccessibleName(self.heading.text())
        self.plot.set_note(
            self.tr("Each measured variant becomes a point: a quick check adds one.")
        )
        self.plot.chosen.connect(self._on_mark)
        self.take = TakeButton(self._taken)
        against = label(self.tr("against"), "dim")
        self.body.addLayout(row(self.quality, against, self.cost, None, self.take))
        self.body.addWidget(self.plot, 1)
        self._fill()
        self.cost.currentIndexChanged.connect(self._show)
        self.quality.currentIndexChanged.connect(self._show)
        self._show()

    def set_variants(self, rows: tuple[Variant, ...]) -> None:
        """Show these; tasks that were asked become qualities to choose."""
        self._rows = rows
        self._fill()
        self._show()

    def _taken(self) -> Taken | None:
        """The plot; every number of every variant."""
        part = self.plot.part()
        if not self._rows:
            return None
        said = f"{self.quality.currentText()} · {self.cost.currentText()}"
        sheet = Sheet(title=self.heading.text(), subtitle=said, parts=(part,)) if part else None
        return Taken(name="variants", drawing=sheet, table=lambda: variants_table(self._rows))

    def select(self, variant: Variant | None) -> None:
        """Mark one as the selected."""
        self.plot.select(self._marked.index(variant) if variant in self._marked else -1)

    def _cost_axes(self) -> tuple[Axis, ...]:
        return (
            Axis(
                key="bytes",
                title=self.tr("Checkpoint size"),
                value=lambda v: float(v.bytes) or None,
                words=numbers.size,
            ),
            Axis(
                key="flops",
                title=self.tr("FLOPs per token"),
                value=lambda v: v.flops_per_token,
                words=numbers.flops,
            ),
            Axis(
                key="parameters",
                title=self.tr("Parameters"),
                value=lambda v: float(v.parameters) or None,
                words=numbers.count,
            ),
            Axis(
                key="active",
                title=self.tr("Active parameters"),
                value=lambda v: float(v.active) or None,
                words=numbers.count,
            ),
        )

    def _quality_axes(self) -> tuple[Axis, ...]:
        names = dict.fromkeys(name for v in self._rows for name in v.tasks)
        return (
            Axis(
                key="perplexity",
                title=self.tr("Perplexity"),
                value=lambda v: v.overall,
                words=_plain,
            ),
            Axis(
                key="kl",
                title=self.tr("KL from the original"),
                # The original's own is zero by definition, whether or not it was measured.
                value=lambda v: v.kl if v.kind != "original" else 0.0 if v.perplexity else None,
                words=_plain,
            ),
            *(
                Axis(
                    key=f"task {name}",
                    title=self.tr("Accuracy on {task}").format(task=name),
                    value=_accuracy(name),
                    words=numbers.whole_percent,
                    more_is_better=True,
                )
                for name in names
            ),
        )

    def _fill(self) -> None:
        """Offer what was measured, and keep what was chosen."""
        axes = self._quality_axes()
        if [a.key for a in axes] == [a.key for a in self._qualities]:
            self._qualities = axes
            return
        self._qualities = axes
        wanted = self.quality.currentData()
        was = self.quality.blockSignals(True)
        self.quality.clear()
        for axis in axes:
            self.quality.addItem(axis.title, axis.key)
        self.quality.setCurrentIndex(max(self.quality.findData(wanted), 0))
        self.quality.blockSignals(was)

    @Slot()
    def _show(self) -> None:
        x = self._costs[max(self.cost.currentIndex(), 0)]
        y = self._qualities[max(self.quality.currentIndex(), 0)]
        shown = [(v, x.value(v), y.value(v)) for v in self._rows]
        there = [(v, a, b) for v, a, b in shown if a is not None and b is not None]
        self._marked = tuple(v for v, _, _ in there)
        marks = tuple(
            Mark(
                x=a,
                y=b,
                label=v.name,
                shape=SHAPES[v.kind],
                pinned=v.kind == "original",
                detail=f"{v.name} · {kind_text(v.kind)}\n{x.words(a)} · {_exact(y, b)}",
                number=Number(
                    key=f"variant.{y.key}.{v.name}",
                    name=f"{y.title} · {v.name}",
                    value=f"{_exact(y, b)} · {x.words(a)}",
                ),
            )
            for v, a, b in there
        )
        losses = tuple(1 - mark.y if y.more_is_better else mark.y for mark in marks)
        self.plot.set_axes(x.title, y.title)
        self.plot.set_words(x.words, y.words)
        self.plot.set_marks(marks, pareto(tuple(mark.x for mark in marks), losses))

    @Slot(int)
    def _on_mark(self, index: int) -> None:
        self.mark_chosen.emit(self._marked[index].name)


def variants_table(rows: tuple[Variant, ...]) -> Table:
    """A line per variant, with everything that the table of variants can show."""
    domains = tuple(dict.fromkeys(name for v in rows for name in v.domains))
    tasks = tuple(dict.fromkeys(name for v in rows for name in v.tasks))
    columns = columns_for(domains, tasks)
    header = ("kind", *(column.key for column in columns))
    return table_of(header, ((v.kind, *(column.value(v) for column in columns)) for v in rows))


def _accuracy(name: str) -> Callable[[Variant], float | None]:
    return lambda v: v.tasks[name].accuracy if name in v.tasks else None


def _exact(axis: Axis, value: float) -> str:
    """A quality as it stands in a tool tip."""
    if axis.more_is_better:
        return numbers.percent(value)
    return numbers.perplexity(value) if math.isfinite(value) else "∞"


def _plain(value: float) -> str:
    """A tick of an axis without a unit."""
    return f"{value:g}"
