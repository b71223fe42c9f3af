"""The button that chooses which columns of the variants table show."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.models.variant_columns import Column
from app.models.variants import VariantsModel
from app.widgets.forms import Button


class ColumnsButton(Button):
    """A menu with a tick for each column but the name and the domains.

    Signals:
        toggled_column: A column's key and whether it shows now.
    """

    toggled_column = Signal(str, bool)

    def __init__(self, model: VariantsModel, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.setText(self.tr("Columns"))
        self._variants = model
        self._chosen: Mapping[str, bool] = {}
        self.setMenu(QMenu(self))
        self.menu().aboutToShow.connect(self.fill)

    def set_chosen(self, kept: object) -> None:
        """What the project remembers of the columns."""
        self._chosen = (
            {str(key): bool(shown) for key, shown in kept.items()}
            if isinstance(kept, Mapping)
            else {}
        )

    def shows(self, column: Column) -> bool:
        """Whether a column shows; a speed that was measured does so by itself."""
        timed = any(v.speed is not None for v in self._variants.variants)
        measured = timed and column.key in ("prefill", "decode")
        return self._chosen.get(column.key, column.shown or measured)

    @Slot()
    def fill(self) -> None:
        """Write the menu."""
        self.menu().clear()
        for column in self._variants.columns[1 : self._variants.first_domain_column]:
            action = self.menu().addAction(column.title)
            action.setCheckable(True)
            action.setChecked(self.shows(column))
            action.setData(column.key)
            action.toggled.connect(self._on_toggled)

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:  # noqa: FBT001 - Qt's signal
        action = self.sender()
        if isinstance(action, QAction):
            self._chosen = {**self._chosen, str(action.data()): shown}
            self.toggled_column.emit(str(action.data()), shown)
