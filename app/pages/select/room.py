"""How the height of the Select page is shared: the view above, costs and charts below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from app.widgets.forms import column

TABLE_HEIGHT = 380  # of the lower part when the table is first turned to


class Room(QSplitter):
    """The splitter between both parts, which remembers what each of them had.

    Args:
        view: Above.
        strip: Always there below.
        charts: Below it, while the view leaves room for them.
    """

    def __init__(self, view: QWidget, strip: QWidget, charts: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._strip, self._charts = strip, charts
        self._other_height = 0  # of the charts' other side, while one of them shows
        self._charts_height = 0  # of everything below, while a wide view shows
        below = QWidget()
        below.setLayout(column(strip, charts, spacing=12))
        self.setChildrenCollapsible(False)
        self.addWidget(view)
        self.addWidget(below)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.setHandleWidth(10)
        self.setStyleSheet("QSplitter::handle { background: transparent; }")

    def turn_charts(self) -> None:
        """A table wants more height than charts do; each side keeps what it had."""
        above, below = self.sizes()
        kept, self._other_height = self._other_height, below
        wanted = kept or max(below, min(TABLE_HEIGHT, (above + below) // 2))
        self.setSizes([max(above + below - wanted, 1), wanted])

    def take_charts(self, wide: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Let a wide view have the room of the charts, or give it back to them."""
        if wide == self._charts.isHidden():
            return
        self._charts.setHidden(wide)
        above, old = self.sizes()
        below = self._strip.sizeHint().height() if wide else self._charts_height
        self._charts_height = old
        self.setSizes([max(above + old - below, 1), below])
