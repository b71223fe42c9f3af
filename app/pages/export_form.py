"""The Export page's form (where to, how) and its strip of what will be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QWidget

from app.pages.export_choice import DEFAULT_SHARD, ROOM, SHARDS, Target
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.bars import Bar
from app.widgets.cards import Card, FigureStrip
from app.widgets.elided_combo import ElidedCombo
from app.widgets.forms import Button, Form, column, label, row, set_property
from app.widgets.help import help_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.planning import Cost, Plan


class ExportForm(QWidget):
    """Folder, free space, size of files, verification.

    Signals:
        folder_changed: Another folder.
        options_changed: Another size, or verification on or off.
    """

    folder_changed = Signal()
    options_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._proposed = ""
        self.source = ElidedCombo()
        self.source.setAccessibleName(self.tr("What is written"))
        self.source.currentIndexChanged.connect(self.options_changed)
        self.source.hide()
        self.folder = QLineEdit()
        self.folder.setAccessibleName(self.tr("Folder"))
        self.folder.textChanged.connect(self.folder_changed)
        self.browse_button = Button(self.tr("Browse…"))
        self.browse_button.clicked.connect(self.browse)
        self.hint = label("", "caption", wrap=True)
        self.space = Bar()
        self.space_note = label("", "caption", wrap=True)
        self.shard = QComboBox()
        for text in SHARDS:
            self.shard.addItem(text.replace("GB", " GB"), text)
        self.shard.currentIndexChanged.connect(self.options_changed)
        self.verify = QCheckBox(self.tr("Compare every byte"))
        self.verify.toggled.connect(self.options_changed)
        self.setLayout(column(self._where(), self._options(), None, spacing=2 * UNIT))

    def _where(self) -> Card:
        card = Card(self.tr("Write to"))
        field = row(self.folder, self.browse_button)
        field.setStretch(0, 1)
        card.body.addWidget(self.source)
        card.body.addLayout(field)
        card.body.addWidget(self.hint)
        card.body.addSpacing(UNIT)
        card.body.addWidget(self.space)
        card.body.addWidget(self.space_note)
        return card

    def _options(self) -> Card:
        form = Form(label_width=112, field_width=0)
        form.add_row(
            self.tr("Largest file"), self.shard, aside=help_for("export#shard-size", self.shard)
        )
        hint = self.tr("With the source, before the folder appears under its name")
        form.add_row(
            self.tr("Verify"), self.verify, hint, aside=help_for("export#verify", self.verify)
        )
        card = Card(self.tr("Options"))
        card.body.addWidget(form)
        return card

    def propose(self, folder: Path, *, replacing: str = "") -> None:
        """Fill in a folder unless the user named one; `replacing` is taken for proposed too."""
        if self.folder.text() in {self._proposed, replacing}:
            self._proposed = str(folder)
            self.folder.setText(self._proposed)

    @property
    def chosen(self) -> str:
        """The name of the tuned checkpoint that is written; empty for the current plan."""
        return str(self.source.currentData() or "")

    def set_sources(self, names: Iterable[str], chosen: str | None = None) -> None:
        """What may be written besides the current plan; without any there is no choice."""
        wanted = self.chosen if chosen is None else chosen
        was = self.source.blockSignals(True)
        self.source.clear()
        self.source.addItem(self.tr("Current plan"), "")
        for name in names:
            self.source.addItem(name, name)
        self.source.setCurrentIndex(max(self.source.findData(wanted), 0))
        self.source.setVisible(self.source.count() > 1)
        self.source.blockSignals(was)

    def options(self) -> dict[str, object]:
        """What a project keeps of it."""
        return {
            "shard": self.shard.currentData(),
            "verify": self.verify.isChecked(),
            "source": self.chosen,
        }

    def set_options(self, kept: Mapping[str, object]) -> None:
        """Show what a project kept."""
        was = self.blockSignals(True)
        at = self.shard.findData(str(kept.get("shard", DEFAULT_SHARD)))
        self.shard.setCurrentIndex(max(at, 0))
        self.verify.setChecked(bool(kept.get("verify", True)))
        self.blockSignals(was)

    def show_target(self, target: Target, need: int) -> None:
        """Say whether the folder will do, and how much of the disk the export takes.

        Args:
            target: The folder as the disk has it.
            need: Bytes to write.
        """
        texts = {
            "missing": self.tr("Name a new folder."),
            "occupied": self.tr("This folder is not empty: name a new one."),
            "file": self.tr("This is a file: name a folder."),
            "inside": self.tr("This is inside the model's own folder: name one beside it."),
            "": self.tr("A new folder; nothing appears in it until everything is written."),
        }
        wrong = target.problem not in {"", "missing"}
        self.hint.setText(texts[target.problem])
        set_property(self.hint, "role", "bad" if wrong else "caption")
        set_property(self.folder, "invalid", "true" if wrong else "false")
        tight = target.free < need
        self.space.set_share(need / target.free if target.free else 1.0, "bad" if tight else "bar")
        self.space_note.setText(
            self.tr("Needs {need}, {free} free on this disk").format(
                need=numbers.size(need), free=numbers.size(target.free)
            )
        )
        set_property(self.space_note, "role", "bad" if tight else "caption")

    @Slot()
    def browse(self) -> None:
        """Ask for the folder to write into."""
        now = Path(self.folder.text() or Path.home())
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Export into"), str(now.parent))
        if chosen:
            folder = Path(chosen)
            occupied = folder.is_dir() and any(folder.iterdir())
            self.folder.setText(str(folder / now.name if occupied else folder))


# What the figures are to whoever knows where they come from.
PLAN_KEYS = ("kept", "bytes", "parameters", "loads")
TUNED_KEYS = ("experts", "bytes", "parameters", "loads")


class CostStrip(FigureStrip):
    """What will be written: experts, bytes, parameters, and what loads it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        # tr needs the object, the captions come before it: the class's own context, spelled out.
        super().__init__(("", "", "", ""), parent)
        names = (
            self.tr("Experts kept"),
            self.tr("Checkpoint"),
            self.tr("Parameters"),
            self.tr("Loads in"),
        )
        for figure, name in zip(self.figures, names, strict=True):
            figure.caption.set_text(name)

    def show_plan(self, plan: Plan, cost: Cost, base: Cost, tuned: str = "") -> None:
        """Show a plan's figures beside the whole model's.

        Args:
            plan: What stays.
            cost: Of what is written.
            base: Of the whole model.
            tuned: The variant that is written, where it is a tuned checkpoint.
        """
        if tuned:
            self.set_keys(tuple(f"variant.{what}.{tuned}" for what in TUNED_KEYS))
        else:
            self.set_keys(tuple(f"plan.{what}" for what in PLAN_KEYS))
        kept, total = sum(len(r) for r in plan.keep), sum(plan.experts)
        experts, size, parameters, loads = self.figures
        of = self.tr("of {total}").format(total=f"{total:,}")
        if plan.merged:
            merged = self.tr("{total}, {count} merged")
            of = merged.format(total=of, count=f"{plan.merged:,}")
        experts.set_value(f"{kept:,}", of)
        smaller = cost.bytes / base.bytes - 1
        role = "good" if smaller < 0 else "caption"
        size.set_value(numbers.size(cost.bytes), numbers.change(smaller), role)
        fewer = cost.parameters.total / base.parameters.total - 1
        parameters.set_value(numbers.count(cost.parameters.total), numbers.change(fewer), role)
        from core.planning import loads_anywhere

        if loads_anywhere(plan):
            loads.set_value(self.tr("uniform"), "transformers, vLLM", "good")
        else:
            loads.set_value(self.tr("ragged"), self.tr("bundled loader"), "warn")


def need_of(cost: Cost | None) -> int:
    """Bytes that an export takes on the disk."""
    return (cost.bytes if cost is not None else 0) + ROOM
