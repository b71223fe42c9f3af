"""The theme: readable, complete, switchable, and the only place with a colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget

from app.theme import DARK, LIGHT, apply_theme, icon, pixmap, theme, theme_changed
from app.theme.icons import icon_folder

APP = Path(__file__).resolve().parents[3] / "app"


def luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue, _ = QColor(colour).getRgbF()
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda t: t.name)
@pytest.mark.parametrize("ground", ["background", "surface", "raised"])
def test_text_can_be_read_on_every_ground(tokens, ground):
    on = getattr(tokens, ground)
    assert contrast(tokens.text, on) >= 7
    assert contrast(tokens.text_dim, on) >= 4.5
    for name in ("good", "warn", "bad"):
        assert contrast(getattr(tokens, name), on) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda t: t.name)
def test_what_is_written_on_the_accent_can_be_read(tokens):
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent_hover) >= 4.5


def test_both_themes_have_the_same_tokens():
    assert vars(DARK).keys() == vars(LIGHT).keys()
    assert len(DARK.parts) == len(LIGHT.parts)


def test_switching_repaints_and_says_so(qapp, qtbot):
    apply_theme(qapp, "dark")
    with qtbot.waitSignal(theme_changed):
        apply_theme(qapp, "light")
    assert theme() is LIGHT
    window = qapp.palette().color(QPalette.ColorRole.Window)
    assert window.name() == LIGHT.background
    apply_theme(qapp, "dark")


def test_switching_survives_widgets_of_every_sort(qapp, qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    for made in (QComboBox(holder), QPushButton("x", holder)):
        made.setStyleSheet("* { padding-right: 2px; }")
    holder.show()
    for name in ("light", "dark", "light", "dark"):
        apply_theme(qapp, name)
        qapp.processEvents()
    assert theme() is DARK


def test_every_icon_draws_something(qapp):
    names = sorted(path.stem for path in icon_folder().glob("*.svg"))
    assert len(names) > 40
    for name in names:
        image = pixmap(name, "#ff0000", 16, 1.0).toImage()
        inked = any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16))
        assert inked, name
        svg = (icon_folder() / f"{name}.svg").read_bytes()
        assert QSvgRenderer(QByteArray(svg)).isValid(), name


def test_an_icon_takes_the_colour_of_the_theme(qapp):
    apply_theme(qapp, "dark")
    dark = icon("undo", "accent").pixmap(16, 16).toImage()
    apply_theme(qapp, "light")
    light = icon("undo", "accent").pixmap(16, 16).toImage()
    assert dark != light
    apply_theme(qapp, "dark")


def test_every_icon_that_the_code_names_is_there():
    known = {path.stem for path in icon_folder().glob("*.svg")}
    call = re.compile(r'\b(?:icon|pixmap|set_icon|IconButton)\(\s*"([a-z-]+)"')
    wanted = {
        (path.name, name)
        for path in APP.rglob("*.py")
        for name in call.findall(path.read_text(encoding="utf-8"))
    }
    assert wanted
    assert {pair for pair in wanted if pair[1] not in known} == set()


def test_no_colour_is_written_outside_the_theme():
    literal = re.compile(
        r"[\"']#[0-9a-fA-F]{3,8}[\"']|QColor\(\s*\d|Qt\.GlobalColor\.(?!transparent)"
    )
    found = [
        f"{path.relative_to(APP)}: {match.group()}"
        for path in APP.rglob("*.py")
        if "theme" not in path.parts
        for match in literal.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_application_is_dressed_once(qapp):
    assert isinstance(QApplication.instance(), QApplication)
    apply_theme(qapp, "dark")
    sheet = qapp.styleSheet()
    apply_theme(qapp, "dark")
    assert qapp.styleSheet() == sheet
