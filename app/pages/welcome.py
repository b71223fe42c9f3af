"""The first page: open the demo, a folder, a hub id, or something from before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QMenu, QToolButton, QWidget

from app.pages.page import Page, PageState
from app.session import Session
from app.theme import UNIT, icon, theme_changed
from app.theme.icons import icon_folder
from app.widgets.forms import (
    Button,
    ElidedLabel,
    column,
    label,
    panel,
    row,
    scrolled,
    set_property,
)

WIDTH = 720


class Entry(Protocol):
    """What the list of recent things reads of one; `app.main_window.Recent` is one."""

    kind: str
    path: str
    name: str
    note: str
    exists: bool


class RecentRow(QToolButton):
    """Something that was opened before: a click opens it."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = entry.path
        self._icon_name = "select" if entry.kind == "project" else "model"
        self.setProperty("kind", "ghost")
        self.setObjectName("recent")
        self.setEnabled(entry.exists)
        self.setFixedHeight(34)
        self.setAccessibleName(entry.name)
        self._mark = QLabel()
        self._mark.setFixedSize(QSize(16, 16))
        name = ElidedLabel(entry.name, "strong", width=200)
        note = entry.note if entry.exists else self.tr("not there any more")
        where = ElidedLabel(entry.path, "caption", mode=Qt.TextElideMode.ElideMiddle)
        about = ElidedLabel(note, "caption", width=160)
        about.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        box = row(self._mark, name, where, about, spacing=12, margins=(12, 0, 12, 0))
        box.setStretch(2, 1)
        for child in (self._mark, name, where, about):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayout(box)
        theme_changed.connect(self._dress)
        self._dress()

    def sizeHint(self) -> QSize:
        """As wide as the page lets it be."""
        return QSize(WIDTH, 34)

    def _dress(self) -> None:
        self._mark.setPixmap(icon(self._icon_name).pixmap(16, 16))


class WelcomePage(Page):
    """Where everybody starts."""

    folder_wanted = Signal()
    name_wanted = Signal(str)
    recent_chosen = Signal(str)
    recent_forgotten = Signal(str)
    tour_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.recent_rows: list[RecentRow] = []
        self._recent = QWidget()
        self._recent.setLayout(column(spacing=0))
        content = QWidget()
        middle = QWidget()
        middle.setFixedWidth(WIDTH)
        middle.setLayout(
            column(
                self._head(),
                4 * UNIT,
                self._demo_card(),
                2 * UNIT,
                row(self._drop_card(), self._hub_card(), spacing=2 * UNIT),
                3 * UNIT,
                self._recent,
                spacing=0,
            )
        )
        content.setLayout(
            column(None, row(None, middle, None), None, None, margins=(16, 32, 16, 32))
        )
        self.setLayout(column(scrolled(content)))
        self.set_recent(())

    # -- construction ------------------------------------------------------------------------

    def _head(self) -> QWidget:
        mark = QLabel()
        mark.setFixedSize(QSize(56, 56))
        mark.setPixmap(_app_mark(56))
        out = QWidget()
        texts = column(
            label("SEER Studio", "title"),
            label(
                self.tr("Make a Mixture-of-Experts model smaller by looking at it."),
                "dim",
            ),
            spacing=4,
        )
        out.setLayout(row(mark, texts, None, spacing=2 * UNIT))
        return out

    def _demo_card(self) -> QFrame:
        self.demo_button = Button(self.tr("Open demo"), "hero", "play")
        self.demo_button.setObjectName("open_demo")
        self.demo_button.clicked.connect(self._open_demo)
        self.tour_button = Button(self.tr("Take the tour"), "ghost")
        self.tour_button.clicked.connect(self.tour_wanted)
        out = panel("card")
        texts = column(
            label(self.tr("Try it on the bundled model"), "heading"),
            label(
                self.tr(
                    "A small trained Mixtral and its texts, all on this machine. The first heat "
                    "map stands in under a minute."
                ),
                "dim",
                wrap=True,
            ),
            spacing=4,
        )
        box = row(texts, 2 * UNIT, self.tour_button, self.demo_button, margins=(20, 20, 20, 20))
        box.setStretch(0, 1)
        out.setLayout(box)
        return out

    def _drop_card(self) -> QFrame:
        self._drop = panel("drop")
        self.folder_button = Button(self.tr("Open folder…"), "", "folder")
        self.folder_button.clicked.connect(self.folder_wanted)
        self._drop.setLayout(
            column(
                label(self.tr("Your own model"), "heading"),
                label(
                    self.tr(
                        "Drop a folder with config.json and safetensors here. Only headers are "
                        "read; nothing is loaded yet."
                    ),
                    "dim",
                    wrap=True,
                ),
                None,
                row(self.folder_button, None),
                margins=(20, 16, 20, 16),
            )
        )
        self._drop.setMinimumHeight(148)
        return self._drop

    def _hub_card(self) -> QFrame:
        self.hub_field = QLineEdit()
        self.hub_field.setPlaceholderText("Qwen/Qwen3-30B-A3B")
        self.hub_field.setAccessibleName(self.tr("Hugging Face model id"))
        self.hub_field.returnPressed.connect(self._open_hub)
        self.hub_field.textChanged.connect(self._hub_edited)
        self.hub_button = Button(self.tr("Open"))
        self.hub_button.setEnabled(False)
        self.hub_button.clicked.connect(self._open_hub)
        out = panel("card")
        field = row(self.hub_field, self.hub_button)
        field.setStretch(0, 1)
        out.setLayout(
            column(
                label(self.tr("From Hugging Face"), "heading"),
                label(
                    self.tr(
                        "A model id. What is in the local cache opens offline; anything else is "
                        "downloaded."
                    ),
                    "dim",
                    wrap=True,
                ),
                None,
                field,
                margins=(20, 16, 20, 16),
            )
        )
        out.setMinimumHeight(148)
        return out

    # -- what the window tells it ------------------------------------------------------------

    def set_recent(self, entries: Sequence[Entry]) -> None:
        """List what was opened before."""
        box = self._recent.layout()
        while (item := box.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.recent_rows = []
        if not entries:
            return
        box.addWidget(label(self.tr("Recent"), "section"))
        for entry in entries[:6]:
            item = RecentRow(entry)
            item.clicked.connect(self._choose_recent)
            item.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            item.customContextMenuRequested.connect(self._recent_menu)
            box.addWidget(item)
            self.recent_rows.append(item)

    def set_over(self, over: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Show that what is being dragged can be dropped."""
        set_property(self._drop, "over", "true" if over else "false")

    # -- what is asked of it -----------------------------------------------------------------

    def _open_demo(self) -> None:
        self.name_wanted.emit("demo")

    def _open_hub(self) -> None:
        name = self.hub_field.text().strip()
        if name:
            self.name_wanted.emit(name)

    def _hub_edited(self, text: str) -> None:
        self.hub_button.setEnabled(bool(text.strip()))

    def _choose_recent(self) -> None:
        sender = self.sender()
        assert isinstance(sender, RecentRow)
        self.recent_chosen.emit(sender.path)

    def _recent_menu(self, at) -> None:
        sender = self.sender()
        assert isinstance(sender, RecentRow)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entry = QAction(self.tr("Remove from the list"), menu)
        entry.setData(sender.path)
        entry.triggered.connect(self._forget)
        menu.addAction(entry)
        menu.popup(sender.mapToGlobal(at))

    def _forget(self) -> None:
        sender = self.sender()
        assert isinstance(sender, QAction)
        self.recent_forgotten.emit(str(sender.data()))

    # -- as a page ---------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The step's name."""
        return self.tr("Welcome")

    def state(self) -> PageState:
        """Always there."""
        return PageState("ready", self.tr("Open a model or a project."))

    def command(self) -> str:
        """The whole pipeline on the bundled model."""
        return "seer demo"


def _app_mark(size: int) -> QPixmap:
    """The program's own icon, in its own colours."""
    from PySide6.QtGui import QPainter

    out = QPixmap(QSize(2 * size, 2 * size))
    out.fill(Qt.GlobalColor.transparent)
    painter = QPainter(out)
    QSvgRenderer(str(icon_folder() / "app.svg")).render(painter)
    painter.end()
    out.setDevicePixelRatio(2.0)
    return out
