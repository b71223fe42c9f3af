"""A row of controls that breaks: nothing is cut, and the second group keeps the right edge."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from app.widgets.flow import Flow

WIDE = (60, 40, 80, 70)
HIGH = 30


def box(width: int) -> QWidget:
    out = QWidget()
    out.setFixedSize(width, HIGH)
    return out


@pytest.fixture
def flow(qtbot) -> QWidget:
    """Two things, a gap to the right edge, two more."""
    out = QWidget()
    parts = [box(width) for width in WIDE]
    out.setLayout(Flow(*parts[:2], None, *parts[2:], spacing=10))
    out.parts = parts
    qtbot.addWidget(out)
    return out


def places(flow: QWidget, width: int) -> list[tuple[int, int]]:
    flow.resize(width, flow.layout().heightForWidth(width))
    flow.layout().activate()
    return [(part.x(), part.y()) for part in flow.parts]


def test_where_all_fit_the_second_group_stands_at_the_right(flow):
    assert places(flow, 400) == [(0, 0), (70, 0), (240, 0), (330, 0)]


def test_where_not_the_second_group_has_a_line_of_its_own(flow):
    assert places(flow, 200) == [(0, 0), (70, 0), (40, 40), (130, 40)]
    assert flow.layout().heightForWidth(200) == 2 * HIGH + 10


@pytest.mark.parametrize("width", range(80, 400, 7))
def test_nothing_is_cut_or_covers_another_at_any_width(flow, width):
    places(flow, width)
    for at, part in enumerate(flow.parts):
        assert part.geometry().right() < width
        assert part.geometry().bottom() < flow.height()
        for other in flow.parts[at + 1 :]:
            assert not part.geometry().intersects(other.geometry())


def test_what_is_hidden_takes_no_room(flow):
    flow.parts[2].hide()
    assert places(flow, 200)[3] == (130, 0)


def test_its_least_width_is_the_widest_thing_and_its_hint_one_line(flow):
    assert flow.layout().minimumSize().width() == max(WIDE)
    assert flow.layout().sizeHint().width() == sum(WIDE) + 3 * 10
