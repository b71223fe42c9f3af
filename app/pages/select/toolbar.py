"""The line above the heat map: what is shown at the left, the rule at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QWidget, QWidgetAction

from app.pages.select.domains import DomainsPanel
from app.pages.select.rule_panel import RulePanel
from app.theme import UNIT
from app.widgets.forms import Button, IconButton, label, row

COMBO_EXTRA = 42  # logical pixels of a combo box beside its text
NARROWEST = 560


class Toolbar(QWidget):
    """Score, domains, order, scale; rule and apply; the menu of what can be taken away."""

    metric_chosen = Signal(str)
    order_chosen = Signal(str)
    scale_chosen = Signal(str)
    apply_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[QLabel] = []
        self.metric = self._combo(self.tr("Score"))
        self.order = self._combo(self.tr("Order"))
        self.order.addItem(self.tr("native"), "native")
        self.order.addItem(self.tr("by score"), "sorted")
        self.scale = self._combo(self.tr("Scale"))
        self.scale.addItem(self.tr("log"), "log")
        self.scale.addItem(self.tr("linear"), "linear")
        self.scale.addItem(self.tr("rank"), "rank")
        self.domains = DomainsPanel()
        self.domains_button = self._drop(self.domains, self.tr("Domains"))
        self.rule = RulePanel()
        self.rule_button = self._drop(self.rule, self.tr("Rule"))
        self.rule.applied.connect(self.rule_button.menu().close)
        self.apply = Button(self.tr("Apply"))
        self.apply.setToolTip(self.tr("Apply the rule (locks win)"))
        self.more = IconButton("more", self.tr("Take away: picture, table, selection"))
        self.more_menu = QMenu(self)
        self.setLayout(
            row(
                self._name(self.tr("Score")), self.metric,
                self._name(self.tr("Domains")), self.domains_button,
                self._name(self.tr("Order")), self.order,
                self._name(self.tr("Scale")), self.scale,
                None,
                self._name(self.tr("Rule")), self.rule_button, self.apply,
                self.more,
                spacing=UNIT,
            )
        )  # fmt: skip
        self.setMinimumWidth(NARROWEST)
        for combo in (self.order, self.scale):
            combo.currentTextChanged.emit(combo.currentText())
        self.metric.currentIndexChanged.connect(self._metric)
        self.order.currentIndexChanged.connect(self._order)
        self.scale.currentIndexChanged.connect(self._scale)
        self.apply.clicked.connect(self.apply_clicked)
        self.rule.applied.connect(self.apply_clicked)
        self.more.clicked.connect(self._show_more)

    def set_metrics(self, metrics: tuple[tuple[str, str], ...], current: str) -> None:
        """List the metrics as (name, explanation)."""
        self.metric.blockSignals(True)
        if self.metric.count() != len(metrics):
            self.metric.clear()
            for name, explanation in metrics:
                self.metric.addItem(name, name)
                last = self.metric.count() - 1
                self.metric.setItemData(last, explanation, Qt.ItemDataRole.ToolTipRole)
        at = self.metric.findData(current)
        self.metric.setCurrentIndex(at)
        self.metric.setToolTip(metrics[at][1] if at >= 0 else "")
        self.metric.blockSignals(False)
        self.metric.currentTextChanged.emit(current)

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
        """Show the names only if everything fits."""
        controls = sum(
            max(item.widget().sizeHint().width(), item.widget().minimumWidth()) + UNIT
            for item in (self.layout().itemAt(i) for i in range(self.layout().count()))
            if item.widget() is not None
        )
        roomy = controls <= self.width()
        for name in self._names:
            name.setVisible(roomy)

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
        self.metric.setToolTip(self.metric.currentData(Qt.ItemDataRole.ToolTipRole) or "")
        self.metric_chosen.emit(self.metric.currentData())

    def _order(self) -> None:
        self.order_chosen.emit(self.order.currentData())

    def _scale(self) -> None:
        self.scale_chosen.emit(self.scale.currentData())
