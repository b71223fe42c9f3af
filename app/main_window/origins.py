"""What made this: sources, options, seed, versions, date and command of everything that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QListWidget,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from app.session.facts import fact_text, kind_text, value_text
from app.theme import UNIT
from app.widgets.dialog_size import resize_within
from app.widgets.forms import Button, column, label, row, scrolled
from app.widgets.snippet import Snippet

if TYPE_CHECKING:
    from core.report.origin import Origin

SIZE = (860, 560)


class OriginsDialog(QDialog):
    """Things at the left, the facts about the chosen one at the right.

    Args:
        origins: What there is.
        about: The kind of thing to show first.
    """

    def __init__(
        self, origins: tuple[Origin, ...], about: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What made this"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_within(self, QSize(*SIZE))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Things"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.stack = QStackedWidget()
        for origin in origins:
            title = kind_text(origin.kind)
            self.list.addItem(f"{title}: {origin.name}" if origin.name else title)
            self.list.item(self.list.count() - 1).setToolTip(origin.name)
            self.stack.addWidget(scrolled(_Sheet(origin)))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.list)
        split.addWidget(self.stack)
        split.setChildrenCollapsible(False)
        split.setSizes([280, 560])
        empty = label(self.tr("Nothing is open yet: open a model, and ask again."), "dim")
        empty.setVisible(not origins)
        close = Button(self.tr("Close"), "primary")
        close.clicked.connect(self.accept)
        margins = (3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        heading = label(self.tr("What made this"), "heading")
        box = column(heading, empty, split, row(None, close), spacing=2 * UNIT, margins=margins)
        box.setStretch(2, 1)
        self.setLayout(box)
        self.list.currentRowChanged.connect(self._show)
        kinds = [origin.kind for origin in origins]
        self.list.setCurrentRow(kinds.index(about) if about in kinds else 0)  # type: ignore[arg-type]

    @Slot(int)
    def _show(self, number: int) -> None:
        self.stack.setCurrentIndex(number)


class _Sheet(QWidget):
    """The facts of one thing, all of them selectable, and its command."""

    def __init__(self, origin: Origin) -> None:
        super().__init__()
        form = QFormLayout()
        form.setHorizontalSpacing(2 * UNIT)
        form.setVerticalSpacing(6)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        for key, value in origin.facts:
            shown = label(value_text(value), wrap=True, selectable=True)
            form.addRow(label(fact_text(key), "dim"), shown)
        facts = QWidget()
        facts.setLayout(form)
        form.setContentsMargins(0, 0, 0, 0)
        self.command = Snippet(self.tr("The same on the command line"))
        self.command.set_text(origin.command)
        self.command.setVisible(bool(origin.command))
        by_hand = label(self.tr("No single command makes this: hands were in it."), "caption")
        by_hand.setVisible(not origin.command and origin.kind == "plan")
        margins = (2 * UNIT, 0, UNIT, 0)
        self.setLayout(
            column(facts, self.command, by_hand, None, spacing=2 * UNIT, margins=margins)
        )
