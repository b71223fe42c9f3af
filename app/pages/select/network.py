"""The whole network at a glance: one small chart over all layers per quantity and per score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.pages.select.view import View
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.drawing import Part, Sheet
from app.widgets.forms import column, label
from app.widgets.small_multiples import Panel, SmallMultiples
from app.widgets.take_menu import Table, Taken, table_of
from core import scoring
from core.scoring import layer_shares

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.pages.select.editor import Editor
    from app.session import Session
    from core.planning import Plan

translate = QCoreApplication.translate  # the name that lupdate looks for


class NetworkView(View):
    """Small multiples; a click on a layer opens it."""

    layer_wanted = Signal(int)

    def __init__(
        self, session: Session, derived: Derived, editor: Editor, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, derived, editor, parent)
        self.hint = label(
            self.tr(
                "Every bar is a layer, from the first to the last. The lower charts ask how much "
                "of each score the plan keeps, whatever score it was made by. Click a layer to "
                "open it."
            ),
            "dim",
            wrap=True,
        )
        self.charts = SmallMultiples()
        self.charts.layer_chosen.connect(self.layer_wanted)
        whole = column(self.hint, self.charts, spacing=UNIT)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def bring_up_to_date(self) -> None:
        """Show the layers under the plan as it is now."""
        plan = self.session.plan
        if plan is not None:
            self.charts.set_panels(network_panels(self.session, self.derived, plan), plan.layer_ids)

    def taken(self) -> Taken | None:
        """All charts; a line per layer."""
        plan = self.session.plan
        if plan is None:
            return None
        total = sum(plan.experts)
        said = self.tr("{metric} · {kept} of {total} experts kept").format(
            metric=self.session.metric, kept=total - plan.dropped, total=total
        )
        return Taken(
            name="layers",
            drawing=Sheet(
                title=self.model_name(), subtitle=said, parts=(Part(widget=self.charts),)
            ),
            table=lambda: _layers(plan, self.charts.panels),
        )

    @Slot(int, int)
    def point_at(self, expert_row: int, _expert: int) -> None:
        """Mark the layer of the heat map's cursor."""
        self.charts.set_layer(expert_row)


def _layers(plan: Plan, panels: tuple[Panel, ...]) -> Table:
    """Every panel as a column."""
    columns = [panel.values_L if panel.raw_L is None else panel.raw_L for panel in panels]
    return table_of(
        ("layer", "experts", *(panel.key for panel in panels)),
        (
            (layer, plan.experts[row], *(float(column[row]) for column in columns))
            for row, layer in enumerate(plan.layer_ids)
        ),
    )


def network_panels(session: Session, derived: Derived, plan: Plan) -> tuple[Panel, ...]:
    """What the network view shows: structure first, then what each score would lose."""
    figures, statistics = derived.layer_figures(plan), derived.statistics()
    experts = np.maximum(figures.experts_L, 1)
    panels = [
        _share(
            "kept", translate("NetworkView", "Experts kept"), figures.kept_L / experts,
            tuple(f"{int(k)} / {int(e)}" for k, e in zip(figures.kept_L, experts, strict=True)),
            raw_L=figures.kept_L.astype(np.float64),
        ),
    ]  # fmt: skip
    if statistics is None:
        return tuple(panels)
    tokens_LE = np.nan_to_num(statistics.tokens_LE)
    used_L = scoring.effective_experts(np.nan_to_num(statistics.share_LE))
    norm_L = _mean(statistics.output_norm_LE, tokens_LE)
    idle_L = ((statistics.tokens_LE == 0) & statistics.seen_L[:, None]).sum(axis=1)
    panels += [
        _share(
            "coverage", translate("NetworkView", "Coverage"), figures.coverage_L,
            tip=translate("NetworkView", "Share of the routed mass that the kept experts carry"),
        ),
        _share(
            "entropy_nats", translate("NetworkView", "Routing entropy"),
            figures.entropy_L / np.maximum(figures.entropy_most_L, 1e-9),
            tuple(f"{e:.2f}" if np.isfinite(e) else numbers.DASH for e in figures.entropy_L),
            tip=translate("NetworkView", "Mean entropy of the router in nats; full height is ln E"),
            raw_L=figures.entropy_L,
        ),
        _share(
            "experts_in_use", translate("NetworkView", "Experts in use"), used_L / experts,
            tuple(f"{u:.1f}" for u in used_L), raw_L=used_L,
            tip=translate(
                "NetworkView",
                "exp of the entropy of the shares: as many experts as would be used evenly",
            ),
        ),
        _free(
            "output_norm", translate("NetworkView", "Output norm"), norm_L,
            tip=translate("NetworkView", "Mean norm of an expert's output before its gate"),
        ),
        _free(
            "never_chosen", translate("NetworkView", "Never chosen"), idle_L.astype(np.float64),
            digits=0,
            tip=translate("NetworkView", "Experts that no token chose"),
        ),
    ]  # fmt: skip
    if session.live_profile is None:
        panels += _by_score(session, plan)
    return tuple(panels)


def _by_score(session: Session, plan: Plan) -> list[Panel]:
    """Share of each score's total that the plan keeps, layer by layer."""
    out = []
    tip = translate("NetworkView", "Share of the layer's {metric} that the kept experts hold")
    for metric in scoring.metrics():
        scores = session.score_by(metric.name)
        if scores is None or metric.name == "random" or scores.shape != plan.kept_LE.shape:
            continue
        share_LE = np.nan_to_num(layer_shares(scores))
        kept_L = np.where(plan.kept_LE, share_LE, 0.0).sum(axis=1)
        total_L = share_LE.sum(axis=1)
        out.append(
            _share(f"kept_{metric.name}", metric.name, np.where(total_L > 0, kept_L, np.nan),
                   tip=tip.format(metric=metric.name))
        )  # fmt: skip
    return out


def _mean(values_LE: np.ndarray, weights_LE: np.ndarray) -> np.ndarray:
    known = np.isfinite(values_LE)
    total = np.where(known, weights_LE, 0.0).sum(axis=1)
    summed = np.where(known, values_LE * weights_LE, 0.0).sum(axis=1)
    return np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0)


def _share(
    key: str,
    title: str,
    values_L: np.ndarray,
    texts_L: tuple[str, ...] = (),
    *,
    tip: str = "",
    raw_L: np.ndarray | None = None,
) -> Panel:
    """A quantity from 0 to 1."""
    texts = texts_L or tuple(
        numbers.percent(float(v)) if np.isfinite(v) else numbers.DASH for v in values_L
    )
    return Panel(
        key=key, title=title, values_L=values_L, texts_L=texts, low=0.0, high=1.0, tip=tip,
        raw_L=raw_L,
    )  # fmt: skip


def _free(key: str, title: str, values_L: np.ndarray, *, digits: int = 2, tip: str = "") -> Panel:
    """A quantity with a scale of its own, from zero up."""
    finite = values_L[np.isfinite(values_L)]
    high = float(finite.max()) if finite.size else 1.0
    texts = tuple(f"{v:.{digits}f}" if np.isfinite(v) else numbers.DASH for v in values_L)
    return Panel(
        key=key, title=title, values_L=values_L, texts_L=texts, low=0.0, high=max(high, 1e-9),
        tip=tip,
    )  # fmt: skip
