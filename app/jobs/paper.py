"""The paper's claims on the bundled model as a job, and a kept result read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.jobs.lines import line
from app.jobs.measuring import Subject
from app.jobs.recipe import lasting
from app.jobs.task import Task
from app.jobs.warm import wait_for_libraries
from core.paper import PaperOptions, PaperResult
from core.paper.files import TRYING
from core.run import Run

translate = QCoreApplication.translate  # the name that lupdate looks for

KIND = "paper"
READ = "paper-read"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A result and where it is kept."""

    result: PaperResult
    folder: Path


@lasting(KIND)
def project_task(_subject: Subject, options: PaperOptions, folder: Path) -> Task:
    """Try every claim for a project, which remembers the job: it outlives the program."""
    return paper_task(options, folder)


def paper_task(options: PaperOptions, folder: Path) -> Task:
    """Try every claim; the result so far comes as snapshots, the whole is kept in a folder.

    Every finished experiment stays in the folder until all are: called again, it goes on with the
    next one, a tuning run after its last whole step.
    """

    def work(run: Run) -> Kept:
        wait_for_libraries(run)
        from core.checkpoint import locate_model
        from core.paper.files import keep
        from core.paper.reproduce import reproduce

        result = reproduce(
            locate_model("demo"), options, kept=folder / TRYING, resume=True, run=run
        )
        keep(result, folder)
        return Kept(result=result, folder=folder)

    words: list[str | Path | int] = ["seer", "demo", "--paper"]
    words += ["--steps", options.steps, "--seeds", options.seeds]
    words += ["--max-tokens", options.profile_tokens, "-o", folder]
    title = translate("Tasks", "Try the paper's claims")
    return Task(title=title, kind=KIND, function=work, command=line(*words), parks=True)


def read_task(path: Path) -> Task:
    """Read a kept result beside whatever runs."""

    def work(run: Run) -> Kept:
        run.check()
        return Kept(result=PaperResult.load(path), folder=path.parent)

    title = translate("Tasks", "Read a result")
    return Task(title=title, kind=READ, function=work, heavy=False, quiet=True)
