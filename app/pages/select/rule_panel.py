"""The form behind the rule button: which rule, its numbers, and what it would do."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QSpinBox,
    QWidget,
)

from app.pages.select.rules import KINDS, MEASURED, UNEVEN, WHOLE_MODEL, Rule
from app.theme import UNIT
from app.widgets.forms import Button, column, label, row
from app.widgets.score_spin import ScoreSpin

WIDTH = 368

# Which fields a rule has.
_FIELDS = {
    "number": {"number"},
    "share": {"percent"},
    "global": {"percent", "floor"},
    "cover": {"percent"},
    "cover_global": {"percent", "floor"},
    "threshold": {"at_least"},
    "random": {"number", "seed"},
    "joint": {"percent", "floor", "even"},
    "merge": {"percent", "floor", "even"},
    "iterative": {"percent", "floor", "even"},
    "allocate": {"percent", "floor"},
    "search": {"loss", "floor", "even"},
}


class RulePanel(QWidget):
    """Edits a rule; says so at every change."""

    changed = Signal(object)  # Rule
    selected_only = Signal(bool)
    applied = Signal()
    preset_chosen = Signal(str)  # "recommended" or "seer"
    settled = Signal(object)  # shown, and of the height that its style wants

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._rule = Rule()
        self._showing = False
        self._start = 0.0  # where a threshold begins
        self.only = QCheckBox()
        self.by = label("", "caption", wrap=True)
        self.preview = label("", "caption", wrap=True)
        self.apply = Button(self.tr("Apply"), "primary")
        self.setLayout(
            column(
                self._presets(),
                self._kinds(),
                self._fields(),
                self.even,
                self.only,
                self.by,
                self.preview,
                row(None, self.apply),
                spacing=10,
                margins=(2 * UNIT, 12, 2 * UNIT, 12),
            )
        )
        self.only.toggled.connect(self.selected_only)
        self.apply.clicked.connect(self.applied)
        self.set_layers((), ())
        self.show_rule(self._rule)

    def _presets(self) -> QHBoxLayout:
        self.recommended = Button(self.tr("Recommended"))
        self.recommended.setToolTip(
            self.tr("By measured loss, in minutes: on the demo far better than scores at half")
        )
        self.recommended.clicked.connect(self._choose_recommended)
        self.seer = Button(self.tr("SEER’s own"))
        self.seer.setToolTip(self.tr("The paper’s rule: soft count, as many in every layer"))
        self.seer.clicked.connect(self._choose_seer)
        return row(self.recommended, self.seer, None)

    def _kinds(self) -> QComboBox:
        self.kind = QComboBox()
        for kind in (*MEASURED, *KINDS):
            self.kind.addItem(Rule(kind=kind).title, kind)
        self.kind.insertSeparator(len(MEASURED))
        self.kind.setAccessibleName(self.tr("Rule"))
        self.kind.currentIndexChanged.connect(self._take)
        return self.kind

    def _fields(self) -> QGridLayout:
        """One row per number; `show_rule` hides those that a rule does not have."""
        self.number = _spin(1, 1)
        self.percent = _percent(1.0, 100.0, 5.0)
        self.at_least = ScoreSpin()
        self.loss = _percent(0.0, 1000.0, 1.0)
        self.floor = _spin(1, 1)
        self.seed = _spin(0, 2**31 - 1)
        self.even = QCheckBox(self.tr("As many in every layer (loads anywhere)"))
        self.even.toggled.connect(self._take)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * UNIT)
        grid.setVerticalSpacing(UNIT)
        grid.setColumnStretch(1, 1)
        self._rows = {}
        for index, (key, name, field) in enumerate(
            (
                ("number", self.tr("Experts per layer"), self.number),
                ("percent", self.tr("Share"), self.percent),
                ("at_least", self.tr("Score from"), self.at_least),
                ("loss", self.tr("Perplexity may rise by"), self.loss),
                ("floor", self.tr("At least per layer"), self.floor),
                ("seed", self.tr("Seed"), self.seed),
            )
        ):
            caption = label(name, "dim")
            field.setAccessibleName(name)
            field.valueChanged.connect(self._take)
            caption.setBuddy(field)
            grid.addWidget(caption, index, 0)
            grid.addWidget(field, index, 1)
            self._rows[key] = (caption, field)
        return grid

    def show_rule(self, rule: Rule) -> None:
        """Show a rule without saying that it changed."""
        self._rule, self._showing = rule, True
        at = self.kind.findData(rule.kind)
        if at >= 0:
            self.kind.setCurrentIndex(at)
        self.number.setValue(rule.number)
        self.percent.setValue(rule.percent)
        self.floor.setValue(rule.floor)
        self.seed.setValue(rule.seed)
        self.loss.setValue(rule.loss)
        self.at_least.setValue(rule.at_least)
        self.even.setChecked(rule.even and rule.kind not in UNEVEN)
        fields = _FIELDS.get(rule.kind, set())
        for key, widgets in self._rows.items():
            for widget in widgets:
                widget.setVisible(key in fields)
        self.even.setVisible("even" in fields)
        self.apply.setText(self.tr("Measure") if rule.kind in MEASURED else self.tr("Apply"))
        self.only.setEnabled(rule.kind not in WHOLE_MODEL)
        self._showing = False

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for room again: before the first look nothing has the style's size yet."""
        super().showEvent(event)
        QTimer.singleShot(0, self._settle)

    def choose(self, rule: Rule) -> None:
        """Take a whole rule in hand, and say so."""
        self.show_rule(rule)
        self.changed.emit(rule)

    def set_limits(self, experts: int, top_k: int) -> None:
        """The most and the least that a layer can keep."""
        self._showing = True
        for spin in (self.number, self.floor):
            spin.setRange(max(top_k, 1), max(experts, 1))
        self.number.setSuffix(self.tr(" of {experts}").format(experts=experts))
        self._showing = False

    def set_start(self, score: float) -> None:
        """Where a threshold begins when it is chosen."""
        self._start = score

    def set_layers(self, rows: tuple[int, ...], names: tuple[str, ...] | str) -> None:
        """Which layers are selected in the map."""
        self.only.setVisible(bool(rows))
        self.only.setText(self.tr("Only in {layers}").format(layers=names))
        if rows and not self.only.isChecked():
            self.only.setChecked(True)

    def set_metric(self, text: str) -> None:
        """What the rule ranks by."""
        self.by.setText(text)
        self.by.setVisible(bool(text))

    def set_preview(self, text: str, *, possible: bool) -> None:
        """What the rule would do, or why it cannot."""
        self.preview.setText(text)
        # A menu asks for the size before it knows the width, so that lines would not be counted.
        lines = self.preview.heightForWidth(WIDTH - 4 * UNIT)
        self.preview.setMinimumHeight(max(lines, 0))
        self.apply.setEnabled(possible)

    def _settle(self) -> None:
        self.settled.emit((self._rule, self.sizeHint().height()))

    def _choose_recommended(self) -> None:
        self.preset_chosen.emit("recommended")

    def _choose_seer(self) -> None:
        self.preset_chosen.emit("seer")

    def _take(self) -> None:
        if self._showing or self.kind.currentData() is None:
            return
        kind = self.kind.currentData()
        anew = kind == "threshold" != self._rule.kind
        rule = replace(
            self._rule,
            kind=kind,
            number=self.number.value(),
            percent=self.percent.value(),
            floor=self.floor.value(),
            seed=self.seed.value(),
            loss=self.loss.value(),
            at_least=self._start if anew else self.at_least.value(),
            even=self.even.isChecked(),
        )
        self.show_rule(rule)
        self.changed.emit(rule)


def _percent(low: float, high: float, step: float) -> QDoubleSpinBox:
    out = QDoubleSpinBox()
    out.setRange(low, high)
    out.setDecimals(1)
    out.setSingleStep(step)
    out.setSuffix(" %")
    out.lineEdit().setTextMargins(6, 0, 0, 0)
    return out


def _spin(low: int, high: int) -> QSpinBox:
    out = QSpinBox()
    out.setRange(low, high)
    out.lineEdit().setTextMargins(6, 0, 0, 0)  # a style sheet's padding does not reach it
    return out
