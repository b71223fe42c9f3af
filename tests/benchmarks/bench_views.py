"""Looking at a large model: hover, scroll, sort, compare, cluster order; a long text in the lens.

Each is one thing that a hand does, timed until it is painted: a 94-layer, 512-expert model, and
2,000 tokens in 60 layers. A frame of a screen is 16.7 ms.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import theme
from app.pages.select import SelectPage
from app.session import Session
from core.profiling import Lens
from core.scoring import cluster_order
from tests.benchmarks.rows import Row
from tests.values import made_info, made_profile

LAYERS, EXPERTS = 94, 512
TOKENS, LENS_LAYERS, TOP_K = 2000, 60, 8
SIZE = (1244, 828)
FRAME = 16.7


def run() -> list[Row]:
    """Medians in milliseconds."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply_theme(app, "dark")
    return [*_map_rows(app), *_lens_rows(app), _cluster_row()]


def _map_rows(app: QApplication) -> list[Row]:
    session, page = _page(LAYERS, EXPERTS)
    session.set_profile(made_profile(experts=(EXPERTS,) * LAYERS, top_k=8, tokens=20_000))
    page.apply_rule()
    _settle(app)
    cells = page.map
    hovers = [
        _timed(app, lambda n=n: QTest.mouseMove(cells, QPoint(60 + 7 * n, 60 + 5 * n)))
        for n in range(60)
    ]
    cells.zoom(6.0)
    _settle(app)
    scrolls = [_timed(app, lambda: _wheel(cells, -1)) for _ in range(40)]
    cells.fit()
    sorts = []
    for n in range(12):
        order = ("sorted", "native")[n % 2]
        at = page.toolbar.order.findData(order)
        sorts.append(_timed(app, lambda at=at: page.toolbar.order.setCurrentIndex(at)))
    page.views.show_view("compare")
    view = page.views.current
    _settle(app)
    metrics = ("reap", "gate-sum", "man", "soft-count")
    compares = [
        _timed(app, lambda n=n: (session.set_metric(metrics[n % 4]), page._show_rest()))
        for n in range(12)
    ]
    assert view is not None
    page.close()
    session.close()
    where = f"{LAYERS}×{EXPERTS}"
    return [
        _row("hover: pointer to repaint", hovers, where, FRAME),
        _row("scroll one notch, zoomed in", scrolls, where, FRAME),
        _row("sort every layer by score, and back", sorts, where),
        _row("another score while comparing: score, compare, paint", compares, where),
    ]


def _lens_rows(app: QApplication) -> list[Row]:
    session, page = _page(LENS_LAYERS, 128)
    session.take_lens(_long_lens())
    page.views.show_view("lens")
    view = page.views.current
    _settle(app)
    scrolls = [_timed(app, lambda: _wheel(view.raster.viewport(), -1)) for _ in range(60)]
    texts = [_timed(app, lambda: _wheel(view.text.viewport(), -1)) for _ in range(60)]
    view.raster.fit()
    _settle(app)
    zooms = [
        _timed(app, lambda n=n: _wheel(view.raster.viewport(), 1 if n % 2 else -1, control=True))
        for n in range(20)
    ]
    marks = []
    for n in range(20):
        mask = np.zeros((LENS_LAYERS, 128), np.bool_)
        mask[n % LENS_LAYERS, n] = True
        page.editor.paint(mask, keep=False)
        page._soon.stop()
        marks.append(_timed(app, view.bring_up_to_date))
    page.close()
    session.close()
    where = f"{TOKENS} tokens × {LENS_LAYERS} layers"
    return [
        _row("token lens: scroll one notch", scrolls, where, FRAME),
        _row("token lens: scroll the text", texts, where, FRAME),
        _row("token lens: zoom with everything in view", zooms, where),
        _row("token lens: marks follow an edit", marks, where),
    ]


def _cluster_row() -> Row:
    rng = np.random.default_rng(0)
    half = rng.random((EXPERTS, EXPERTS))
    near = half + half.T
    times = []
    for _ in range(3):
        began = time.perf_counter()
        cluster_order(near)
        times.append(1000 * (time.perf_counter() - began))
    return _row("cluster order of one layer, on a worker thread", times, f"{EXPERTS} experts")


def _page(layers: int, experts: int) -> tuple[Session, SelectPage]:
    session = Session()
    page = SelectPage(session)
    page.resize(*SIZE)
    page.show()
    session.set_model(made_info(experts=(experts,) * layers, top_k=8), name="bench")
    return session, page


def _long_lens() -> Lens:
    rng = np.random.default_rng(0)
    expert = rng.integers(0, 128, (TOKENS, LENS_LAYERS, TOP_K)).astype(np.int16)
    gate = -np.sort(-rng.dirichlet(np.ones(TOP_K), (TOKENS, LENS_LAYERS)), axis=2)
    words = ("the", " router", " sends", " tokens", " to", " experts", ".\n")
    return Lens(
        model_fingerprint="f" * 64,
        model_type="mixtral",
        layer_ids=tuple(range(LENS_LAYERS)),
        experts=(128,) * LENS_LAYERS,
        pieces=tuple(words[t % len(words)] for t in range(TOKENS)),
        ids=np.arange(TOKENS, dtype=np.int32),
        special=np.zeros(TOKENS, np.bool_),
        sequence=np.zeros(TOKENS, np.int32),
        expert=expert,
        gate=gate.astype(np.float32),
        entropy=rng.uniform(0, 4.8, (TOKENS, LENS_LAYERS)).astype(np.float32),
    )


def _timed(app: QApplication, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    app.processEvents()
    return 1000 * (time.perf_counter() - began)


def _wheel(widget: QWidget, notches: int, *, control: bool = False) -> None:
    at = QPointF(widget.rect().center())
    held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        held, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def _row(name: str, times: list[float], where: str, target: float | None = None) -> Row:
    return Row(
        name=name, value=statistics.median(times), unit="ms", target=target,
        detail=f"{where}, {len(times)} times, {min(times):.1f} to {max(times):.1f}",
    )  # fmt: skip


def _settle(app: QApplication) -> None:
    until = time.perf_counter() + 0.5
    while time.perf_counter() < until:
        app.processEvents()
