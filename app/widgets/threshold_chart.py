"""A plot with a threshold that can be dragged, or moved by keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme

TITLE = 20.0  # logical pixels of the line above the plot
AXIS = 16.0  # and of the numbers below it
GRAB = 8.0  # how near the pointer must be to the threshold to take it


class ThresholdChart(QWidget):
    """A plot over x from 0 to 1 with one vertical threshold."""

    moved = Signal(float)  # while it is dragged: 0 … 1
    chosen = Signal(float)  # when it is let go

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._hint = ""
        self._at: float | None = None
        self._drag: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 84)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)
        theme.theme_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """A low strip below the map."""
        return QSize(420, 128)

    @property
    def threshold(self) -> float | None:
        """Where the threshold is, 0 … 1, or None without one."""
        return self._at if self._drag is None else self._drag

    def set_threshold(self, at: float | None) -> None:
        """Put the threshold somewhere, unless it is being dragged."""
        if at != self._at:
            self._at = at
            self.update()

    def set_title(self, title: str, hint: str = "") -> None:
        """The line above the plot, and what can be done with it."""
        self._title, self._hint = title, hint
        self.setAccessibleName(self.head())
        self.update()

    def head(self) -> str:
        """The line above the plot; nothing can be done on paper."""
        return self._title if theme.paper() or not self._hint else f"{self._title} ({self._hint})"

    def plot(self) -> QRectF:
        """The area of the curve."""
        return QRectF(0, TITLE + 2, self.width() - 1, max(self.height() - TITLE - AXIS - 2, 10))

    # dragging

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the threshold, or call it to the pointer."""
        if event.button() == Qt.MouseButton.LeftButton and self._at is not None:
            self._drag_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it, or show that it can be."""
        if self._drag is not None:
            self._drag_to(event.position().x())
            return
        plot = self.plot()
        near = (
            self._at is not None
            and abs(event.position().x() - plot.x() - self._at * plot.width()) < GRAB
        )
        self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        if event.button() == Qt.MouseButton.LeftButton and self._drag is not None:
            at, self._drag = self._drag, None
            self.update()
            self.chosen.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the threshold, Return applies it, Esc takes it back."""
        key = event.key()
        far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        now = self.threshold
        if now is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = self.step() * (10 if far else 1)
            self._move(now - step if key == Qt.Key.Key_Left else now + step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._drag is not None:
            at, self._drag = self._drag, None
            self.chosen.emit(at)
        elif key == Qt.Key.Key_Escape and self._drag is not None:
            self._drag = None
            self.update()
            if self._at is not None:
                self.moved.emit(self._at)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """An unfinished move by keys is dropped."""
        super().focusOutEvent(event)
        self._drag = None
        self.update()

    def step(self) -> float:
        """How far an arrow key moves the threshold."""
        return 0.01

    def _drag_to(self, x: float) -> None:
        plot = self.plot()
        self._move((x - plot.x()) / plot.width())

    def _move(self, at: float) -> None:
        self._drag = min(max(at, 0.0), 1.0)
        self.update()
        self.moved.emit(self._drag)

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Title, plot, threshold."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.caption)
            painter.setFont(font)
            painter.setPen(theme.color("text_dim"))
            self._text(painter, QRectF(0, 0, self.width(), TITLE - 4), self.head())
            plot = self.plot()
            painter.fillRect(QRectF(plot.x(), plot.bottom(), plot.width(), 1),
                             theme.color("line_strong"))  # fmt: skip
            self.paint_plot(painter, plot)
            if self.threshold is not None:
                self._paint_threshold(painter, plot, self.threshold)
            else:
                painter.setPen(theme.color("text_faint"))
                middle = Qt.AlignmentFlag.AlignCenter
                painter.drawText(plot, middle, self.tr("shown once there is a profile"))

    def paint_plot(self, painter: QPainter, plot: QRectF) -> None:
        """What the subclass shows."""

    def caption(self, at: float) -> str:
        """What the threshold says."""
        raise NotImplementedError

    def knob(self, at: float) -> float | None:
        """Height of the handle on the threshold, 0 … 1, or None for the middle."""
        raise NotImplementedError

    def _paint_threshold(self, painter: QPainter, plot: QRectF, at: float) -> None:
        x = round(plot.x() + at * plot.width()) + 0.5
        pen = QPen(theme.color("text"), 1.0, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, plot.y()), QPointF(x, plot.bottom()))
        height = self.knob(at)
        y = plot.bottom() - (0.5 if height is None else height) * plot.height()
        painter.setPen(QPen(theme.color("background"), 2))
        painter.setBrush(theme.color("accent" if self.hasFocus() else "text"))
        painter.drawEllipse(QPointF(x, y), 4.5, 4.5)
        self._paint_caption(painter, plot, x, self.caption(at))

    def caption_top(self, plot: QRectF) -> float:
        """Where the threshold's words are: out of the way of what is drawn."""
        return plot.bottom() - 24

    def _paint_caption(self, painter: QPainter, plot: QRectF, x: float, text: str) -> None:
        """Beside the threshold, on the side that has room."""
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 4
        right = x + 10 + width <= plot.right()
        left = min(x + 10, plot.right() - width) if right else max(x - 10 - width, plot.x())
        box = QRectF(left, self.caption_top(plot), width, 18)
        painter.fillRect(box, theme.color("background", 0.75))
        painter.setPen(theme.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter, text)

    def _text(
        self, painter: QPainter, box: QRectF, text: str,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:  # fmt: skip
        metrics = QFontMetricsF(painter.font())
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, elided)
