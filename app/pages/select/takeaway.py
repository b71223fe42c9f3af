"""Take it away: the map as PNG or SVG, the table as CSV, the selection as JSON, and back."""

from __future__ import annotations

import csv
import io
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QObject, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog

from app.models.experts import ExpertTable
from app.pages.select.picture import Picture, draw_picture
from app.pages.subject import project_file
from core.errors import StudioError
from core.planning.files import write_atomically

if TYPE_CHECKING:
    from app.pages.select.page import SelectPage

SHARP = 2.0  # device pixels per unit of the PNG


class TakeAway(QObject):
    """The menu at the end of the toolbar."""

    def __init__(self, page: SelectPage) -> None:
        super().__init__(page)
        self._page = page
        tools = page.toolbar
        for text, icon_name, slot in (
            (self.tr("Picture (PNG)…"), "image", self.ask_png),
            (self.tr("Drawing (SVG)…"), "image", self.ask_svg),
            (self.tr("Table (CSV)…"), "table", self.ask_csv),
            (self.tr("Export selection (JSON)…"), "export", self.ask_json),
            (self.tr("Import selection (JSON)…"), "import", self.ask_import),
        ):
            tools.add_more(text, icon_name).triggered.connect(slot)

    # asking where

    def ask_png(self) -> None:
        """Ask for a file and save the picture."""
        self._ask(self.tr("Save picture"), "experts.png", "PNG (*.png)", self.save_png)

    def ask_svg(self) -> None:
        """Ask for a file and save the drawing."""
        self._ask(self.tr("Save drawing"), "experts.svg", "SVG (*.svg)", self.save_svg)

    def ask_csv(self) -> None:
        """Ask for a file and save the table."""
        self._ask(self.tr("Save table"), "experts.csv", "CSV (*.csv)", self.save_csv)

    def ask_json(self) -> None:
        """Ask for a file and save the selection."""
        self._ask(self.tr("Export selection"), "plan.json", "JSON (*.json)", self.save_json)

    def ask_import(self) -> None:
        """Ask for a selection and take it over."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._page, self.tr("Import selection"), "", "JSON (*.json)"
        )
        if chosen:
            self._page.editor.load(Path(chosen))

    def _ask(self, title: str, name: str, kind: str, save) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self._page, title, name, kind)
        if not chosen:
            return
        path = Path(chosen)
        if not path.suffix:
            path = path.with_suffix(Path(name).suffix)
        try:
            save(path)
        except StudioError as error:
            self._page.editor.failed.emit(str(error), error.remedy)
            return
        self._page.status_changed.emit(self.tr("Saved {path}").format(path=path))

    # writing

    def picture(self) -> Picture | None:
        """What PNG and SVG show."""
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

    def save_png(self, path: Path) -> None:
        """Draw at twice the screen's sharpness.

        Raises:
            StudioError: The file cannot be written.
        """
        picture = self.picture()
        if picture is None:
            return
        size = picture.size()
        image = QImage(
            round(size.width() * SHARP), round(size.height() * SHARP), QImage.Format.Format_RGB32
        )
        image.setDevicePixelRatio(SHARP)
        with QPainter(image) as painter:
            draw_picture(painter, picture)
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        _write_bytes(path, bytes(data.data()))

    def save_svg(self, path: Path) -> None:
        """Draw as vectors.

        Raises:
            StudioError: The file cannot be written.
        """
        picture = self.picture()
        if picture is None:
            return
        size = picture.size()
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(QSize(round(size.width()), round(size.height())))
        generator.setViewBox(picture.box())
        generator.setTitle(picture.title)
        with QPainter(generator) as painter:
            draw_picture(painter, picture)
        _write_bytes(path, bytes(data.data()))

    def save_csv(self, path: Path) -> None:
        """The table with raw numbers, a line per expert.

        Raises:
            StudioError: The file cannot be written.
        """
        plan = self._page.session.plan
        if plan is not None:
            write_atomically(path, csv_text(self._page.derived.table(plan)))

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

        return plan_command(plan, file)


def csv_text(table: ExpertTable) -> str:
    """The table as CSV; empty fields where a number is not known."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("layer", "expert", "state", table.metric or "score", "rank", "tokens", "share",
         "mean_gate", "output_norm", "merged_into", "mean_of")
    )  # fmt: skip

    def shown(value: float) -> str:
        return f"{value:.9g}" if np.isfinite(value) else ""

    for at in range(len(table.row)):
        # Read by programs: the same words in every language.
        expert, group = int(table.expert[at]), table.merges.get(at)
        goes = group is not None and expert != group.into
        state = "kept" if table.kept[at] else "merged" if goes else "dropped"
        if table.locked[at]:
            state = f"locked, {state}"
        elif table.protected[at]:
            state = "protected"
        writer.writerow(
            (table.layer[at], expert, state, shown(table.score[at]), table.rank[at] or "",
             *(shown(column[at]) for column in (
                 table.tokens, table.share, table.mean_gate, table.output_norm)),
             group.into if group is not None and goes else "",
             " ".join(map(str, group.members)) if group is not None and not goes else "")
        )  # fmt: skip
    return out.getvalue()


def _write_bytes(path: Path, data: bytes) -> None:
    """Write whole or not at all.

    Raises:
        StudioError: The folder is missing, read-only or full.
    """
    try:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}~")
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StudioError(
            QCoreApplication.translate("TakeAway", "cannot write {path}: {reason}").format(
                path=path, reason=error.strerror
            ),
            remedy=QCoreApplication.translate("TakeAway", "another folder"),
        ) from error
