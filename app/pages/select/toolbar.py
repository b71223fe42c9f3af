"""The line above the heat map: what is shown at the left, the rule at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QLabel, QMenu, QWidget, QWidgetAction

from app.pages.select.domains import DomainsPanel
from app.pages.select.rule_panel import RulePanel
from app.theme import UNIT
from app.widgets.forms import Button, IconButton, label, row
from app.widgets.said import said
from core import scoring

COMBO_EXTRA = 42  # logical pixels of a combo box beside its text
NARROWEST = 420


class Toolbar(QWidget):
    """Score, domains, order, scale; rule and apply; the menu of what can be taken away."""

    metric_chosen = Signal(str)
    order_chosen = Signal(str)
    scale_chosen = Signal(str)
    apply_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[QLabel] = []
        self._box: QBoxLayout | None = None
        self.score = self._combo(self.tr("Score"))
        self.order = self._combo(self.tr("Order"))
        self.order.addItem(self.tr("native"), "native")
        self.order.addItem(self.tr("by score"), "sorted")
        self.order.addItem(self.tr("clustered"), "clustered")
        self.order.setItemData(
            2, self.tr("Experts that fire together side by side"), Qt.ItemDataRole.ToolTipRole
        )
        self.scale = self._combo(self.tr("Scale"))
        self.scale.addItem(self.tr("log"), "log")
        self.scale.addItem(self.tr("linear"), "linear")
        self.scale.addItem(self.tr("rank"), "rank")
        self.domains = DomainsPanel()
        self.domains_button = self._drop(self.domains, self.tr("Domains"))
        self.rule = RulePanel()
        self.rule_button = self._drop(self.rule, self.tr("Rule"))
        self.rule.applied.connect(self.rule_button.menu().close)
        # A changed action makes the open menu take its content's new height.
        self.rule.changed.connect(self.rule_button.menu().actions()[0].setData)
        self.rule.settled.connect(self.rule_button.menu().actions()[0].setData)
        self.apply = Button(self.tr("Apply"))
        self.apply.setToolTip(self.tr("Apply the rule (locks win)"))
        self.more = IconButton("more", self.tr("Take away: picture, table, selection"))
        self.more_menu = QMenu(self)
        self.commands = self.more_menu.addMenu(self.tr("Copy a command"))
        self._left = _line(
            self._name(self.tr("Score")), self.score,
            self._name(self.tr("Domains")), self.domains_button,
            self._name(self.tr("Order")), self.order,
            self._name(self.tr("Scale")), self.scale,
        )  # fmt: skip
        self._right = _line(self._name(self.tr("Rule")), self.rule_button, self.apply, self.more)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(UNIT)
        self._box.addWidget(self._left, 0, Qt.AlignmentFlag.AlignLeft)
        self._box.addWidget(self._right, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(NARROWEST)
        for combo in (self.order, self.scale):
            combo.currentTextChanged.emit(combo.currentText())
        self.score.currentIndexChanged.connect(self._metric)
        self.order.currentIndexChanged.connect(self._order)
        self.scale.currentIndexChanged.connect(self._scale)
        self.apply.clicked.connect(self.apply_clicked)
        self.rule.applied.connect(self.apply_clicked)
        self.more.clicked.connect(self._show_more)

    def set_metrics(self, metrics: tuple[tuple[str, str], ...], current: str) -> None:
        """List the metrics as (name, explanation)."""
        self.score.blockSignals(True)
        if self.score.count() != len(metrics):
            self.score.clear()
            for name, explanation in metrics:
                self.score.addItem(name, name)
                last = self.score.count() - 1
                self.score.setItemData(last, explanation, Qt.ItemDataRole.ToolTipRole)
        at = self.score.findData(current)
        self.score.setCurrentIndex(at)
        self.score.setToolTip(metrics[at][1] if at >= 0 else "")
        self.score.blockSignals(False)
        self.score.currentTextChanged.emit(current)

    def add_more(self, text: str, icon_name: str = "") -> QAction:
        """One entry of the menu at the end."""
        from app.theme import icon

        action = QAction(text, self)
        if icon_name:
            action.setIcon(icon(icon_name))
        self.more_menu.addAction(action)
        return action

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the names out where it is narrow; each control still has its accessible name."""
        super().resizeEvent(event)
        self.fit_names()

    def fit_names(self) -> None:
        """One line with names where they fit, one without where that fits, else two lines."""
        if self._box is None or self.width() < NARROWEST:
            return  # not laid out yet
        for name in self._names:
            name.show()
        with_names = self._needed()
        for name in self._names:
            name.hide()
        one_line = self._needed() <= self.width()
        named = with_names <= self.width() or not one_line
        for name in self._names:
            name.setVisible(named)
        flat, stacked = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._box.setDirection(flat if one_line else stacked)

    def _needed(self) -> int:
        """Width of everything in one line."""
        lines = (self._left, self._right)
        return sum(line.layout().minimumSize().width() for line in lines) + 2 * UNIT

    def _name(self, text: str) -> QLabel:
        out = label(text, "dim")
        self._names.append(out)
        return out

    def _combo(self, name: str) -> QComboBox:
        out = QComboBox()
        out.setAccessibleName(name)
        # The arrow's own width is room enough at the right.
        out.setStyleSheet("QComboBox { padding-right: 2px; }")
        out.currentTextChanged.connect(self._fit_combo)
        return out

    def _fit_combo(self) -> None:
        """As wide as its current text: the widest entry would push the others out."""
        combo = self.sender()
        if isinstance(combo, QComboBox):
            combo.ensurePolished()
            width = combo.fontMetrics().horizontalAdvance(combo.currentText())
            combo.setFixedWidth(width + COMBO_EXTRA)
            widest = max(
                combo.fontMetrics().horizontalAdvance(combo.itemText(i))
                for i in range(combo.count())
            )
            combo.view().setMinimumWidth(widest + COMBO_EXTRA)
            self.fit_names()

    def _drop(self, content: QWidget, name: str) -> Button:
        """A button with a panel below it."""
        button = Button()
        button.setAccessibleName(name)
        menu = QMenu(button)
        action = QWidgetAction(menu)
        action.setDefaultWidget(content)
        menu.addAction(action)
        button.setMenu(menu)
        return button

    def _show_more(self) -> None:
        corner = self.more.mapToGlobal(self.more.rect().bottomRight())
        corner.setX(corner.x() - self.more_menu.sizeHint().width())
        self.more_menu.popup(corner)

    def _metric(self) -> None:
        self.score.setToolTip(self.score.currentData(Qt.ItemDataRole.ToolTipRole) or "")
        self.metric_chosen.emit(self.score.currentData())

    def _order(self) -> None:
        self.order_chosen.emit(self.order.currentData())

    def _scale(self) -> None:
        self.scale_chosen.emit(self.scale.currentData())


def _line(*items: QWidget) -> QWidget:
    out = QWidget()
    out.setLayout(row(*items, spacing=UNIT))
    return out


def metric_names() -> tuple[tuple[str, str], ...]:
    """Names and explanations of all metrics."""
    return tuple(
        (metric.name, "\n".join(map(said, (metric.formula, metric.meaning, metric.source))))
        for metric in scoring.metrics()
    )
