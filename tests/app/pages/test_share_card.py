"""The experts' share of the work: the engine's numbers, under the current plan, at the pointer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint

from app.pages.model import ModelPage
from core.checkpoint import inspect_model
from core.planning import Plan, context_for_share, cost
from resources import demo_model_dir
from tests.values import made_info


@pytest.fixture
def page(qtbot, session) -> ModelPage:
    page = ModelPage(session)
    qtbot.addWidget(page)
    page.resize(1240, 900)
    page.show()
    return page


def test_the_curve_is_the_cost_at_each_context(page, session) -> None:
    info, places = session.info, page.share.curve.places()
    assert len(places) > 40
    for place in places[::12]:
        now, one = (cost(info, top_k=k, context=place.context) for k in (None, 1))
        assert place.share == now.expert_share
        assert place.saved == 1 - one.flops.total / now.flops.total


def test_a_lower_top_k_of_the_plan_lowers_the_curve_at_once(page, session) -> None:
    before = page.share.curve.places()[0]
    session.apply_plan(replace(session.plan, top_k=1), "Top-1")
    after = page.share.curve.places()[0]
    assert after.share < before.share
    assert after.saved == 0
    assert "Top-1" in page.share.words.text()


def test_the_mark_is_where_the_paper_s_share_is_reached(qtbot, page) -> None:
    info = inspect_model(demo_model_dir())
    page.share.show_model(info, None)
    found = context_for_share(info, share=0.55)
    mark = page.share.curve.mark()
    if found.context is None or found.context < 256:
        assert mark is None
    else:
        assert (mark.context, mark.saved) == (found.context, found.saved)
    page.share.show_model(made_info(), Plan.keep_all(made_info()))
    assert "%" in page.share.words.text()


def test_pointing_reads_the_curve_and_leaving_says_what_it_says(qtbot, page) -> None:
    text, curve = page.share.words.text(), page.share.curve
    at = curve.position(4096, 0.5).toPoint()
    qtbot.mouseMove(curve, QPoint(at.x(), at.y()))
    qtbot.waitUntil(lambda: page.share.words.text() != text)
    assert page.share.words.text().startswith("At 4,")
    qtbot.mouseMove(page.strip)
    curve._point_at(None)  # offscreen no pointer leaves
    assert page.share.words.text() == text
