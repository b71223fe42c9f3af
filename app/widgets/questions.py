"""What is asked beside the texts: tasks of multiple choice, how they are put, and the stride."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QInputDialog,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from app.widgets.cards import Card
from app.widgets.forms import Button, Form, column, row
from app.widgets.help import help_for

DEMO = "demo"
HUB = "hub:"
HARNESS = "lm-eval:"
LABEL_WIDTH = 120
LIST_HEIGHT = 96
# Windows may overlap by none, a half, three quarters, seven eighths of their length.
OVERLAPS = (1, 2, 4, 8)


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What is asked beside the texts.

    Attributes:
        tasks: As the command line names them: a file, a folder, "demo", "hub:<id>…"; and
            "lm-eval:<name>" for a task of lm-evaluation-harness.
        style: "letters" or "text".
        normalised: Whether log-likelihoods are divided by the choices' bytes.
        overlap: Windows that each token is read in: 1 for no overlap; the stride is the sequence
            length divided by it.
    """

    tasks: tuple[str, ...] = ()
    style: str = "letters"
    normalised: bool = False
    overlap: int = 1

    @property
    def own(self) -> tuple[str, ...]:
        """Tasks that are read from files or the hub."""
        return tuple(task for task in self.tasks if not task.startswith(HARNESS))

    @property
    def harness(self) -> tuple[str, ...]:
        """Names of tasks of lm-evaluation-harness."""
        return tuple(task.removeprefix(HARNESS) for task in self.tasks if task.startswith(HARNESS))

    def stride(self, seq_len: int) -> int | None:
        """Tokens between the beginnings of two windows; None where they do not overlap."""
        return None if self.overlap <= 1 else max(seq_len // self.overlap, 1)

    def to_json(self) -> dict[str, object]:
        """What a project keeps of it."""
        return {**vars(self), "tasks": list(self.tasks)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Questions:
        """Read what `to_json` wrote; what is missing or of another type keeps its default."""
        default = cls()
        plain = {
            name: data[name]
            for name, value in vars(default).items()
            if name != "tasks" and type(data.get(name)) is type(value)
        }
        tasks = data.get("tasks")
        named = tuple(str(task) for task in tasks) if isinstance(tasks, list) else ()
        return cls(tasks=named, **plain)  # type: ignore[arg-type]


class QuestionsForm(QWidget):
    """Two cards: the tasks, and how windows overlap.

    Signals:
        changed: `questions()` would answer differently.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.demo = QCheckBox(self.tr("Bundled questions: 360 in six subjects"))
        self.tasks = QListWidget()
        self.tasks.setAccessibleName(self.tr("Tasks"))
        self.tasks.setFixedHeight(LIST_HEIGHT)
        self.tasks.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.add_file = Button(self.tr("Add file…"))
        self.add_hub = Button(self.tr("Hub…"))
        self.add_harness = Button(self.tr("lm-eval…"))
        self.remove = Button(self.tr("Remove"), "ghost")
        self.style_box = QComboBox()
        for text, name in (
            (self.tr("Letters of the choices"), "letters"),
            (self.tr("Text of the choices"), "text"),
        ):
            self.style_box.addItem(text, name)
        self.normalised = QCheckBox(self.tr("Divide by the length of a choice"))
        self.overlap = QComboBox()
        for times in OVERLAPS:
            text = self.tr("Every token in {n} windows").format(n=times)
            self.overlap.addItem(self.tr("Windows do not overlap") if times == 1 else text, times)
        self._build()
        self._listen()
        self._show()

    def questions(self) -> Questions:
        """The form as a value."""
        listed = [self.tasks.item(i).text() for i in range(self.tasks.count())]
        return Questions(
            tasks=((DEMO,) if self.demo.isChecked() else ()) + tuple(listed),
            style=str(self.style_box.currentData()),
            normalised=self.normalised.isChecked(),
            overlap=int(self.overlap.currentData()),
        )

    def set_questions(self, questions: Questions) -> None:
        """Show a value."""
        was = self.blockSignals(True)
        self.demo.setChecked(DEMO in questions.tasks)
        self.tasks.clear()
        for task in questions.tasks:
            if task != DEMO:
                self._add(task)
        self.style_box.setCurrentIndex(max(self.style_box.findData(questions.style), 0))
        self.normalised.setChecked(questions.normalised)
        self.overlap.setCurrentIndex(max(self.overlap.findData(questions.overlap), 0))
        self.blockSignals(was)
        self._show()

    def add_task(self, task: str) -> None:
        """Put one more task into the list."""
        if task and task not in self.questions().tasks:
            self._add(task)
            self._show()

    def _build(self) -> None:
        asked = Card(self.tr("Questions"))
        asked.body.addWidget(self.demo)
        asked.body.addWidget(self.tasks)
        asked.body.addLayout(row(self.add_file, self.add_hub, self.add_harness, None, self.remove))
        form = Form(label_width=LABEL_WIDTH, field_width=0)
        form.add_row(
            self.tr("Scored"), self.style_box, aside=help_for("evaluate#style", self.style_box)
        )
        form.add_row(
            self.tr("Long choices"),
            self.normalised,
            aside=help_for("evaluate#normalised", self.normalised),
        )
        asked.body.addWidget(form)
        windows = Card(self.tr("Windows of perplexity"))
        places = Form(label_width=LABEL_WIDTH, field_width=0)
        places.add_row(
            self.tr("Overlap"),
            self.overlap,
            self.tr("More context for every token, and as many times the work"),
            aside=help_for("evaluate#stride", self.overlap),
        )
        windows.body.addWidget(places)
        self.setLayout(column(asked, windows, spacing=16))

    def _listen(self) -> None:
        self.demo.toggled.connect(self._show)
        self.normalised.toggled.connect(self._show)
        for box in (self.style_box, self.overlap):
            box.currentIndexChanged.connect(self._show)
        self.tasks.itemSelectionChanged.connect(self._show_buttons)
        self.add_file.clicked.connect(self._ask_file)
        self.add_hub.clicked.connect(self._ask_hub)
        self.add_harness.clicked.connect(self._ask_harness)
        self.remove.clicked.connect(self._remove)

    def _add(self, task: str) -> None:
        item = QListWidgetItem(task)
        item.setToolTip(task)
        self.tasks.addItem(item)

    @Slot()
    def _ask_file(self) -> None:
        kinds = self.tr("Questions") + " (*.jsonl *.csv *.parquet)"
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Add questions"), "", kinds)
        for path in paths:
            self.add_task(str(Path(path)))

    @Slot()
    def _ask_hub(self) -> None:
        name, accepted = QInputDialog.getText(
            self,
            self.tr("Add questions from the hub"),
            self.tr("Data set, e.g. cais/mmlu:abstract_algebra:test"),
        )
        if accepted and name.strip():
            self.add_task(HUB + name.strip().removeprefix(HUB))

    @Slot()
    def _ask_harness(self) -> None:
        name, accepted = QInputDialog.getText(
            self,
            self.tr("Add a task of lm-eval"),
            self.tr("Name, e.g. hellaswag (needs seer-studio[lm-eval])"),
        )
        if accepted and name.strip():
            self.add_task(HARNESS + name.strip().removeprefix(HARNESS))

    @Slot()
    def _remove(self) -> None:
        for item in self.tasks.selectedItems():
            self.tasks.takeItem(self.tasks.row(item))
        self._show()

    @Slot()
    def _show(self) -> None:
        some = bool(self.tasks.count()) or self.demo.isChecked()
        self.style_box.setEnabled(some)
        self.normalised.setEnabled(some)
        self._show_buttons()
        self.changed.emit()

    @Slot()
    def _show_buttons(self) -> None:
        self.remove.setEnabled(bool(self.tasks.selectedItems()))
