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

translate = QCoreApplication.translate  # the name that lupdate looks for


def report_task(subject: ReportSubject, *, output: Path, project: Path | None) -> Task:
    """Write the report beside whatever runs: it is arithmetic on what is there.

    Args:
        subject: What it is about, as the session holds it now.
        output: The file.
        project: The project's folder, for the command line; None while there is none.
    """

    def work(run: Run) -> Path:
        from core.report.page import write_report

        run.check()
        size = write_report(subject, output)
        run.note(f"{output}: {size:,} bytes")
        return output

    command = lines.line("seer", "report", project, "-o", output) if project is not None else ""
    title = translate("Tasks", "Report {name}").format(name=output.name)
    return Task(title=title, kind="report", function=work, command=command, heavy=False)
