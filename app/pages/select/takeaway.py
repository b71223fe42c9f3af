"""Take it away: what shows as picture or table, the selection as JSON, and the selection back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QFileDialog, QWidget

from app.pages.select.derived import Derived
from app.pages.select.editor import Editor
from app.pages.select.expert_csv import expert_table
from app.pages.select.picture import Picture
from app.pages.select.toolbar import Toolbar
from app.pages.select.views import Views
from app.pages.subject import project_file
from app.session import Session
from app.theme import icon
from app.widgets.heatmap import HeatMap
from app.widgets.take_menu import TakeAway, Taken


class SelectTakeAway(TakeAway):
    """The menu at the end of the toolbar; pictures and tables are those of the view that shows.

    Args:
        session: Whose plan it is.
        derived: What follows from it.
        editor: Takes a selection that is imported.
        toolbar: Has the menu.
        cells: The heat map.
        views: The other views.
        parent: The window that files are asked for in.
    """

    def __init__(
        self,
        session: Session,
        derived: Derived,
        editor: Editor,
        *,
        toolbar: Toolbar,
        cells: HeatMap,
        views: Views,
        parent: QWidget,
    ) -> None:
        super().__init__(toolbar.more_menu, self.taken, parent)
        self._session, self._derived, self._editor = session, derived, editor
        self._toolbar, self._map, self._views = toolbar, cells, views
        for text, icon_name, slot in (
            (self.tr("Export selection (JSON)…"), "export", self.ask_json),
            (self.tr("Import selection (JSON)…"), "import", self.ask_import),
        ):
            toolbar.more_menu.addAction(icon(icon_name), text).triggered.connect(slot)
        self.failed.connect(editor.failed)

    def taken(self) -> Taken | None:
        """What the view that shows gives away."""
        plan, view = self._session.plan, self._views.current
        if plan is None:
            return None
        if view is not None:
            return view.taken()
        return Taken(
            name="experts",
            drawing=self.picture(),
            table=lambda: expert_table(self._derived.table(plan)),
        )

    # asking where

    def ask_json(self) -> None:
        """Ask for a file and save the selection."""
        title, kind = self.tr("Export selection"), "JSON (*.json)"
        self.ask_and_save(title, "plan.json", kind, self.save_json)

    def ask_import(self) -> None:
        """Ask for a selection and take it over."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Import selection"), "", "JSON (*.json)"
        )
        if chosen:
            self._editor.load(Path(chosen))

    # what is written

    def picture(self) -> Picture | None:
        """The heat map as PNG and SVG show it."""
        session = self._session
        plan, info = session.plan, session.info
        if plan is None or info is None:
            return None
        cells = self._map
        total = sum(plan.experts)
        subtitle = self.tr("{metric}, {scale} scale · {kept} of {total} experts kept").format(
            metric=session.metric, scale=self._toolbar.scale.currentText(),
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
            figures=self._derived.layer_figures(plan),
            titles=(self.tr("kept"), self.tr("coverage"), self.tr("entropy")),
        )  # fmt: skip

    def save_json(self, path: Path) -> None:
        """The plan.

        Raises:
            StudioError: The file cannot be written.
        """
        plan = self._session.plan
        if plan is not None:
            plan.save(path)

    def command(self) -> str:
        """`seer plan` as the last rule would be typed; empty for a choice made by hand."""
        session = self._session
        plan, profile = session.plan, session.profile
        if plan is None or profile is None:
            return ""
        file = project_file(session, "profiles", f"{profile.fingerprint[:16]}.safetensors")
        from core.report.origin import plan_command

        return plan_command(plan, file, session.super_cells)
