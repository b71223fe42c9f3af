"""One running job as a line: name, bar, how far, how fast, how long, pause and cancel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.theme import UNIT
from app.widgets.bars import Bar
from app.widgets.forms import Button, ElidedLabel, IconButton, column, label, row


class RunStrip(QFrame):
    """Shows a run; asks for changes by signals. Hidden until something runs."""

    pause_asked = Signal()
    resume_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self._paused = False
        self.name = label("", "strong")
        self.bar = Bar()
        self.detail = ElidedLabel("", "caption")
        self.pause = IconButton("pause", self.tr("Pause"))
        self.pause.clicked.connect(self._toggle)
        self.cancel = Button(self.tr("Cancel"), icon_name="stop")
        self.cancel.clicked.connect(self.cancel_asked)
        middle = column(row(self.name, None), self.bar, self.detail, spacing=6)
        box = row(middle, self.pause, self.cancel, spacing=UNIT, margins=(16, 12, 12, 12))
        box.setStretch(0, 1)
        self.setLayout(box)
        self.hide()

    @property
    def paused(self) -> bool:
        """Whether the run waits."""
        return self._paused

    def show_run(
        self, name: str, share: float | None, detail: str, *, paused: bool, stopping: bool
    ) -> None:
        """Show a run as it stands.

        Args:
            name: What runs.
            share: How much is done, 0 to 1, or None while unknown.
            detail: How far, how fast, how long.
            paused: Whether it waits.
            stopping: Whether it was asked to stop.
        """
        self._paused = paused
        self.name.setText(name)
        self.bar.set_share(share, "bar" if paused else "accent")
        self.detail.set_text(self.tr("Stopping…") if stopping else detail)
        self.pause.set_icon("play" if paused else "pause")
        self.pause.set_name(self.tr("Resume") if paused else self.tr("Pause"))
        self.pause.setEnabled(not stopping)
        self.cancel.setEnabled(not stopping)
        self.setAccessibleName(f"{name}: {self.detail.full_text}")
        self.show()

    def put_away(self) -> None:
        """Hide; the focus is dropped rather than handed to whatever comes next."""
        for button in (self.pause, self.cancel):
            if button.hasFocus():
                button.clearFocus()
        self.hide()

    def _toggle(self) -> None:
        (self.resume_asked if self._paused else self.pause_asked).emit()
