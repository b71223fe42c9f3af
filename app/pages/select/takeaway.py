"""Take it away: what shows as picture or table, the selection as JSON, and the selection back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QFileDialog

from app.models.experts import ExpertTable
from app.pages.select.picture import Picture
from app.pages.subject import project_file
from app.theme import icon
from app.widgets.take_menu import Cell, Table, TakeAway, Taken, table_of

if TYPE_CHECKING:
    from app.pages.select.page import SelectPage


class SelectTakeAway(TakeAway):
    """The menu at the end of the toolbar; pictures and tables are those of the view that shows."""

    def __init__(self, page: SelectPage) -> None:
        super().__init__(page.toolbar.more_menu, self.taken, page)
        self._page = page
        for text, icon_name, slot in (
            (self.tr("Export selection (JSON)…"), "export", self.ask_json),
            (self.tr("Import selection (JSON)…"), "import", self.ask_import),
        ):
            page.toolbar.more_menu.addAction(icon(icon_name), text).triggered.connect(slot)
        self.said.connect(page.status_changed)
        self.failed.connect(page.editor.failed)

    def taken(self) -> Taken | None:
        """What the view that shows gives away."""
        page = self._page
        plan, view = page.session.plan, page.views.current
        if plan is None:
            return None
        if view is not None:
            return view.taken()
        return Taken(
            name="experts",
            drawing=self.picture(),
            table=lambda: expert_table(page.derived.table(plan)),
        )

    # asking where

    def ask_json(self) -> None:
        """Ask for a file and save the selection."""
        title, kind = self.tr("Export selection"), "JSON (*.json)"
        self.ask_and_save(title, "plan.json", kind, self.save_json)

    def ask_import(self) -> None:
        """Ask for a selection and take it over."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._page, self.tr("Import selection"), "", "JSON (*.json)"
        )
        if chosen:
            self._page.editor.load(Path(chosen))

    # what is written

    def picture(self) -> Picture | None:
        """The heat map as PNG and SVG show it."""
        page, session = self._page, self._page.session
        plan, info = session.plan, session.info
        if plan is None or info is None:
            return None
        cells = page.map
        total = sum(plan.experts)
        subtitle = self.tr("{metric}, {scale} scale · {kept} of {total} experts kept").format(
            metric=session.metric, scale=page.toolbar.scale.currentText(),
            kept=total - plan.dropped, total=total,
        )  # fmt: skip
        if plan.merged:
            subtitle = self.tr("{text} · {count} merged").format(text=subtitle, count=plan.merged)
        return Picture(
            title=Path(session.model or str(info.path)).name,
            subtitle=subtitle,
            layer_ids=plan.layer_ids,
            state=cells.state,
            level_LE=cells.levels.level_LE,
            seen_LE=np.zeros_like(plan.exists_LE) if cells.scores_LE is None
            else np.ones_like(plan.exists_LE) if cells.seen_LE is None else cells.seen_LE,
            order_LE=cells.shown_order(),
            axis=cells.axis_title(),
            first=0 if cells.order == "native" else 1,
            figures=page.derived.layer_figures(plan),
            titles=(self.tr("kept"), self.tr("coverage"), self.tr("entropy")),
        )  # fmt: skip

    def save_json(self, path: Path) -> None:
        """The plan.

        Raises:
            StudioError: The file cannot be written.
        """
        plan = self._page.session.plan
        if plan is not None:
            plan.save(path)

    def command(self) -> str:
        """`seer plan` as the last rule would be typed; empty for a choice made by hand."""
        session = self._page.session
        plan, profile = session.plan, session.profile
        if plan is None or profile is None:
            return ""
        file = project_file(session, "profiles", f"{profile.fingerprint[:16]}.safetensors")
        from core.report.origin import plan_command

        return plan_command(plan, file, session.super_cells)


def expert_table(table: ExpertTable, order: Iterable[int] | None = None) -> Table:
    """Experts with raw numbers, a line each; of all of them, or of some entries in their order."""
    header = (
        "layer", "expert", "state", table.metric or "score", "rank", "tokens", "share",
        "mean_gate", "output_norm", "merged_into", "mean_of",
    )  # fmt: skip
    entries = range(len(table.row)) if order is None else order
    return table_of(header, (_line(table, int(at)) for at in entries))


def _line(table: ExpertTable, at: int) -> tuple[Cell, ...]:
    expert, group = int(table.expert[at]), table.merges.get(at)
    goes = group is not None and expert != group.into
    # Read by programs: the same words in every language.
    state = "kept" if table.kept[at] else "merged" if goes else "dropped"
    if table.locked[at]:
        state = f"locked, {state}"
    elif table.protected[at]:
        state = "protected"
    numbers = (
        float(column[at])
        for column in (table.tokens, table.share, table.mean_gate, table.output_norm)
    )
    return (
        int(table.layer[at]), expert, state, float(table.score[at]), int(table.rank[at]) or None,
        *numbers, group.into if group is not None and goes else None,
        " ".join(map(str, group.members)) if group is not None and not goes else None,
    )  # fmt: skip
