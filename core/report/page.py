"""The HTML report: one file that needs no other, from a subject and the templates of resources/.

Jinja escapes whatever the templates show (names of models, domains, variants and folders are other
people's texts); the page's own policy forbids every request and every script.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import resources
from core import __version__
from core.errors import InputError
from core.planning.files import write_atomically
from core.report import origin, tables, words
from core.report.gather import Subject
from core.report.maps import grid_of, heat_maps, ramp
from core.report.texts import DEFAULT_LANGUAGE, texts
from core.report.tuned import tuning_runs
from resources.scales import DEFAULT, SEQUENTIAL

TEMPLATES = Path(resources.__file__).parent / "report"
LEGEND_STOPS = 9


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a report is shown.

    Attributes:
        scale: The colours of its heat maps, a name of `resources.scales.SEQUENTIAL`.
        language: A code of `core.report.texts.LANGUAGES`.

    Raises:
        InputError: There is no such scale, or no such language.
    """

    scale: str = DEFAULT
    language: str = DEFAULT_LANGUAGE

    def __post_init__(self) -> None:
        if self.scale not in SEQUENTIAL:
            raise InputError(
                f"there is no colour scale {self.scale!r}", remedy=f"one of {', '.join(SEQUENTIAL)}"
            )
        texts(self.language)


def write_report(subject: Subject, output: Path, *, look: Look = Look()) -> int:
    """Write the report, whole or not at all; returns its bytes.

    Args:
        subject: What it is about.
        output: The file.
        look: How it is shown.

    Raises:
        StudioError: The file cannot be written.
    """
    text = report_html(subject, look=look)
    write_atomically(output, text)
    return len(text.encode("utf-8"))


def report_html(
    subject: Subject,
    *,
    look: Look = Look(),
    made_at: dt.datetime | None = None,
) -> str:
    """The report as HTML.

    Args:
        subject: What it is about.
        look: How it is shown.
        made_at: Its date; now if None.
    """
    moment = made_at or dt.datetime.now(dt.UTC)
    plan, profile, t = subject.plan, subject.profile, texts(look.language)
    return (
        environment()
        .get_template("report.html")
        .render(
            subject=subject,
            t=t,
            version=__version__,
            made_at=moment.strftime("%Y-%m-%d %H:%M UTC"),
            style=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
            figures=tables.figures(subject, t),
            legend=ramp(look.scale, LEGEND_STOPS),
            grid=grid_of(plan) if plan is not None else None,
            maps=heat_maps(profile, subject.domain_weights, look.scale, t) if profile else (),
            layers=tables.layers(subject),
            costs=tables.costs(subject, t),
            context=tables.context_of(subject),
            quality=tables.quality(subject, t),
            runs=tuning_runs(subject.runs, t),
            origins=origin.origins(subject),
        )
    )


@cache
def environment() -> Environment:
    """The template engine: everything is escaped, an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, object] = {
        "count": words.count,
        "size": words.size,
        "percent": words.percent,
        "number": words.number,
        "integer": words.integer,
    }
    made.filters.update(filters)
    return made
