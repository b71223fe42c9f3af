"""Heat maps of the report: one picture per metric, and one drawing of what was dropped over all.

Shapes: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.planning import Plan
from core.profiling.profile import Profile
from core.report.png import data_uri, png
from core.report.texts import Texts, texts
from core.scoring import metrics, score
from resources.scales import DEFAULT, sequential

LEVELS = 254
NEVER, NOTHING = 254, 255  # palette entries: an expert without a score, and no expert at all
NEVER_COLOUR = (128, 132, 138)  # a grey that the scale does not have
WIDTH = 720.0  # of the drawing, in units of its own
LEAST_HEIGHT, MOST_HEIGHT = 5.0, 22.0  # of a row
MOST_LABELS = 16


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A label on an axis: where, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """What all maps of one model share.

    Attributes:
        width: Of the cells together, in units of the drawing.
        height: Likewise.
        rows: Labels of layers.
        columns: Labels of experts.
        dropped: An SVG path over the cells that go and are in no group; empty if there are none.
        merged: An SVG path over the cells that are averaged into another one.
        means: An SVG path of a plus on the cells that stay as the mean of several.
        locked: An SVG path over the cells that were locked.
    """

    width: float
    height: float
    rows: tuple[Mark, ...]
    columns: tuple[Mark, ...]
    dropped: str
    merged: str
    means: str
    locked: str


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """One metric's picture.

    Attributes:
        metric: Its name.
        formula: Its formula.
        meaning: What a high value says.
        picture: The cells as a data URI; one pixel a cell.
        unrouted: Experts without a score, because no token chose them.
    """

    metric: str
    formula: str
    meaning: str
    picture: str
    unrouted: int


def grid_of(plan: Plan) -> Grid:
    """The drawing's frame, and what the plan marks on it."""
    L, E = plan.exists_LE.shape
    width = WIDTH / E
    height = min(max(width, LEAST_HEIGHT), MOST_HEIGHT)
    step_L, step_E = _step(L), _step(E)
    locked_LE = plan.mask(plan.locks.keep | plan.locks.drop)
    groups = [(row, merge) for row, merges in enumerate(plan.merges) for merge in merges]
    merged_LE = plan.mask((row, member) for row, merge in groups for member in merge.absorbed)
    return Grid(
        width=WIDTH,
        height=height * L,
        rows=tuple(
            Mark(at=height * (row + 0.5), text=str(plan.layer_ids[row]))
            for row in range(0, L, step_L)
        ),
        columns=tuple(
            Mark(at=width * (column + 0.5), text=str(column)) for column in range(0, E, step_E)
        ),
        dropped=_path(plan.exists_LE & ~plan.kept_LE & ~merged_LE, width, height),
        merged=_path(merged_LE, width, height),
        means=_pluses([(row, merge.into) for row, merge in groups], width, height),
        locked=_path(locked_LE, width, height),
    )


def heat_maps(
    profile: Profile,
    weights: Mapping[str, float] | None = None,
    scale: str = DEFAULT,
    t: Texts | None = None,
) -> tuple[HeatMap, ...]:
    """A map for every metric, the control left out, in the colours of a scale."""
    t = t or texts()
    known = [metric for metric in metrics() if metric.name != "random"]
    return tuple(
        HeatMap(
            metric=metric.name,
            formula=t.said(metric.formula),
            meaning=t.said(metric.meaning),
            picture=_picture(scores_LE := score(profile, metric.name, weights), scale),
            unrouted=int(np.isneginf(scores_LE).sum()),
        )
        for metric in known
    )


def _picture(scores_LE: NDArray[np.float64], scale: str) -> str:
    """Each layer by its own highest score: layers of different depth have different norms."""
    finite_LE = np.isfinite(scores_LE)
    values_LE = np.where(finite_LE, scores_LE, 0.0)
    top_L = values_LE.max(axis=1, keepdims=True)
    shares_LE = np.divide(values_LE, top_L, out=np.zeros_like(values_LE), where=top_L > 0)
    index_LE = np.round(shares_LE.clip(0, 1) * (LEVELS - 1)).astype(np.uint8)
    index_LE[np.isneginf(scores_LE)] = NEVER
    index_LE[np.isnan(scores_LE)] = NOTHING
    palette = np.zeros((256, 3), dtype=np.uint8)
    palette[:LEVELS] = sequential(scale, LEVELS)
    palette[NEVER] = NEVER_COLOUR
    alpha = np.full(256, 255, dtype=np.uint8)
    alpha[NOTHING] = 0
    return data_uri(png(index_LE, palette, alpha))


def _path(mask_LE: NDArray[np.bool_], width: float, height: float) -> str:
    """A rectangle for each run of marked cells."""
    parts = []
    for row, cells in enumerate(mask_LE):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], cells.astype(np.int8), [0]))))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            x, y, w = first * width, row * height, (last - first) * width
            parts.append(f"M{x:.6g} {y:.6g}h{w:.6g}v{height:.6g}h{-w:.6g}z")
    return "".join(parts)


def ramp(scale: str, stops: int) -> tuple[str, ...]:
    """A scale as #rrggbb, for the legend."""
    return tuple(f"#{bytes(colour).hex()}" for colour in sequential(scale, stops))


def _pluses(cells: Sequence[tuple[int, int]], width: float, height: float) -> str:
    """Two strokes in the middle of each cell."""
    arm = 0.3 * min(width, height)
    parts = []
    for row, expert in cells:
        x, y = (expert + 0.5) * width, (row + 0.5) * height
        parts.append(f"M{x - arm:.6g} {y:.6g}h{2 * arm:.6g}M{x:.6g} {y - arm:.6g}v{2 * arm:.6g}")
    return "".join(parts)


def _step(count: int) -> int:
    """Every how many-th is labelled, so that labels do not touch: a power of two."""
    step = 1
    while count / step > MOST_LABELS:
        step *= 2
    return step
