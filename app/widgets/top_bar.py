"""The bar at the top: what is open, undo, copy command, and the page's one filled button."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QWidget

from app.theme import TOP_BAR_HEIGHT
from app.widgets.elided_button import ElidedButton
from app.widgets.forms import Button, ElidedLabel, IconButton, label, row

UNDO_WIDTH = 320  # logical pixels: a step of a long name leaves room for the name of the project


class TopBar(QFrame):
    """Knows no session: the window tells it what to show and gives it the actions.

    Args:
        undo: The action behind the undo button; its text names the step.
        redo: The action behind the redo button.
        copy: The action that copies the page's command line.
        menu: What the menu button opens.
    """

    def __init__(
        self,
        *,
        undo: QAction,
        redo: QAction,
        copy: QAction,
        menu: QMenu,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("panel", "top")
        self.setFixedHeight(TOP_BAR_HEIGHT)
        self.menu_button = IconButton("menu", self.tr("Menu"))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(menu)
        self.project = ElidedLabel("", "dim", mode=Qt.TextElideMode.ElideMiddle)
        self.project.setObjectName("project")
        self._undo, self._redo, self._copy = undo, redo, copy
        self._primary: QAction | None = None
        self.undo_button = ElidedButton("", "ghost", "undo")
        self.undo_button.setMaximumWidth(UNDO_WIDTH)
        self.undo_button.clicked.connect(undo.trigger)
        self.redo_button = IconButton("redo", self.tr("Redo"))
        self.redo_button.clicked.connect(redo.trigger)
        self.copy_button = Button(copy.text(), "", "terminal")
        self.copy_button.clicked.connect(copy.trigger)
        self.primary_button = Button("", "primary")
        self.primary_button.setObjectName("primary")
        self.primary_button.clicked.connect(self._trigger)
        self.primary_button.hide()
        box = row(
            self.menu_button,
            label("SEER Studio", "heading"),
            4,
            self.project,
            self.undo_button,
            self.redo_button,
            4,
            self.copy_button,
            self.primary_button,
            margins=(10, 0, 12, 0),
        )
        box.setStretch(3, 1)
        self.setLayout(box)
        for action in (undo, redo, copy):
            action.changed.connect(self._show_actions)
        self._show_actions()

    def set_primary(self, action: QAction | None) -> None:
        """Show a page's primary action, or none."""
        if self._primary is not None:
            self._primary.changed.disconnect(self._show_primary)
        self._primary = action
        if action is not None:
            action.changed.connect(self._show_primary)
        self._show_primary()

    def _trigger(self) -> None:
        if self._primary is not None:
            self._primary.trigger()

    def _show_primary(self) -> None:
        action = self._primary
        self.primary_button.setVisible(action is not None and action.isVisible())
        if action is not None:
            self.primary_button.setText(action.text())
            self.primary_button.setEnabled(action.isEnabled())
            self.primary_button.setToolTip(action.toolTip())

    def _show_actions(self) -> None:
        self.undo_button.setText(self._undo.text())
        self.undo_button.setToolTip(self._undo.text())
        self.undo_button.setVisible(self._undo.isEnabled())
        self.redo_button.setVisible(self._redo.isEnabled() or self._undo.isEnabled())
        self.redo_button.setEnabled(self._redo.isEnabled())
        self.redo_button.set_name(self._redo.text())
        self.copy_button.setText(self._copy.text())
        self.copy_button.setToolTip(self._copy.toolTip())
        self.copy_button.setEnabled(self._copy.isEnabled())
