"""The about box: what this is, and the versions that a bug report needs."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from app.theme import UNIT
from app.widgets.forms import Button, column, label, row
from core import __version__

LIBRARIES = ("torch", "transformers", "safetensors", "peft", "datasets", "numpy")


def versions() -> tuple[tuple[str, str], ...]:
    """(name, version) of the program and of what its numbers depend on; nothing is imported."""
    found = [
        ("SEER Studio", __version__),
        ("Python", platform.python_version()),
        ("Qt", qVersion()),
    ]
    for name in LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    found.append((platform.system(), f"{platform.release()} {platform.machine()}".strip()))
    return tuple(found)


class AboutBox(QDialog):
    """Name, licence, paper, versions to copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About SEER Studio"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(440)
        lines = "\n".join(f"{name} {number}" for name, number in versions())
        self.versions = label(lines, "mono", selectable=True)
        paper = label(
            self.tr(
                "An implementation of SEER-MoE (arXiv 2404.05089). Free software under the Apache "
                "License 2.0. It sends nothing anywhere and updates nothing by itself."
            ),
            "dim",
            wrap=True,
        )
        self.copy = Button(self.tr("Copy"), "ghost", "copy")
        self.copy.clicked.connect(self._copy)
        close = Button(self.tr("Close"), "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        margins = (3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        self.setLayout(
            column(
                label("SEER Studio", "title"),
                paper,
                self.versions,
                row(self.copy, None, close),
                spacing=2 * UNIT,
                margins=margins,
            )
        )

    def showEvent(self, event: QShowEvent) -> None:
        """As high as the lines are: Qt guesses before it knows how they wrap."""
        super().showEvent(event)
        self.setFixedHeight(self.layout().totalHeightForWidth(self.width()))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.versions.text())
