"""The list of text sources: where from, which domain, which field; add by button or by dropping."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from app.theme import CONTROL_HEIGHT, UNIT, pixmap, theme, theme_changed
from app.widgets.forms import Button, ElidedLabel, IconButton, column, label, row

DEMO = "demo"
HUB = "hub:"
SUFFIXES = (".txt", ".jsonl", ".parquet", ".csv")
DOMAIN_WIDTH = 104
FIELD_WIDTH = 80


@dataclass(frozen=True, kw_only=True)
class SourceEntry:
    """One row of the list.

    Attributes:
        where: A path, "demo", or "hub:<id>".
        domain: The label of its statistics; empty to take it from the file's name.
        field: The field that holds the text; empty for "text".
    """

    where: str
    domain: str = ""
    field: str = ""


def icon_name(where: str) -> str:
    """The icon for a kind of source."""
    if where == DEMO:
        return "book"
    if where.startswith(HUB):
        return "cloud"
    return "file" if Path(where).suffix else "folder"


class SourceRow(QFrame):
    """One source."""

    changed = Signal()
    removed = Signal()

    def __init__(self, entry: SourceEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.where = entry.where
        self._picture = QLabel()
        self._picture.setFixedWidth(2 * UNIT)
        self._name = ElidedLabel(self._title(), mode=Qt.TextElideMode.ElideMiddle)
        self.domain = QLineEdit(entry.domain)
        self.field = QLineEdit(entry.field)
        bundled = entry.where == DEMO
        self.domain.setPlaceholderText(self.tr("six domains") if bundled else self._stem())
        self.field.setPlaceholderText("text")
        for edit, width, name in (
            (self.domain, DOMAIN_WIDTH, self.tr("Domain label")),
            (self.field, FIELD_WIDTH, self.tr("Text field")),
        ):
            edit.setFixedWidth(width)
            edit.setEnabled(not bundled)
            edit.setAccessibleName(name)
            edit.textEdited.connect(self.changed)
        if Path(entry.where).suffix == ".txt":
            self.field.setEnabled(False)
            self.field.setPlaceholderText("")
        self.remove = IconButton("close", self.tr("Remove {name}").format(name=self._title()))
        self.remove.clicked.connect(self.removed)
        box = row(self._picture, self._name, self.domain, self.field, self.remove)
        box.setStretch(1, 1)
        self.setLayout(box)
        theme_changed.connect(self._dress)
        self._dress()

    def entry(self) -> SourceEntry:
        """The row as a value."""
        return SourceEntry(
            where=self.where, domain=self.domain.text().strip(), field=self.field.text().strip()
        )

    def _title(self) -> str:
        if self.where == DEMO:
            return self.tr("Bundled texts")
        if self.where.startswith(HUB):
            return self.where.removeprefix(HUB)
        return Path(self.where).name or self.where

    def _stem(self) -> str:
        return Path(self.where.removeprefix(HUB)).stem

    @Slot()
    def _dress(self) -> None:
        self._picture.setPixmap(pixmap(icon_name(self.where), theme().text_dim))


class SourcesEditor(QFrame):
    """The sources of a run, as a list one can add to, drop onto, and edit.

    Signals:
        changed: The list, a domain label or a field is another one.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.rows: list[SourceRow] = []
        self._head = QWidget()
        self._build_head()
        self._list = QVBoxLayout()
        self._list.setSpacing(UNIT // 2)
        self._empty = label(
            self.tr("No texts yet. Add the bundled ones, or drop .txt .jsonl .parquet .csv here."),
            "dim",
            wrap=True,
        )
        self.add_button = Button(self.tr("Add texts"), icon_name="plus")
        self.add_button.setMenu(self._menu())
        foot = row(self.add_button, None)
        self.setLayout(column(self._head, self._empty, self._list, foot))
        self._show_empty()

    def entries(self) -> tuple[SourceEntry, ...]:
        """The list as values."""
        return tuple(row.entry() for row in self.rows)

    def set_entries(self, entries: tuple[SourceEntry, ...]) -> None:
        """Show these."""
        if entries == self.entries():
            return
        for old in list(self.rows):
            self._drop(old)
        for entry in entries:
            self._append(entry)
        self.changed.emit()

    def add(self, where: str) -> None:
        """Add one source; one that is there already is not added twice."""
        if where and where not in [row.where for row in self.rows]:
            self._append(SourceEntry(where=where))
            self.changed.emit()

    @Slot()
    def add_demo(self) -> None:
        """Add the bundled texts."""
        self.add(DEMO)

    @Slot()
    def ask_files(self) -> None:
        """Ask for files."""
        kinds = self.tr("Texts ({suffixes})").format(suffixes=" ".join(f"*{s}" for s in SUFFIXES))
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Add text files"), "", kinds)
        for path in paths:
            self.add(path)

    @Slot()
    def ask_folder(self) -> None:
        """Ask for a folder of files."""
        self.add(QFileDialog.getExistingDirectory(self, self.tr("Add a folder of texts")))

    @Slot()
    def ask_hub(self) -> None:
        """Ask for a data set's id."""
        name, ok = QInputDialog.getText(
            self,
            self.tr("Hugging Face data set"),
            self.tr("Id, with configuration and split if it has several: id:config:split"),
        )
        if ok and name.strip():
            self.add(HUB + name.strip().removeprefix(HUB))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders that can be read."""
        if _dropped(event):
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing to undo."""
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        for path in _dropped(event):
            self.add(path)
        event.acceptProposedAction()

    def _build_head(self) -> None:
        source = label(self.tr("Source"), "caption")
        domain = label(self.tr("Domain"), "caption")
        field = label(self.tr("Text field"), "caption")
        domain.setFixedWidth(DOMAIN_WIDTH)
        field.setFixedWidth(FIELD_WIDTH)
        box = row(source, domain, field, CONTROL_HEIGHT + 2)
        box.setStretch(0, 1)
        self._head.setLayout(box)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for text, slot in (
            (self.tr("Bundled texts"), self.add_demo),
            (self.tr("Files…"), self.ask_files),
            (self.tr("Folder…"), self.ask_folder),
            (self.tr("Hugging Face data set…"), self.ask_hub),
        ):
            menu.addAction(text).triggered.connect(slot)
        return menu

    def _append(self, entry: SourceEntry) -> None:
        row = SourceRow(entry)
        row.changed.connect(self.changed)
        row.removed.connect(self._on_removed)
        self.rows.append(row)
        self._list.addWidget(row)
        self._show_empty()

    @Slot()
    def _on_removed(self) -> None:
        row = self.sender()
        if isinstance(row, SourceRow):
            self._drop(row)
            self.changed.emit()

    def _drop(self, row: SourceRow) -> None:
        self.rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._show_empty()

    def _show_empty(self) -> None:
        self._empty.setVisible(not self.rows)
        self._head.setVisible(bool(self.rows))


def _dropped(event: QDropEvent) -> list[str]:
    """Readable paths of a drag."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [str(path) for path in paths if path.is_dir() or path.suffix.lower() in SUFFIXES]
