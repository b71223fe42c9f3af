"""The settings dialog: what is the user's own and not the project's."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QDialog, QSpinBox, QWidget

from app.main_window.language import LANGUAGES
from app.main_window.settings import Settings
from app.theme import (
    DIFFERENCE_SCALES,
    SCALES,
    UNIT,
    chosen_scales,
    chosen_theme,
    set_scales,
)
from app.widgets.forms import Button, ElidedLabel, Form, column, row
from app.widgets.help import help_for

WIDTH = 560
THREADS = "threads"  # the preference's key; 0 leaves it to torch
SCALE, DIFFERENCES = "scale", "difference scale"
MOST_THREADS = 256


class SettingsDialog(QDialog):
    """Looks, language, processor cores, where things are kept. Each choice holds at once.

    Args:
        settings: The user's preferences.
        data_dir: Where unsaved projects are kept; None if nowhere.

    Signals:
        theme_chosen: With a theme's name.
        language_chosen: With a language's code.
        recent_cleared: The list of what was opened before is empty now.
    """

    theme_chosen = Signal(str)
    language_chosen = Signal(str)
    recent_cleared = Signal()

    def __init__(
        self, settings: Settings, data_dir: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._data_dir = data_dir
        self.setWindowTitle(self.tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        form = Form(field_width=0)
        form.add_section(self.tr("Appearance"))
        self._add_looks(form)
        form.add_section(self.tr("Colours of data"))
        self._add_scales(form)
        form.add_section(self.tr("Running"))
        self._add_threads(form)
        form.add_section(self.tr("Files"))
        self._add_files(form)
        close = Button(self.tr("Close"), "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        margins = (3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        self.setLayout(column(form, row(None, close), spacing=2 * UNIT, margins=margins))

    def _add_looks(self, form: Form) -> None:
        self.theme = QComboBox()
        for name, text in (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            self.theme.addItem(text, name)
        self.theme.setCurrentIndex(self.theme.findData(chosen_theme()))
        self.theme.currentIndexChanged.connect(self._choose_theme)
        form.add_row(self.tr("Theme"), self.theme, aside=help_for("settings#theme", self.theme))
        self.language = QComboBox()
        self.language.addItem(self.tr("As the system"), "system")
        for code, own_name in LANGUAGES.items():
            self.language.addItem(own_name, code)
        current = self.language.findData(self._settings.get("language", "system"))
        self.language.setCurrentIndex(max(current, 0))
        self.language.currentIndexChanged.connect(self._choose_language)
        form.add_row(
            self.tr("Language"), self.language, aside=help_for("settings#language", self.language)
        )

    def _add_scales(self, form: Form) -> None:
        from app.widgets.scale_box import ScaleBox  # needs NumPy, which no window waits for

        chosen = chosen_scales()
        self.scale = ScaleBox(SCALES, chosen[0])
        self.scale.scale_chosen.connect(self._choose_scale)
        form.add_row(self.tr("Scores"), self.scale, aside=help_for("settings#colours", self.scale))
        self.differences = ScaleBox(DIFFERENCE_SCALES, chosen[1], differences=True)
        self.differences.scale_chosen.connect(self._choose_differences)
        form.add_row(
            self.tr("Differences"),
            self.differences,
            aside=help_for("settings#colours", self.differences),
        )

    def _add_threads(self, form: Form) -> None:
        self.threads = QSpinBox()
        self.threads.setRange(0, MOST_THREADS)
        self.threads.lineEdit().setTextMargins(6, 0, 0, 0)
        self.threads.setSpecialValueText(self.tr("Automatic"))
        self.threads.setValue(kept_threads(self._settings))
        self.threads.valueChanged.connect(self._choose_threads)
        form.add_row(
            self.tr("Processor cores"),
            self.threads,
            self.tr("Holds from the next start"),
            aside=help_for("settings#threads", self.threads),
        )

    def _add_files(self, form: Form) -> None:
        where = ElidedLabel(
            str(self._data_dir) if self._data_dir else self.tr("nowhere"),
            "mono",
            mode=Qt.TextElideMode.ElideMiddle,
        )
        self.open_folder = Button(self.tr("Open"), "", "folder")
        self.open_folder.setEnabled(self._data_dir is not None)
        self.open_folder.clicked.connect(self._open_folder)
        holder = QWidget()
        box = row(where, self.open_folder)
        box.setStretch(0, 1)
        holder.setLayout(box)
        form.add_row(
            self.tr("Unsaved projects"), holder, aside=help_for("settings#unsaved", holder)
        )
        self.clear = Button(self.tr("Clear the list"))
        self.clear.setEnabled(bool(self._settings.recent()))
        self.clear.clicked.connect(self._clear_recent)
        form.add_row(self.tr("Recent"), self.clear, aside=help_for("settings#recent", self.clear))

    @Slot()
    def _choose_theme(self) -> None:
        self.theme_chosen.emit(self.theme.currentData())

    @Slot()
    def _choose_language(self) -> None:
        """The window is built anew in the language, so this dialog goes with it."""
        chosen = self.language.currentData()
        self.accept()
        self.language_chosen.emit(chosen)

    @Slot(str)
    def _choose_scale(self, name: str) -> None:
        set_scales(scores=name)

    @Slot(str)
    def _choose_differences(self, name: str) -> None:
        set_scales(differences=name)

    @Slot(int)
    def _choose_threads(self, count: int) -> None:
        self._settings.set(THREADS, str(count))

    @Slot()
    def _open_folder(self) -> None:
        if self._data_dir is not None:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._data_dir)))

    @Slot()
    def _clear_recent(self) -> None:
        for entry in self._settings.recent():
            self._settings.forget(entry.path)
        self.clear.setEnabled(False)
        self.recent_cleared.emit()


def kept_scales(settings: Settings) -> tuple[str, str]:
    """The names of the colour scales that were chosen; empty where none was."""
    return settings.get(SCALE), settings.get(DIFFERENCES)


def keep_scales(settings: Settings) -> None:
    """Remember the colour scales that are shown now."""
    for key, name, before in zip(
        (SCALE, DIFFERENCES), chosen_scales(), kept_scales(settings), strict=True
    ):
        if name != before:
            settings.set(key, name)


def kept_threads(settings: Settings) -> int:
    """How many processor cores jobs may use; 0 leaves it to torch."""
    kept = settings.get(THREADS, "0")
    return min(int(kept), MOST_THREADS) if kept.isdecimal() else 0
