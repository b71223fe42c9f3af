"""The curves of tuning runs, read from the folders that they leave.

The room of tuning stands above this one (it writes cards), so the file is read by its form: a JSON
object a line, of which a crash may have cut the last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.report.charts import Chart, line_chart
from core.report.texts import Texts

CURVE_FILE = "curve.jsonl"
MOST_RUNS = 8
MOST_BYTES = 64 * 2**20
Point = Mapping[str, object]
# Key of the curve, and of its unit in the texts; K needs no word.
CURVES = (
    ("loss", "tuning.nats"),
    ("entropy", "tuning.nats"),
    ("k", ""),
    ("validation_perplexity", "tuning.perplexity"),
)


@dataclass(frozen=True, kw_only=True)
class TuningRun:
    """One run.

    Attributes:
        name: Of its folder.
        steps: Steps done, and in all.
        charts: What changed over the steps.
    """

    name: str
    steps: str
    charts: tuple[Chart, ...]


def tuning_runs(places: Iterable[Path], t: Texts) -> tuple[TuningRun, ...]:
    """Every run under some folders, the newest first; one that cannot be read is left out."""
    patterns = (CURVE_FILE, f"*/{CURVE_FILE}", f"*/work/{CURVE_FILE}")
    found = [path for place in places for pattern in patterns for path in place.glob(pattern)]
    found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    out = []
    for path in found[:MOST_RUNS]:
        points = _points(path)
        if points:
            own = path.parent.name
            out.append(_run(path.parent.parent.name if own == "work" else own, points, t))
    return tuple(out)


def _points(path: Path) -> list[Point]:
    """The reports of a curve, up to the first line that is none."""
    points: list[Point] = []
    try:
        if path.stat().st_size > MOST_BYTES:
            return []
        for line in path.read_text(encoding="utf-8").splitlines():
            point = json.loads(line)
            if not isinstance(point, dict) or not _number(point.get("step")):
                break
            points.append(point)
    except (OSError, ValueError, RecursionError):
        pass  # what was read until here is a curve all the same
    return points


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _run(name: str, points: Sequence[Point], t: Texts) -> TuningRun:
    charts = []
    for key, unit in CURVES:
        line = [
            (float(str(point["step"])), float(str(point[key])))
            for point in points
            if _number(point.get(key))
        ]
        chart = line_chart(t(f"tuning.{key}"), t("tuning.step"), t(unit) if unit else "K", [line])
        if chart is not None:
            charts.append(chart)
    last = points[-1]
    return TuningRun(
        name=name.removeprefix(".").removesuffix(".tuning"),
        steps=t("tuning.steps", done=last["step"], all=last.get("steps", "?")),
        charts=tuple(charts),
    )
