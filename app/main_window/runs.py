"""Earlier runs: every log that the project keeps, the newest first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSplitter,
    QWidget,
)

from app.jobs.logbook import LOG_NAME
from app.theme import UNIT, mono_font
from app.widgets.dialog_size import resize_within
from app.widgets.forms import Button, column, label, row
from app.widgets.said import said

MOST_SHOWN_BYTES = 1_000_000
SIZE = (880, 520)


class RunsDialog(QDialog):
    """A list of runs at the left, the log of the chosen one at the right.

    Args:
        runs: The project's folder of runs; one that is not there has none.
    """

    def __init__(self, runs: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Earlier runs"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_within(self, QSize(*SIZE))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Runs"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(mono_font(11))
        self.text.setAccessibleName(self.tr("Log"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.open_file = Button(self.tr("Open the log file"), "ghost", "file")
        self.open_file.clicked.connect(self._open)
        close = Button(self.tr("Close"), "primary")
        close.clicked.connect(self.accept)
        self.empty = label(self.tr("No job has run in this project yet."), "dim")
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.list)
        split.addWidget(self.text)
        split.setChildrenCollapsible(False)
        split.setSizes([260, 600])
        margins = (3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        box = column(
            label(self.tr("Earlier runs"), "heading"),
            self.empty,
            split,
            row(self.open_file, None, close),
            spacing=2 * UNIT,
            margins=margins,
        )
        box.setStretch(2, 1)
        self.setLayout(box)
        self.list.currentItemChanged.connect(self._show)
        self._fill(runs)

    def _fill(self, runs: Path) -> None:
        for path in sorted(runs.glob(f"*/{LOG_NAME}"), key=_age, reverse=True):
            item = QListWidgetItem(_name(path))
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            self.list.addItem(item)
        self.empty.setVisible(self.list.count() == 0)
        self.open_file.setEnabled(self.list.count() > 0)
        self.list.setCurrentRow(0)

    @Slot(QListWidgetItem)
    def _show(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        path = Path(item.data(Qt.ItemDataRole.UserRole))
        try:
            with path.open("rb") as file:
                file.seek(max(path.stat().st_size - MOST_SHOWN_BYTES, 0))
                text = file.read().decode("utf-8", errors="replace")
        except OSError as error:
            text = said(str(error))
        self.text.setPlainText(text)

    @Slot()
    def _open(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(item.data(Qt.ItemDataRole.UserRole)))


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _name(path: Path) -> str:
    """20261124-054405-profile as 2026-11-24 05:44 profile."""
    stem = path.parent.name
    day, _, rest = stem.partition("-")
    clock, _, kind = rest.partition("-")
    if not (len(day) == 8 and day.isdecimal() and len(clock) == 6 and clock.isdecimal()):
        return stem
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}  {kind}"
