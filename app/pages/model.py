"""What the model is, from its headers alone; nothing is loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.pages.model_notes import Problems, RemarksCard
from app.pages.model_parts import FitRow, PartsTable, span
from app.pages.page import Page, PageState
from app.pages.share_card import ShareCard
from app.session import Session
from app.session.provenance import asker_for
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.bars import Part, StackedBar
from app.widgets.cards import Card, Facts, FigureStrip
from app.widgets.drawing import Part as DrawnPart
from app.widgets.drawing import Sheet
from app.widgets.empty_state import EmptyState
from app.widgets.forms import ElidedLabel, column, label, limited, row, scrolled
from app.widgets.layer_ribbon import LayerRibbon
from app.widgets.meter import free_memory, free_video_memory
from app.widgets.said import said
from app.widgets.take_menu import TakeButton, Taken

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo

# Resident memory of an interpreter with torch and transformers loaded and no model in it.
LIBRARIES_BYTES = 700_000_000
CONTENT_WIDTH = 1400  # logical pixels: wider, and a number is far from its name


class ModelPage(Page):
    """Layers, experts, parameters, bytes, and whether it fits."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.primary_action = QAction(self.tr("Calibrate"), self)
        self.primary_action.triggered.connect(self._calibrate)
        self._empty = EmptyState(
            "model",
            self.tr("No model is open"),
            self.tr("Open the demo or a model folder. Its headers are read at once."),
            self.tr("Open demo"),
        )
        self._empty.activated.connect(self._open_demo)
        content = QWidget()
        self._build(content)
        self._views = QStackedLayout(self)
        self._views.addWidget(self._empty)
        self._views.addWidget(scrolled(limited(content, CONTENT_WIDTH)))
        session.model_changed.connect(self._show)
        session.plan_changed.connect(self._on_plan)
        self._show()

    # -- construction ------------------------------------------------------------------------

    def _build(self, content: QWidget) -> None:
        self._name = ElidedLabel("", "title")
        self._path = ElidedLabel("", "dim", mode=Qt.TextElideMode.ElideMiddle)
        self.problems = Problems()
        self.strip = FigureStrip(
            (
                self.tr("MoE layers × experts"),
                self.tr("Experts per token"),
                self.tr("Parameters"),
                self.tr("Active per token"),
                self.tr("Checkpoint"),
                self.tr("Needs VRAM"),
            )
        )
        keys = ("layers", "top_k", "parameters", "active", "bytes", "memory")
        self.strip.set_keys(tuple(f"model.{key}" for key in keys))
        self.strip.setAccessibleName(self.tr("The model in figures"))
        self.asker = asker_for(self.session, self)
        self.asker.watch(self.strip)
        self.share = ShareCard()
        self.asker.watch_chart(self.share.curve)
        self._offer(self.share, self.share.taken)
        left = column(self._parts_card(), self._fit_card(), self._layers_card(), None)
        self.remarks = RemarksCard()
        right = column(self._facts_card(), self.remarks, self._dtype_card(), self.share, None)
        for side in (left, right):
            side.setSpacing(2 * UNIT)
        cards = row(left, right, spacing=2 * UNIT)
        cards.setStretch(0, 3)
        cards.setStretch(1, 2)
        content.setLayout(
            column(
                column(self._name, self._path, spacing=2),
                self.problems,
                self.strip,
                cards,
                None,
                spacing=2 * UNIT,
                margins=(20, 16, 20, 20),
            )
        )

    def _parts_card(self) -> Card:
        card = Card(self.tr("Where the bytes are"))
        self._parts_bar = StackedBar()
        self._parts_table = PartsTable()
        self._parts_table.setAccessibleName(card.heading.text())
        self.asker.watch(self._parts_table)
        self._give(card, "bytes-by-part", self._parts_bar, self._parts_table)
        card.body.addWidget(self._parts_bar)
        card.body.addWidget(self._parts_table)
        card.body.addStretch(1)
        return card

    def _give(self, card: Card, name: str, bar: StackedBar, table: PartsTable) -> None:
        """Let a card's bar and table be taken away."""

        def taken() -> Taken:
            parts = (DrawnPart(widget=bar), DrawnPart(widget=table))
            sheet = Sheet(title=card.heading.text(), subtitle=self._name.full_text, parts=parts)
            return Taken(name=name, drawing=sheet, table=table.table)

        self._offer(card, taken)

    def _offer(self, card: Card, taken: Callable[[], Taken]) -> None:
        take = TakeButton(taken)
        take.said.connect(self.status_changed)
        take.failed.connect(self.status_changed)
        card.add_tool(take)

    def _facts_card(self) -> Card:
        card = Card(self.tr("Architecture"))
        self.facts = Facts()
        self.facts.setAccessibleName(card.heading.text())
        self.asker.watch(self.facts)
        card.body.addWidget(self.facts)
        card.body.addStretch(1)
        return card

    def _layers_card(self) -> Card:
        card = Card(self.tr("Layers"))
        self._ribbon = LayerRibbon()
        self._ribbon_note = label("", "caption", wrap=True)
        card.body.addWidget(self._ribbon)
        card.body.addWidget(self._ribbon_note)
        return card

    def _dtype_card(self) -> Card:
        card = Card(self.tr("Bytes by type"))
        self._dtypes_bar = StackedBar(height=12)
        self._dtypes_table = PartsTable()
        self._dtypes_table.setAccessibleName(card.heading.text())
        self.asker.watch(self._dtypes_table)
        self._give(card, "bytes-by-type", self._dtypes_bar, self._dtypes_table)
        card.body.addWidget(self._dtypes_bar)
        card.body.addWidget(self._dtypes_table)
        card.body.addStretch(1)
        return card

    def _fit_card(self) -> Card:
        card = Card(self.tr("Does it fit?"))
        self._fit_note = card.note
        self._video = FitRow(self.tr("Video memory"), "model.memory")
        self._memory = FitRow(self.tr("Main memory"), "model.ram")
        for fit in (self._video, self._memory):
            self.asker.watch(fit)
        card.body.setSpacing(2 * UNIT)
        card.body.addWidget(self._video)
        card.body.addWidget(self._memory)
        card.body.addStretch(1)
        return card

    # -- showing -----------------------------------------------------------------------------

    def _show(self) -> None:
        info = self.session.info
        assert self.primary_action is not None
        self.primary_action.setEnabled(info is not None)
        self.primary_action.setVisible(info is not None)
        self._views.setCurrentIndex(0 if info is None else 1)
        if info is not None:
            self._show_head(info)
            self._show_bytes(info)
            self._show_fit(info)
            self._show_facts(info)
            self._show_share()
            experts = dict(zip(info.moe_layers, info.experts, strict=True))
            self._ribbon.set_layers(info.layers, experts, info.top_k)
            self._ribbon_note.setText(
                self.tr(
                    "Column height: experts of the layer. The bright part: the {k} that one token "
                    "uses."
                ).format(k=info.top_k)
            )
        self.state_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the edits that were made elsewhere."""
        super().showEvent(event)
        self._show_share()

    @Slot()
    def _on_plan(self) -> None:
        """An edit must be quick: while another page is shown this one waits."""
        if self.isVisible():
            self._show_share()

    def _show_share(self) -> None:
        if self.session.info is not None:
            self.share.show_model(self.session.info, self.session.plan)

    def _show_head(self, info: ModelInfo) -> None:
        bundled = self.session.model == "demo"
        self._name.set_text(self.tr("Demo model") if bundled else Path(self.session.model).name)
        self._path.set_text(self.tr("comes with SEER Studio") if bundled else str(info.path))
        self.problems.show_problems(info.problems)
        self.remarks.show_family(info.model_type)
        parameters = info.parameters
        layers, per_token, total, active, size, _ = self.strip.figures
        layers.set_value(
            f"{len(info.moe_layers)} × {_range(info.experts)}",
            self.tr("of {layers} layers").format(layers=info.layers),
        )
        per_token.set_value(f"Top-{info.top_k}", said(info.routing))
        share = parameters.routed_experts / max(parameters.total, 1)
        total.set_value(
            numbers.count(parameters.total),
            self.tr("{share} in experts").format(share=numbers.percent(share, 0)),
        )
        active.set_value(
            numbers.count(parameters.active),
            self.tr("{share} of all").format(
                share=numbers.percent(parameters.active / max(parameters.total, 1), 0)
            ),
        )
        one, many = self.tr("1 file"), self.tr("{count} files").format(count=info.files)
        files = f"{info.dtype} · {one if info.files == 1 else many}"
        none = self.tr("config.json only")
        size.set_value(numbers.size(info.bytes), files if info.files else none)

    def _show_bytes(self, info: ModelInfo) -> None:
        names = {
            "routed_experts": self.tr("Routed experts"),
            "shared_experts": self.tr("Shared experts"),
            "router": self.tr("Routers"),
            "attention": self.tr("Attention"),
            "embedding": self.tr("Embedding and head"),
            "dense_mlp": self.tr("Dense layers"),
            "other": self.tr("Norms and the rest"),
            "mtp": self.tr("Next-token prediction layers"),
        }
        parts = _parts("part", info.bytes_by_part, names)
        self._parts_bar.set_parts(parts)
        self._parts_table.set_parts(parts)
        dtypes = _parts("dtype", info.bytes_by_dtype, {})
        self._dtypes_bar.set_parts(dtypes)
        self._dtypes_table.set_parts(dtypes)

    def _show_fit(self, info: ModelInfo) -> None:
        from core.planning.cost import default_context
        from core.planning.vram import CONTEXT_HIGH, CONTEXT_LOW, vram_estimate

        tokens = default_context(info)
        need = vram_estimate(info)
        self._fit_note.setText(
            self.tr("whole model, {tokens} tokens of context").format(tokens=f"{tokens:,}")
        )
        free, video = free_memory(), free_video_memory()
        figure = self.strip.figures[-1]
        self._video.show_fit(need.low, need.high, video, self._verdict(need.low, need.high, video))
        low = need.low - CONTEXT_LOW + LIBRARIES_BYTES
        high = need.high - CONTEXT_HIGH + LIBRARIES_BYTES
        self._memory.show_fit(low, high, free, self._verdict(low, high, free))
        note = (
            self.tr("no GPU here") if video is None else self._verdict(need.low, need.high, video)
        )
        role = {"good": "good", "warn": "warn", "bad": "bad"}.get(self._video.bar.token, "caption")
        figure.set_value(span(need.low, need.high), note, role)

    def _verdict(self, low: int, high: int, free: int | None) -> str:
        if free is None:
            return self.tr("No NVIDIA GPU found")
        amount = numbers.size(free)
        if high <= free:
            return self.tr("Fits: {free} free").format(free=amount)
        if low <= free:
            return self.tr("May just fit: {free} free").format(free=amount)
        return self.tr("Does not fit: {free} free").format(free=amount)

    def _show_facts(self, info: ModelInfo) -> None:
        geometry = info.geometry
        facts = [
            (self.tr("Model type"), info.model_type),
            (self.tr("Layers"), f"{info.layers}"),
            (self.tr("MoE layers"), f"{len(info.moe_layers)}"),
            (self.tr("Dense layers"), f"{info.layers - len(info.moe_layers)}"),
            (self.tr("Experts per layer"), _range(info.experts)),
            (self.tr("Shared experts"), f"{info.shared_experts}"),
            (self.tr("Experts per token"), f"{info.top_k}"),
            (self.tr("Routing"), said(info.routing)),
            (self.tr("Router groups"), f"{info.n_group}"),
            (self.tr("Parameters of one expert"), numbers.count(max(info.expert_parameters))),
            (self.tr("Hidden size"), f"{info.hidden_size:,}"),
            (self.tr("Heads"), f"{geometry.num_heads} / {geometry.num_kv_heads}"),
            (self.tr("Vocabulary"), f"{geometry.vocab_size:,}"),
            (self.tr("Head tied"), self.tr("yes") if geometry.tied else self.tr("no")),
            (self.tr("Fingerprint"), info.fingerprint[:12]),
        ]
        if info.n_group <= 1:
            facts = [fact for fact in facts if fact[0] != self.tr("Router groups")]
        # Read and not computed: every line leads to the headers and how to read them again.
        self.facts.set_facts(tuple(facts), ("model.read",) * len(facts))

    # -- as a page ---------------------------------------------------------------------------

    def _calibrate(self) -> None:
        self.go_to.emit("calibrate")

    def _open_demo(self) -> None:
        self.session.open_demo()

    @property
    def title(self) -> str:
        """The step's name."""
        return self.tr("Model")

    def subtitle(self) -> str:
        """Type and shape."""
        info = self.session.info
        if info is None:
            return ""
        return f"{info.model_type} · {len(info.moe_layers)}×{_range(info.experts)}"

    def state(self) -> PageState:
        """Done as soon as a model is open."""
        if self.session.info is None:
            return PageState("ready", self.tr("Open a model first."))
        return PageState("done", self.tr("The model's headers are read."))

    def command(self) -> str:
        """What inspects the same model."""
        from app.jobs.lines import line

        return line("seer", "inspect", self.session.model) if self.session.info else ""


def _range(counts: tuple[int, ...]) -> str:
    """Experts per layer: 16, or 8–16 where layers differ."""
    low, high = min(counts, default=0), max(counts, default=0)
    return str(high) if low == high else f"{low}–{high}"


def _parts(kind: str, amounts: object, names: dict[str, str]) -> tuple[Part, ...]:
    """A mapping of bytes as parts, the largest first."""
    pairs = sorted(dict(amounts).items(), key=lambda pair: -pair[1])
    return tuple(
        Part(
            names.get(name, name),
            float(amount),
            numbers.size(amount),
            key=f"model.{kind}.{name}",
        )
        for name, amount in pairs
    )
