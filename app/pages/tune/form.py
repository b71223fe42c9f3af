"""The Tune page's form: goal, loss, training, texts, and the advanced settings folded away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from app.pages.tune import topics
from app.pages.tune.choice import PLANNED, TuneChoice
from app.pages.tune.fields import combo, select, whole
from app.pages.tune.schedule import SchedulePreview
from app.theme import UNIT
from app.widgets.cards import Card
from app.widgets.forms import Button, Form, FormRow, column
from app.widgets.help import Help, HelpButton
from app.widgets.number_field import NumberField
from app.widgets.sources import SourcesEditor
from app.widgets.text_form import SEQ_LENGTHS
from core.tuning import TuneOptions, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.checkpoint.info import ModelInfo

LABEL_WIDTH = 128
# Likeliest tokens of the teacher that a file keeps: beyond 32 little probability is left.
CACHED = 32


class TuneForm(QWidget):
    """Every setting as a row with its help at the right.

    Signals:
        changed: `choice()` would answer differently.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info: ModelInfo | None = None
        self._base = TuneOptions()  # what the form has no field for
        self.rows: dict[str, FormRow] = {}
        self._silent = False
        self._make_goal()
        self._make_loss()
        self._make_texts()
        self._make_advanced()
        self.advanced = Button(self.tr("Advanced settings"), "ghost", "chevron-right")
        self.advanced.setCheckable(True)
        self.advanced.toggled.connect(self._fold)
        self.setLayout(
            column(
                self._goal_card(),
                self._loss_card(),
                self._texts_card(),
                self.advanced,
                self._advanced_card(),
                None,
                spacing=2 * UNIT,
            )
        )
        self._listen()
        self.set_choice(TuneChoice())

    # -- its value ---------------------------------------------------------------------------

    @property
    def valid(self) -> bool:
        """Whether every number is one, and there is a text to read."""
        return bool(self.sources.entries()) and all(f.valid for f in self._numbers())

    def choice(self) -> TuneChoice:
        """The form as a value; a number that is wrong counts as its default."""
        texts = replace(
            TuneChoice().texts,
            sources=self.sources.entries(),
            max_tokens=int(self.tokens.number(1)),
            seq_len=int(self.seq_len.currentData()),
            seed=int(self.seed.number(0)),
            device=str(self.device.currentData()),
        )
        return TuneChoice(
            start=str(self.start.currentData() or PLANNED),
            options=self._options(),
            texts=texts,
            advanced=self.advanced.isChecked(),
        )

    def _options(self) -> TuneOptions:
        base = self._base
        distill = self.distill.number(0.0)
        return replace(
            base,
            top_k=whole(self.top_k.value()),
            schedule=self.schedule.currentData(),
            fractional=self.fractional.isChecked(),
            anneal_fraction=self.anneal.number(50) / 100,
            entropy_weight=self.entropy.number(base.entropy_weight),
            train=self.train.currentData() or None,
            distill=distill,
            distill_cache=int(self.teacher.currentData()) if distill else 0,
            steps=whole(self.steps.value()),
            learning_rate=self.rate.value(),
            batch_size=whole(self.batch.value()),
            grad_accum=whole(self.grad_accum.value()),
            warmup_steps=whole(self.warmup.value()),
            decay=self.decay.currentData(),
            weight_decay=self.weight_decay.number(0.0),
            max_grad_norm=self.grad_norm.number(1.0),
            lora_rank=int(self.lora_rank.number(base.lora_rank)),
            checkpointing=self.checkpointing.currentData(),
            eval_every=int(self.eval_every.number(base.eval_every)),
            save_every=int(self.save_every.number(base.save_every)),
            patience=int(self.patience.number(0)),
            seed=int(self.seed.number(0)),
            device=str(self.device.currentData()),
            dtype=str(self.dtype.currentData()),
        )

    def set_choice(self, choice: TuneChoice) -> None:
        """Show a value."""
        self._silent = True
        options, texts = choice.options, choice.texts
        self._base = options
        for box, data in (
            (self.start, choice.start),
            (self.schedule, options.schedule),
            (self.train, options.train or ""),
            (self.teacher, options.distill_cache),
            (self.decay, options.decay),
            (self.checkpointing, options.checkpointing),
            (self.device, options.device),
            (self.dtype, options.dtype),
            (self.seq_len, texts.seq_len),
        ):
            select(box, data)
        for field, value in (
            (self.top_k, options.top_k),
            (self.anneal, options.anneal_fraction * 100),
            (self.entropy, options.entropy_weight),
            (self.distill, options.distill),
            (self.steps, options.steps),
            (self.rate, options.learning_rate),
            (self.batch, options.batch_size),
            (self.grad_accum, options.grad_accum),
            (self.warmup, options.warmup_steps),
            (self.weight_decay, options.weight_decay),
            (self.grad_norm, options.max_grad_norm),
            (self.lora_rank, options.lora_rank),
            (self.eval_every, options.eval_every),
            (self.save_every, options.save_every),
            (self.patience, options.patience),
            (self.tokens, texts.max_tokens),
            (self.seed, texts.seed),
        ):
            field.set_value(value)
        self.fractional.setChecked(options.fractional)
        self.sources.set_entries(texts.sources)
        self.advanced.setChecked(choice.advanced)
        self._silent = False
        self._on_changed()

    def set_model(self, info: ModelInfo | None) -> None:
        """Another model: its Top-K is where the schedule begins."""
        if info is not self._info:
            self._info = info
            self._on_changed()

    def set_starts(self, starts: Mapping[str, str], *, keep: bool = False) -> None:
        """What a run may start from.

        Args:
            starts: Keys, and what a person reads.
            keep: Whether the chosen one stays although it is not among them: not all are known.
        """
        now = str(self.start.currentData() or PLANNED)
        if keep and now not in starts:
            starts = {**starts, now: now}
        was = self.start.blockSignals(True)
        self.start.clear()
        for key, text in starts.items():
            self.start.addItem(text, key)
        self.start.setCurrentIndex(max(self.start.findData(now), 0))
        self.start.blockSignals(was)

    def use_fractional(self) -> None:
        """Make Top-K fall gradually with a fading gate."""
        if self.schedule.currentData() == "none":
            select(self.schedule, "linear")
        self.fractional.setChecked(True)

    # -- construction ------------------------------------------------------------------------

    def _make_goal(self) -> None:
        self.start = combo()
        self.start.addItem("", PLANNED)
        self.top_k = NumberField(1, 1024, whole=True, automatic=True)
        self.schedule = combo(
            (self.tr("At once"), "none"),
            (self.tr("Linear"), "linear"),
            (self.tr("Cosine"), "cosine"),
        )
        self.fractional = QCheckBox(self.tr("Fade the last gate"))
        self.anneal = NumberField(1, 100)
        self.preview = SchedulePreview()

    def _make_loss(self) -> None:
        self.entropy = NumberField(0, 100)
        self.distill = NumberField(0, 1000)
        self.teacher = combo((self.tr("Alongside"), 0), (self.tr("From a file"), CACHED))
        self.train = combo(
            (self.tr("Automatic"), ""),
            (self.tr("Routers alone"), "routers"),
            (self.tr("Routers and LoRA on experts"), "lora"),
            (self.tr("Routers and experts"), "experts"),
            (self.tr("Everything"), "all"),
        )
        self.steps = NumberField(1, 10_000_000, whole=True, automatic=True)
        self.rate = NumberField(1e-9, 10, automatic=True)
        self.batch = NumberField(1, 100_000, whole=True, automatic=True)

    def _make_texts(self) -> None:
        self.sources = SourcesEditor()
        self.tokens = NumberField(2, 1e12, whole=True)
        self.seq_len = combo(*((f"{length:,}", length) for length in SEQ_LENGTHS))
        self.seed = NumberField(0, 2**32 - 1, whole=True)

    def _make_advanced(self) -> None:
        self.grad_accum = NumberField(1, 100_000, whole=True, automatic=True)
        self.warmup = NumberField(0, 10_000_000, whole=True, automatic=True)
        self.decay = combo(
            (self.tr("Cosine"), "cosine"),
            (self.tr("Linear"), "linear"),
            (self.tr("Constant"), "constant"),
        )
        self.weight_decay = NumberField(0, 10)
        self.grad_norm = NumberField(0, 1e6)
        self.lora_rank = NumberField(1, 1024, whole=True)
        self.checkpointing = combo(
            (self.tr("Automatic"), None), (self.tr("On"), True), (self.tr("Off"), False)
        )
        self.eval_every = NumberField(0, 10_000_000, whole=True)
        self.save_every = NumberField(0, 10_000_000, whole=True)
        self.patience = NumberField(0, 10_000, whole=True)
        self.device = combo(
            (self.tr("Automatic"), "auto"),
            (self.tr("Processor"), "cpu"),
            (self.tr("Graphics card (CUDA)"), "cuda"),
        )
        self.dtype = combo(
            (self.tr("Automatic"), "auto"),
            ("float32", "float32"),
            ("bfloat16", "bfloat16"),
            ("float16", "float16"),
        )

    def _rows(self, named: Mapping[str, Help], fields: Mapping[str, QWidget]) -> Form:
        """A form of rows, each called as its help is."""
        form = Form(label_width=LABEL_WIDTH, field_width=0)
        for key, field in fields.items():
            topic = named[key]
            self.rows[key] = form.add_row(topic.title, field, aside=HelpButton(topic))
        return form

    def _goal_card(self) -> Card:
        card = Card(self.tr("Goal"))
        fields = {
            "start": self.start,
            "top_k": self.top_k,
            "schedule": self.schedule,
            "fractional": self.fractional,
            "anneal": self.anneal,
        }
        named = topics.goal_topics()
        card.body.addWidget(self._rows(named, fields))
        self.rows["fractional"].name.setText(self.tr("Fraction"))
        self.rows["anneal"].name.setText(self.tr("Share of steps, %"))
        card.body.addWidget(self.preview)
        return card

    def _loss_card(self) -> Card:
        card = Card(self.tr("Training"))
        fields = {
            "train": self.train,
            "steps": self.steps,
            "rate": self.rate,
            "batch": self.batch,
            "entropy": self.entropy,
            "distill": self.distill,
            "cache": self.teacher,
        }
        card.body.addWidget(self._rows(topics.loss_topics(), fields))
        self.rows["distill"].name.setText(self.tr("Distillation α"))
        return card

    def _texts_card(self) -> Card:
        card = Card(self.tr("Texts"))
        card.body.addWidget(self.sources)
        fields = {"tokens": self.tokens, "seq_len": self.seq_len, "seed": self.seed}
        card.body.addWidget(self._rows(topics.text_topics(), fields))
        return card

    def _advanced_card(self) -> Card:
        self._folded = Card()
        fields = {
            "eval_every": self.eval_every,
            "save_every": self.save_every,
            "patience": self.patience,
            "grad_accum": self.grad_accum,
            "warmup": self.warmup,
            "decay": self.decay,
            "weight_decay": self.weight_decay,
            "grad_norm": self.grad_norm,
            "lora_rank": self.lora_rank,
            "checkpointing": self.checkpointing,
            "dtype": self.dtype,
        }
        form = self._rows(topics.advanced_topics(), fields)
        form.add_row(self.tr("Device"), self.device)
        for key, hint in (
            ("eval_every", self.tr("steps")),
            ("save_every", self.tr("steps")),
            ("patience", self.tr("validations without a better one")),
        ):
            self.rows[key].set_hint(hint)
        self._folded.body.addWidget(form)
        return self._folded

    def _numbers(self) -> tuple[NumberField, ...]:
        return (
            self.top_k, self.anneal, self.entropy, self.distill, self.steps, self.rate, self.batch,
            self.tokens, self.seed, self.grad_accum, self.warmup, self.weight_decay, self.grad_norm,
            self.lora_rank, self.eval_every, self.save_every, self.patience,
        )  # fmt: skip

    def _listen(self) -> None:
        for field in self._numbers():
            field.edited.connect(self._on_changed)
        for box in (
            self.start, self.schedule, self.teacher, self.train, self.seq_len, self.decay,
            self.checkpointing, self.device, self.dtype,
        ):  # fmt: skip
            box.currentIndexChanged.connect(self._on_changed)
        self.fractional.toggled.connect(self._on_changed)
        self.sources.changed.connect(self._on_changed)

    # -- what changes ------------------------------------------------------------------------

    @Slot()
    def _fold(self) -> None:
        shown = self.advanced.isChecked()
        self._folded.setVisible(shown)
        self.advanced.set_icon("chevron-down" if shown else "chevron-right")
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        if self._silent:
            return
        falls = self.schedule.currentData() != "none"
        self.rows["fractional"].set_visible(falls)
        self.rows["anneal"].set_visible(falls)
        self.rows["cache"].set_visible(self.distill.number(0) > 0)
        self.rows["lora_rank"].set_visible(self.train.currentData() in {"", "lora"})
        self._show_automatic()
        self.changed.emit()

    def _show_automatic(self) -> None:
        """What the empty fields mean, and the schedule that follows from all of them."""
        info = self._info
        if info is None:
            self.preview.clear()
            return
        options = self._options()
        blank = replace(
            options, steps=None, learning_rate=None, batch_size=None, grad_accum=None,
            warmup_steps=None,
        )  # fmt: skip
        seq_len = int(self.seq_len.currentData())
        auto = resolve(blank, info, seq_len=seq_len)
        full = resolve(options, info, seq_len=seq_len)
        self.top_k.set_automatic(info.top_k)
        self.steps.set_automatic(auto.steps)
        self.rate.set_automatic(auto.learning_rate)
        self.batch.set_automatic(auto.batch_size)
        self.grad_accum.set_automatic(auto.grad_accum)
        self.warmup.set_automatic(full.warmup_steps if options.warmup_steps is None else None)
        self.preview.show_schedule(full, info.top_k)
