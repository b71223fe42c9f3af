"""Two sides layer by layer: how undecided the router is, how many experts are in use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.theme import UNIT
from app.widgets import numbers
from app.widgets.forms import column
from app.widgets.small_multiples import PairKey, Panel, SmallMultiples
from app.widgets.take_menu import Table, table_of
from core.scoring import LayerUse

translate = QCoreApplication.translate  # the name that lupdate looks for

Floats = NDArray[np.float64]


class LayersBeside(QWidget):
    """A chart per quantity: bars are A, lines are B."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = PairKey()
        self.charts = SmallMultiples()
        whole = column(self.key, self.charts, spacing=UNIT)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def show_sides(self, a: LayerUse, b: LayerUse, names: tuple[str, str]) -> None:
        """Show both."""
        self.key.set_names(f"A · {names[0]}", f"B · {names[1]}")
        self.charts.set_panels(panels(a, b), a.layer_ids)


def panels(a: LayerUse, b: LayerUse) -> tuple[Panel, ...]:
    """Each quantity of both sides on one scale."""
    widest = float(max(a.experts_L.max(initial=1), b.experts_L.max(initial=1)))
    return (
        _panel(
            "entropy_nats",
            translate("LayersBeside", "Routing entropy"),
            (a.entropy_L, b.entropy_L),
            high=float(np.log(widest)),
            digits=2,
            tip=translate(
                "LayersBeside", "Mean entropy of the router in nats; full height is ln E"
            ),
        ),
        _panel(
            "experts_in_use",
            translate("LayersBeside", "Experts in use"),
            (a.effective_L, b.effective_L),
            high=widest,
            digits=1,
            tip=translate(
                "LayersBeside",
                "exp of the entropy of the shares: as many experts as would be used evenly",
            ),
        ),
        _panel(
            "largest_share",
            translate("LayersBeside", "Largest share"),
            (a.largest_L, b.largest_L),
            high=0.0,
            tip=translate(
                "LayersBeside", "Share of the layer's choices that its busiest expert has"
            ),
        ),
        _panel(
            "never_chosen",
            translate("LayersBeside", "Never chosen"),
            (a.idle_L, b.idle_L),
            high=0.0,
            digits=0,
            tip=translate("LayersBeside", "Experts that no token chose"),
        ),
    )


def summary(a: LayerUse, b: LayerUse) -> str:
    """The means over the layers in one line."""
    text = translate(
        "LayersBeside",
        "mean over the layers: entropy {a} → {b} nats, experts in use {used_a} → {used_b}",
    )
    return text.format(
        a=_word(_middle(a.entropy_L), 2), b=_word(_middle(b.entropy_L), 2),
        used_a=_word(_middle(a.effective_L), 1), used_b=_word(_middle(b.effective_L), 1),
    )  # fmt: skip


def beside_table(a: LayerUse, b: LayerUse) -> Table:
    """A line per layer with every number of both sides."""
    quantities = (
        ("entropy_nats", a.entropy_L, b.entropy_L),
        ("experts_in_use", a.effective_L, b.effective_L),
        ("largest_share", a.largest_L, b.largest_L),
        ("never_chosen", a.idle_L, b.idle_L),
    )
    header = ["layer", "experts_a", "experts_b"]
    header += [f"{name}_{side}" for name, _, _ in quantities for side in "ab"]
    return table_of(
        header,
        (
            (
                layer, int(a.experts_L[row]), int(b.experts_L[row]),
                *(float(side[row]) for _, *sides in quantities for side in sides),
            )
            for row, layer in enumerate(a.layer_ids)
        ),
    )  # fmt: skip


def _panel(
    key: str,
    title: str,
    sides: tuple[Floats, Floats],
    *,
    high: float,
    digits: int | None = None,
    tip: str,
) -> Panel:
    """One quantity; without digits it is a share."""
    a_L, b_L = sides
    top = max(high, _most(a_L), _most(b_L), 1e-9)
    texts = tuple(
        f"{_word(x, digits)} → {_word(y, digits)}"
        for x, y in zip(a_L.tolist(), b_L.tolist(), strict=True)
    )
    means = f"{_word(_middle(a_L), digits)} → {_word(_middle(b_L), digits)}"
    return Panel(
        key=key, title=title, values_L=a_L, other_L=b_L, texts_L=texts, low=0.0, high=top, tip=tip,
        head=translate("LayersBeside", "mean {values}").format(values=means),
    )  # fmt: skip


def _word(value: float, digits: int | None) -> str:
    if not np.isfinite(value):
        return numbers.DASH
    return numbers.percent(value) if digits is None else f"{value:.{digits}f}"


def _most(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size else 0.0


def _middle(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")
