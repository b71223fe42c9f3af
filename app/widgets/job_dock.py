"""The jobs dock: every job with its state, progress, rate and time to go, and what to do with it.

Shows any list model that answers the roles below; asks for changes by signals that carry a row.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QMenu,
    QPlainTextEdit,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.theme import color, mono_font, pixmap, theme, theme_changed
from app.widgets.bars import paint_bar
from app.widgets.forms import IconButton, column, label, row
from app.widgets.take_menu import TakeButton, Taken

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 30
LEAST_HEIGHT = 48 + 2 * ROW_HEIGHT + 2  # two whole rows


class JobRole(IntEnum):
    """What a model of jobs answers for a row."""

    STATE = Qt.ItemDataRole.UserRole + 1  # "queued", "running", "paused", "done", …
    SHARE = Qt.ItemDataRole.UserRole + 2  # 0 to 1, or None
    DETAIL = Qt.ItemDataRole.UserRole + 3  # "62 % · 41 k tok/s · 0:09"
    LOG = Qt.ItemDataRole.UserRole + 4  # the whole log as text
    COMMAND = Qt.ItemDataRole.UserRole + 5  # the `seer …` line
    CAN = Qt.ItemDataRole.UserRole + 6  # frozenset of "pause", "resume", "cancel", "retry", …
    LOG_FILE = Qt.ItemDataRole.UserRole + 7  # path of the log, or empty


_MARKS = {
    "held": ("clock", "warn"),
    "queued": ("clock", "text_faint"),
    "running": ("play", "accent"),
    "paused": ("pause", "text_dim"),
    "done": ("check", "good"),
    "failed": ("warning", "bad"),
    "cancelled": ("close", "text_faint"),
}


class JobDelegate(QStyledItemDelegate):
    """Paints one job: mark, title, bar, detail."""

    TITLE = 300
    BAR = 120

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """One line."""
        return QSize(320, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """All of the row."""
        area = QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("raised"))
            painter.drawRoundedRect(QRectF(area).adjusted(0, 1, 0, -1), 4, 4)
        state = str(index.data(JobRole.STATE))
        name, token = _MARKS[state]
        mark = pixmap(name, getattr(theme(), token), 14)
        middle = area.center().y()
        painter.drawPixmap(QPoint(area.left() + 8, middle - 6), mark)
        left = area.left() + 30
        width = min(self.TITLE, max(area.width() // 3, 80))
        title = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.setPen(color("text"))
        self._text(painter, QRect(left, area.top(), width, area.height()), title)
        left += width + 12
        if state in {"held", "running", "paused", "queued"}:
            share = index.data(JobRole.SHARE)
            ink = "accent" if state == "running" else "bar"
            paint_bar(painter, QRectF(left, middle - 2.5, self.BAR, 6), share, ink)
            left += self.BAR + 12
        painter.setPen(color("bad" if state == "failed" else "text_dim"))
        rest = QRect(left, area.top(), area.right() - 8 - left, area.height())
        self._text(painter, rest, str(index.data(JobRole.DETAIL)))
        painter.restore()

    def _text(self, painter: QPainter, area: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class JobDock(QFrame):
    """The list of jobs, the buttons for the selected one, and its log beside it."""

    # What is asked ("pause", "resume", "cancel", "retry", "up", "down", "remove"), and the row.
    asked = Signal(str, int)
    copy_asked = Signal(str)
    details_asked = Signal(int)
    file_asked = Signal(str)
    hidden_by_user = Signal()

    def __init__(
        self,
        model: QAbstractItemModel,
        taken: Callable[[], Taken | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("panel", "dock")
        self.take = TakeButton(taken)
        self._model = model
        self.view = QListView()
        self.view.setProperty("panel", "plain")
        self.view.setModel(model)
        self.view.setItemDelegate(JobDelegate(self.view))
        self.view.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.view.setAccessibleName(self.tr("Jobs"))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.doubleClicked.connect(self._open_details)
        self.view.setDragDropMode(QListView.DragDropMode.InternalMove)
        self.view.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setFont(mono_font(11))
        self.log.setProperty("role", "mono")
        self.log.setAccessibleName(self.tr("Log"))
        self.log.setMaximumBlockCount(5000)
        self.log.hide()
        self._shown_log = ""
        self._actions = self._make_actions()
        self._make_keys()
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.view)
        splitter.addWidget(self.log)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([600, 500])
        box = column(self._header(), splitter, spacing=2, margins=(16, 6, 12, 8))
        box.setStretch(1, 1)
        self.setLayout(box)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.view.selectionModel().currentChanged.connect(self.refresh)
        model.dataChanged.connect(self.refresh)
        model.rowsInserted.connect(self._select_new)
        model.rowsRemoved.connect(self.refresh)
        model.modelReset.connect(self.refresh)
        theme_changed.connect(self.view.viewport().update)
        self.refresh()

    # -- construction ------------------------------------------------------------------------

    def _make_actions(self) -> dict[str, QAction]:
        names = {
            "pause": self.tr("Pause"),
            "resume": self.tr("Resume"),
            "cancel": self.tr("Cancel"),
            "retry": self.tr("Run again"),
            "up": self.tr("Move up"),
            "down": self.tr("Move down"),
            "remove": self.tr("Remove from the list"),
            "details": self.tr("What went wrong"),
            "copy": self.tr("Copy command"),
            "file": self.tr("Open the log file"),
        }
        keys = {
            "up": "Alt+Up",
            "down": "Alt+Down",
            "details": "Return",
            "retry": "R",
        }
        out = {}
        for key, text in names.items():
            action = QAction(text, self)
            action.setData(key)
            action.setShortcut(QKeySequence(keys.get(key, "")))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(self._ask)
            self.view.addAction(action)
            out[key] = action
        return out

    def _make_keys(self) -> None:
        """Keys of the list that mean one thing or another, as the selected job stands."""
        for keys, call in (("Space", self._toggle_pause), ("Delete", self._end)):
            shortcut = QShortcut(QKeySequence(keys), self.view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(call)

    def _header(self) -> QWidget:
        icons = {
            "pause": "pause",
            "resume": "play",
            "cancel": "stop",
            "retry": "retry",
            "up": "up",
            "down": "down",
            "copy": "terminal",
            "remove": "trash",
        }
        self._buttons: dict[str, IconButton] = {}
        for key, icon_name in icons.items():
            button = IconButton(icon_name, self._actions[key].text())
            button.clicked.connect(self._actions[key].trigger)
            self._buttons[key] = button
        self._log_button = IconButton("log", self.tr("Show the log"))
        self._log_button.setCheckable(True)
        self._log_button.toggled.connect(self._show_log)
        close = IconButton("chevron-down", self.tr("Hide the jobs"))
        close.clicked.connect(self.hidden_by_user)
        out = QWidget()
        out.setLayout(
            row(
                label(self.tr("Jobs"), "section"),
                8,
                *self._buttons.values(),
                self._log_button,
                self.take,
                None,
                close,
                spacing=2,
            )
        )
        return out

    # -- what is selected --------------------------------------------------------------------

    def current_row(self) -> int:
        """The selected row, or -1."""
        return self.view.currentIndex().row()

    def select(self, row_number: int) -> None:
        """Select a row."""
        self.view.setCurrentIndex(self._model.index(row_number, 0))

    def _select_new(self, _parent: QModelIndex, _first: int, last: int) -> None:
        """Look at a new job, unless the one that is looked at is still at work."""
        index = self.view.currentIndex()
        if not index.isValid() or index.data(JobRole.STATE) not in {"running", "paused"}:
            self.select(last)
        self.view.scrollTo(self.view.currentIndex())

    def refresh(self) -> None:
        """Match the buttons and the log to the selected job."""
        index = self.view.currentIndex()
        can = index.data(JobRole.CAN) if index.isValid() else frozenset()
        for key, action in self._actions.items():
            action.setEnabled(key in can)
        for key, button in self._buttons.items():
            button.setEnabled(key in can)
        resumable = "resume" in can
        self._buttons["resume"].setVisible(resumable)
        self._buttons["pause"].setVisible(not resumable)
        if not self.log.isHidden():
            self._write_log(str(index.data(JobRole.LOG) or "") if index.isValid() else "")

    def _show_log(self, shown: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.log.setVisible(shown)
        self.refresh()

    def _write_log(self, text: str) -> None:
        """Append what is new; a log of another job starts over."""
        if text == self._shown_log:
            return
        bar = self.log.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        if self._shown_log and text.startswith(self._shown_log + "\n"):
            self.log.appendPlainText(text[len(self._shown_log) + 1 :])
        else:
            self.log.setPlainText(text)
        self._shown_log = text
        if at_end:
            bar.setValue(bar.maximum())

    # -- what is asked -----------------------------------------------------------------------

    def _ask(self) -> None:
        action = self.sender()
        index = self.view.currentIndex()
        if not isinstance(action, QAction) or not index.isValid():
            return
        key = str(action.data())
        if key == "file":
            self.file_asked.emit(str(index.data(JobRole.LOG_FILE)))
        elif key == "copy":
            self.copy_asked.emit(str(index.data(JobRole.COMMAND)))
        elif key == "details":
            self.details_asked.emit(index.row())
        else:
            self.asked.emit(key, index.row())

    def _toggle_pause(self) -> None:
        self._trigger("resume", "pause")

    def _end(self) -> None:
        self._trigger("cancel", "remove")

    def _trigger(self, *keys: str) -> None:
        """The first of some actions that is possible."""
        for key in keys:
            if self._actions[key].isEnabled():
                self._actions[key].trigger()
                return

    def _open_details(self, index: QModelIndex) -> None:
        if "details" in index.data(JobRole.CAN):
            self.details_asked.emit(index.row())

    def _open_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if not index.isValid():
            return
        self.view.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([a for a in self._actions.values() if a.isEnabled()])
        menu.popup(self.view.viewport().mapToGlobal(at))
