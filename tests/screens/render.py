"""Draw every page to PNG files: python -m tests.screens.render FOLDER [--width 1440 --height 900].

One session over the bundled model is brought to where every page has something to show, then the
window is built in each language and theme over it. `QT_SCALE_FACTOR=2` gives the pictures of a
high-density screen. What is clipped is printed and ends the program with exit status 1.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow, Settings
from app.main_window.language import install_language
from app.session import Session
from app.theme import apply_theme
from core.calibration import CalibrationOptions, Source
from tests.screens.clipped import clipped

LANGUAGES = ("en", "ko")
THEMES = ("dark", "light")
KEYS = ("welcome", "model", "calibrate", "select", "tune", "evaluate", "export")
PATIENCE = 600.0
TOKENS = 12_000
SETTLE = 0.4


class Stage:
    """An application, a session, and the patience to wait for it."""

    def __init__(self, data_dir: Path) -> None:
        self.app = QApplication.instance() or QApplication(["seer-studio"])
        self.data_dir = data_dir
        self.session = Session(data_dir=data_dir)

    def live(self, seconds: float) -> None:
        """Let events happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def wait(self, condition: Callable[[], object]) -> None:
        """Let events happen until a condition holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(condition)
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.005)

    def finish(self, job: object) -> None:
        """Wait for a job that must end well."""
        self.wait(lambda: job.over)
        if job.state != "done":
            raise RuntimeError(f"{job.title}: {job.error}")

    def prepare(self) -> None:
        """Profile, plan, measure and export, so that no page is empty."""
        from core.planning import Bounds, MadeBy, keep_per_layer

        session = self.session
        self.finish(session.open_demo())
        self.wait(lambda: session.info is not None)
        self.measure_options()
        self.finish(session.start(self.profile_task()))
        for keep in (14, 8, 12):
            bounds = Bounds.of(session.plan, session.info)
            mask = keep_per_layer(session.scores_LE, bounds=bounds, n=keep)
            made_by = MadeBy(metric=session.metric, scope="layer")
            session.apply_plan(session.plan.with_kept(mask, made_by=made_by), f"keep {keep}")
            self.finish(session.start(self.quick_check_task()))
        self.finish(session.start(self.lens_task()))
        session.keep_plan("three quarters", session.plan)
        self.finish(session.start(self.export_task()))
        for steps in (6, 8):
            self.finish(session.start(self.tune_task(steps)))

    def measure_options(self) -> None:
        """Let the pages read as much text as the pictures do."""
        from app.pages import quick_check

        choice = dataclasses.replace(quick_check.texts(self.session), max_tokens=TOKENS)
        self.session.set_page_options(quick_check.PAGE, choice.to_json())

    def profile_task(self):
        """The demo's profile over a few tokens."""
        from app.jobs.tasks import profile_task
        from app.pages import subject

        options = CalibrationOptions(sources=(Source(path_or_id="demo"),), max_tokens=TOKENS)
        model = subject.current(self.session)
        return profile_task(model, options, output=self.data_dir / "profile.safetensors")

    def tune_task(self, steps: int):
        """A run of a few steps from the current plan to Top-1."""
        from app.jobs.tuning import tune_task
        from app.pages import subject
        from app.pages.tune.choice import TuneChoice
        from app.pages.tune.request import request_of
        from core.tuning import TuneOptions
        from core.tuning.history import new_run_folder

        options = TuneOptions(top_k=1, steps=steps, batch_size=2, eval_every=2, save_every=0)
        choice = TuneChoice(options=options)
        choice = dataclasses.replace(
            choice, texts=dataclasses.replace(choice.texts, max_tokens=TOKENS)
        )
        self.session.set_page_options("tune", choice.to_json())
        folder = new_run_folder(subject.project_file(self.session, "runs"))
        return tune_task(request_of(self.session, choice, (), folder))

    def quick_check_task(self):
        """A quick check of the current plan."""
        from app.pages.quick_check import quick_check_task

        return quick_check_task(self.session)

    def lens_task(self):
        """A bundled text, token by token."""
        from app.jobs.lens import lens_task
        from app.pages import subject
        from app.pages.select.samples import sample_text

        model = subject.current(self.session)
        return lens_task(model, sample_text("korean"), folder=self.data_dir)

    def export_task(self):
        """An export of the current plan."""
        from app.jobs.tasks import export_task
        from app.pages import subject
        from core.export import ExportOptions

        options = ExportOptions(plan=self.session.plan, output=self.data_dir / "demo-96of128")
        model = subject.current(self.session)
        return export_task(model, options, plan_file="plan.json", shard_size="5GB")

    def draw_views(self, window: MainWindow, folder: Path, end: str) -> list[str]:
        """Draw the other views of the Select page; give back what is clipped."""
        page, faults = window.pages["select"], []
        for view in view_names():
            page.views.show_view(view)
            self.live(SETTLE)
            name = f"select-{view}-{end}.png"
            window.grab().save(str(folder / name))
            faults += [f"{name}: {fault}" for fault in clipped(window)]
        page.views.show_view("map")
        return faults

    def draw(self, folder: Path, size: tuple[int, int], *, empty: bool = False) -> list[str]:
        """Draw all pages in all languages and themes; give back what is clipped."""
        faults = []
        for language in LANGUAGES:
            install_language(self.app, language)
            window = MainWindow(self.session, Settings())
            window.resize(*size)
            window.show()
            window.load_all()
            for theme in THEMES:
                apply_theme(self.app, theme)
                for key in KEYS:
                    window.show_page(key)
                    window.dock.hide()
                    self.live(SETTLE)
                    name = f"{'empty-' if empty else ''}{key}-{theme}-{language}.png"
                    window.grab().save(str(folder / name))
                    faults += [f"{name}: {fault}" for fault in clipped(window)]
                    if key == "select" and not empty:
                        faults += self.draw_views(window, folder, f"{theme}-{language}")
            window.replaced = True
            window.close()
            window.deleteLater()
            self.live(0.05)
        return faults


def view_names() -> tuple[str, ...]:
    """The views of the Select page beside the heat map."""
    from app.pages.select.views import FACTORIES

    return tuple(FACTORIES)


def main() -> int:
    """Draw, and say what is clipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    data_dir = Path(tempfile.mkdtemp(prefix="seer-screens-"))
    stage = Stage(data_dir)
    size = (options.width, options.height)
    try:
        faults = stage.draw(options.folder, size, empty=True)
        stage.prepare()
        faults += stage.draw(options.folder, size)
    finally:
        stage.session.close()
        shutil.rmtree(data_dir, ignore_errors=True)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
