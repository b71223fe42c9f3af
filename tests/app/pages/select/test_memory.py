"""A thousand edits leave no more memory behind than a hundred: the history is all that grows."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from app.pages.select import SelectPage
from app.session import Session
from tests.values import made_info, made_profile

EXPERTS = (32,) * 8
EDITS = 1000
HISTORY = 50


def test_memory_is_flat_over_a_thousand_edits(qtbot: QtBot, tmp_path: Path) -> None:
    session = Session(data_dir=tmp_path)
    session.undo_stack.setUndoLimit(HISTORY)
    page = SelectPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 640)
    page.show()
    session.set_model(made_info(experts=EXPERTS), name="made-up")
    session.set_profile(made_profile(experts=EXPERTS))
    rng = np.random.default_rng(0)

    def edit(times: int) -> None:
        for n in range(times):
            row, expert = int(rng.integers(8)), int(rng.integers(32))
            mask = np.zeros((8, 32), np.bool_)
            mask[row, expert] = True
            page.editor.paint(mask, keep=not session.plan.kept_LE[row, expert])
            page.map.set_cursor_cell(row, expert)
            if n % 200 == 0:
                page._show_rest()
                page.grab()

    edit(4 * HISTORY)
    gc.collect()
    before = sys.getallocatedblocks()
    edit(EDITS)
    gc.collect()
    after = sys.getallocatedblocks()
    session.close()
    assert session.undo_stack.count() == HISTORY
    # An array, a plan, a widget left behind by each edit would be thousands of blocks.
    assert after - before < EDITS // 2
