"""Boxes of the Tune page's form, chosen by the data behind their entries."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from app.widgets.elided_combo import ElidedCombo


def combo(*items: tuple[str, object]) -> QComboBox:
    """A box that takes the width that there is, with entries and what they stand for."""
    box = ElidedCombo()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    for text, data in items:
        box.addItem(text, data)
    return box


def select(box: QComboBox, data: object) -> None:
    """Choose an entry by its data; a number or word that is not there is added."""
    at = next((i for i in range(box.count()) if box.itemData(i) == data), -1)
    if at < 0 and data is not None:
        box.addItem(f"{data:,}" if isinstance(data, int) else str(data), data)
        at = box.count() - 1
    box.setCurrentIndex(max(at, 0))


def whole(value: float | None) -> int | None:
    """A number of a field as the engine takes it."""
    return None if value is None else int(value)
