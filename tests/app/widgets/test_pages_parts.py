"""Strip, snippet, outcomes, preview and comparison show what they are given."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.widgets.comparison import ComparisonBars, Pair
from app.widgets.outcome import Outcome, OutcomeList
from app.widgets.run_strip import RunStrip
from app.widgets.sequences import Piece, PreviewSequence, SequencePreview, visible
from app.widgets.snippet import Snippet


def test_the_strip_asks_to_pause_or_to_resume_depending_on_the_run(qtbot) -> None:
    strip = RunStrip()
    qtbot.addWidget(strip)
    strip.show_run("Profile", 0.5, "half", paused=False, stopping=False)
    with qtbot.waitSignal(strip.pause_asked):
        qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    strip.show_run("Profile", 0.5, "half", paused=True, stopping=False)
    with qtbot.waitSignal(strip.resume_asked):
        qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)


def test_a_stopping_run_cannot_be_stopped_twice(qtbot) -> None:
    strip = RunStrip()
    qtbot.addWidget(strip)
    strip.show_run("Profile", None, "half", paused=False, stopping=True)
    assert not strip.cancel.isEnabled()
    assert strip.detail.full_text == "Stopping…"


def test_a_snippet_copies_itself(qtbot) -> None:
    snippet = Snippet("Code")
    qtbot.addWidget(snippet)
    snippet.show()
    snippet.set_text("a = 1\nb = 2\n")
    qtbot.mouseClick(snippet.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "a = 1\nb = 2"


def test_outcomes_can_be_read_aloud(qtbot) -> None:
    shown = OutcomeList()
    qtbot.addWidget(shown)
    shown.set_outcomes((Outcome("good", "Verified", "every byte"),))
    names = [
        child.accessibleName() for child in shown.children() if hasattr(child, "accessibleName")
    ]
    assert "Verified every byte" in names


def test_line_breaks_and_empty_tokens_are_visible() -> None:
    assert visible("a\n\tb") == "a⏎⇥b"
    assert visible("") == "∅"


def test_the_preview_is_painted_and_scrolls(qtbot) -> None:
    preview = SequencePreview()
    qtbot.addWidget(preview)
    pieces = tuple(Piece(text=f" word{i}", special=i == 0) for i in range(120))
    rows = tuple(
        PreviewSequence(domain=f"d{i}", tokens=120, padding=i, pieces=pieces) for i in range(12)
    )
    preview.resize(500, 200)
    preview.set_sequences(rows)
    preview.show()
    assert preview.verticalScrollBar().maximum() > 0
    before = preview.grab().toImage()
    preview.verticalScrollBar().setValue(100)
    assert preview.grab().toImage() != before


def test_a_comparison_knows_the_change_and_survives_infinity(qtbot) -> None:
    bars = ComparisonBars()
    qtbot.addWidget(bars)
    pairs = (
        Pair(name="korean", value=66.0, base=60.0),
        Pair(name="c", value=math.inf, base=9.0),
        Pair(name="new", value=5.0),
    )
    bars.set_pairs(pairs)
    bars.resize(260, bars.height())
    bars.show()
    bars.grab()
    assert pairs[0].change is not None
    assert abs(pairs[0].change - 0.1) < 1e-12
    assert pairs[1].change == math.inf
    assert pairs[2].change is None
    assert "korean 66.00" in bars.accessibleName()
