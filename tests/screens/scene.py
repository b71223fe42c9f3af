"""One window and what a walk through it shows: every page, view, dialog and state, by name.

The walk goes one way, from an empty window over a fresh model and a day's work to a step that is
stale, a job that runs and one that failed. Clock-like things stand still: the machine's gauges, its
free memory and disk, and the cursor of text fields.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import psutil
import pynvml
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.jobs import tasks
from app.jobs.measuring import exported_variant, original_variant, plan_variant
from app.jobs.task import Task
from app.main_window import MainWindow, Settings
from app.main_window.dialogs import ChoiceDialog, ErrorDialog
from app.main_window.language import install_language
from app.main_window.settings_dialog import SettingsDialog
from app.pages import subject
from app.pages.evaluate_texts import TextsDialog
from app.session import Session
from app.theme import apply_theme
from app.widgets.provenance import Number
from core.checkpoint import inspect_model, locate_model
from core.errors import ResourceError
from core.export import ExportOptions
from core.planning import cost
from core.run import Progress, Run
from core.tuning import footprint
from tests.core.paper.results import example
from tests.screens import made

SIZE = (1440, 900)
GIB = 2**30
# Longest time that a page lags behind what it shows (`SOON` of the Select page), and then some.
QUIET_S = 0.05
PATIENCE_S = 120.0

HALFWAY = Progress(
    stage="profile", done=6_554, total=16_384, unit="tokens", rate=900.0, eta=11.0, elapsed=7.3
)

Shown = tuple[str, QWidget]


@contextmanager
def still_world() -> Iterator[None]:
    """A machine whose gauges do not move: 32 GiB of memory, half of it free, no card."""
    memory = SimpleNamespace(total=32 * GIB, available=16 * GIB, percent=50.0, used=16 * GIB)
    disk = SimpleNamespace(total=500 * GIB, used=300 * GIB, free=200 * GIB)

    def no_card() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_DRIVER_NOT_LOADED)

    with ExitStack() as stack:
        stack.enter_context(patch.object(psutil, "virtual_memory", lambda: memory))
        stack.enter_context(patch.object(psutil, "cpu_percent", lambda *_, **__: 25.0))
        stack.enter_context(patch.object(psutil, "cpu_count", lambda *_, **__: 8))
        stack.enter_context(patch.object(pynvml, "nvmlInit", no_card))
        stack.enter_context(patch.object(shutil, "disk_usage", lambda _: disk))
        stack.enter_context(patch.object(tasks, "preview_task", packed))
        stack.enter_context(patch.object(footprint, "cpu_flops_per_second", lambda: 5e10))
        yield


def packed(*_: object) -> Task:
    """A preview that was packed before: packing imports half of what the studio stands on."""
    return Task(
        title="Preview",
        kind="preview",
        function=lambda run: made.preview(),
        heavy=False,
        quiet=True,
    )


class Scene:
    """A window over a session of its own.

    Args:
        folder: Where its data goes.
        language: "en" or "ko".
        theme: "dark" or "light".
    """

    def __init__(self, folder: Path, language: str, theme: str) -> None:
        app = QApplication.instance() or QApplication(["seer-studio"])
        assert isinstance(app, QApplication)
        self.app = app
        app.setCursorFlashTime(0)
        install_language(app, language)
        apply_theme(app, theme)
        self.folder = folder
        self.settings = Settings()
        self.settings.set("language", language)
        self.settings.set("theme", theme)
        self.session = Session(data_dir=folder / "data")
        self.window = MainWindow(self.session, self.settings)
        self.window.resize(*SIZE)
        self.window.show()
        self.window.load_all()
        self.settle()

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window another size."""
        self.window.resize(*size)
        self.lay_out()

    def lay_out(self) -> None:
        """Let every layout have its turn."""
        for _ in range(4):  # what wraps its lines asks for room only when it was laid out once
            self.app.processEvents()

    def close(self) -> None:
        """Take the window down and give the application its own language back."""
        self.window.confirm_close = lambda: True
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        install_language(self.app, "en")

    # -- time --------------------------------------------------------------------------------

    def live(self, seconds: float) -> None:
        """Let events happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            time.sleep(0.002)

    def wait(self, condition: Callable[[], object]) -> None:
        """Let events happen until a condition holds."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(condition)
            self.live(0.01)

    def settle(self) -> None:
        """Let the page catch up with what it shows, and light jobs bring what it asked for."""
        self.live(QUIET_S)
        if any(not job.over and not job.task.heavy for job in self.session.jobs):
            self.wait(lambda: all(job.over or job.task.heavy for job in self.session.jobs))
            self.live(QUIET_S)
        self.lay_out()

    # -- the walk ----------------------------------------------------------------------------

    def walk(self) -> Iterator[Shown]:
        """Bring up one thing after the other; what is shown is to be looked at before the next."""
        yield from self._empty()
        yield from self._fresh()
        self.work()
        yield from self._worked()
        yield from self._views()
        yield from self._tabs()
        yield from self._dialogs()
        yield from self._states()

    def page(self, key: str) -> QWidget:
        """Turn to a page and give the window."""
        self.window.show_page(key)
        self.settle()
        return self.window

    def _empty(self) -> Iterator[Shown]:
        for key in ("welcome", "model", "calibrate", "select", "tune", "evaluate", "export"):
            yield f"empty-{key}", self.page(key)

    def _fresh(self) -> Iterator[Shown]:
        """The model is open and nothing ran."""
        self.open_model()
        for key in ("model", "calibrate", "select", "evaluate", "export"):
            yield f"fresh-{key}", self.page(key)

    def open_model(self) -> None:
        """Open the bundled model, with runs of Tune from before."""
        info = inspect_model(locate_model("demo"))
        self.session.set_model(info, name="demo")
        for number in (1, 2):
            made.make_run(info, self.runs, number=number)
        made.make_run(info, self.runs, number=3, state="cancelled")

    @property
    def runs(self) -> Path:
        """Where the project keeps its runs."""
        return subject.project_file(self.session, "runs")

    def work(self) -> None:
        """Profile, plans, measurements, an export."""
        session = self.session
        session.set_profile(made.profile_of(session.info))
        model = subject.current(session)
        session.add_variant(made.measured(original_variant(model), 18.0))
        for keep, perplexity in ((14, 19.1), (8, 31.5), (12, 20.7)):
            plan = made.plan_of(session, keep)
            session.apply_plan(plan, f"Keep {keep} per layer by soft-count")
            name = f"soft-count {8 * keep} of 128"
            session.add_variant(made.measured(plan_variant(model, plan, name), perplexity, name))
            session.keep_plan(f"keep {keep}", plan)
        session.take_lens(made.lens_of(session.info))
        output = self.folder / "demo-96of128"
        result = made.export_of(session.info, output)
        options = ExportOptions(plan=session.plan, output=output)
        written = exported_variant(model, options, result, "seer export demo -o demo-96of128")
        session.add_variant(made.measured(written, 20.7))
        session.set_exported(result)
        assert cost(session.info, session.plan).bytes < session.info.bytes

    def _worked(self) -> Iterator[Shown]:
        select = self.window.pages["select"]
        for key in ("welcome", "model", "calibrate", "select", "tune", "evaluate", "export"):
            self.page(key)
            if key == "evaluate":
                self.window.pages[key].table.select_name("soft-count 64 of 128")
                self.settle()
            yield key, self.window
        self.page("select")
        select.map.set_cursor_cell(3, 5)
        self.wait(lambda: select.reader.loaded)
        self.settle()
        yield "expert-card", select.inspector

    def _views(self) -> Iterator[Shown]:
        views = self.window.pages["select"].views
        self.page("select")
        for key in ("layer", "network", "compare", "lens", "plans"):
            views.show_view(key)
            self.settle()
            yield f"select-{key}", self.window
            if key == "compare":
                views.current.what.set_key("layers")
                self.settle()
                yield "select-compare-layers", self.window
                views.current.what.set_key("experts")
        views.show_view("map")

    def _tabs(self) -> Iterator[Shown]:
        tune = self.window.pages["tune"]
        self.page("tune")
        for at, name in enumerate(("curves", "runs", "search", "paper")):
            tune.tabs.setCurrentIndex(at)
            if name == "search":
                tune.search._show(None, made.trials())
            if name == "paper":
                tune.claims.show_result(example())
            self.settle()
            if name != "curves":  # the first tab is the page's own picture
                yield f"tune-{name}", self.window
        tune.tabs.setCurrentIndex(0)

    def _dialogs(self) -> Iterator[Shown]:
        window, desk = self.window, self.window.help_desk
        self.page("select")
        history = window.pages["select"].history
        history.menu().aboutToShow.emit()
        history.menu().popup(QPoint(0, 0))
        self.settle()
        yield "history", history.menu().actions()[0].defaultWidget()
        history.menu().close()
        yield from self._dialog("about", desk.show_about())
        yield from self._dialog("shortcuts", desk.show_shortcuts())
        settings = SettingsDialog(self.settings, Path("/home/me/.local/share/seer"), window)
        settings.open()
        yield from self._dialog("settings", settings)
        error = ErrorDialog(
            window.tr("Profile"), "needs 21.4 GB of VRAM, 15.9 GB free", "turn on streaming",
            "Traceback (most recent call last):\n  ResourceError", window,
        )  # fmt: skip
        error.toggle.setChecked(True)
        error.open()
        yield from self._dialog("error", error)
        choice = ChoiceDialog(
            "The project is open elsewhere", "Process 4711 on this machine has it open.",
            {"read": "Read-only", "take": "Open anyway"}, window,
        )  # fmt: skip
        choice.open()
        yield from self._dialog("choice", choice)
        yield from self._dialog("origins", window.reporter.show_origins())
        desk.show_topic("select")
        yield from self._dialog("help", desk._help)
        self.page("evaluate")
        texts = self._texts_dialog()
        yield from self._dialog("texts", texts)
        yield from self._provenance()

    def _provenance(self) -> Iterator[Shown]:
        """What made a number; of a measurement, whose command has no folder of this run in it."""
        page = self.window.pages["evaluate"]
        self.page("evaluate")
        number = Number(
            key="variant.perplexity.soft-count 64 of 128", name="Perplexity", value="31.50"
        )
        popover = page.asker.ask(number, page.table.viewport())
        assert popover is not None
        yield "provenance", popover
        popover.close()
        self.settle()

    def _texts_dialog(self) -> QDialog:
        page = self.window.pages["evaluate"]
        page.texts_button.click()
        found = page.findChild(TextsDialog)
        assert found is not None
        return found

    def _dialog(self, name: str, dialog: QDialog) -> Iterator[Shown]:
        self.settle()
        yield f"dialog-{name}", dialog
        dialog.reject()
        self.settle()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _states(self) -> Iterator[Shown]:
        """Stale, running, failed, toured."""
        session = self.session
        kept = session.plan.kept_LE.copy()
        kept[0, :4] = False
        session.apply_plan(session.plan.with_kept(kept), "Drop four experts")
        yield "stale-evaluate", self.page("evaluate")
        yield "ragged-select", self.page("select")
        session.apply_plan(made.merged(session.plan), "Merge two")
        yield "merged-select", self.page("select")
        session.undo_stack.undo()
        yield from self._running()
        yield from self._failed()
        self.window.dock.hide()
        self.window.help_desk.take_tour()
        self.settle()
        yield "tour", self.window
        self.window.help_desk.tour._skip()
        self.settle()
        yield from self._noted()

    def _noted(self) -> Iterator[Shown]:
        """A model with faults, of a family that there is something to know about."""
        info = inspect_model(locate_model("demo"))
        self.session.set_model(
            replace(info, model_type="jetmoe", problems=made.FAULTS), name="demo"
        )
        yield "noted-model", self.page("model")

    def _running(self) -> Iterator[Shown]:
        session = self.session
        partial = made.profile_of(session.info, share=0.4)

        def work(run: Run) -> None:
            run.note("read 8 layers")
            run.snapshot("profile", partial)
            run.emit(HALFWAY)
            while True:
                run.check()
                time.sleep(0.005)

        job = session.start(
            Task(title="Profile demo", kind="profile", function=work, command="seer profile demo")
        )
        waiting = session.start(Task(title="Quick check", kind="evaluate", function=lambda run: 1))
        self.page("calibrate")
        self.window.pages["calibrate"].tabs.setCurrentIndex(1)
        self.wait(lambda: session.live_profile is not None)
        self.settle()
        yield "running-calibrate", self.window
        yield "running-select", self.page("select")
        waiting.cancel()
        job.cancel()
        self.wait(lambda: job.over and waiting.over)

    def _failed(self) -> Iterator[Shown]:
        def work(run: Run) -> None:
            raise ResourceError(made.FULL, remedy="streaming (--stream auto), --dtype bfloat16")

        job = self.session.start(Task(title="Profile demo", kind="profile", function=work))
        self.wait(lambda: job.over)
        self.settle()
        dialog = self.window.findChild(ErrorDialog)
        assert dialog is not None
        yield "error", dialog
        dialog.reject()
        self.page("calibrate")
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.window.dock._log_button.setChecked(True)
        self.settle()
        yield "failed-calibrate", self.window
