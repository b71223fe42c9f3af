"""One edit on the heat map of a 61-layer, 384-expert model: from the click to pixels.

A real mouse click goes through the widget, the session's undo stack and back; the clock stops when
the map, the margins and the what-if strip have been painted. What may lag behind (banner, charts,
card) is timed on its own.
"""

from __future__ import annotations

import statistics
import time

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.pages.select import SelectPage
from app.session import Session
from tests.benchmarks.rows import Row
from tests.values import made_info, made_profile

LAYERS, EXPERTS, CLICKS = 61, 384, 60
SIZE = (1244, 828)  # the page in a window of 1440 × 900


def run() -> list[Row]:
    """Click through the map; medians in milliseconds."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply_theme(app, "dark")
    session = Session()
    page = SelectPage(session)
    page.resize(*SIZE)
    page.show()
    session.set_model(made_info(experts=(EXPERTS,) * LAYERS, top_k=8), name="bench")
    session.set_profile(made_profile(experts=(EXPERTS,) * LAYERS, top_k=8, tokens=20_000))
    page.apply_rule()
    _settle(app)
    edits, rest, busy = [], [], []
    for click in range(CLICKS):
        row, expert = (click * 7) % LAYERS, (click * 53) % EXPERTS
        at = page.map.cell_rect(row, expert).center().toPoint()
        cpu = time.thread_time()
        edits.append(_click(app, page, at))
        busy.append(1000 * (time.thread_time() - cpu))
        began = time.perf_counter()
        page._show_rest()
        app.processEvents()
        rest.append(1000 * (time.perf_counter() - began))
    strokes = _drag(app, page)
    page.close()
    spread = (
        f"{LAYERS}×{EXPERTS}, {CLICKS} clicks, {min(edits):.1f} to {max(edits):.1f}; "
        f"CPU time {statistics.median(busy):.1f}"
    )
    return [
        Row(
            name="one edit: click to repaint and what-if strip",
            value=statistics.median(edits), unit="ms", target=16.0, detail=spread,
        ),
        Row(
            name="one edit: banner, charts and card a moment later",
            value=statistics.median(rest), unit="ms",
            detail=f"{min(rest):.1f} to {max(rest):.1f}",
        ),
        Row(
            name="one step of a stroke, with what-if strip",
            value=statistics.median(strokes), unit="ms", target=16.0,
            detail=f"{len(strokes)} steps, {min(strokes):.1f} to {max(strokes):.1f}",
        ),
    ]  # fmt: skip


def _click(app: QApplication, page: SelectPage, at: QPoint) -> float:
    """Milliseconds from press to painted; what a timer shows later is timed apart."""
    began = time.perf_counter()
    QTest.mouseClick(page.map, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    page._soon.stop()
    page._card_soon.stop()
    app.processEvents()
    return 1000 * (time.perf_counter() - began)


def _drag(app: QApplication, page: SelectPage) -> list[float]:
    """Paint along a row; milliseconds of each move until it is painted."""
    cells = page.map
    start = cells.cell_rect(30, 10).center().toPoint()
    QTest.mousePress(cells, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    out = []
    for expert in range(14, 200, 6):
        began = time.perf_counter()
        QTest.mouseMove(cells, cells.cell_rect(30, expert).center().toPoint())
        app.processEvents()
        out.append(1000 * (time.perf_counter() - began))
    QTest.mouseRelease(cells, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    return out


def _settle(app: QApplication) -> None:
    until = time.perf_counter() + 0.5
    while time.perf_counter() < until:
        app.processEvents()
