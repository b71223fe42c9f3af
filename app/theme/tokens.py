"""The design tokens: every colour, size and distance that the window uses.

Contrast of text on background and surface is at least 4.5:1 in both themes, of `text_faint` 3:1.
"""

from __future__ import annotations

from dataclasses import dataclass

# The spacing grid: distances are multiples of this, small ones halves of it.
UNIT = 8
RADIUS = 6
CONTROL_HEIGHT = 28
RAIL_WIDTH = 196
RAIL_NARROW = 76  # icons over their names, where the window is narrow
TOP_BAR_HEIGHT = 44
STATUS_HEIGHT = 28


@dataclass(frozen=True, kw_only=True)
class TypeScale:
    """Font sizes in pixels, from the smallest up."""

    caption: int = 11
    small: int = 12
    body: int = 13
    heading: int = 15
    value: int = 16
    title: int = 22
    display: int = 30


@dataclass(frozen=True, kw_only=True)
class Theme:
    """One set of colours.

    Attributes:
        name: "dark" or "light".
        background: Behind everything.
        surface: Rail, bars, cards.
        raised: The selected or hovered thing on a surface; buttons.
        pressed: A raised thing while held down.
        line: Hairlines between surfaces.
        line_strong: Borders of fields and buttons.
        track: The empty part of a bar.
        text: What is read.
        text_dim: What explains.
        text_faint: What is not available now.
        accent: The one colour that asks for attention.
        accent_hover: The accent under the pointer.
        accent_soft: A tint of the accent behind text.
        on_accent: Text on the accent.
        good: Done, saved, smaller.
        warn: Needs a look.
        bad: Failed.
        notice: Background of a banner that warns.
        notice_line: Its border.
        bad_notice: Background of a banner about a failure.
        bad_line: Its border.
        bar: A bar that is not the accent's.
        hatch: Strokes over a dropped cell.
        dropped: Ground of a dropped cell.
        merge_hatch: Strokes over a cell that is merged into another one, the other way round.
        merged: Ground of a merged cell.
        shade: What lies over a window that is not to be looked at.
        parts: Distinguishable fills for the parts of one bar, by falling weight.
    """

    name: str
    background: str
    surface: str
    raised: str
    pressed: str
    line: str
    line_strong: str
    track: str
    text: str
    text_dim: str
    text_faint: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    good: str
    warn: str
    bad: str
    notice: str
    notice_line: str
    bad_notice: str
    bad_line: str
    bar: str
    hatch: str
    dropped: str
    merge_hatch: str
    merged: str
    shade: str
    parts: tuple[str, ...]

    @property
    def dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return self.name == "dark"


DARK = Theme(
    name="dark",
    background="#16181d",
    surface="#1d2026",
    raised="#262a32",
    pressed="#2f343e",
    line="#2c313a",
    line_strong="#3a404b",
    track="#2c313a",
    text="#e8eaee",
    text_dim="#9aa1ad",
    text_faint="#6d7583",
    accent="#f2a33a",
    accent_hover="#ffb552",
    accent_soft="#3a2f1e",
    on_accent="#1b1203",
    good="#4cc38a",
    warn="#f2a33a",
    bad="#f0776a",
    notice="#2b261f",
    notice_line="#8a672d",
    bad_notice="#2e2122",
    bad_line="#8c4a45",
    bar="#5b6472",
    hatch="#46608c",
    dropped="#14203a",
    merge_hatch="#a8608a",
    merged="#331a2b",
    shade="#000000",
    parts=("#f2a33a", "#8fa3bf", "#5d7594", "#b98a4e", "#6f7887", "#475063"),
)

LIGHT = Theme(
    name="light",
    background="#f5f6f8",
    surface="#ffffff",
    raised="#f0f2f5",
    pressed="#e3e7ec",
    line="#dde1e7",
    line_strong="#c9cfd8",
    track="#e6e9ee",
    text="#1a1d23",
    text_dim="#58606e",
    text_faint="#868e9b",
    accent="#a95805",
    accent_hover="#8f4a04",
    accent_soft="#fbeedd",
    on_accent="#ffffff",
    good="#0f7a38",
    warn="#a95805",
    bad="#b42318",
    notice="#f9f1e6",
    notice_line="#d9ad78",
    bad_notice="#fcefed",
    bad_line="#e0a39d",
    bar="#aab2bf",
    hatch="#8799b8",
    dropped="#d3dbe8",
    merge_hatch="#b56f97",
    merged="#f1dbe6",
    shade="#1a1d23",
    parts=("#a95805", "#5d7594", "#9fb0c7", "#d79a55", "#7d8795", "#c3cad4"),
)

TYPE = TypeScale()
