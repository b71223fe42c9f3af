"""How the height of the Select page is shared: the view above, costs and charts below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from app.widgets.forms import column

TABLE_HEIGHT = 380  # of the lower part when the table is first turned to
SPACING = 12


class Room(QSplitter):
    """The splitter between both parts, which remembers what each of them had.

    Until somebody moves the handle, the view has the height that it can use and the charts the
    rest; in a low window, where the costs alone fit under the view, there are no charts.

    Args:
        view: Above.
        strip: Always there below.
        charts: Below it, while the view leaves room for them.
        usable: The height that the view has a use for, of a width and a height.
    """

    def __init__(
        self, view: QWidget, strip: QWidget, charts: QWidget, usable: Callable[[int, int], int]
    ) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._strip, self._charts, self._usable = strip, charts, usable
        self._wide = False
        self._table = False
        self._other_height = 0  # of the charts' other side, while one of them shows
        self._below = 0  # height of everything below, once somebody chose it
        below = QWidget()
        below.setLayout(column(strip, charts, spacing=SPACING))
        self.setChildrenCollapsible(False)
        self.addWidget(view)
        self.addWidget(below)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.setHandleWidth(10)
        self.setStyleSheet("QSplitter::handle { background: transparent; }")
        self.splitterMoved.connect(self._moved)

    def turn_charts(self) -> None:
        """A table wants more height than charts do; each side keeps what it had."""
        self._table = not self._table
        above, below = self.sizes()
        kept, self._other_height = self._other_height, below
        wanted = kept or max(below, min(TABLE_HEIGHT, (above + below) // 2))
        self.setSizes([max(above + below - wanted, 1), wanted])

    def take_charts(self, wide: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Let a wide view have the room of the charts, or give it back to them."""
        if wide != self._wide:
            if self._table and wide:
                self._below = self.sizes()[1]
            self._wide = wide
            self.share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new height."""
        super().resizeEvent(event)
        self.share()

    def share(self) -> None:
        """Give each part its height; the view may have a use for another than before."""
        total = self.height() - self.handleWidth()
        strip = self._strip.heightForWidth(self.width())
        least = _least(self.widget(0)) + strip + SPACING + _least(self._charts)
        alone = self._wide or total < least
        came = self._charts.isHidden() and not alone
        self._charts.setHidden(alone)
        if alone:
            below = strip
        elif self._below or self._table:
            below = self._below if came else self.sizes()[1]
        else:
            preferred = strip + SPACING + self._charts.sizeHint().height()
            above = self._usable(self.width(), max(total - preferred, 1))
            below = max(total - above, preferred)
        self.setSizes([max(total - below, 1), below])

    @Slot()
    def _moved(self) -> None:
        if not self._wide:
            self._below = self.sizes()[1]


def _least(widget: QWidget) -> int:
    return max(widget.minimumHeight(), widget.minimumSizeHint().height())
