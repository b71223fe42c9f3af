"""The domains of a profile: which count, and how much. Contents of the toolbar's Domains menu."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QSlider, QWidget

from app.theme import UNIT
from app.widgets import numbers
from app.widgets.forms import Button, column, label, row

HEAVIEST = 100.0
SLIDER_END = 4.0  # the heaviest weight that the slider gives; the field beside it goes on
SLIDER_STEPS = 100  # per unit of weight
SLIDER_WIDTH = 120


class DomainsPanel(QWidget):
    """A line per domain: whether it counts, its tokens, its weight."""

    weights_chosen = Signal(object)  # mapping by name, or None for every token alike

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._domains: tuple[str, ...] = ()
        self._tokens: NDArray[np.int64] = np.zeros(0, np.int64)
        self._checks: list[QCheckBox] = []
        self._spins: list[QDoubleSpinBox] = []
        self._sliders: list[QSlider] = []
        self._showing = False
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * UNIT)
        self._grid.setVerticalSpacing(2)
        alike = Button(self.tr("Every token alike"))
        alike.setToolTip(self.tr("Longer domains weigh more"))
        alike.clicked.connect(self._alike)
        even = Button(self.tr("Every domain alike"))
        even.setToolTip(self.tr("Weights that make up for different numbers of tokens"))
        even.clicked.connect(self._even)
        self.setLayout(
            column(
                label(self.tr("Which texts count for the scores"), "section"),
                self._grid,
                row(alike, even, None),
                spacing=12,
                margins=(2 * UNIT, 12, 2 * UNIT, 12),
            )
        )

    def set_domains(
        self,
        domains: tuple[str, ...],
        tokens: NDArray[np.int64],
        weights: Mapping[str, float] | None,
    ) -> None:
        """Show a profile's domains and the weights in use."""
        if domains != self._domains:
            self._domains = domains
            self._rebuild()
        self._tokens = tokens
        self._showing = True
        for index, name in enumerate(domains):
            weight = 1.0 if weights is None else float(weights.get(name, 1.0))
            self._checks[index].setChecked(weight > 0)
            self._spins[index].setValue(weight if weight > 0 else 1.0)
            self._spins[index].setEnabled(weight > 0)
            self._sliders[index].setEnabled(weight > 0)
            self._sliders[index].setValue(round((weight if weight > 0 else 1.0) * SLIDER_STEPS))
            counted = self._grid.itemAtPosition(index, 1).widget()
            counted.setText(
                self.tr("{count} tokens").format(count=numbers.count(float(tokens[index])))
            )
        self._showing = False

    def summary(self, domains: tuple[str, ...], weights: Mapping[str, float] | None) -> str:
        """What the button says: all, weighted, one domain's name, or how many."""
        if weights is None or not domains:
            return self.tr("all")
        used = [name for name in domains if weights.get(name, 1.0) > 0]
        if len(used) == 1:
            return used[0]
        if len(used) < len(domains):
            return self.tr("{used} of {all}").format(used=len(used), all=len(domains))
        return self.tr("all, weighted")

    def _rebuild(self) -> None:
        while self._grid.count():
            self._grid.takeAt(0).widget().deleteLater()
        self._checks, self._spins, self._sliders = [], [], []
        for index, name in enumerate(self._domains):
            check = QCheckBox(name)
            check.toggled.connect(self._choose)
            spin = QDoubleSpinBox()
            spin.setRange(0.01, HEAVIEST)
            spin.setDecimals(2)
            spin.setSingleStep(0.25)
            spin.setPrefix("× ")
            spin.setKeyboardTracking(False)
            spin.setFixedWidth(96)
            spin.lineEdit().setTextMargins(6, 0, 0, 0)
            spin.setAccessibleName(self.tr("Weight of {domain}").format(domain=name))
            spin.valueChanged.connect(self._choose)
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(1, round(SLIDER_END * SLIDER_STEPS))
            slider.setPageStep(SLIDER_STEPS // 4)
            slider.setFixedWidth(SLIDER_WIDTH)
            slider.setAccessibleName(spin.accessibleName())
            slider.valueChanged.connect(self._slide)
            self._sliders.append(slider)
            self._checks.append(check)
            self._spins.append(spin)
            self._grid.addWidget(check, index, 0)
            counted = label("", "dim")
            counted.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(counted, index, 1)
            self._grid.addWidget(slider, index, 2)
            self._grid.addWidget(spin, index, 3)
        self._grid.setColumnStretch(1, 1)

    def _slide(self, value: int) -> None:
        """The slider gives the field its weight; the scores follow while it moves."""
        slider = self.sender()
        if not self._showing and isinstance(slider, QSlider):
            self._spins[self._sliders.index(slider)].setValue(value / SLIDER_STEPS)

    def _choose(self) -> None:
        if self._showing:
            return
        if not any(check.isChecked() for check in self._checks):
            # A score needs some text: the last domain cannot go.
            sender = self.sender()
            if isinstance(sender, QCheckBox):
                sender.setChecked(True)
            return
        weights = {}
        for name, check, spin in zip(self._domains, self._checks, self._spins, strict=True):
            spin.setEnabled(check.isChecked())
            weights[name] = round(spin.value(), 4) if check.isChecked() else 0.0
        alike = all(weight == 1.0 for weight in weights.values())
        self.weights_chosen.emit(None if alike else weights)

    def _alike(self) -> None:
        self.weights_chosen.emit(None)

    def _even(self) -> None:
        mean = float(self._tokens.mean()) if len(self._tokens) else 0.0
        self.weights_chosen.emit(
            {
                name: round(mean / float(count), 4) if count > 0 else 1.0
                for name, count in zip(self._domains, self._tokens.tolist(), strict=True)
            }
        )
