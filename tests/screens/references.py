"""The references of all pictures: compare with them, look at what differs, accept.

    python -m tests.screens.references                     compare everything; exit status 1 if not
    python -m tests.screens.references --only select-lens  of these alone; a name or its beginning
    python -m tests.screens.references --accept            take what is drawn now as the reference

Whatever differs is written to a scratch folder (`--pictures`) as the reference's coarse cells
beside the picture of now, with the cells that differ framed; `--all` writes every picture. Look at
them before you accept. `QT_SCALE_FACTOR=2` compares the pictures of a high-density screen with the
same references: they hold for every density, and the layout's hold for both themes.

References are text: `references/pictures-THEME-LANGUAGE.txt` has each picture's cells
(`signature`), `references/layout-LANGUAGE.txt` its parts (`layout`). Files with a size in their
name hold the window at that size: the least, where everything has to give way, and a large one,
where nothing may be lost in it. Both in one theme, because colours are no question of size. A
machine with a font of another family than `references/font.txt` names compares more loosely.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter
from PySide6.QtWidgets import QMainWindow, QWidget

from app.main_window.shape import LEAST_SIZE
from app.theme import ui_font
from tests.screens import layout, signature
from tests.screens.clipped import clipped
from tests.screens.crowded import crowded
from tests.screens.layout import Layout, lay
from tests.screens.readable import unreadable
from tests.screens.signature import DIGITS, HUES, Signature, sign

if TYPE_CHECKING:
    from tests.screens.scene import Scene

FOLDER = Path(__file__).with_name("references")
LANGUAGES = ("en", "ko")
THEMES = ("dark", "light")
Size = tuple[int, int]
USUAL: Size = (1440, 900)
LEAST: Size = (LEAST_SIZE.width(), LEAST_SIZE.height())
LARGE: Size = (1920, 1080)
# Which sizes there are references of, by theme; the usual one first.
SIZES: dict[str, tuple[Size, ...]] = {"dark": (USUAL, LEAST, LARGE), "light": (USUAL,)}
# A tour dims the window behind it on purpose.
DIMMED = ("tour",)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One picture as it was drawn.

    Attributes:
        name: What it shows.
        picture: The pixels.
        signature: What of them is compared.
        layout: Where the parts are.
        faults: What is wrong whatever the reference says: clipped, crowded, or too faint.
        size: Of the window.
    """

    name: str
    picture: QImage
    signature: Signature
    layout: Layout
    faults: tuple[str, ...] = ()
    size: Size = USUAL

    @property
    def title(self) -> str:
        """Its name, with the size where that is not the usual one."""
        return self.name if self.size == USUAL else f"{self.name}@{self.size[0]}x{self.size[1]}"


def look(name: str, widget: QWidget, size: Size = USUAL) -> Seen:
    """Draw what is shown."""
    picture = widget.grab().toImage()
    # Colours are no question of size.
    faint = [] if name in DIMMED or size != USUAL else unreadable(widget, picture)
    return Seen(
        name=name,
        picture=picture,
        signature=sign(picture),
        layout=lay(widget),
        faults=(*clipped(widget), *crowded(widget), *faint),
        size=size,
    )


def look_at_all(
    scene: Scene, name: str, widget: QWidget, sizes: tuple[Size, ...]
) -> Iterator[Seen]:
    """Draw what is shown at every size, and leave the window at the first of them."""
    yield look(name, widget)
    if not isinstance(widget, QMainWindow):
        return  # the size of the window is nothing to a dialog
    for size in sizes[1:]:
        scene.resize(size)
        yield look(name, widget, size)
    if sizes[1:]:
        scene.resize(sizes[0])
        widget.grab()  # drawing settles layouts that the next pictures start from


def walk(
    language: str, theme: str, only: tuple[str, ...] = (), sizes: tuple[Size, ...] = (USUAL,)
) -> Iterator[Seen]:
    """Everything that there is to see, drawn once."""
    from tests.screens.scene import Scene, still_world

    with still_world(), tempfile.TemporaryDirectory(prefix="seer-screens-") as folder:
        scene = Scene(Path(folder), language, theme)
        try:
            for name, widget in scene.walk():
                if not only or name.startswith(only):
                    yield from look_at_all(scene, name, widget, sizes)
                else:
                    widget.grab()  # drawing settles layouts that the next pictures start from
        finally:
            scene.close()


# -- files ---------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, list[str]]:
    """Sections of a file by name."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.startswith("# "):
            lines = found[line[2:]] = []
        elif line:
            lines.append(line)
    return found


def _write(path: Path, sections: dict[str, tuple[str, ...]]) -> None:
    text = "\n".join("\n".join((f"# {name}", *lines, "")) for name, lines in sections.items())
    path.write_text(text, encoding="utf-8")


def _pictures(language: str, theme: str, size: Size) -> Path:
    return FOLDER / f"pictures-{_prefix(size)}{theme}-{language}.txt"


def _prefix(size: Size) -> str:
    return "" if size == USUAL else f"{size[0]}x{size[1]}-"


FONT = FOLDER / "font.txt"


def font() -> str:
    """The family that the window is written in here."""
    return QFontInfo(ui_font()).family()


def _layouts(language: str, size: Size) -> Path:
    return FOLDER / f"layout-{_prefix(size)}{language}.txt"


@dataclass(frozen=True)
class References:
    """What was accepted for one language, theme and size."""

    signatures: dict[str, Signature]
    layouts: dict[str, Layout]
    family: str = ""

    @classmethod
    def load(cls, language: str, theme: str, size: Size = USUAL) -> References:
        """Read both files."""
        pictures, layouts = _read(_pictures(language, theme, size)), _read(_layouts(language, size))
        return cls(
            {name: Signature.parse(lines) for name, lines in pictures.items()},
            {name: Layout.parse(lines) for name, lines in layouts.items()},
            FONT.read_text(encoding="utf-8").strip() if FONT.exists() else "",
        )

    def differences(self, seen: Seen) -> list[str]:
        """Why a picture is not the reference's; empty if it is."""
        if seen.name not in self.signatures or seen.name not in self.layouts:
            return ["there is no reference: look at it, then accept it"]
        loose = font() != self.family
        found = layout.difference(seen.layout, self.layouts[seen.name], loose=loose)
        drawn = signature.difference(seen.signature, self.signatures[seen.name], loose=loose)
        return [*found, *([drawn] if drawn else []), *seen.faults]


def accept(language: str, theme: str, seen: list[Seen], *, whole: bool, size: Size = USUAL) -> None:
    """Make these the reference; what is not there any more goes where the walk was whole."""
    FOLDER.mkdir(exist_ok=True)
    FONT.write_text(font() + "\n", encoding="utf-8")
    path = _pictures(language, theme, size)
    kept = {} if whole else {name: tuple(lines) for name, lines in _read(path).items()}
    _write(path, kept | {one.name: one.signature.lines for one in seen})
    path = _layouts(language, size)
    kept = {} if whole else {name: tuple(lines) for name, lines in _read(path).items()}
    _write(path, kept | {one.name: one.layout.lines for one in seen})


# -- for eyes ------------------------------------------------------------------------------------


def beside(seen: Seen, reference: Signature | None) -> QImage:
    """The reference's cells at the left, the picture at the right."""
    wide, high = seen.picture.width(), seen.picture.height()
    out = QImage(2 * wide + 8, high, QImage.Format.Format_RGB32)
    out.fill(QColor("#808080"))
    painter = QPainter(out)
    picture = seen.picture.copy()
    picture.setDevicePixelRatio(1)
    painter.drawImage(wide + 8, 0, picture)
    if reference is not None:
        rows, columns = len(reference.light), len(reference.light[0])
        size = (wide / columns, high / rows)
        for row in range(rows):
            for column in range(columns):
                cell = QRectF(column * size[0], row * size[1], *size)
                painter.fillRect(cell, _cell_colour(reference, row, column))
        painter.setPen(QColor("#ff00c8"))
        for row, column, _ in signature.differing(seen.signature, reference):
            at = QRectF(wide + 8 + column * size[0], row * size[1], *size)
            painter.drawRect(at.adjusted(1, 1, -2, -2))
    painter.end()
    return out


def _cell_colour(reference: Signature, row: int, column: int) -> QColor:
    light = DIGITS.index(reference.light[row][column]) * 255 // 61
    hue = reference.hue[row][column]
    if hue == ".":
        return QColor(light, light, light)
    return QColor.fromHsl(HUES.index(hue) * 30 + 15, 160, light)


def main(arguments: list[str] | None = None) -> int:
    """Compare or accept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accept", action="store_true", help="make them the reference")
    parser.add_argument("--only", nargs="*", default=[], help="names, or their beginnings")
    parser.add_argument("--languages", nargs="*", default=LANGUAGES, choices=LANGUAGES)
    parser.add_argument("--themes", nargs="*", default=THEMES, choices=THEMES)
    parser.add_argument("--pictures", type=Path, help="folder for what differs")
    parser.add_argument("--all", action="store_true", help="write every picture there")
    options = parser.parse_args(arguments)
    folder = options.pictures or Path(tempfile.mkdtemp(prefix="seer-pictures-"))
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for language in options.languages:
        for theme in options.themes:
            failed += _check(language, theme, folder, options)
    print(f"pictures: {folder}")
    return 1 if failed and not options.accept else 0


def _check(language: str, theme: str, folder: Path, options: argparse.Namespace) -> int:
    """One language and theme; how many pictures differ."""
    sizes = SIZES[theme]
    references = {size: References.load(language, theme, size) for size in sizes}
    seen: dict[Size, list[Seen]] = {size: [] for size in sizes}
    differing = 0
    for one in walk(language, theme, tuple(options.only), sizes):
        seen[one.size].append(one)
        wrong = references[one.size].differences(one)
        for line in wrong:
            print(f"{one.title} {theme} {language}: {line}")
        differing += bool(wrong)
        if wrong or options.all:
            pair = beside(one, references[one.size].signatures.get(one.name))
            pair.save(str(folder / f"{one.title}-{theme}-{language}.png"))
    for size in sizes:
        known = set(references[size].signatures)
        gone = set() if options.only else known - {one.name for one in seen[size]}
        for name in sorted(gone):
            print(f"{name} {theme} {language} at {size}: is not shown any more")
        differing += len(gone)
        if options.accept:
            accept(language, theme, seen[size], whole=not options.only, size=size)
    return differing


if __name__ == "__main__":
    sys.exit(main())
