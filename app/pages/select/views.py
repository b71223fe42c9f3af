"""The views of the Select page: which there are, which shows, and keeping that one up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.pages.select.compare import CompareView
from app.pages.select.layer import LayerView
from app.pages.select.network import NetworkView
from app.pages.select.plans import PlansView
from app.pages.select.token_lens import TokenLensView
from app.pages.select.view import View
from app.widgets.segments import Segments

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.pages.select.editor import Editor
    from app.session import Session

MAP = "map"
FACTORIES: dict[str, type[View]] = {
    "layer": LayerView,
    "network": NetworkView,
    "compare": CompareView,
    "lens": TokenLensView,
    "plans": PlansView,
}


class Views(QObject):
    """A segmented control and what it turns; a view is built when it is first turned to.

    Args:
        session: Handed to the views.
        derived: Handed to the views.
        editor: Handed to the views.
        heat_map: The view that is always there.
        parent: Qt's parent.
    """

    turned = Signal()  # another view shows
    expert_chosen = Signal(int, int)
    status_changed = Signal(str)
    failed = Signal(str, str)
    command_changed = Signal()
    menu_requested = Signal(int, int, QPoint)

    def __init__(
        self,
        session: Session,
        derived: Derived,
        editor: Editor,
        *,
        heat_map: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._derived, self._editor = session, derived, editor
        self._built: dict[str, View] = {}
        self.bar = Segments(
            (
                (MAP, self.tr("Heat map"), self.tr("Every expert as one cell")),
                ("layer", self.tr("Layer"), self.tr("The experts of one layer by score")),
                ("network", self.tr("Network"), self.tr("All layers, one chart per quantity")),
                ("compare", self.tr("Compare"), self.tr("Two texts or domains, A − B")),
                ("lens", self.tr("Token lens"), self.tr("What each token of a text chooses")),
                ("plans", self.tr("Plans"), self.tr("Named plans side by side")),
            ),
            self.tr("Views"),
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(heat_map)
        self.bar.chosen.connect(self._turn)

    @property
    def key(self) -> str:
        """Which view shows."""
        return self.bar.key

    @property
    def current(self) -> View | None:
        """The view that shows; None while the heat map does."""
        return self._built.get(self.key)

    def show_view(self, key: str) -> None:
        """Turn to a view."""
        self.bar.set_key(key)

    @Slot(int)
    def show_layer(self, row: int) -> None:
        """Turn to the layer view, at a layer."""
        self.show_view("layer")
        view = self.view("layer")
        assert isinstance(view, LayerView)
        view.show_row(row)

    def view(self, key: str) -> View:
        """A view, built if need be."""
        if key not in self._built:
            made = FACTORIES[key](self._session, self._derived, self._editor)
            made.expert_chosen.connect(self.expert_chosen)
            made.status_changed.connect(self.status_changed)
            made.failed.connect(self.failed)
            made.command_changed.connect(self.command_changed)
            made.menu_requested.connect(self.menu_requested)
            if isinstance(made, NetworkView):
                made.layer_wanted.connect(self.show_layer)
            self.stack.addWidget(made)
            self._built[key] = made
        return self._built[key]

    def bring_up_to_date(self) -> None:
        """Let the view that shows look again."""
        if self.current is not None:
            self.current.bring_up_to_date()

    def point_at(self, expert_row: int, expert: int) -> None:
        """Tell the view that shows where the cursor went."""
        if self.current is not None:
            self.current.point_at(expert_row, expert)

    @Slot(str)
    def _turn(self, key: str) -> None:
        self.stack.setCurrentWidget(self.stack.widget(0) if key == MAP else self.view(key))
        self.bring_up_to_date()
        self.turned.emit()
