"""The paper's claims on the bundled model: run them, or open a result, and see what held."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QLayout, QStackedWidget, QWidget

from app.jobs import paper
from app.jobs.job import Job
from app.pages import subject
from app.pages.job_watch import JobWatch
from app.pages.tune.claim_words import claim_text, plot_inks, plot_words
from app.pages.tune.tables import claims_table
from app.theme import UNIT, theme_changed
from app.widgets import numbers
from app.widgets.banner import Banner
from app.widgets.cards import Card
from app.widgets.empty_state import EmptyState
from app.widgets.flow import flowing
from app.widgets.forms import Button, column, label, row, scrolled, sentence
from app.widgets.number_field import NumberField
from app.widgets.outcome import Mark, Outcome, OutcomeList
from app.widgets.run_strip import RunStrip
from app.widgets.said import said
from app.widgets.svg_view import SvgDrawing, SvgView
from app.widgets.take_menu import TakeButton, Taken
from core.paper import PaperOptions, PaperResult
from core.paper.picture import picture
from core.paper.result import RESULT_FILE

if TYPE_CHECKING:
    from app.session import Session
    from core.run import Snapshot

FIELD_WIDTH = 76
MARKS: dict[str, Mark] = {"yes": "good", "no": "bad", "unclear": "warn"}


class ClaimsView(QWidget):
    """A plot, the claims with a mark each, and the job that measures them.

    Signals:
        said: A line for the status bar.
    """

    said = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.result: PaperResult | None = None
        default = PaperOptions()
        self.steps = NumberField(1, 1_000_000, whole=True)
        self.steps.set_value(default.steps)
        self.seeds = NumberField(1, 100, whole=True)
        self.seeds.set_value(default.seeds)
        for field, name in ((self.steps, self.tr("Steps")), (self.seeds, self.tr("Seeds"))):
            field.setFixedWidth(FIELD_WIDTH)
            field.setAccessibleName(name)
            field.edited.connect(self._refresh)
        self.try_button = Button(self.tr("Try the claims"), icon_name="play")
        self.try_button.clicked.connect(self.start)
        self.open_button = Button(self.tr("Open a result…"))
        self.open_button.clicked.connect(self.choose)
        self.banner = Banner()
        self.strip = RunStrip()
        self.watch = JobWatch(session.jobs, frozenset({paper.KIND}), self.strip, self)
        self.plot = SvgView()
        self.take = TakeButton(self._taken)
        self.take.said.connect(self.said)
        self.take.failed.connect(self.banner.say)
        self.claims = OutcomeList(stacked=True)
        self.note = label("", "caption", wrap=True)
        self.empty = EmptyState(
            "evaluate",
            self.tr("The paper's claims were not tried here yet"),
            self.tr(
                "On the bundled model: experts dropped by use and at random, and one expert per "
                "token with every kind of tuning, against the original and against a model tuned "
                "as long with two. With the default numbers it takes about a quarter of an hour."
            ),
        )
        self.setLayout(self._built())
        self.watch.turned.connect(self._on_turned)
        session.jobs.job_snapshot.connect(self._on_snapshot)
        session.model_changed.connect(self.reload)
        theme_changed.connect(self._draw)
        self.reload()
        self._refresh()

    def _built(self) -> QLayout:
        plot_card, claims_card = Card(), Card(self.tr("What held"))
        plot_card.body.addLayout(row(None, self.take))
        plot_card.body.addWidget(self.plot)
        claims_card.body.addWidget(self.claims)
        claims_card.body.addWidget(self.note)
        inner = QWidget()
        inner.setLayout(column(plot_card, claims_card, None, spacing=2 * UNIT))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(scrolled(inner))
        head = flowing(
            label(self.tr("Steps"), "dim"),
            self.steps,
            UNIT,
            label(self.tr("Seeds"), "dim"),
            self.seeds,
            None,
            self.open_button,
            self.try_button,
        )
        box = column(self.banner, head, self.strip, self.stack, spacing=12)
        box.setStretch(3, 1)
        return box

    # -- what it shows -----------------------------------------------------------------------

    def show_result(self, result: PaperResult) -> None:
        """Show a result, whole or so far."""
        self.result = result
        self.stack.setCurrentIndex(1)
        self._draw()
        self.claims.set_outcomes(
            tuple(
                Outcome(
                    MARKS[claim.verdict], claim_text(claim.key, claim.text), said(claim.evidence)
                )
                for claim in result.claims
            )
        )
        options = result.options
        self.note.setText(
            self.tr(
                "Perplexity on {tokens} held-out tokens; {steps} steps of {step} tokens; {seeds} "
                "seeds of tuning, {random} of the random control; ranges are over seeds."
            ).format(
                tokens=f"{options.eval_tokens:,}",
                steps=f"{options.steps:,}",
                step=numbers.count(options.batch_size * options.seq_len),
                seeds=options.seeds,
                random=options.random_seeds,
            )
        )

    def _taken(self) -> Taken | None:
        """The plot, and every measurement behind it."""
        result = self.result
        if result is None:
            return None
        drawing = SvgDrawing(self.tr("The paper's claims"), self._svg)
        return Taken(name="claims", drawing=drawing, table=lambda: claims_table(result))

    def _svg(self) -> str:
        return picture(self.result, plot_inks(), plot_words()) if self.result is not None else ""

    @Slot()
    def _draw(self) -> None:
        if self.result is not None:
            self.plot.set_svg(self._svg())

    @Slot()
    def _refresh(self) -> None:
        valid = self.steps.valid and self.seeds.valid
        self.try_button.setEnabled(valid and not self.watch.busy)

    # -- what it does ------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Where the project keeps its result."""
        return subject.project_file(self.session, "runs", "paper")

    @Slot()
    def start(self) -> None:
        """Measure everything."""
        if self.watch.busy:
            return
        options = replace(
            PaperOptions(), steps=int(self.steps.number(1)), seeds=int(self.seeds.number(1))
        )
        here = subject.current(self.session)
        self.session.start(
            paper.paper_task(options, self.folder)
            if here is None
            else paper.project_task(here, options, self.folder)
        )

    @Slot()
    def choose(self) -> None:
        """Ask for a result that was kept."""
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open a result"), str(Path.home()), f"{RESULT_FILE} (*.json)"
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Read a result that was kept."""
        job = self.session.start(paper.read_task(path))
        job.finished.connect(self._on_read)

    @Slot()
    def reload(self) -> None:
        """Another project: its own result, if it has one."""
        self.result = None
        self.stack.setCurrentIndex(0)
        self.banner.clear()
        if (self.folder / RESULT_FILE).is_file():
            self.open(self.folder / RESULT_FILE)

    @Slot()
    def _on_read(self) -> None:
        job = self.sender()
        if not isinstance(job, Job):
            return
        if isinstance(job.result, paper.Kept):
            self.banner.clear()
            self.show_result(job.result.result)
        elif job.error is not None:
            self.banner.say(f"{sentence(said(job.error.what))}.", "bad")

    @Slot(object, object)
    def _on_snapshot(self, job: Job, snapshot: Snapshot) -> None:
        if job is self.watch.job and isinstance(snapshot.value, PaperResult):
            self.show_result(snapshot.value)

    @Slot()
    def _on_turned(self) -> None:
        job = self.watch.job
        if job is not None and isinstance(job.result, paper.Kept):
            self.show_result(job.result.result)
        self._refresh()
