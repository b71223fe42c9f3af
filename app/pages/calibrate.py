"""Calibrate: which texts the model reads while its routing is counted, and the run itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from app.jobs import tasks
from app.jobs.job import Job
from app.pages import subject
from app.pages.calibrate_map import ProfileMap
from app.pages.job_watch import JobWatch
from app.pages.open_profile import ProfileOpener
from app.pages.page import Page, PageState
from app.pages.run_estimate import estimate_of, estimate_text
from app.pages.texts import options_of
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.banner import Banner
from app.widgets.beside import Beside
from app.widgets.cards import Card
from app.widgets.domain_bar import DomainBar
from app.widgets.empty_state import EmptyState
from app.widgets.flow import flowing
from app.widgets.forms import Button, column, label, scrolled, sentence
from app.widgets.run_strip import RunStrip
from app.widgets.said import said
from app.widgets.sequences import Piece, PreviewSequence, SequencePreview
from app.widgets.sources import DEMO, SourceEntry
from app.widgets.text_form import TextChoice, TextForm
from core.errors import StudioError

if TYPE_CHECKING:
    from app.jobs.task import Task
    from app.session import Session
    from core.calibration import CalibrationOptions

PAGE = "calibrate"
# A pause in typing this long starts a new preview.
PREVIEW_DELAY_MS = 400
SEQUENCES, HEAT_MAP = 0, 1


class CalibratePage(Page):
    """The form at the left; at the right the packed sequences, or the heat map as it fills."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.primary_action = QAction(self.tr("Run profile"), self)
        self.primary_action.triggered.connect(self.run_profile)
        self.form = TextForm()
        self._preview_job: Job | None = None
        self._failed = ""  # why there is no preview
        self._profile: object = None
        self._asked: CalibrationOptions | None = None  # of the run under way
        self._made_with: CalibrationOptions | None = None  # of the profile that is there
        self._preview_timer = QTimer(self, interval=PREVIEW_DELAY_MS, singleShot=True)
        self._preview_timer.timeout.connect(self.refresh_preview)
        self._build()
        self._listen()
        self._on_model()

    # -- what the rail shows -----------------------------------------------------------------

    @property
    def title(self) -> str:
        """The name of the step."""
        return self.tr("Calibrate")

    def subtitle(self) -> str:
        """What was read, or what would be."""
        profile = self.session.profile
        if self.watch.busy:
            return self.tr("running")
        if profile is not None:
            return self.tr("{tokens} tokens · {domains} domains").format(
                tokens=numbers.short_count(int(profile.tokens[:, 0].sum())),
                domains=len(profile.domains),
            )
        return self.tr("not run yet") if self.session.info else ""

    def state(self) -> PageState:
        """Blocked without a model; stale when the options changed after the run."""
        profile = self.session.profile
        if self.session.info is None:
            return PageState("blocked", self.tr("Open a model first."))
        if profile is None:
            return PageState("ready", self.tr("No profile yet."))
        if self._stale():
            return PageState("stale", self.tr("The options changed since the last run."))
        return PageState("done")

    def command(self) -> str:
        """The line that does what "Run profile" does."""
        task = self._task()
        return task.command if task else ""

    def shown(self) -> None:
        """Pack a preview if there is none."""
        if not self.preview.sequences():
            self._preview_timer.start(0)

    # -- actions -----------------------------------------------------------------------------

    @Slot()
    def run_profile(self) -> None:
        """Start the run."""
        task = self._task()
        if task is None or self.watch.busy:
            return
        self.tabs.setCurrentIndex(HEAT_MAP)
        self._asked = self._options()
        self._drop_preview()
        self.session.start(task)

    @Slot()
    def refresh_preview(self) -> None:
        """Pack the preview anew, dropping one under way."""
        options, model = self._options(), subject.current(self.session)
        self._drop_preview()
        if options is None or model is None or not self.isVisible() or self.watch.busy:
            return
        self._preview_job = self.session.start(tasks.preview_task(model, options, "calibration"))
        self._preview_job.finished.connect(self._on_preview)

    def _drop_preview(self) -> None:
        if self._preview_job is not None:
            self._preview_job.cancel()
            self._preview_job = None

    @Slot()
    def _on_turned(self) -> None:
        """A run has the machine to itself; what it put off comes after it."""
        if not self.watch.busy and not self.preview.sequences():
            self._preview_timer.start()
        self._refresh()

    @Slot()
    def _on_opened(self) -> None:
        """Show what was opened; it was not made with this form's options."""
        self._made_with = None
        self.banner.clear()
        self.tabs.setCurrentIndex(HEAT_MAP)
        self._refresh()

    @Slot(str, str)
    def _on_open_failed(self, what: str, remedy: str) -> None:
        self.banner.say(self._with_remedy(what, remedy), "bad")

    @Slot()
    def _on_empty(self) -> None:
        self.go_to.emit("welcome")

    @Slot()
    def _next(self) -> None:
        self.go_to.emit("select")

    # -- construction ------------------------------------------------------------------------

    def _build(self) -> None:
        self.banner = Banner()
        self.next_button = Button(self.tr("Choose experts"))
        self.next_button.clicked.connect(self._next)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("Sequences"))
        self.tabs.addTab(self.tr("Heat map"))
        self.strip = RunStrip()
        self.watch = JobWatch(self.session.jobs, frozenset({"profile"}), self.strip, self)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._preview_card())
        self.map = ProfileMap()
        self.map.run_wanted.connect(self.run_profile)
        self.stack.addWidget(self.map)
        self.tabs.currentChanged.connect(self.stack.setCurrentIndex)
        self.opener = ProfileOpener(self.session, self)
        head = flowing(self.tabs, None, self.opener.button, self.next_button)
        right = QWidget()
        right.setLayout(column(head, self.strip, self.stack, spacing=2 * UNIT))
        right.layout().setStretch(2, 1)
        body = Beside(scrolled(self.form), right)
        inner = column(self.banner, body, spacing=2 * UNIT, margins=(20, 16, 20, 16))
        inner.setStretch(1, 1)
        page = QWidget()
        page.setLayout(inner)
        self.empty = EmptyState(
            "calibrate",
            self.tr("Nothing to calibrate yet"),
            self.tr(
                "Open a model: then it reads texts of your choice while the studio counts which "
                "experts each layer uses."
            ),
            self.tr("Open a model"),
        )
        self.empty.activated.connect(self._on_empty)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(page)
        self.setLayout(column(self.pages))

    def _preview_card(self) -> QWidget:
        self.note = label("", "caption")
        self.note.hide()
        self.domains = DomainBar()
        self.domains.hide()
        self.preview = SequencePreview()
        card = Card()
        card.body.addWidget(self.note)
        card.body.addWidget(self.domains)
        card.body.addWidget(self.preview, 1)
        return card

    def _listen(self) -> None:
        self.form.changed.connect(self._on_form)
        self.watch.turned.connect(self._on_turned)
        self.opener.opened.connect(self._on_opened)
        self.opener.failed.connect(self._on_open_failed)
        self.session.model_changed.connect(self._on_model)
        self.session.scores_changed.connect(self._show_map)
        self.session.profile_changed.connect(self._on_profile)

    # -- what changes ------------------------------------------------------------------------

    @Slot()
    def _on_model(self) -> None:
        """Another model: what its project kept; for a newcomer the bundled texts."""
        self.pages.setCurrentIndex(0 if self.session.info is None else 1)
        self.preview.set_sequences(())
        self.domains.hide()
        self._say_size("")
        kept = self.session.page_options(PAGE)
        if kept:
            self.form.set_choice(TextChoice.from_json(kept))
        elif self.session.info is not None and not self.form.choice().sources:
            self.form.set_choice(TextChoice(sources=(SourceEntry(where=DEMO),)))
        self._made_with = self._options() if self.session.profile is not None else None
        self.tabs.setCurrentIndex(SEQUENCES if self.session.profile is None else HEAT_MAP)
        self._preview_timer.start()
        self._show_map()
        self._refresh()

    @Slot()
    def _on_form(self) -> None:
        self.session.set_page_options(PAGE, self.form.choice().to_json())
        options = self._options()
        if options is not None:
            self.session.set_options(options)
        self._preview_timer.start()
        self._refresh()

    @Slot()
    def _on_preview(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        # The dock is for work that a person asked for.
        if job in self.session.jobs:
            self.session.jobs.remove(job)
        if job is not self._preview_job:
            return
        self._preview_job = None
        if job.error is not None:
            self._failed = sentence(said(job.error.what))
            self.preview.set_sequences((), self._failed)
            self.domains.hide()
            self._say_size("")
            self.banner.say(self._with_remedy(job.error.what, job.error.remedy), "bad")
        elif job.state == "done" and job.result is not None:
            self.banner.clear()
            self._show_preview(job.result)
        self._refresh()

    def _show_preview(self, shown: tasks.Preview) -> None:
        self.preview.set_sequences(
            tuple(
                PreviewSequence(
                    domain=domain,
                    tokens=tokens,
                    padding=padding,
                    pieces=tuple(Piece(text=text, special=special) for text, special in pieces),
                )
                for domain, tokens, padding, pieces in shown.sequences
            )
        )
        self.domains.set_domains(shown.tokens_by_domain)
        why_not = self.tr("This model's tokenizer has no chat template")
        self.form.allow_chat_template(shown.chat_template, why_not)
        self._say_size(
            self.tr("{tokens} tokens in {sequences} sequences").format(
                tokens=f"{shown.tokens:,}", sequences=f"{shown.total_sequences:,}"
            )
        )

    def _say_size(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))

    @Slot()
    def _show_map(self) -> None:
        self.map.show_scores(self.session)

    @Slot()
    def _on_profile(self) -> None:
        if self.session.profile is self._profile:
            return  # a snapshot of a running one: the map listens to the scores
        self._profile = self.session.profile
        self._made_with = self._asked or self._options()
        self._asked = None
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        ready = self._task() is not None
        self.primary_action.setEnabled(ready and not self.watch.busy)
        self.opener.button.setEnabled(not self.watch.busy)
        self._show_estimate()
        self.map.explain(busy=self.watch.busy, ready=ready)
        done = self.session.profile is not None
        self.primary_action.setText(self.tr("Run again") if done else self.tr("Run profile"))
        self.next_button.setVisible(done)
        if not self.preview.sequences():
            self.preview.set_sequences((), self._why_empty())
        self.state_changed.emit()

    def _show_estimate(self) -> None:
        if self.session.info is not None and not self.watch.busy:
            found = estimate_of(self.session.info, self.form.choice())
            self.form.set_estimate(estimate_text(found), good=not found.refused)

    def _why_empty(self) -> str:
        if not self.form.choice().sources:
            return self.tr("Add texts at the left to see the sequences that the model will read.")
        return self._failed or self.tr("Packing the texts…")

    # -- values ------------------------------------------------------------------------------

    def _options(self) -> CalibrationOptions | None:
        """The form as engine options; None while there is no source or one is wrong."""
        choice = self.form.choice()
        if not choice.sources:
            return None
        try:
            options = options_of(choice)
        except StudioError as error:
            self.banner.say(self._with_remedy(error.what, error.remedy), "bad")
            return None
        return options

    def _task(self) -> Task | None:
        options = self._options()
        model = subject.current(self.session, self.form.choice())
        if options is None or model is None:
            return None
        output = subject.profile_file(self.session, options)
        return tasks.profile_task(model, options, output=output)

    def _stale(self) -> bool:
        options = self._options()
        return self._made_with is not None and options is not None and options != self._made_with

    def _with_remedy(self, what: str, remedy: str) -> str:
        what = sentence(said(what))
        if not remedy:
            return f"{what}."
        return self.tr("{what}. Try: {remedy}.").format(what=what, remedy=said(remedy))
