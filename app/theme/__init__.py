"""How the window looks: the only place with a colour in it.

`theme()` is the current set of tokens, `apply_theme` changes it, `theme_changed` says that it did:
a widget that paints by itself or holds an icon connects a bound method of its own to it. Colour
scales of data are chosen apart (`scale()`, `difference_scale()`, `set_scales`); another one is a
change like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from app.theme.icons import coloured_icon, icon_folder, pixmap, spaced_icon
from app.theme.scales import (
    DEFAULT,
    DEFAULT_DIFFERENCES,
    DIVERGING,
    INK_DARK,
    INK_LIGHT,
    LEVELS,
    SEQUENTIAL,
    dark_ink,
    diverging,
    sequential,
)
from app.theme.style import MONO, palette, style_sheet
from app.theme.tokens import (
    CONTROL_HEIGHT,
    DARK,
    LIGHT,
    RADIUS,
    RAIL_NARROW,
    RAIL_WIDTH,
    STATUS_HEIGHT,
    TOP_BAR_HEIGHT,
    TYPE,
    UNIT,
    Theme,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "CONTROL_HEIGHT",
    "DARK",
    "DIFFERENCE_SCALES",
    "INK_DARK",
    "INK_LIGHT",
    "LEVELS",
    "LIGHT",
    "PAPER",
    "RADIUS",
    "RAIL_NARROW",
    "RAIL_WIDTH",
    "SCALES",
    "STATUS_HEIGHT",
    "TOP_BAR_HEIGHT",
    "TYPE",
    "UNIT",
    "Theme",
    "ThemeName",
    "apply_theme",
    "button_icon",
    "chosen_scales",
    "chosen_theme",
    "color",
    "dark_ink",
    "difference_scale",
    "icon",
    "mono_font",
    "on_paper",
    "paper",
    "pixmap",
    "scale",
    "set_scales",
    "theme",
    "theme_changed",
    "ui_font",
]

PAPER = replace(LIGHT, background=LIGHT.surface)
SCALES = tuple(SEQUENTIAL)
DIFFERENCE_SCALES = tuple(DIVERGING)
ThemeName = Literal["system", "dark", "light"]

# Tried in turn after the system's own interface font, so that Hangul never becomes boxes.
KOREAN_FONTS = (
    "Pretendard",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "UnDotum",
)
LATIN_FONTS = ("Inter", "Segoe UI", "SF Pro Text", "Cantarell", "Noto Sans", "DejaVu Sans")


class _Current(QObject):
    """Holds the current theme, because a signal needs an object."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme = DARK
        self.name: ThemeName = "system"
        self.followed: QGuiApplication | None = None
        self.scale = DEFAULT
        self.differences = DEFAULT_DIFFERENCES

    def follow(self) -> None:
        """Take over the system's colour scheme when it changes, if that was asked for."""
        app = QApplication.instance()
        if self.name == "system" and isinstance(app, QApplication):
            apply_theme(app, "system")


_current = _Current()
theme_changed = _current.changed


def theme() -> Theme:
    """The tokens in use."""
    return _current.theme


def chosen_theme() -> ThemeName:
    """What was asked for: a theme by name, or the system's."""
    return _current.name


def apply_theme(app: QApplication, name: ThemeName) -> None:
    """Dress the whole application.

    Args:
        app: The application.
        name: "dark", "light", or "system" to follow the desktop's setting from now on.
    """
    if _current.followed is not app:
        app.setStyle("Fusion")
        app.setFont(ui_font())
        app.styleHints().colorSchemeChanged.connect(_current.follow)
        _current.followed = app
    _current.name = name
    chosen = _system_theme(app) if name == "system" else {"dark": DARK, "light": LIGHT}[name]
    dressed = app.property("seer_theme") == chosen.name
    _current.theme = chosen
    if dressed:
        return
    app.setProperty("seer_theme", chosen.name)
    # Replacing a style sheet makes Qt compare both for every widget: taking the old one off first
    # is three times as fast (0.22 s against 0.7 s of CPU with all pages open).
    app.setStyleSheet("")
    app.setPalette(palette(chosen))
    app.setStyleSheet(style_sheet(chosen, icon_folder()))
    _current.changed.emit()


def scale() -> NDArray[np.uint8]:
    """The colours of scores, from low to high, [LEVELS, 3] bytes."""
    return sequential(_current.scale)


def difference_scale() -> NDArray[np.uint8]:
    """The colours of differences around the theme's own grey, [LEVELS, 3] bytes."""
    middle = QColor(_current.theme.track)
    return diverging(_current.differences, (middle.red(), middle.green(), middle.blue()))


def chosen_scales() -> tuple[str, str]:
    """The names of both scales: of scores, of differences."""
    return _current.scale, _current.differences


def set_scales(scores: str = "", differences: str = "") -> None:
    """Show data in other colours; empty or unknown leaves a scale as it is."""
    before = chosen_scales()
    if scores in SEQUENTIAL:
        _current.scale = scores
    if differences in DIVERGING:
        _current.differences = differences
    if chosen_scales() != before:
        _current.changed.emit()


def paper() -> bool:
    """Whether what is painted now goes on paper: without a cursor, and what is under a pointer."""
    return _current.theme is PAPER


@contextmanager
def on_paper() -> Iterator[None]:
    """Whatever paints by itself paints for paper in here: the light theme, on white.

    Style sheets stay as they are, so this is for what is painted, not for labels and fields.
    """
    before = _current.theme
    _current.theme = PAPER
    _current.changed.emit()
    try:
        yield
    finally:
        _current.theme = before
        _current.changed.emit()


def _system_theme(app: QApplication) -> Theme:
    """What the desktop asks for; where it says nothing, the lightness of its own palette."""
    scheme = app.styleHints().colorScheme()
    if scheme == Qt.ColorScheme.Unknown:
        if app.property("seer_theme"):
            return _current.theme
        window = QPalette().color(QPalette.ColorRole.Window)
        return DARK if window.lightness() < 128 else LIGHT
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def color(token: str, alpha: float = 1.0) -> QColor:
    """A colour of the current theme by its token's name, for painting."""
    out = QColor(getattr(_current.theme, token))
    out.setAlphaF(alpha)
    return out


def icon(name: str, token: str = "text_dim") -> QIcon:  # noqa: S107 - a colour, not a secret
    """An icon in a colour of the current theme; ask again when `theme_changed`."""
    return coloured_icon(name, getattr(_current.theme, token), _current.theme.text_faint)


def button_icon(name: str, token: str, size: int, gap: int) -> QIcon:
    """An icon for a button with a text, with a gap between the two."""
    return spaced_icon(name, getattr(_current.theme, token), _current.theme.text_faint, size, gap)


def ui_font() -> QFont:
    """The system's interface font at our size, with fonts that have Hangul behind it."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    have = set(QFontDatabase.families())
    named = [
        f for f in (*LATIN_FONTS[:1], system.family(), *LATIN_FONTS, *KOREAN_FONTS) if f in have
    ]
    out = QFont(system)
    if named:
        out.setFamilies(list(dict.fromkeys(named)))
    out.setPixelSize(TYPE.body)
    return out


def mono_font(size: int = TYPE.small) -> QFont:
    """The font for code, tokens and commands."""
    out = QFont()
    out.setFamilies([name.strip(' "') for name in MONO.split(",")])
    out.setStyleHint(QFont.StyleHint.Monospace)
    out.setPixelSize(size)
    return out
