"""The Select page over a made-up model that was profiled; nothing is read and nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.pages.select import SelectPage
from app.session import Session
from tests.values import made_info, made_profile


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session that keeps nothing outside the test's folder."""
    out = Session(data_dir=tmp_path / "data")
    yield out
    out.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, qtbot: QtBot, session: Session) -> SelectPage:
    """The page as it opens; the test file's EXPERTS says how many experts each layer has."""
    out = SelectPage(session)
    qtbot.addWidget(out)
    out.resize(1244, 780)
    out.show()
    experts = request.module.EXPERTS
    session.set_model(made_info(experts=experts), name="made-up")
    session.set_profile(made_profile(experts=experts, tokens=4000))
    out.grab()
    return out
