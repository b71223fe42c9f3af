"""The field for scores takes any size of number and shows it briefly."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator

from app.widgets.score_spin import ScoreSpin


@pytest.fixture
def spin(qtbot) -> ScoreSpin:
    out = ScoreSpin()
    qtbot.addWidget(out)
    return out


@pytest.mark.parametrize("value", [0.0, 3.21e-9, -0.25, 12345.0, 7.5e12])
def test_a_score_of_any_size_is_kept_and_shown(spin: ScoreSpin, value: float) -> None:
    spin.setValue(value)
    assert spin.value() == value
    assert float(spin.text()) == value


@pytest.mark.parametrize(("typed", "value"), [("0.05", 0.05), ("2e-7", 2e-7), ("0,5", 0.5)])
def test_what_is_typed_is_taken_on_return(spin: ScoreSpin, qtbot, typed: str, value: float) -> None:
    spin.setValue(4.0)
    spin.selectAll()
    qtbot.keyClicks(spin, typed)
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert spin.value() == value


def test_words_are_refused_and_a_half_number_waits(spin: ScoreSpin) -> None:
    assert spin.validate("nan", 3)[0] == QValidator.State.Invalid
    assert spin.validate("1e30", 4)[0] == QValidator.State.Invalid
    assert spin.validate("1e-", 3)[0] == QValidator.State.Intermediate
    assert spin.validate("1e-3", 4)[0] == QValidator.State.Acceptable


def test_a_step_is_a_twentieth(spin: ScoreSpin) -> None:
    spin.setValue(2e-6)
    spin.stepBy(1)
    assert spin.value() == pytest.approx(2.1e-6)
