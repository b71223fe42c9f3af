"""What made a number: asked at the number by mouse and keys, by one mechanism for every widget."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.cards import Facts, FigureStrip
from app.widgets.provenance import Asker, Number, Provenance, ProvenancePopover
from app.widgets.whatif import Figure, WhatIfStrip

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
MADE = Provenance(
    formula="Σ g",
    facts=(("Texts", "demo"), ("Seed", "3")),
    command="seer score p.safetensors --metric reap",
)


class Page(QWidget):
    """A widget of each sort, over a session that knows all but one number."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(900, 600)
        self.strip = WhatIfStrip(self)
        self.strip.setGeometry(0, 0, 900, 74)
        self.strip.set_figures(
            (
                Figure(name="Parameters", value="8.1 M", key="plan.parameters"),
                Figure(name="Nobody knows", value="7", key="unknown"),
                Figure(name="No number", value="stock"),
                Figure(name="Coverage", value="85 %", key="plan.coverage"),
            )
        )
        self.facts = Facts(self)
        self.facts.setGeometry(600, 120, 280, 80)
        self.facts.set_facts((("Tokens", "1,108"), ("Mean of", "3, 4")), ("expert.3.15.tokens",))
        self.table = QTableView(self)
        self.table.setGeometry(0, 220, 500, 200)
        model = QStandardItemModel(1, 2, self.table)
        model.setHorizontalHeaderLabels(["Run", "Perplexity"])
        model.setItem(0, 0, QStandardItem("run-1"))
        model.setItem(0, 1, QStandardItem("33.10"))
        self.table.setModel(model)
        self.asked: list[Number] = []
        self.asker = Asker(self.answer, self)
        self.asker.watch(self.strip)
        self.asker.watch(self.facts)
        self.asker.watch_table(self.table, lambda i: "run.perplexity" if i.column() == 1 else "")

    def answer(self, number: Number) -> Provenance | None:
        self.asked.append(number)
        return None if number.key == "unknown" else MADE

    @property
    def popover(self) -> ProvenancePopover | None:
        found = [p for p in self.findChildren(ProvenancePopover) if p.isVisible()]
        return found[-1] if found else None


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    out = Page()
    qtbot.addWidget(out)
    out.show()
    out.activateWindow()
    out.grab()
    return out


def right_click(widget: QWidget, at: QPoint) -> None:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)


def middle(strip: WhatIfStrip, index: int) -> QPoint:
    return strip.cell(index).center().toPoint()


def test_a_right_click_on_a_number_says_what_made_it(page: Page) -> None:
    right_click(page.strip, middle(page.strip, 3))
    assert page.asked[-1].key == "plan.coverage"
    assert page.asked[-1].value == "85 %"
    assert page.popover.accessibleName() == "What made Coverage"
    said = page.popover.accessibleDescription()
    assert said == (
        "Coverage: 85 %\n= Σ g\nTexts: demo\nSeed: 3\nseer score p.safetensors --metric reap"
    )


def test_so_does_alt_with_a_click_and_a_bare_click_does_not(page: Page) -> None:
    QTest.mouseClick(page.strip, LEFT, pos=middle(page.strip, 0))
    assert page.popover is None
    QTest.mouseClick(page.strip, LEFT, ALT, middle(page.strip, 0))
    assert page.asked[-1].name == "Parameters"
    assert page.popover is not None


def test_what_is_no_number_or_unknown_opens_nothing(page: Page) -> None:
    right_click(page.strip, middle(page.strip, 2))
    assert page.asked == []
    right_click(page.strip, middle(page.strip, 1))
    assert page.asked[-1].key == "unknown"
    assert page.popover is None


def test_the_keyboard_goes_from_number_to_number_and_asks(page: Page) -> None:
    page.strip.setFocus()
    QTest.keyClick(page.strip, Qt.Key.Key_Right)
    QTest.keyClick(page.strip, Qt.Key.Key_Right)
    assert page.strip.accessibleDescription() == "Coverage: 85 %"
    QTest.keyClick(page.strip, Qt.Key.Key_I)
    assert page.asked[-1].key == "plan.coverage"
    assert page.popover.hasFocus()
    QTest.keyClick(page.popover, Qt.Key.Key_Escape)
    assert page.popover is None


def test_a_ring_shows_where_the_keyboard_is(page: Page) -> None:
    page.facts.setFocus()
    before = page.strip.grab().toImage()
    page.strip.setFocus()
    QTest.keyClick(page.strip, Qt.Key.Key_Right)
    assert page.strip.grab().toImage() != before
    page.facts.setFocus()
    assert page.strip.grab().toImage() == before


def test_facts_are_asked_line_by_line(page: Page) -> None:
    number = page.facts.numbers()[0]
    assert (number.name, number.value) == ("Tokens", "1,108")
    assert len(page.facts.numbers()) == 1  # the other line is no number of anybody's
    right_click(page.facts, number.box.center())
    assert page.asked[-1].key == "expert.3.15.tokens"


def test_a_tables_cells_are_numbers_with_the_columns_name(page: Page) -> None:
    cell = page.table.visualRect(page.table.model().index(0, 1)).center()
    right_click(page.table.viewport(), cell)
    assert (page.asked[-1].name, page.asked[-1].value) == ("Perplexity", "33.10")
    page.popover.close()
    page.table.setCurrentIndex(page.table.model().index(0, 1))
    QTest.keyClick(page.table, Qt.Key.Key_I)
    assert len(page.asked) == 2
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    QTest.keyClick(page.table, Qt.Key.Key_I)
    assert len(page.asked) == 2  # a name is no number


def test_everything_and_the_command_can_be_copied(page: Page) -> None:
    right_click(page.strip, middle(page.strip, 0))
    QTest.keyClick(page.popover, Qt.Key.Key_C)
    text = QGuiApplication.clipboard().text()
    assert text.splitlines()[0] == "Parameters: 8.1 M"
    assert text.splitlines()[-1] == MADE.command
    assert page.popover is None
    right_click(page.strip, middle(page.strip, 0))
    QTest.mouseClick(page.popover.copy_line, LEFT)
    assert QGuiApplication.clipboard().text() == MADE.command


def test_a_figure_of_a_strip_of_figures_is_asked_where_it_stands(qtbot: QtBot) -> None:
    strip = FigureStrip(("Layers", "Parameters"))
    qtbot.addWidget(strip)
    strip.resize(500, 80)
    strip.set_keys(("model.layers", "model.parameters"))
    strip.figures[1].set_value("10.5 M")
    strip.show()
    first, second = strip.numbers()
    assert second.value == "10.5 M"
    assert first.box.right() < second.box.left()


def test_a_popover_takes_the_keyboard_from_no_window(page: Page, qtbot: QtBot) -> None:
    qtbot.waitUntil(page.isActiveWindow, timeout=5000)
    before = {id(window) for window in QApplication.topLevelWidgets() if window.isVisible()}
    page.strip.setFocus()
    QTest.keyClick(page.strip, Qt.Key.Key_I)
    for _ in range(5):
        QApplication.processEvents()
    assert page.popover.copy_line.isVisible()
    assert page.isActiveWindow()
    after = {id(window) for window in QApplication.topLevelWidgets() if window.isVisible()}
    assert after == before
    QTest.keyClick(page.popover, Qt.Key.Key_Escape)
    assert page.strip.hasFocus()


def test_a_popover_stays_inside_its_window(page: Page) -> None:
    low = Number(key="x", name="Low", value="1", box=QRect(860, 60, 30, 14))
    shown = page.asker.ask(low, page.strip)
    assert page.rect().contains(shown.geometry())


def test_provenance_is_a_frozen_value() -> None:
    with pytest.raises(FrozenInstanceError):
        MADE.command = "other"
