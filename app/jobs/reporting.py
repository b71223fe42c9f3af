"""The report as a job: the session's values as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.jobs import lines
from app.jobs.task import Task
from core.run import Run

if TYPE_CHECKING:
    from core.report.gather import Subject as ReportSubject
    from core.report.page import Look

translate = QCoreApplication.translate  # the name that lupdate looks for


def report_task(
    subject: ReportSubject, *, output: Path, project: Path | None, look: Look | None = None
) -> Task:
    """Write the report beside whatever runs: it is arithmetic on what is there.

    Args:
        subject: What it is about, as the session holds it now.
        output: The file.
        project: The project's folder, for the command line; None while there is none.
        look: How it is shown; as the command line does it by default if None.
    """

    def work(run: Run) -> Path:
        from core.report.page import Look, write_report

        run.check()
        size = write_report(subject, output, look=look or Look())
        run.note(f"{output}: {size:,} bytes")
        return output

    command = ""
    if project is not None:
        command = lines.line("seer", "report", project, *_options(look), "-o", output)
    title = translate("Tasks", "Report {name}").format(name=output.name)
    return Task(title=title, kind="report", function=work, command=command, heavy=False)


def _options(look: Look | None) -> list[str]:
    """The flags of a look, as far as it is not what the command does by itself."""
    if look is None:
        return []
    usual = type(look)()
    scale = ["--colours", look.scale] if look.scale != usual.scale else []
    language = ["--language", look.language] if look.language != usual.language else []
    return [*scale, *language]
