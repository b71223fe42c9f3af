"""How wide the columns of a table are: numbers as wide as they need, near their name."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QTableView

NAME_LEAST, NAME_MOST = 120, 400  # logical pixels: a longer name ends in an ellipsis


def fit_name(table: QTableView, name: int, least: int = NAME_LEAST) -> None:
    """Give a column of names what the others leave over, but no more than names need.

    Args:
        table: Its other columns are as wide as their contents.
        name: The column.
        least: Its least width; then the table scrolls sideways.
    """
    head = table.horizontalHeader()
    head.setSectionResizeMode(name, QHeaderView.ResizeMode.Fixed)
    others = sum(head.sectionSize(at) for at in range(head.count()) if at != name)
    head.resizeSection(name, min(max(table.viewport().width() - others, least), NAME_MOST))
