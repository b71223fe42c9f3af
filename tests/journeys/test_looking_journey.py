"""Looking closely, by real clicks and keys over the bundled model: lens, comparison, plans."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

pytestmark = pytest.mark.timeout(600)

LEFT = Qt.MouseButton.LeftButton


def test_a_curious_person_looks_at_a_text_and_at_two_domains(studio) -> None:
    session, bot = studio.session, studio.bot
    studio.open_demo()
    studio.profile()
    page = studio.open("select")
    studio.wait(lambda: page.map.scores_LE is not None, 10_000)

    # Type a text, look at it, see what a layer without its favourite experts would lose.
    studio.click(page.views.bar.button("lens"))
    lens = page.views.current
    bot.mouseClick(lens.edit.viewport(), LEFT)
    bot.keyClicks(lens.edit, "import os")
    bot.keyClick(lens.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: session.lens is not None)
    seen = session.lens
    assert seen.text == "import os"
    studio.wait(lens.text.isVisible, 5000)
    bot.mouseClick(lens.text.viewport(), LEFT, pos=lens.text.rect_of(1).center().toPoint())
    chip = lens.card.chip_rect(2, 0).center().toPoint()
    bot.mouseClick(lens.card.viewport(), LEFT, pos=chip)
    expert = int(seen.expert[1, 2, 0])
    assert page.map.cursor_cell == (2, expert)
    studio.wait(page.inspector.drop.isVisible, 5000)
    studio.click(page.inspector.drop)
    assert expert not in session.plan.keep[2]
    studio.wait(lambda: lens.card.layers[2].choices[0].lost, 5000)
    assert session.lens is seen

    # Two domains of the same profile.
    studio.click(page.views.bar.button("compare"))
    compare = page.views.current
    compare.a.setCurrentText("korean")
    compare.b.setCurrentText("python")
    assert compare.model.rowCount() > 0
    assert np.isfinite(compare.view.map.scores_LE).all()

    # Keep the plan, take everything back through the history, take the plan up again.
    studio.click(page.views.bar.button("plans"))
    plans = page.views.current
    bot.keyClicks(plans.name, "without one")
    bot.keyClick(plans.name, Qt.Key.Key_Return)
    assert "without one" in session.plans
    page.history.list.clicked.emit(page.history.model.index(0))
    assert session.plan.dropped == 0
    plans.table.selectRow(plans.model.line_of("without one"))
    studio.click(plans.take)
    assert session.plan.dropped == 1
