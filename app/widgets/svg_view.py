"""An SVG that takes the width that there is."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget


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
