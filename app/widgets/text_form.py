"""The form of texts and packing: which sources, how long, how much, how it is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QWidget

from app.theme import UNIT
from app.widgets.cards import Card
from app.widgets.forms import Form, column, label, set_property
from app.widgets.help import help_for
from app.widgets.sources import SourceEntry, SourcesEditor

SEQ_LENGTHS = (128, 256, 512, 1024, 2048, 4096, 8192, 16384)
MOST_TOKENS = 1_000_000_000
FORM_LABEL_WIDTH = 120


@dataclass(frozen=True, kw_only=True)
class TextChoice:
    """What the form holds.

    Attributes:
        sources: The rows of the list.
        max_tokens: Token budget over all domains.
        seq_len: Tokens per sequence.
        batch_size: Sequences per batch.
        seed: Of the order of documents.
        pack: Whether documents are joined to full sequences.
        chat_template: Whether documents pass through the tokenizer's chat template.
        device: "auto", "cpu" or "cuda…".
        stream: Whether the model passes layer by layer: "auto", "always", "never".
    """

    sources: tuple[SourceEntry, ...] = ()
    max_tokens: int = 200_000
    seq_len: int = 256
    batch_size: int = 8
    seed: int = 0
    pack: bool = True
    chat_template: bool = False
    device: str = "auto"
    stream: str = "auto"

    def to_json(self) -> dict[str, object]:
        """What a project keeps of it."""
        return {**vars(self), "sources": [vars(source) for source in self.sources]}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> TextChoice:
        """Read what `to_json` wrote; what is missing or of another type keeps its default."""
        default = cls()
        plain = {
            name: data[name]
            for name, value in vars(default).items()
            if name != "sources" and type(data.get(name)) is type(value)
        }
        rows = data.get("sources")
        sources = tuple(
            SourceEntry(**{key: str(row.get(key, "")) for key in ("where", "domain", "field")})
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, Mapping) and row.get("where")
        )
        return cls(sources=sources, **plain)  # type: ignore[arg-type]


class TextForm(QWidget):
    """Two or three cards: texts, packing, device.

    Signals:
        changed: `choice()` would answer differently.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sources = SourcesEditor()
        self.seq_len = QComboBox()
        for length in SEQ_LENGTHS:
            self.seq_len.addItem(f"{length:,}", length)
        self.max_tokens = _spin(1, MOST_TOKENS, 10_000)
        self.batch_size = _spin(1, 1024, 1)
        self.seed = _spin(0, 2**31 - 1, 1)
        self.pack = QCheckBox(self.tr("Join to full sequences"))
        self.chat = QCheckBox(self.tr("Apply the chat template"))
        self.device = QComboBox()
        for text, name in (
            (self.tr("Automatic"), "auto"),
            (self.tr("Processor"), "cpu"),
            (self.tr("Graphics card (CUDA)"), "cuda"),
        ):
            self.device.addItem(text, name)
        self.stream = QComboBox()
        for text, name in (
            (self.tr("When it does not fit"), "auto"),
            (self.tr("Always"), "always"),
            (self.tr("Never"), "never"),
        ):
            self.stream.addItem(text, name)
        self._build()
        self.set_choice(TextChoice())
        self._listen()

    def choice(self) -> TextChoice:
        """The form as a value."""
        return TextChoice(
            sources=self.sources.entries(),
            max_tokens=self.max_tokens.value(),
            seq_len=int(self.seq_len.currentData()),
            batch_size=self.batch_size.value(),
            seed=self.seed.value(),
            pack=self.pack.isChecked(),
            chat_template=self.chat.isChecked(),
            device=str(self.device.currentData()),
            stream=str(self.stream.currentData()),
        )

    def set_choice(self, choice: TextChoice) -> None:
        """Show a value."""
        was = self.blockSignals(True)
        self.sources.set_entries(choice.sources)
        at = self.seq_len.findData(choice.seq_len)
        if at < 0:
            self.seq_len.addItem(f"{choice.seq_len:,}", choice.seq_len)
            at = self.seq_len.count() - 1
        self.seq_len.setCurrentIndex(at)
        self.max_tokens.setValue(choice.max_tokens)
        self.batch_size.setValue(choice.batch_size)
        self.seed.setValue(choice.seed)
        self.pack.setChecked(choice.pack)
        self.chat.setChecked(choice.chat_template)
        self.device.setCurrentIndex(max(self.device.findData(choice.device), 0))
        self.stream.setCurrentIndex(max(self.stream.findData(choice.stream), 0))
        self.blockSignals(was)
        self.changed.emit()

    def set_estimate(self, text: str, *, good: bool = True) -> None:
        """Say what the run will do with memory; empty says nothing."""
        self.estimate.setText(text)
        self.estimate.setVisible(bool(text))
        set_property(self.estimate, "role", "caption" if good else "bad")

    def allow_chat_template(self, allowed: bool, why_not: str = "") -> None:  # noqa: FBT001
        """Forbid the chat template where the tokenizer has none, saying so."""
        self.chat.setEnabled(allowed)
        self.chat.setToolTip("" if allowed else why_not)
        if not allowed:
            self.chat.setChecked(False)

    def _build(self) -> None:
        texts = Card(self.tr("Texts"))
        texts.body.addWidget(self.sources)
        packing = Card(self.tr("Packing"))
        form = Form(label_width=FORM_LABEL_WIDTH, field_width=0)
        form.add_row(
            self.tr("Token budget"),
            self.max_tokens,
            self.tr("Split evenly over the domains"),
            aside=help_for("calibrate#token-budget", self.max_tokens),
        )
        form.add_row(
            self.tr("Sequence length"),
            self.seq_len,
            aside=help_for("calibrate#seq-len", self.seq_len),
        )
        form.add_row(
            self.tr("Batch size"),
            self.batch_size,
            aside=help_for("calibrate#batch-size", self.batch_size),
        )
        form.add_row(self.tr("Seed"), self.seed, aside=help_for("calibrate#seed", self.seed))
        form.add_row(self.tr("Documents"), self.pack, aside=help_for("calibrate#pack", self.pack))
        form.add_row(self.tr("Chat"), self.chat, aside=help_for("calibrate#chat", self.chat))
        packing.body.addWidget(form)
        place = Card(self.tr("Run on"))
        where = Form(label_width=FORM_LABEL_WIDTH, field_width=0)
        where.add_row(
            self.tr("Device"), self.device, aside=help_for("calibrate#device", self.device)
        )
        where.add_row(
            self.tr("Layer by layer"),
            self.stream,
            self.tr("Streams a model that is larger than memory from the disk"),
            aside=help_for("calibrate#stream", self.stream),
        )
        place.body.addWidget(where)
        self.estimate = label("", "caption", wrap=True)
        self.estimate.hide()
        place.body.addWidget(self.estimate)
        self.setLayout(column(texts, packing, place, None, spacing=2 * UNIT))

    def _listen(self) -> None:
        self.sources.changed.connect(self._on_changed)
        for spin in (self.max_tokens, self.batch_size, self.seed):
            spin.valueChanged.connect(self._on_changed)
        for combo in (self.seq_len, self.device, self.stream):
            combo.currentIndexChanged.connect(self._on_changed)
        for box in (self.pack, self.chat):
            box.toggled.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


def _spin(low: int, high: int, step: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setSingleStep(step)
    box.setGroupSeparatorShown(True)
    box.setAccelerated(True)
    box.lineEdit().setTextMargins(6, 0, 0, 0)
    return box
