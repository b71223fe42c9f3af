"""The token lens: type a text, see every token's experts and which of them the plan would drop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QMenu,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from app.jobs.lens import lens_task
from app.pages import subject
from app.pages.job_watch import JobWatch
from app.pages.quick_check import texts
from app.pages.select.lens_ask import LensAsk
from app.pages.select.lens_values import Shade, lens_table, token_layers
from app.pages.select.samples import sample_text
from app.pages.select.view import View
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.drawing import Part, Sheet
from app.widgets.forms import ElidedLabel, column, label, row
from app.widgets.help import help_for
from app.widgets.ramp import Ramp
from app.widgets.run_strip import RunStrip
from app.widgets.segments import Segments
from app.widgets.take_menu import Taken
from app.widgets.token_card import TokenCard
from app.widgets.token_raster import TokenRaster
from app.widgets.token_text import TokenText, shown_piece
from core.errors import StudioError

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.pages.select.editor import Editor
    from app.session import Session
    from core.profiling import Lens

PAGE = "lens"  # whose kept options hold the text
LOW = 460  # logical pixels of the view
CARD_WIDTH = 268


class TokenLensView(View):
    """A text above, its tokens below, one token at the right."""

    def __init__(
        self, session: Session, derived: Derived, editor: Editor, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, derived, editor, parent)
        self._lens: Lens | None = None
        self._token = -1
        self.ask = LensAsk(str(session.page_options(PAGE).get("text", "")))
        self.edit, self.look, self.samples = self.ask.edit, self.ask.look, self.ask.samples
        self.ask.look.clicked.connect(self.start)
        self.ask.sample_chosen.connect(self._take_sample)
        self.more = self.ask.more
        self.more.clicked.connect(self._show_more)
        self.run = RunStrip()
        self.summary = ElidedLabel("", "dim")
        self.shade = Segments(
            (
                ("lost", self.tr("Lost"), self.tr("Share of a token's gates that the plan drops")),
                ("entropy", self.tr("Entropy"), self.tr("How evenly the router spreads a token")),
                ("gate", self.tr("Top gate"), self.tr("The highest gate of a token")),
            ),
            self.tr("Colour by"),
        )
        self.shade.chosen.connect(self._reshade)
        self.text = TokenText()
        self.raster = TokenRaster()
        self.ramp = Ramp()
        self.card = TokenCard()
        self.card_title = ElidedLabel("", "heading")
        self.card_note = ElidedLabel("", "dim")
        self._lay_out()
        self._connect()

    # building

    def _lay_out(self) -> None:
        head = row(
            self.summary, label(self.tr("Colour by"), "dim"), self.shade,
            help_for("select#token-lens", self.edit), spacing=UNIT,
        )  # fmt: skip

        head.setStretch(0, 1)
        below = QWidget()
        below.setLayout(column(self.raster, self.ramp, None, spacing=2))
        below.layout().setStretch(0, 1_000)  # as much as its rows may have
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setProperty("kind", "gap")
        self.split.setHandleWidth(8)
        self.split.addWidget(self.text)
        self.split.addWidget(below)
        self.split.setSizes([130, 240])
        side = QWidget()
        side.setFixedWidth(CARD_WIDTH)
        side.setLayout(column(self.card_title, self.card_note, self.card, spacing=4))
        body = row(self.split, side, spacing=2 * UNIT)
        body.setStretch(0, 1)
        shown = QWidget()
        box = column(head, body, spacing=UNIT)
        box.setStretch(1, 1)
        shown.setLayout(box)
        hint = label(
            self.tr(
                "Nothing was looked at yet. The lens runs the model over a text of yours and keeps "
                "every choice of every router; when you edit the plan, what it would lose follows "
                "at once."
            ),
            "dim",
            wrap=True,
        )
        empty = QWidget()
        empty.setLayout(column(hint, None, margins=(0, UNIT, 0, 0)))
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(shown)
        whole = column(self.ask, self.run, self._stack, spacing=UNIT)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window what was found needs the height more than the text does."""
        super().resizeEvent(event)
        self.ask.set_low(low=self.height() < LOW)

    def _connect(self) -> None:
        self.watch = JobWatch(self.session.jobs, frozenset({"lens"}), self.run, self)
        self.watch.turned.connect(self._busy_changed)
        self.session.lens_changed.connect(self._lens_changed)
        self.edit.textChanged.connect(self._text_changed)
        shortcut = QAction(self)
        shortcut.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        shortcut.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.triggered.connect(self.start)
        self.addAction(shortcut)
        self.text.picked.connect(self.choose_token)
        self.raster.picked.connect(self._cell_picked)
        self.card.row_chosen.connect(self._row_chosen)
        self.card.expert_chosen.connect(self.expert_chosen)
        self.text.hovered.connect(self._hover_token)
        self.raster.hovered.connect(self._hover_cell)
        self._text_changed()

    # showing

    def bring_up_to_date(self) -> None:
        """Show the lens under the plan as it is now."""
        lens, plan = self.session.lens, self.session.plan
        self._stack.setCurrentIndex(0 if lens is None or plan is None else 1)
        if lens is None or plan is None:
            self._lens = lens
            return
        if lens is not self._lens:
            self._lens, self._token = lens, -1
            if not self.edit.toPlainText():
                self.edit.setPlainText(lens.text)
            self.text.set_tokens(lens.pieces, lens.special)
            self.raster.set_tokens(lens.pieces, lens.layer_ids, lens.starts)
        lost = self.derived.lost(plan)
        assert lost is not None
        shade: Shade = self.shade.key  # type: ignore[assignment]
        paint = self.derived.lens_paint(plan, shade)
        self.text.set_shades(paint.shade_T)
        self.raster.set_values(paint.level_LT, paint.kept_LT, paint.seen_LT)
        self._show_scale(shade, paint.high)
        said = self.tr("{tokens} tokens · {layers} layers · the plan drops {share} of the gates")
        text = said.format(
            tokens=f"{lens.tokens:,}",
            layers=len(lens.layer_ids),
            share=numbers.percent(lost.share),
        )
        cut = lens.options.get("cut")
        if isinstance(cut, int) and cut > 0:
            more = self.tr("{text} · {cut} more were left out")
            text = more.format(text=text, cut=f"{cut:,}")
        self.summary.set_text(text)
        self.choose_token(max(self._token, 0))

    def choose_token(self, token: int) -> None:
        """Show one token's experts."""
        lens, plan = self._lens, self.session.plan
        if lens is None or plan is None or not 0 <= token < lens.tokens:
            return
        self._token = token
        lost = self.derived.lost(plan)
        assert lost is not None
        self.text.set_token(token)
        self.raster.set_cell(token)
        self.card_title.set_text(
            self.tr("Token {number} {text}").format(
                number=token, text=f"“{shown_piece(lens.pieces[token]).strip() or '␣'}”"
            )
        )
        gone, whole = int(lost.chosen_TLK[token].sum()), int((lens.expert[token] >= 0).sum())
        self.card_note.set_text(
            self.tr("{gone} of {all} dropped · {share} of gates").format(
                gone=gone, all=whole, share=numbers.percent(float(lost.share_T[token]))
            )
        )
        self.card.set_layers(token_layers(lens, lost, token))

    def _show_scale(self, shade: Shade, high: float) -> None:
        hatch = "" if shade == "lost" else self.tr("an expert of the token is dropped")
        ends = {
            "lost": ("0 %", self.tr("100 % of the gates")),
            "entropy": ("0", self.tr("ln E (even)")),
            "gate": ("0", f"{high:.2f}"),
        }[shade]
        self.ramp.set_scale(*ends, hatch=hatch)

    def taken(self) -> Taken | None:
        """The text and the raster as far as they show; every choice as a table."""
        lens, plan = self._lens, self.session.plan
        if lens is None or plan is None:
            return None
        lost = self.derived.lost(plan)
        assert lost is not None
        shown = tuple(Part(widget=part) for part in (self.text.viewport(), self.raster, self.ramp))
        return Taken(
            name="tokens",
            drawing=Sheet(title=self.model_name(), subtitle=self.summary.full_text, parts=shown),
            table=lambda: lens_table(lens, lost),
        )

    def command(self) -> str:
        """`seer lens` over the text."""
        model = subject.current(self.session, texts(self.session))
        text = self._words()
        if model is None or not text.strip():
            return ""
        task = lens_task(
            model, text, folder=self._folder(), plan_file=subject.plan_file(self.session)
        )
        return task.command

    # doing

    @Slot()
    def start(self) -> None:
        """Run the model over the text."""
        model = subject.current(self.session, texts(self.session))
        text = self._words()
        if model is None or not text.strip() or self.watch.busy:
            return
        self.session.set_page_options(PAGE, {"text": text})
        self.session.start(
            lens_task(model, text, folder=self._folder(), plan_file=subject.plan_file(self.session))
        )

    def _words(self) -> str:
        # A paste may bring half of a surrogate pair, which no file can hold.
        return self.edit.toPlainText().encode("utf-8", "replace").decode("utf-8")

    def _folder(self) -> Path:
        return subject.project_file(self.session, "runs")

    @Slot(str)
    def _take_sample(self, domain: str) -> None:
        self.edit.setPlainText(sample_text(domain))

    @Slot()
    def _text_changed(self) -> None:
        self.look.setEnabled(bool(self.edit.toPlainText().strip()) and not self.watch.busy)
        self.command_changed.emit()

    @Slot()
    def _busy_changed(self) -> None:
        self._text_changed()

    @Slot()
    def _lens_changed(self) -> None:
        if self.isVisible():
            self.bring_up_to_date()

    @Slot(str)
    def _reshade(self, _key: str) -> None:
        self.bring_up_to_date()

    @Slot(int, int)
    def _cell_picked(self, token: int, at_row: int) -> None:
        self.choose_token(token)
        self.card.set_row(at_row)

    @Slot(int)
    def _row_chosen(self, at_row: int) -> None:
        self.raster.set_cell(self._token, at_row)

    @Slot(int)
    def _hover_token(self, token: int) -> None:
        self._hover_cell(token, -1)

    @Slot(int, int)
    def _hover_cell(self, token: int, at_row: int) -> None:
        lens, plan = self._lens, self.session.plan
        if lens is None or plan is None or token < 0:
            self.status_changed.emit("")
            return
        lost = self.derived.lost(plan)
        assert lost is not None
        name = f"{token} “{shown_piece(lens.pieces[token])}”"
        if at_row < 0:
            text = self.tr("{token}: {share} of its gates dropped").format(
                token=name, share=numbers.percent(float(lost.share_T[token]))
            )
        else:
            text = self.tr("{token} in L{layer}: entropy {entropy:.2f}, {share} dropped").format(
                token=name,
                layer=lens.layer_ids[at_row],
                entropy=float(lens.entropy[token, at_row]),
                share=numbers.percent(float(lost.share_TL[token, at_row])),
            )
        self.status_changed.emit(text)

    # files

    @Slot()
    def _show_more(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        save = menu.addAction(self.tr("Save lens…"), self.ask_save)
        save.setEnabled(self.session.lens is not None)
        menu.addAction(self.tr("Open lens…"), self.ask_open)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    @Slot()
    def ask_save(self) -> None:
        """Ask for a file and keep the lens in it."""
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save lens"), "lens.safetensors", "safetensors (*.safetensors)"
        )
        if chosen:
            self.save(Path(chosen))

    @Slot()
    def ask_open(self) -> None:
        """Ask for a file and show its lens."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open lens"), "", "safetensors (*.safetensors)"
        )
        if chosen:
            self.open(Path(chosen))

    def save(self, path: Path) -> None:
        """Keep the lens in a file."""
        from core.profiling import save_lens

        if self.session.lens is None:
            return
        try:
            save_lens(self.session.lens, path)
        except StudioError as error:
            self.failed.emit(str(error), error.remedy)
            return
        self.status_changed.emit(self.tr("Saved {path}").format(path=path))

    def open(self, path: Path) -> None:
        """Show the lens of a file, if it is of this model."""
        from core.profiling import load_lens

        info = self.session.info
        try:
            lens = load_lens(path)
        except StudioError as error:
            self.failed.emit(str(error), error.remedy)
            return
        if info is None or lens.model_fingerprint != info.fingerprint:
            self.failed.emit(
                self.tr("{name} looked at a model of other weights").format(name=path.name),
                self.tr("look at the text with this model"),
            )
            return
        self.session.take_lens(lens)
        self.edit.setPlainText(lens.text)
