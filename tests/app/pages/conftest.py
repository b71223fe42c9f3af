"""A session over a model of headers only: enough for every page but running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.session import Session
from core.checkpoint import inspect_model
from tests.app.folders import write_mixtral


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_mixtral(tmp_path / "models" / "tiny")


@pytest.fixture
def session(qtbot, model: Path) -> Session:
    """A session with the model open and nothing run."""
    made = Session()
    made.set_model(inspect_model(model), name=str(model))
    yield made
    made.close()


@pytest.fixture
def session_on_disk(qtbot, model: Path, tmp_path: Path) -> Iterator[Session]:
    """The same in a project of the test's folder."""
    made = Session(data_dir=tmp_path / "data")
    made.set_model(inspect_model(model), name=str(model))
    yield made
    made.close()


def drop(session: Session, experts: slice, rows: slice = slice(None)) -> None:
    """Drop experts as an edit of the plan."""
    kept = session.plan.kept_LE.copy()
    kept[rows, experts] = False
    session.apply_plan(session.plan.with_kept(kept), "drop")
