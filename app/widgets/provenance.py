"""What made a number: asked for at the number itself, by the mouse or the keyboard.

One mechanism for every number on screen. A widget says which numbers it shows and where
(`numbers()`), a page says who knows about them; the `Asker` does the rest: right click, Alt with a
click, or I on the keyboard open a popover, arrow keys go from number to number. The points of a
chart are numbers too: the pointer or the chart's own keys are on one of them. Widgets know no
session: they name their numbers by keys, and what a key means is the session's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QTableView, QWidget

from app.theme import UNIT
from app.widgets.forms import Button, column, label, row
from app.widgets.number_watch import Cells, HasPoints, Listed, Number, Pointed, Points, Watch
from app.widgets.popover import Popover

__all__ = ["Asker", "Number", "Provenance", "ProvenancePopover"]

translate = QCoreApplication.translate  # the name that lupdate looks for

WIDTH = 440
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a number comes from.

    Attributes:
        formula: What is computed, in one line.
        facts: Name and value: sources, options, seed, versions, job; read from the top.
        command: The `seer …` line that gives it again; empty where no single line does.
        note: What else is to know; empty for nothing.
    """

    formula: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    command: str = ""
    note: str = ""

    def text(self, number: Number) -> str:
        """Everything as plain text, for the clipboard."""
        lines = [f"{number.name}: {number.value}"]
        if self.formula:
            lines.append(f"= {self.formula}")
        lines += [f"{name}: {value}" for name, value in self.facts]
        lines += [part for part in (self.note, self.command) if part]
        return "\n".join(lines)


Answer = Callable[[Number], Provenance | None]


class ProvenancePopover(Popover):
    """Formula, facts and command of one number; C or Enter copies all of it."""

    def __init__(self, number: Number, made: Provenance, window: QWidget) -> None:
        super().__init__(window, WIDTH)
        self._text, self._command = made.text(number), made.command
        head = row(label(number.name, "strong"), None, label(number.value, "value"))
        parts: list[QWidget | object] = [head]
        if made.formula:
            parts.append(label(f"= {made.formula}", "mono", wrap=True))
        if made.facts:
            parts.append(_facts(made.facts))
        if made.note:
            parts.append(label(made.note, "caption", wrap=True))
        self.copy = self._button(self.tr("Copy"), self.copy_all)
        self.copy.setToolTip(self.tr("Copy everything that is said here (C)"))
        self.copy_line = self._button(self.tr("Copy command"), self._copy_command)
        if made.command:
            parts.append(label(made.command, "mono", wrap=True))
        parts.append(row(None, self.copy_line, self.copy))
        margins = (16, 12, 16, 12)
        self.setLayout(column(*parts, spacing=UNIT + 2, margins=margins))  # type: ignore[arg-type]
        # Only now: shown without a parent it would be a window, and take the keyboard from ours.
        self.copy_line.setVisible(bool(made.command))
        self.setAccessibleName(self.tr("What made {name}").format(name=number.name))
        self.setAccessibleDescription(self._text)

    def copy_all(self) -> None:
        """Put everything on the clipboard."""
        QGuiApplication.clipboard().setText(self._text)
        self.leave()

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self._command)
        self.leave()

    def take_key(self, event: QKeyEvent) -> bool:
        """C, Ctrl+C and Enter copy; keys that are only held down do nothing."""
        if event.key() in {Qt.Key.Key_C, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.copy_all()
            return True
        return event.key() in {Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Shift}

    def _button(self, text: str, slot: Callable[[], None]) -> Button:
        out = Button(text, "ghost", "copy")
        out.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        out.clicked.connect(slot)
        return out


def _facts(facts: tuple[tuple[str, str], ...]) -> QWidget:
    out = QWidget()
    grid = QGridLayout(out)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(2 * UNIT)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    top = Qt.AlignmentFlag.AlignTop
    for at, (name, value) in enumerate(facts):
        left = label(name, "caption")
        left.setContentsMargins(0, 2, 0, 0)  # on the line of the larger text beside it
        grid.addWidget(left, at, 0, top)
        grid.addWidget(label(value, "small", wrap=True), at, 1)
    return out


class Asker(QObject):
    """Listens where numbers are, and shows what made the one that was asked about.

    Args:
        answer: Knows where a number comes from; None for what it does not know.
        parent: Qt's parent.
    """

    opened = Signal(object)  # the popover

    def __init__(self, answer: Answer, parent: QObject) -> None:
        super().__init__(parent)
        self._answer = answer
        self._watched: dict[int, Watch] = {}

    def watch(self, widget: QWidget) -> None:
        """Listen on a widget that says itself which numbers it shows: `numbers()`."""
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._add(Listed(widget), widget)

    def watch_table(self, table: QTableView, key_of: Callable[[QModelIndex], str]) -> None:
        """Listen on a table.

        Args:
            table: Its cells are the numbers.
            key_of: What a cell is; empty for a cell that is no number.
        """
        watch = Cells(table, key_of)
        self._add(watch, table)
        self._add(watch, table.viewport())

    def watch_pointed(self, widget: QWidget, pointed: Callable[[], Number | None]) -> None:
        """Listen for I alone, where clicks have a meaning of their own.

        Args:
            widget: Has the keyboard.
            pointed: The number that the cursor is on.
        """
        self._add(Pointed(widget, pointed), widget)

    def watch_chart(self, chart: HasPoints) -> None:
        """Listen on a chart whose own keys go from point to point."""
        widget: QWidget = chart  # type: ignore[assignment]
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._add(Points(chart, widget), widget)
        if chart.surface() is not widget:
            self._add(Points(chart, chart.surface()), chart.surface())

    def ask(self, number: Number, widget: QWidget) -> ProvenancePopover | None:
        """Show what made a number; None where nobody knows."""
        made = self._answer(number)
        if made is None:
            return None
        popover = ProvenancePopover(number, made, widget.window())
        popover.open_beside(widget, number.box if number.box.isValid() else None)
        self.opened.emit(popover)
        return popover

    def _add(self, watch: Watch, widget: QWidget) -> None:
        self._watched[id(widget)] = watch
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Questions are answered, everything else goes on."""
        # Qt may ask while Python takes a closed page apart, attribute by attribute.
        watch = getattr(self, "_watched", {}).get(id(watched))
        if watch is None:
            return False
        number = None
        if isinstance(event, QContextMenuEvent) and watch.clicks:
            by_keys = event.reason() == QContextMenuEvent.Reason.Keyboard
            number = watch.current() if by_keys else watch.at(event.pos())
        elif event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            held = event.modifiers() & Qt.KeyboardModifier.AltModifier
            if held and watch.clicks and event.button() == Qt.MouseButton.LeftButton:
                number = watch.at(event.position().toPoint())
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            if plain and event.key() == Qt.Key.Key_I:
                number = watch.current()
            elif plain and event.key() in STEPS and watch.step(STEPS[Qt.Key(event.key())]):
                return True
        elif event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            watch.focus(there=event.type() == QEvent.Type.FocusIn)
        return number is not None and self.ask(number, watch.widget) is not None
