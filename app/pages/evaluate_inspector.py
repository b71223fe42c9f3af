"""The panel beside the variants: what one variant is, and how it compares with another."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.models.variant_columns import kind_text
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.cards import Facts
from app.widgets.comparison import ComparisonBars, Pair
from app.widgets.elided_combo import ElidedCombo
from app.widgets.forms import Button, ElidedLabel, column, label, row, scrolled
from core.evaluation.variant import OVERALL, Variant

WIDTH = 296
SECTION = (0, 10, 0, 0)


class Inspector(QFrame):
    """Shows the chosen variant; asks for changes by signals that carry it."""

    plan_asked = Signal(object)
    measure_asked = Signal(object)
    speed_asked = Signal(object)
    copy_asked = Signal(object)
    remove_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "inspector")
        self.setFixedWidth(WIDTH)
        self._variants: tuple[Variant, ...] = ()
        self._variant: Variant | None = None
        self._build()
        self.set_variant(None)

    def set_variants(self, variants: tuple[Variant, ...]) -> None:
        """The variants to compare with; the original is the first choice."""
        self._variants = variants
        wanted = self.base.currentText()
        measured = [v for v in variants if v.perplexity]
        was = self.base.blockSignals(True)
        self.base.clear()
        for variant in sorted(measured, key=lambda v: v.kind != "original"):
            self.base.addItem(variant.name)
        self.base.setCurrentIndex(max(self.base.findText(wanted), 0) if measured else -1)
        self.base.blockSignals(was)
        self._show()

    def set_variant(self, variant: Variant | None) -> None:
        """Show this one."""
        self._variant = variant
        self._show()

    def _build(self) -> None:
        self.name = ElidedLabel("", "heading")
        self.kind = label("", "dim")
        self.facts = Facts()
        self.made = label(self.tr("What made it"), "section")
        self.provenance = Facts()
        self.bars = ComparisonBars()
        self.note = label("", "caption", wrap=True)
        self._build_buttons()
        inner = QWidget()
        inner.setLayout(
            column(
                column(self.name, self.kind, spacing=2),
                4,
                self.facts,
                row(self.measure, self.speed, None, margins=(0, 4, 0, 0)),
                row(self.use, self.remove, None),
                UNIT,
                self._build_base(),
                self.bars,
                self.note,
                self._build_pairs(),
                *self._build_sections(),
                column(self.made, self.provenance, margins=SECTION),
                row(self.copy, None),
                None,
                margins=(16, 16, 16, 16),
            )
        )
        self.setLayout(column(scrolled(inner), spacing=0))

    def _build_buttons(self) -> None:
        self.use = Button(self.tr("Use this plan"))
        self.measure = Button(self.tr("Measure"))
        self.speed = Button(self.tr("Measure speed"))
        self.copy = Button(self.tr("Copy command"))
        self.remove = Button(self.tr("Remove"), "ghost")
        for button, asked in (
            (self.use, self._ask_plan),
            (self.measure, self._ask_measure),
            (self.speed, self._ask_speed),
            (self.copy, self._ask_copy),
            (self.remove, self._ask_remove),
        ):
            button.clicked.connect(asked)

    def _build_base(self) -> QHBoxLayout:
        """Which variant the perplexities stand against."""
        self.compare = label(self.tr("Perplexity against"), "section")
        self.base = ElidedCombo()
        self.base.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.base.setMinimumContentsLength(6)
        self.base.setAccessibleName(self.tr("Compare with"))
        self.base.currentIndexChanged.connect(self._show)
        head = row(self.compare, self.base)
        head.setStretch(1, 1)
        return head

    def _build_pairs(self) -> QVBoxLayout:
        self.pairs_head = label(self.tr("Paired difference"), "section")
        self.pairs = Facts()
        self.pairs_note = label(
            self.tr(
                "Loss in nats per token and accuracy in points, each with the standard error of "
                "the difference on the same sequences and questions."
            ),
            "caption",
            wrap=True,
        )
        return column(self.pairs_head, self.pairs, self.pairs_note, margins=SECTION)

    def _build_sections(self) -> tuple[QVBoxLayout, QVBoxLayout]:
        self.tasks_head = label(self.tr("Questions"), "section")
        self.tasks = Facts()
        self.speed_head = label(self.tr("Speed"), "section")
        self.speed_facts = Facts()
        return (
            column(self.tasks_head, self.tasks, margins=SECTION),
            column(self.speed_head, self.speed_facts, margins=SECTION),
        )

    @Slot()
    def _show(self) -> None:
        variant = self._variant
        there = variant is not None
        for part in (self.facts, self.made, self.provenance, self.copy):
            part.setVisible(there)
        if variant is None:
            self.name.set_text(self.tr("No variant chosen"))
            self.kind.setText(self.tr("Choose a row to see what made it."))
            for part in (
                *(self.use, self.measure, self.speed, self.remove, self.compare, self.base),
                *(self.bars, self.pairs_head, self.pairs, self.pairs_note),
                *(self.tasks_head, self.tasks, self.speed_head, self.speed_facts),
            ):
                part.hide()
            self.note.setText("")
            return
        self.name.set_text(variant.name)
        self.kind.setText(kind_text(variant.kind))
        self.facts.set_facts(self._facts(variant))
        self.provenance.set_facts(self._origin(variant))
        stored = variant in self._variants
        self.use.setVisible(variant.kept is not None)
        self.measure.setVisible(True)
        self.measure.setText(self.tr("Measure again") if variant.perplexity else self.tr("Measure"))
        self.speed.setVisible(True)
        self.remove.setVisible(stored)
        self.copy.setEnabled(bool(variant.provenance.command))
        self._show_comparison(variant)
        self._show_tasks(variant)
        self._show_speed(variant)

    def _show_tasks(self, variant: Variant) -> None:
        facts: list[tuple[str, str]] = []
        for name, task in variant.tasks.items():
            error = "" if task.stderr is None else f" ± {numbers.percent(task.stderr)}"
            facts.append((name, numbers.percent(task.accuracy) + error))
            if task.chance is not None:
                facts.append((self.tr("by guessing"), numbers.percent(task.chance)))
            facts += [
                (subject, numbers.percent(accuracy))
                for subject, (accuracy, _) in task.by_subject.items()
            ]
        self.tasks.set_facts(tuple(facts))
        for part in (self.tasks_head, self.tasks):
            part.setVisible(bool(facts))

    def _show_speed(self, variant: Variant) -> None:
        speed = variant.speed
        for part in (self.speed_head, self.speed_facts):
            part.setVisible(speed is not None)
        if speed is None:
            return
        self.speed_facts.set_facts(
            (
                (self.tr("Prefill"), _rate(speed.prefill, speed.prefill_ratio)),
                (self.tr("Decoding"), _rate(speed.decode, speed.decode_ratio)),
                (self.tr("First token"), f"{1000 * speed.first_token:,.1f} ms"),
                (self.tr("Each further token"), f"{1000 * speed.per_token:,.1f} ms"),
                (
                    self.tr("Batch, context"),
                    f"{speed.batch_size:,} × {speed.context:,}",
                ),
                (self.tr("Ran as"), speed.place),
            )
        )

    def _show_pairs(self, variant: Variant, base: Variant | None) -> None:
        """Differences with their errors, as far as both were measured alike."""
        facts: list[tuple[str, str]] = []
        if base is not None and base.name != variant.name:
            for name, loss in variant.against(base).items():
                shown = self.tr("all domains") if name == OVERALL else name
                error = "" if loss.stderr is None else f" ± {loss.stderr:.4f}"
                facts.append((shown, numbers.signed(loss.delta) + error))
            for name, task in variant.tasks_against(base).items():
                error = "" if task.stderr is None else f" ± {100 * task.stderr:.1f}"
                facts.append((name, numbers.signed(100 * task.delta, 1) + error))
        self.pairs.set_facts(tuple(facts))
        for part in (self.pairs_head, self.pairs, self.pairs_note):
            part.setVisible(bool(facts))

    def _facts(self, variant: Variant) -> tuple[tuple[str, str], ...]:
        def known(value: float | None, text: str) -> str:
            return numbers.DASH if value is None else text

        kept = variant.experts_kept
        return (
            (self.tr("Size"), numbers.size(variant.bytes) if variant.bytes else numbers.DASH),
            (self.tr("Parameters"), numbers.count(variant.parameters)),
            (self.tr("Active per token"), numbers.count(variant.active)),
            (self.tr("Experts kept"), known(kept, f"{kept or 0:,}")),
            (self.tr("KL, nats"), known(variant.kl, f"{variant.kl or 0:.4f}")),
            (
                self.tr("Top-1 same"),
                known(variant.top1_agreement, numbers.percent(variant.top1_agreement or 0)),
            ),
        )

    def _origin(self, variant: Variant) -> tuple[tuple[str, str], ...]:
        origin = variant.provenance
        done = self.tr("Measured") if variant.perplexity else self.tr("Written")
        facts = (
            (self.tr("Ranked by"), origin.metric),
            (self.tr("Plan"), origin.plan[:10]),
            (self.tr("Profile"), origin.profile[:10]),
            (self.tr("Texts"), ", ".join(origin.sources)),
            (self.tr("Tokens"), f"{origin.tokens:,}" if origin.tokens else ""),
            (self.tr("Windows"), _windows(origin.seq_len, origin.stride)),
            (self.tr("Ran as"), origin.dtype),
            (self.tr("Libraries"), ", ".join(origin.versions)),
            (self.tr("Seed"), str(origin.seed) if origin.tokens else ""),
            (done, origin.made_at.replace("T", " ")[:16]),
            (self.tr("Model"), origin.model_fingerprint[:10]),
            (self.tr("Folder"), variant.path or ""),
        )
        return tuple((name, value) for name, value in facts if value)

    def _show_comparison(self, variant: Variant) -> None:
        name = self.base.currentText()
        base = next((v for v in self._variants if v.name == name and v.perplexity), None)
        measured = bool(variant.perplexity)
        self._show_pairs(variant, base)
        for part in (self.compare, self.base):
            part.setVisible(measured and base is not None)
        self.bars.setVisible(measured)
        self.note.setVisible(True)
        if not measured:
            self.bars.set_pairs(())
            self.note.setText(self.tr("Not measured yet."))
            return
        same = base is not None and base.name != variant.name and variant.comparable(base)
        pairs = tuple(
            Pair(
                name=self.tr("all domains") if key == OVERALL else key,
                value=value,
                base=base.perplexity.get(key) if same and base is not None else None,
            )
            for key, value in variant.perplexity.items()
        )
        self.bars.set_pairs(pairs)
        other = base is not None and base.name != variant.name and not same
        self.note.setText(
            self.tr("“{name}” was measured on other texts: measure both on the same ones.").format(
                name=name
            )
            if other
            else ""
        )
        self.note.setVisible(other)

    @Slot()
    def _ask_plan(self) -> None:
        self.plan_asked.emit(self._variant)

    @Slot()
    def _ask_measure(self) -> None:
        self.measure_asked.emit(self._variant)

    @Slot()
    def _ask_speed(self) -> None:
        self.speed_asked.emit(self._variant)

    @Slot()
    def _ask_copy(self) -> None:
        self.copy_asked.emit(self._variant)

    @Slot()
    def _ask_remove(self) -> None:
        self.remove_asked.emit(self._variant)


def _rate(rate: float, ratio: float | None) -> str:
    """Tokens per second, and what that is of the original's."""
    times = "" if ratio is None else f" · {ratio:.2f}×"
    return f"{numbers.rate(rate, 'tokens')}{times}"


def _windows(seq_len: int, stride: int) -> str:
    if not seq_len:
        return ""
    return f"{seq_len:,} / {stride:,}" if stride else f"{seq_len:,}"
