"""The window's actions: their names, keys and places in the menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMenu, QWidget

translate = QCoreApplication.translate  # the name that lupdate looks for


class UndoAction(QAction):
    """Undo or redo whose text names the step."""

    def __init__(self, stack: QUndoStack, *, redo: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._redo = redo
        (stack.redoTextChanged if redo else stack.undoTextChanged).connect(self._name)
        (stack.canRedoChanged if redo else stack.canUndoChanged).connect(self.setEnabled)
        self.triggered.connect(stack.redo if redo else stack.undo)
        keys = [
            QKeySequence(QKeySequence.StandardKey.Redo if redo else QKeySequence.StandardKey.Undo)
        ]
        if redo:
            keys += [QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")]
        self.setShortcuts(list(dict.fromkeys(keys)))
        self.setEnabled(stack.canRedo() if redo else stack.canUndo())
        self._name(stack.redoText() if redo else stack.undoText())

    @Slot(str)
    def _name(self, step: str) -> None:
        if self._redo:
            text, bare = translate("Actions", "Redo “{step}”"), translate("Actions", "Redo")
        else:
            text, bare = translate("Actions", "Undo “{step}”"), translate("Actions", "Undo")
        self.setText(text.format(step=step) if step else bare)


def action(
    parent: QWidget,
    text: str,
    call: Callable[[], object],
    keys: str | QKeySequence.StandardKey = "",
) -> QAction:
    """An action of the window, with its keys working wherever the focus is."""
    out = QAction(text, parent)
    out.triggered.connect(call)
    if keys != "":
        out.setShortcut(QKeySequence(keys))
    parent.addAction(out)
    return out


def choice_menu(
    parent: QMenu,
    title: str,
    choices: dict[str, str],
    current: str,
    choose: Callable[[QAction], object],
) -> QMenu:
    """A submenu of which one entry is checked.

    Args:
        parent: The menu that it goes into.
        title: Its name.
        choices: Key → what the entry says.
        current: The checked key.
        choose: Gets the action; its data is the key.
    """
    menu = parent.addMenu(title)
    menu.setProperty("checkable", "true")
    group = QActionGroup(menu)
    for key, text in choices.items():
        entry = menu.addAction(text)
        entry.setCheckable(True)
        entry.setChecked(key == current)
        entry.setData(key)
        group.addAction(entry)
    group.triggered.connect(choose)
    return menu
