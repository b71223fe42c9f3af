"""How a running job reads on a page: how far, how fast, how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.widgets import numbers

if TYPE_CHECKING:
    from app.jobs.job import Job

translate = QCoreApplication.translate  # the name that lupdate looks for


def stage_text(stage: str) -> str:
    """A stage of the engine in the user's language; an unknown one as it is."""
    return {
        "load": translate("RunText", "Loading the model"),
        "calibration": translate("RunText", "Packing the texts"),
        "pack": translate("RunText", "Packing the texts"),
        "profile": translate("RunText", "Profiling"),
        "evaluate": translate("RunText", "Measuring"),
        "export": translate("RunText", "Writing"),
        "verify": translate("RunText", "Verifying"),
        "paper": translate("RunText", "Trying the paper's claims"),
        "tune": translate("RunText", "Tuning"),
        "search": translate("RunText", "Searching"),
        "validate": translate("RunText", "Validating"),
        "distill": translate("RunText", "Asking the teacher"),
        "merge": translate("RunText", "Merging"),
        "write": translate("RunText", "Writing"),
        "reload": translate("RunText", "Loading with transformers"),
        "average": translate("RunText", "Averaging experts"),
        "merge experts": translate("RunText", "Merging experts"),
        "measure experts": translate("RunText", "Measuring experts"),
        "measure layers": translate("RunText", "Measuring layers"),
        "measure masks": translate("RunText", "Measuring masks"),
        "drop experts": translate("RunText", "Dropping experts"),
        "exchange experts": translate("RunText", "Exchanging experts"),
        "compare outputs": translate("RunText", "Comparing outputs"),
        "profile again": translate("RunText", "Profiling again"),
        "tasks": translate("RunText", "Answering questions"),
        "lm-eval": translate("RunText", "Running lm-eval"),
        "speed": translate("RunText", "Measuring speed"),
        "lens": translate("RunText", "Looking at the text"),
    }.get(stage, stage.capitalize())


def amounts(done: int, total: int | None, unit: str) -> str:
    """Done of total in the unit's own words: 1.2 GB of 3.4 GB, 124 k of 200 k tokens."""
    if unit == "bytes":
        have, whole = numbers.size(done), numbers.size(total or 0)
        text = translate("RunText", "{done} of {total}")
        return have if total is None else text.format(done=have, total=whole)
    if total is None:
        return numbers.counted(numbers.count(done), unit)
    return translate("RunText", "{done} of {total} {unit}").format(
        done=numbers.count(done), total=numbers.count(total), unit=numbers.unit_name(unit)
    )


def run_text(job: Job) -> str:
    """One line: stage, amounts, rate, time to go."""
    if job.state == "queued":
        return translate("RunText", "Waiting for the job before it")
    event = job.latest
    if event is None:
        return translate("RunText", "Starting…")
    parts = [stage_text(event.stage), amounts(event.done, event.total, event.unit)]
    if event.layer is not None:
        layer = translate("RunText", "layer {number} of {layers}")
        parts.append(layer.format(number=event.layer[0], layers=event.layer[1]))
    if job.state == "paused":
        parts.append(translate("RunText", "paused"))
        return " · ".join(parts)
    if event.rate and event.unit != "experiments":  # of which a minute sees few
        parts.append(numbers.rate(event.rate, event.unit))
    if event.eta is not None:
        left = translate("RunText", "{time} left")
        parts.append(left.format(time=numbers.duration(event.eta)))
    return " · ".join(parts)
