"""The table of variants: two lines a row, the change against the original under the number."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.theme import TYPE, color, theme_changed
from app.widgets import numbers

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 44
PAD = 12
NAME_WIDTH = 196
NAME_MOST = 400  # logical pixels: beyond it numbers are far from their name
MOST_MORE = 48  # of each number on a large screen
NUMBER_WIDTH = 92
# A change below this is neither good nor bad news.
NOISE = 0.005


class VariantRole(IntEnum):
    """What a model of variants answers for a cell."""

    SORT = Qt.ItemDataRole.UserRole  # the raw number or text; None where not measured
    VARIANT = Qt.ItemDataRole.UserRole + 1
    CHANGE = Qt.ItemDataRole.UserRole + 2  # relative, against the original; None for none
    NOTE = Qt.ItemDataRole.UserRole + 3  # a second line
    KEY = Qt.ItemDataRole.UserRole + 5  # what it is to whoever knows where it comes from
    RISE_IS_GOOD = Qt.ItemDataRole.UserRole + 4  # whether a positive change is good news


class VariantDelegate(QStyledItemDelegate):
    """Paints a cell: its text, and below it a change or a note."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines."""
        return QSize(NUMBER_WIDTH, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """All of a cell."""
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, color("raised"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, color("raised", 0.5))
        painter.setPen(color("line"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        area = QRect(option.rect).adjusted(PAD, 0, -PAD, 0)
        change, note = index.data(VariantRole.CHANGE), index.data(VariantRole.NOTE)
        second = numbers.change(change) if change is not None else str(note or "")
        side = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))
        side &= Qt.AlignmentFlag.AlignHorizontal_Mask
        first = QRect(area)
        if second:
            first.setHeight(area.height() // 2 + 2)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        named = index.column() == 0
        font = QFont(option.font)
        font.setPixelSize(TYPE.body)
        font.setWeight(QFont.Weight.DemiBold if named else QFont.Weight.Normal)
        low = Qt.AlignmentFlag.AlignBottom if second else Qt.AlignmentFlag.AlignVCenter
        missing = text == numbers.DASH
        painter.setFont(font)
        painter.setPen(color("text_faint" if missing else "text"))
        self._text(painter, first, side | low, text)
        if second:
            below = QRect(area.left(), first.bottom() + 1, area.width(), area.height() // 2 - 4)
            font.setPixelSize(TYPE.caption)
            font.setWeight(QFont.Weight.Normal)
            painter.setFont(font)
            better = bool(index.data(VariantRole.RISE_IS_GOOD))
            painter.setPen(color(self._token(change, rise_is_good=better)))
            self._text(painter, below, side | Qt.AlignmentFlag.AlignTop, second)
        painter.restore()

    def _token(self, change: float | None, *, rise_is_good: bool) -> str:
        if change is None or abs(change) < NOISE:
            return "text_dim"
        return "good" if (change > 0) == rise_is_good else "bad"

    def _text(self, painter: QPainter, area: QRect, side: Qt.AlignmentFlag, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, side, shown)


class VariantTable(QTableView):
    """Sortable by a click on a header; one row selected, by mouse or arrow keys.

    Signals:
        chosen: The variant of the row that is now current, or None.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(VariantDelegate(self))
        self.setShowGrid(False)
        self.setSortingEnabled(True)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Variants"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setStyleSheet(f"QHeaderView::section {{ padding: 6px {PAD}px; }}")
        head.setHighlightSections(False)
        head.setDefaultSectionSize(NUMBER_WIDTH)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        theme_changed.connect(self._on_theme)

    def fit_columns(self) -> None:
        """Give the name what the numbers leave over; beyond what a name needs, all have a part."""
        head = self.horizontalHeader()
        if not self.model() or not self.model().columnCount():
            return
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        shown = [i for i in range(1, self.model().columnCount()) if not self.isColumnHidden(i)]
        for at in shown:
            title = str(self.model().headerData(at, Qt.Orientation.Horizontal) or "")
            wanted = head.fontMetrics().horizontalAdvance(title) + 2 * PAD + 14
            head.resizeSection(at, max(NUMBER_WIDTH, wanted))
        rest = self.viewport().width() - sum(head.sectionSize(at) for at in shown)
        more = min(max(rest - NAME_MOST, 0) // max(len(shown), 1), MOST_MORE)
        for at in shown:
            head.resizeSection(at, head.sectionSize(at) + more)
        head.resizeSection(0, max(NAME_WIDTH, min(rest - more * len(shown), NAME_MOST)))

    def select_name(self, name: str) -> None:
        """Make the variant of this name the current row."""
        model = self.model()
        for at in range(model.rowCount()):
            index = model.index(at, 0)
            if index.data() == name:
                flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
                rows = QItemSelectionModel.SelectionFlag.Rows
                self.selectionModel().setCurrentIndex(index, flags | rows)
                return

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which variant is current."""
        super().currentChanged(current, previous)
        self.chosen.emit(current.data(VariantRole.VARIANT) if current.isValid() else None)

    def resizeEvent(self, event) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self.fit_columns()

    def _on_theme(self) -> None:
        self.viewport().update()
