"""An SVG that takes the width that there is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme


class SvgDrawing:
    """A drawing for paper that is an SVG already.

    Args:
        title: What it is called.
        make: Writes it, in the theme's colours of then.
    """

    def __init__(self, title: str, make: Callable[[], str]) -> None:
        self._title, self._make = title, make

    @property
    def title(self) -> str:
        """What it is called."""
        return self._title

    def size(self) -> QSizeF:
        """As the SVG says."""
        return QSizeF(self._renderer().defaultSize())

    def draw(self, painter: QPainter) -> None:
        """Everything at the origin, in the colours of paper."""
        with theme.on_paper():
            renderer = self._renderer()
            area = QRectF(QPointF(0, 0), QSizeF(renderer.defaultSize()))
            painter.fillRect(area, theme.color("background"))
            renderer.render(painter, area)

    def _renderer(self) -> QSvgRenderer:
        return QSvgRenderer(QByteArray(self._make().encode()))


class SvgView(QWidget):
    """Paints a drawing as wide as itself, up to its own size, and is as high as that needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._renderer = QSvgRenderer(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> bool:
        """Whether there is a drawing."""
        return self._renderer.isValid()

    def set_svg(self, text: str) -> None:
        """Show another drawing."""
        self._renderer.load(QByteArray(text.encode()))
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        """As the drawing is."""
        return self._renderer.defaultSize()

    def minimumSizeHint(self) -> QSize:
        """It shrinks."""
        return QSize(240, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the proportions."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The drawing, from the left edge."""
        if self.shown:
            with QPainter(self) as painter:
                self._renderer.render(painter, QRectF(0, 0, *self._size()))

    def _size(self) -> tuple[float, float]:
        size = self._renderer.defaultSize()
        scale = min(self.width() / max(size.width(), 1), 1.25)
        return size.width() * scale, size.height() * scale

    def _fit(self) -> None:
        if self.shown:
            self.setFixedHeight(round(self._size()[1]))
