"""Take it away: what shows as a picture and as a table, saved or copied; one menu for all views."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app import theme
from app.widgets.drawing import Drawing, image_of, png_of, svg_of
from app.widgets.forms import IconButton
from app.widgets.said import said
from core.errors import StudioError

Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class Table:
    """Numbers as programs read them: raw, with the same names in every language.

    Attributes:
        header: Names of the columns.
        rows: A value per column; None and what is not finite is left empty.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def text(self, delimiter: str = ",") -> str:
        """As comma- or tab-separated values."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n", delimiter=delimiter)
        writer.writerow(self.header)
        writer.writerows([_plain(value) for value in row] for row in self.rows)
        return out.getvalue()


def _plain(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.9g}" if math.isfinite(value) else ""
    return str(value)


@dataclass(frozen=True, kw_only=True, eq=False)
class Taken:
    """What a view gives away.

    Attributes:
        name: File name without suffix to propose.
        drawing: Its picture; None where it is no picture.
        table: Makes its numbers, when they are wanted; None where it has none.
    """

    name: str
    drawing: Drawing | None = None
    table: Callable[[], Table] | None = None


class TakeAway(QObject):
    """The entries of a menu that save and copy what a view shows.

    Signals:
        said: Where something was saved, or that it was copied.
        failed: What happened, and what to try.

    Args:
        menu: Gets the entries.
        ask: What is to be taken now; None for nothing.
        parent: The parent of file dialogs.
    """

    said = Signal(str)
    failed = Signal(str, str)

    def __init__(self, menu: QMenu, ask: Callable[[], Taken | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._ask, self._window = ask, parent
        self._pictures: list[QAction] = []
        self._tables: list[QAction] = []
        for text, icon_name, slot, group in (
            (self.tr("Save picture (PNG)…"), "image", self.ask_png, self._pictures),
            (self.tr("Save drawing (SVG)…"), "image", self.ask_svg, self._pictures),
            (self.tr("Save table (CSV)…"), "table", self.ask_csv, self._tables),
            (self.tr("Copy picture"), "copy", self.copy_picture, self._pictures),
            (self.tr("Copy table"), "copy", self.copy_table, self._tables),
        ):
            entry = menu.addAction(theme.icon(icon_name), text)
            entry.triggered.connect(slot)
            group.append(entry)
        menu.aboutToShow.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Offer what there is."""
        taken = self._ask()
        for group, there in (
            (self._pictures, taken is not None and taken.drawing is not None),
            (self._tables, taken is not None and taken.table is not None),
        ):
            for entry in group:
                entry.setEnabled(there)

    # asking where

    @Slot()
    def ask_png(self) -> None:
        """Ask for a file and save the picture."""
        self._save(self.tr("Save picture"), "png", "PNG (*.png)", self.save_png)

    @Slot()
    def ask_svg(self) -> None:
        """Ask for a file and save the drawing."""
        self._save(self.tr("Save drawing"), "svg", "SVG (*.svg)", self.save_svg)

    @Slot()
    def ask_csv(self) -> None:
        """Ask for a file and save the table."""
        self._save(self.tr("Save table"), "csv", "CSV (*.csv)", self.save_csv)

    def _save(self, title: str, suffix: str, kind: str, save: Callable[[Path], None]) -> None:
        taken = self._ask()
        if taken is not None:
            self.ask_and_save(title, f"{taken.name}.{suffix}", kind, save)

    def ask_and_save(self, title: str, name: str, kind: str, save: Callable[[Path], None]) -> None:
        """Ask for a file, write it, and say where it is or why it is not."""
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, name, kind)
        if not chosen:
            return
        path = Path(chosen)
        if not path.suffix:
            path = path.with_suffix(Path(name).suffix)
        try:
            save(path)
        except StudioError as error:
            self.failed.emit(error.what, error.remedy)
            return
        self.said.emit(self.tr("Saved {path}").format(path=path))

    # writing

    def save_png(self, path: Path) -> None:
        """Draw at twice the screen's sharpness.

        Raises:
            StudioError: The file cannot be written.
        """
        taken = self._ask()
        if taken is not None and taken.drawing is not None:
            _write(path, png_of(taken.drawing))

    def save_svg(self, path: Path) -> None:
        """Draw as vectors.

        Raises:
            StudioError: The file cannot be written.
        """
        taken = self._ask()
        if taken is not None and taken.drawing is not None:
            _write(path, svg_of(taken.drawing))

    def save_csv(self, path: Path) -> None:
        """Write the raw numbers.

        Raises:
            StudioError: The file cannot be written.
        """
        taken = self._ask()
        if taken is not None and taken.table is not None:
            _write(path, taken.table().text())

    # copying

    @Slot()
    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        taken = self._ask()
        if taken is not None and taken.drawing is not None:
            QGuiApplication.clipboard().setImage(image_of(taken.drawing))
            self.said.emit(self.tr("Copied the picture"))

    @Slot()
    def copy_table(self) -> None:
        """Put the table on the clipboard, with tabs, as spreadsheets paste it."""
        taken = self._ask()
        if taken is not None and taken.table is not None:
            QGuiApplication.clipboard().setText(taken.table().text("\t"))
            self.said.emit(self.tr("Copied the table"))


class TakeButton(IconButton):
    """The same menu behind a button, for a view without a menu of its own.

    Signals:
        said: Where something was saved, or that it was copied.
        failed: What happened and what to try, in one text.
    """

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, ask: Callable[[], Taken | None], parent: QWidget | None = None) -> None:
        super().__init__("more", "", parent)
        self.set_name(self.tr("Take away: picture, table"))
        self._menu = QMenu(self)
        self.take = TakeAway(self._menu, ask, self)
        self.take.said.connect(self.said)
        self.take.failed.connect(self._on_failed)
        self.clicked.connect(self._show)

    @Slot()
    def _show(self) -> None:
        corner = self.mapToGlobal(self.rect().bottomRight())
        corner.setX(corner.x() - self._menu.sizeHint().width())
        self._menu.popup(corner)

    @Slot(str, str)
    def _on_failed(self, what: str, remedy: str) -> None:
        self.failed.emit(f"{said(what)}: {said(remedy)}" if remedy else said(what))


def table_of(header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Table:
    """A table of anything that can be gone through."""
    return Table(header=tuple(header), rows=tuple(tuple(row) for row in rows))


def _write(path: Path, content: str | bytes) -> None:
    """Whole or not at all; numpy, which comes with the planning, waits until something is taken."""
    from core.planning.files import write_atomically

    write_atomically(path, content)
