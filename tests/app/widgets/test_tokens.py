"""Token strip, raster and card: real clicks and keys find tokens, layers and experts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.widgets.token_card import Choice, LayerChoices, TokenCard
from app.widgets.token_labels import GUTTER
from app.widgets.token_raster import TokenRaster
from app.widgets.token_text import TokenText, shown_piece

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
PIECES = tuple(f" word{t}" if t % 7 else f"end{t}\n" for t in range(60))


@pytest.fixture
def text(qtbot: QtBot) -> TokenText:
    out = TokenText()
    qtbot.addWidget(out)
    out.resize(320, 120)
    out.show()
    out.set_tokens(PIECES, np.zeros(60, np.bool_))
    out.grab()
    return out


@pytest.fixture
def raster(qtbot: QtBot) -> TokenRaster:
    out = TokenRaster()
    qtbot.addWidget(out)
    out.resize(360, 200)
    out.show()
    out.set_tokens(PIECES, tuple(range(4)))
    level = (np.arange(4)[:, None] * 60 + np.arange(60)[None, :]).astype(np.uint8)
    out.set_values(level, np.ones((4, 60), np.bool_), np.ones((4, 60), np.bool_))
    out.grab()
    return out


def test_a_click_picks_the_token_under_it(text: TokenText, qtbot: QtBot) -> None:
    for token in (0, 5, 8, 13):
        with qtbot.waitSignal(text.picked) as said:
            QTest.mouseClick(text.viewport(), LEFT, PLAIN, text.rect_of(token).center().toPoint())
        assert said.args == [token]
        assert text.token == token


def test_a_line_end_breaks_the_line_and_no_token_is_lost(text: TokenText) -> None:
    boxes = [text.rect_of(t) for t in range(60)]
    assert boxes[1].top() > boxes[0].top()  # token 0 ends a line
    for a, b in itertools.pairwise(boxes):
        assert b.top() > a.top() or b.left() >= a.right() - 0.01
    assert shown_piece("a\tb\n") == "a→b⏎"
    assert shown_piece("") == "·"


def test_keys_move_through_the_text_and_scroll_it(text: TokenText) -> None:
    QTest.mouseClick(text.viewport(), LEFT, PLAIN, text.rect_of(2).center().toPoint())
    QTest.keyClick(text, Qt.Key.Key_Right)
    assert text.token == 3
    QTest.keyClick(text, Qt.Key.Key_Down)
    assert text.rect_of(text.token).top() > text.rect_of(3).top()
    QTest.keyClick(text, Qt.Key.Key_End)
    assert text.token == 59
    assert text.verticalScrollBar().value() > 0
    assert text.viewport().rect().contains(text.rect_of(59).center().toPoint())
    QTest.keyClick(text, Qt.Key.Key_Home)
    assert text.token == 0
    assert text.verticalScrollBar().value() == 0


def test_a_shaded_token_is_painted_in_the_accent(text: TokenText) -> None:
    def ground(token: int) -> tuple[int, int, int]:
        box = text.rect_of(token)
        picture = text.viewport().grab().toImage()
        ratio = picture.devicePixelRatio()
        at = QPointF(box.right() - 1.5, box.top() + 2.5) * ratio
        return picture.pixelColor(at.toPoint()).getRgb()[:3]

    before = ground(3)
    shade = np.zeros(60)
    shade[3] = 1.0
    text.set_shades(shade)
    assert ground(3) != before
    assert ground(4) == before


def test_a_cell_of_the_raster_is_token_and_layer(raster: TokenRaster, qtbot: QtBot) -> None:
    with qtbot.waitSignal(raster.picked) as said:
        at = raster.cell_rect(7, 2).center().toPoint()
        QTest.mouseClick(raster.viewport(), LEFT, PLAIN, at)
    assert said.args == [7, 2]
    QTest.keyClick(raster, Qt.Key.Key_Right)
    QTest.keyClick(raster, Qt.Key.Key_Up)
    assert raster.cell == (8, 1)
    QTest.keyClick(raster, Qt.Key.Key_End)
    assert raster.cell == (59, 1)
    assert raster.cell_rect(59, 1).right() <= raster.viewport().width() + 1
    assert raster.cell_at(QPointF(4, 60)) == (-1, -1)


def test_the_colour_of_a_cell_is_its_level_wherever_it_is_scrolled(raster: TokenRaster) -> None:
    from app.theme import scale

    table = scale()
    for token in (3, 59):
        raster.set_cell(token, 0)
        raster.set_cell(0 if token == 59 else 20, 0) if token == 3 else None
        picture = raster.viewport().grab().toImage()
        for row in (1, 2, 3):
            centre = raster.cell_rect(token, row).center()
            if not GUTTER < centre.x() < raster.viewport().width():
                continue
            found = picture.pixelColor((centre * picture.devicePixelRatio()).toPoint()).getRgb()[:3]
            assert found == tuple(table[(row * 60 + token) % 256].tolist())


def wheel(widget: TokenRaster, notches: int, held: Qt.KeyboardModifier) -> None:
    at = QPointF(200, 100)
    event = QWheelEvent(
        at, widget.viewport().mapToGlobal(at), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, held, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget.viewport(), event)


def test_ctrl_wheel_zooms_around_the_pointer_and_f_fits(raster: TokenRaster) -> None:
    token = raster.cell_at(QPointF(200, 100))[0]
    wheel(raster, 3, Qt.KeyboardModifier.ControlModifier)
    assert raster.pitch > 15
    assert abs(raster.cell_at(QPointF(200, 100))[0] - token) <= 1
    wheel(raster, -2, PLAIN)
    assert raster.horizontalScrollBar().value() > 0
    QTest.keyClick(raster, Qt.Key.Key_F)
    assert raster.horizontalScrollBar().maximum() <= 1
    assert raster.cell_rect(59, 0).right() <= raster.viewport().width() + 1


def test_more_tokens_than_pixels_show_the_strongest_of_a_pixel(raster: TokenRaster) -> None:
    tokens = 5000
    raster.set_tokens(tuple("x" * tokens), (0, 1))
    level = np.zeros((2, tokens), np.uint8)
    level[1, 2500] = 255
    yes = np.ones((2, tokens), np.bool_)
    raster.set_values(level, yes, yes)
    QTest.keyClick(raster, Qt.Key.Key_F)
    picture = raster.viewport().grab().toImage()
    y = int(raster.cell_rect(0, 1).center().y() * picture.devicePixelRatio())
    reds = [picture.pixelColor(x, y).red() for x in range(GUTTER, picture.width())]
    assert max(reds) == 255


@pytest.fixture
def card(qtbot: QtBot) -> TokenCard:
    out = TokenCard()
    qtbot.addWidget(out)
    out.resize(268, 200)
    out.show()
    out.set_layers(
        tuple(
            LayerChoices(
                layer=layer,
                choices=tuple(
                    Choice(expert=10 * layer + k, gate=0.5 - k / 10, lost=k == 1) for k in range(6)
                ),
                entropy=1.0,
                most=2.0,
            )
            for layer in range(5)
        )
    )
    out.grab()
    return out


def test_every_expert_of_a_token_can_be_clicked(card: TokenCard, qtbot: QtBot) -> None:
    for row, place in ((0, 0), (1, 2), (2, 5)):
        with qtbot.waitSignal(card.expert_chosen) as said:
            at = card.chip_rect(row, place).center().toPoint()
            QTest.mouseClick(card.viewport(), LEFT, PLAIN, at)
        assert said.args == [row, 10 * row + place]


def test_keys_walk_through_the_layers_and_enter_chooses(card: TokenCard, qtbot: QtBot) -> None:
    card.setFocus()
    for _ in range(5):
        QTest.keyClick(card, Qt.Key.Key_Down)
    QTest.keyClick(card, Qt.Key.Key_Right)
    assert "dropped" in card.accessibleDescription()
    with qtbot.waitSignal(card.expert_chosen) as said:
        QTest.keyClick(card, Qt.Key.Key_Return)
    assert said.args == [4, 41]
    assert card.verticalScrollBar().value() > 0
