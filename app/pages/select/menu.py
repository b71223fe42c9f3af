"""The context menu of a cell or of the selected layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMenu

from app.pages.select.commands import CopyAction, all_lines
from app.pages.select.rules import layer_names

if TYPE_CHECKING:
    from app.pages.select.page import SelectPage

translate = QCoreApplication.translate  # the name that lupdate looks for


def cell_menu(page: SelectPage, row: int, expert: int) -> QMenu:
    """What can be done with an expert (or, with −1, only its layer)."""
    menu = QMenu(page)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if expert >= 0:
        drop = menu.addAction(page.inspector.drop.text(), page.map.toggle_cursor)
        drop.setEnabled(page.inspector.drop.isEnabled())
        menu.addAction(page.inspector.lock.text(), page.lock_cursor)
        menu.addSeparator()
    editor, plan = page.editor, page.session.plan
    rows = page.map.selected_rows if row in page.map.selected_rows else (row,)
    names = layer_names(plan.layer_ids, rows) if plan else ""
    for text, slot in (
        (
            translate("CellMenu", "Keep all of {layers}"),
            lambda: editor.keep_layers(rows, keep=True),
        ),
        (
            translate("CellMenu", "Drop all of {layers}"),
            lambda: editor.keep_layers(rows, keep=False),
        ),
        (
            translate("CellMenu", "Swap kept and dropped in {layers}"),
            lambda: editor.toggle_layers(rows),
        ),
        (
            translate("CellMenu", "Apply the rule to {layers}"),
            lambda: editor.apply(page.desk.rule, rows),
        ),
    ):
        menu.addAction(text.format(layers=names), slot)
    menu.addSeparator()
    copy = translate("CellMenu", "Copy the pattern of L{layer}")
    layer = plan.layer_ids[row] if plan else row
    menu.addAction(copy.format(layer=layer), lambda: editor.copy_pattern(row))
    paste = translate("CellMenu", "Paste the pattern into {layers}").format(layers=names)
    menu.addAction(paste, lambda: editor.paste_pattern(rows)).setEnabled(editor.has_pattern)
    menu.addSeparator()
    menu.addAction(translate("CellMenu", "Show the whole map"), page.map.fit)
    add_commands(menu, page)
    return menu


def add_commands(menu: QMenu, page: SelectPage) -> None:
    """A submenu with the command line of everything that shows."""
    commands = menu.addMenu(translate("CellMenu", "Copy a command"))
    fill_commands(commands, page)


def fill_commands(commands: QMenu, page: SelectPage) -> None:
    """Fill a menu with the command lines of everything that shows now."""
    commands.clear()
    commands.setToolTipsVisible(True)
    found = all_lines(page.session, page.takeaway.command())
    view = page.views.current
    here = view.command() if view is not None else ""
    if here and here not in {line for _, line in found}:
        found = ((translate("CellMenu", "What this view shows"), here), *found)
    for text, line in found:
        commands.addAction(CopyAction(text, line, commands))
    commands.setEnabled(bool(found))
