"""Choosing the colours of data: a box for the settings, and a submenu beside what is coloured."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from app import theme
from app.theme import scales
from app.widgets.colormap import pack

translate = QCoreApplication.translate  # the name that lupdate looks for

SWATCH = QSize(72, 12)


def scale_names() -> dict[str, str]:
    """What the scales are called; the keys are those of `resources.scales`."""
    return {
        "cividis": translate("Scales", "Cividis, blue to yellow"),
        "viridis": translate("Scales", "Viridis, violet to yellow"),
        "grey": translate("Scales", "Grey, dark to light"),
        "amber": translate("Scales", "Amber, pale to deep"),
        "blue-orange": translate("Scales", "Blue and orange"),
        "purple-orange": translate("Scales", "Purple and orange"),
        "green-purple": translate("Scales", "Green and purple"),
    }


def swatch(name: str, *, differences: bool = False) -> QIcon:
    """A scale as a little strip."""
    if differences:
        middle = theme.color("track")
        table = scales.diverging(name, (middle.red(), middle.green(), middle.blue()))
    else:
        table = scales.sequential(name)
    words = np.ascontiguousarray(pack(table))
    strip = QImage(words.data, len(words), 1, 4 * len(words), QImage.Format.Format_RGB32)
    return QIcon(QPixmap.fromImage(strip.scaled(SWATCH, Qt.AspectRatioMode.IgnoreAspectRatio)))


class ScaleBox(QComboBox):
    """One scale of several, each shown as what it is.

    Args:
        names: Keys of the scales.
        current: The one that is in use.
        differences: They are scales of differences.
    """

    scale_chosen = Signal(str)

    def __init__(
        self,
        names: tuple[str, ...],
        current: str,
        *,
        differences: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setIconSize(SWATCH)
        for name in names:
            self.addItem(swatch(name, differences=differences), scale_names()[name], name)
        self.setCurrentIndex(max(self.findData(current), 0))
        self.currentIndexChanged.connect(self._choose)

    @Slot()
    def _choose(self) -> None:
        self.scale_chosen.emit(str(self.currentData()))


class ScaleMenu(QMenu):
    """The colours as a submenu: those of scores, then those of differences.

    Args:
        parent: The menu that it becomes an entry of.
    """

    def __init__(self, parent: QMenu) -> None:
        super().__init__(parent)
        self._groups: list[QActionGroup] = []
        self.setProperty("checkable", "true")
        self.setTitle(self.tr("Colours"))
        self.menuAction().setIcon(theme.icon("theme"))
        parent.addMenu(self)
        self.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        """As it is now: another window or the settings may have changed it."""
        self.clear()
        for old in self._groups:
            old.deleteLater()
        self._groups.clear()
        chosen = theme.chosen_scales()
        scores = (self.tr("Scores"), theme.SCALES, chosen[0], self._choose_scores)
        poles = theme.DIFFERENCE_SCALES
        differences = (self.tr("Differences"), poles, chosen[1], self._choose_differences)
        for title, names, current, choose in (scores, differences):
            self.addAction(title).setEnabled(False)
            group = QActionGroup(self)
            self._groups.append(group)
            for name in names:
                entry = QAction(scale_names()[name], group)  # a swatch would hide the tick
                entry.setCheckable(True)
                entry.setChecked(name == current)
                entry.setData(name)
                self.addAction(entry)
            group.triggered.connect(choose)

    @Slot(QAction)
    def _choose_scores(self, chosen: QAction) -> None:
        theme.set_scales(scores=str(chosen.data()))

    @Slot(QAction)
    def _choose_differences(self, chosen: QAction) -> None:
        theme.set_scales(differences=str(chosen.data()))
