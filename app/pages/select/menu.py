"""The context menu of a cell or of the selected layers, and the menu of command lines."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu

from app.pages.select.commands import CopyAction, all_lines
from app.pages.select.editor import Editor
from app.pages.select.inspector import Inspector
from app.pages.select.rule_desk import RuleDesk
from app.pages.select.rules import layer_names
from app.pages.select.takeaway import SelectTakeAway
from app.pages.select.toolbar import Toolbar
from app.pages.select.views import Views
from app.session import Session
from app.widgets.heatmap import HeatMap


class CellMenu(QObject):
    """Makes the menus of the Select page when they are asked for.

    Args:
        session: Whose plan it is.
        editor: Changes it.
        cells: The heat map: its cursor and its selected layers.
        inspector: The card, whose buttons the menu repeats.
        desk: Has the rule in hand.
        views: Know the command line of what shows.
        takeaway: Knows the command line of the plan.
        toolbar: Has the menu of command lines.
        parent: Owns the menus.
    """

    def __init__(
        self,
        session: Session,
        editor: Editor,
        *,
        cells: HeatMap,
        inspector: Inspector,
        desk: RuleDesk,
        views: Views,
        takeaway: SelectTakeAway,
        toolbar: Toolbar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._editor, self._map = session, editor, cells
        self._card, self._desk, self._views, self._takeaway = inspector, desk, views, takeaway
        self._commands = toolbar.commands
        toolbar.more_menu.aboutToShow.connect(self._refill)

    @Slot(int, int, QPoint)
    def open(self, row: int, expert: int, at: QPoint) -> None:
        """Show what can be done at a place of the screen."""
        self.menu(row, expert).popup(at)

    def menu(self, row: int, expert: int) -> QMenu:
        """What can be done with an expert (or, with −1, only its layer)."""
        menu = QMenu(self._map)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if expert >= 0:
            drop, lock = self._card.drop, self._card.lock
            menu.addAction(drop.text(), self._map.toggle_cursor).setEnabled(drop.isEnabled())
            menu.addAction(lock.text(), self._map.lock_cursor)
            menu.addSeparator()
        self._add_layers(menu, row)
        menu.addSeparator()
        menu.addAction(self.tr("Show the whole map"), self._map.fit)
        self.fill(menu.addMenu(self.tr("Copy a command")))
        return menu

    def _add_layers(self, menu: QMenu, row: int) -> None:
        """What can be done with the layer, or with those selected where it is one of them."""
        editor, plan = self._editor, self._session.plan
        rows = self._map.selected_rows if row in self._map.selected_rows else (row,)
        names = layer_names(plan.layer_ids, rows) if plan else ""
        for text, slot in (
            (self.tr("Keep all of {layers}"), lambda: editor.keep_layers(rows, keep=True)),
            (self.tr("Drop all of {layers}"), lambda: editor.keep_layers(rows, keep=False)),
            (self.tr("Swap kept and dropped in {layers}"), lambda: editor.toggle_layers(rows)),
            (
                self.tr("Apply the rule to {layers}"),
                lambda: editor.apply(self._desk.rule, rows),
            ),
        ):
            menu.addAction(text.format(layers=names), slot)
        menu.addSeparator()
        layer = plan.layer_ids[row] if plan else row
        copy = self.tr("Copy the pattern of L{layer}").format(layer=layer)
        menu.addAction(copy, lambda: editor.copy_pattern(row))
        paste = self.tr("Paste the pattern into {layers}").format(layers=names)
        menu.addAction(paste, lambda: editor.paste_pattern(rows)).setEnabled(editor.has_pattern)

    @Slot()
    def _refill(self) -> None:
        self.fill(self._commands)

    def fill(self, commands: QMenu) -> None:
        """Fill a menu with the command lines of everything that shows now."""
        commands.clear()
        commands.setToolTipsVisible(True)
        found = all_lines(self._session, self._takeaway.command())
        view = self._views.current
        here = view.command() if view is not None else ""
        if here and here not in {line for _, line in found}:
            found = ((self.tr("What this view shows"), here), *found)
        for text, line in found:
            commands.addAction(CopyAction(text, line, commands))
        commands.setEnabled(bool(found))
