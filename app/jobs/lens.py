"""The token lens as a task: one text through the model on a worker thread."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.jobs import lines
from app.jobs.measuring import Subject, load
from app.jobs.task import Task
from app.jobs.warm import wait_for_libraries
from core.run import Run

if TYPE_CHECKING:
    from core.profiling import Lens

translate = QCoreApplication.translate  # the name that lupdate looks for

MOST_TOKENS = 4096
SHORT = 160  # characters that a command line carries itself


def lens_task(subject: Subject, text: str, *, folder: Path, plan_file: Path | None = None) -> Task:
    """Look at a text token by token.

    Args:
        subject: The model, and where it runs.
        text: The text.
        folder: Where a text that is too long for a command line is kept.
        plan_file: The plan that the command line names; the task itself needs none.
    """
    file = None if _fits_a_line(text) else folder / f"lens-{_digest(text)}.txt"
    line = lens_line(subject, text, file, plan_file)

    def work(run: Run) -> Lens:
        wait_for_libraries(run)
        from core.calibration import load_tokenizer, read_passage
        from core.planning.files import write_atomically
        from core.profiling.look import look_at

        passage = read_passage(text, load_tokenizer(subject.folder), most=MOST_TOKENS)
        if passage.cut:
            run.note(f"the last {passage.cut:,} tokens of the text were left out", "warning")
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, text)
        run.check()
        return look_at(load(subject, subject.folder, run), passage, run=run)

    return Task(
        title=translate("Tasks", "Token lens"),
        kind="lens",
        function=work,
        command=line,
        on_result="take_lens",
    )


def lens_line(subject: Subject, text: str, file: Path | None, plan_file: Path | None) -> str:
    """`seer lens` for the same text."""
    words: list[str | Path] = ["seer", "lens", subject.name]
    words += ["--text", text] if file is None else ["--file", file]
    if plan_file is not None:
        words += ["--plan", plan_file]
    return lines.line(*words, *lines.place_words(subject))


def _fits_a_line(text: str) -> bool:
    return len(text) <= SHORT and "\n" not in text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
