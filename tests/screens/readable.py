"""Find texts that are too faint against their ground, in the pixels that were drawn."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from tests.screens.signature import Bytes, lightness, pixels

# Contrast ratio of WCAG 2. The themes ask for 4.5 and, of what is not available, 3; small letters
# are thinner than a pixel, so that what is drawn has less.
LEAST, LEAST_DISABLED = 2.2, 1.5
INK = 6  # pixels of letters that count, at least: a dash has no more


def unreadable(root: QWidget, picture: QImage) -> list[str]:
    """Visible labels and buttons whose letters hardly differ from what is behind them."""
    rgb = pixels(picture)
    scale = picture.devicePixelRatio()
    found = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, QLabel | QAbstractButton) or not widget.text().strip():
            continue
        seen = widget.visibleRegion().boundingRect()
        if seen.width() < 8 or seen.height() < widget.height() or not widget.isVisible():
            continue
        place = QRect(widget.mapTo(root, seen.topLeft()), seen.size())
        ratio = contrast(_crop(rgb, place, scale))
        if ratio < (LEAST if widget.isEnabled() else LEAST_DISABLED):
            found.append(f"{type(widget).__name__} “{widget.text()[:40]}” has {ratio:.1f}:1")
    return found


def _crop(rgb: Bytes, place: QRect, scale: float) -> Bytes:
    start, end = place.topLeft(), place.bottomRight() + QPoint(1, 1)
    top, bottom = round(start.y() * scale), round(end.y() * scale)
    left, right = round(start.x() * scale), round(end.x() * scale)
    return rgb[:, max(top, 0) : bottom, max(left, 0) : right]


def contrast(rgb: Bytes) -> float:
    """(L₁ + 0.05) / (L₂ + 0.05) of the ground, the commonest lightness, and of the farthest ink."""
    if rgb.size == 0:
        return 21.0
    level = lightness(rgb).ravel()
    light = _LINEAR[rgb.reshape(3, -1)]
    luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    ground = int(np.bincount(level, minlength=256).argmax())
    behind = float(np.median(luminance[level == ground]))
    ratio = (np.maximum(luminance, behind) + 0.05) / (np.minimum(luminance, behind) + 0.05)
    return float(np.partition(ratio, -INK)[-INK]) if ratio.size > INK else 21.0


def _linear() -> np.ndarray:
    part = np.arange(256, dtype=np.float32) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


_LINEAR = _linear()
