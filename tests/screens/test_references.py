"""What a person accepted stays: every picture and layout against its reference, and what would not.

The default run looks at the dark window in English at once, at the usual size and at the least;
`make screens` at all languages, themes and sizes at both densities, in processes of their own.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtGui import QFont
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget

from app import theme as theme_module
from app.theme import DARK, apply_theme, ui_font
from app.widgets.forms import ElidedLabel
from tests.screens import references as module
from tests.screens.layout import Layout
from tests.screens.references import LARGE, LEAST, USUAL, References, Size, look, look_at_all, walk
from tests.screens.scene import Scene, still_world
from tests.screens.signature import Signature

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def references() -> References:
    return References.load("en", "dark")


# What goes wrong with a page, each undone by what it gives back.


def hide_the_inspector(scene: Scene) -> Callable[[], object]:
    inspector = scene.window.pages["select"].inspector
    inspector.hide()
    return inspector.show


def narrow_a_column_by_a_quarter(scene: Scene) -> Callable[[], object]:
    inspector = scene.window.pages["select"].inspector
    wide = inspector.width()
    inspector.setFixedWidth(wide * 3 // 4)
    return lambda: inspector.setFixedWidth(wide)


def move_the_splitter(scene: Scene) -> Callable[[], object]:
    splitter = scene.window.pages["select"].splitter
    sizes = splitter.sizes()
    splitter.setSizes([sizes[0] - 90, *sizes[1:-1], sizes[-1] + 90])
    return lambda: splitter.setSizes(sizes)


def hide_a_button(scene: Scene) -> Callable[[], object]:
    history = scene.window.pages["select"].history
    history.hide()
    return history.show


def cut_a_text(scene: Scene) -> Callable[[], object]:
    page = scene.window.pages["select"]
    whole = [w for w in page.findChildren(ElidedLabel) if w.isVisible() and w.text() == w.full_text]
    widest = max((w for w in whole if "/" not in w.full_text), key=lambda w: len(w.full_text))
    least, most = widest.minimumWidth(), widest.maximumWidth()
    widest.setFixedWidth(widest.fontMetrics().horizontalAdvance(widest.full_text) // 2)

    def restore() -> None:
        widest.setMinimumWidth(least)
        widest.setMaximumWidth(most)

    return restore


def write_in_the_grounds_colour(scene: Scene) -> Callable[[], object]:
    page = scene.window.pages["select"]
    heading = next(w for w in page.inspector.findChildren(QLabel) if w.isVisible())
    heading.setStyleSheet(f"color: {DARK.surface}")
    return lambda: heading.setStyleSheet("")


def turn_the_accent_blue(scene: Scene) -> Callable[[], object]:
    return dress(scene, accent="#3a8ff2", accent_hover="#52a0ff", warn="#3a8ff2")


def swap_good_and_bad(scene: Scene) -> Callable[[], object]:
    return dress(scene, good=DARK.bad, bad=DARK.good)


def raise_the_surface(scene: Scene) -> Callable[[], object]:
    return dress(scene, surface=DARK.line_strong)


def dress(scene: Scene, **colours: str) -> Callable[[], object]:
    """Another theme of the same name."""

    def apply(colours: dict[str, str]) -> None:
        theme_module.DARK = dataclasses.replace(DARK, **colours) if colours else DARK
        scene.app.setProperty("seer_theme", "")
        apply_theme(scene.app, "dark")

    apply(colours)
    return lambda: apply({})


FAULTS = (
    hide_the_inspector,
    narrow_a_column_by_a_quarter,
    move_the_splitter,
    hide_a_button,
    cut_a_text,
    write_in_the_grounds_colour,
    turn_the_accent_blue,
    swap_good_and_bad,
    raise_the_surface,
)


# What goes wrong with a page only where there is little room.


def keep_the_rail_whole(scene: Scene) -> Callable[[], object]:
    rail = scene.window.rail
    rail.set_narrow(False)
    return lambda: rail.set_narrow(True)


def squeeze_a_button(scene: Scene) -> Callable[[], object]:
    button = scene.window.pages["select"].toolbar.apply
    button.setFixedWidth(button.sizeHint().width() - 12)
    return lambda: button.setFixedWidth(button.sizeHint().width())


def insist_on_a_width(scene: Scene) -> Callable[[], object]:
    """A label in a row that had just room for what is in it."""
    page = scene.window.pages["select"]
    extra = QLabel("as wide as it likes to be, whatever is there beside it")
    extra.setFixedWidth(page.width())
    page.views.bar.layout().addWidget(extra)
    return lambda: (extra.hide(), extra.deleteLater())


def insist_on_a_height(scene: Scene) -> Callable[[], object]:
    """A map that does not give way to what is below it."""
    view = scene.window.pages["select"].view
    least = view.minimumHeight()
    view.setMinimumHeight(400)
    return lambda: view.setMinimumHeight(least)


FAULTS_OF_THE_LEAST = (
    keep_the_rail_whole,
    squeeze_a_button,
    insist_on_a_width,
    insist_on_a_height,
    hide_the_inspector,
    cut_a_text,
)


@pytest.fixture(scope="module")
def at_least() -> References:
    return References.load("en", "dark", LEAST)


@pytest.fixture(scope="module")
def walked(
    qapp, references: References, at_least: References, tmp_path_factory
) -> Iterator[dict[str, list[str]]]:
    """Differences by picture; those of each fault of the Select page under its own name."""
    found: dict[str, list[str]] = {}
    accepted = {USUAL: references, LEAST: at_least}
    with still_world():
        scene = Scene(tmp_path_factory.mktemp("screens"), "en", "dark")
        try:
            for name, widget in scene.walk():
                watch_models(scene.window)
                for seen in look_at_all(scene, name, widget, (USUAL, LEAST)):
                    found[seen.title] = accepted[seen.size].differences(seen)
                if name == "select":
                    found |= spoilt(scene, FAULTS, USUAL, references)
                    scene.resize(LEAST)
                    found |= spoilt(scene, FAULTS_OF_THE_LEAST, LEAST, at_least)
                    scene.resize(USUAL)
                    found[AGAIN] = references.differences(look(name, widget))
            yield found
        finally:
            scene.close()


def of_the_window(kind: type) -> Iterator[type]:
    """All classes below one that are ours."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("app."):
            yield below
        yield from of_the_window(below)


def watch_models(window: QWidget) -> None:
    """Let Qt's own tester watch every model that is there by now; it complains by a Qt warning."""
    models = {*window.findChildren(QAbstractItemModel)}
    models |= {view.model() for view in window.findChildren(QAbstractItemView)}
    for model in models:
        ours = type(model).__module__.startswith("app.")
        if ours and model.findChild(QAbstractItemModelTester) is None:
            QAbstractItemModelTester(
                model, QAbstractItemModelTester.FailureReportingMode.Warning, model
            )
            _watched.add(type(model).__name__)


_watched: set[str] = set()


def spoilt(
    scene: Scene, faults: tuple[Callable, ...], size: Size, references: References
) -> dict[str, list[str]]:
    """What is told of each fault of the Select page, and of the page after the last of them."""
    found = {}
    for fault in faults:
        restore = fault(scene)
        scene.settle()
        found[told_as(fault, size)] = references.differences(look("select", scene.window, size))
        restore()
        scene.settle()
    again = look("select", scene.window, size)
    return found | {f"{AGAIN} {size}": references.differences(again)}


AGAIN = "select again"


def told_as(fault: Callable, size: Size) -> str:
    """The name that a fault's differences have."""
    return f"fault: {fault.__name__} {size}"


def at(size: Size, names: set[str]) -> set[str]:
    return {f"{name}@{size[0]}x{size[1]}" for name in names}


def test_every_picture_and_layout_is_as_it_was_accepted(walked, references, at_least) -> None:
    shown = {name for name in walked if not name.startswith(("fault: ", AGAIN))}
    assert set(references.signatures) == set(references.layouts)
    assert set(at_least.signatures) == set(at_least.layouts)
    assert shown == set(references.signatures) | at(LEAST, set(at_least.signatures))
    wrong = [f"{name}: {line}" for name in sorted(shown) for line in walked[name]]
    assert not wrong, "\n".join(
        (*wrong, "look with `python -m tests.screens.references`, accept with --accept")
    )


def test_every_item_model_was_under_qts_tester_all_the_way(walked) -> None:
    assert {kind.__name__ for kind in of_the_window(QAbstractItemModel)} == _watched


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_a_difference(walked, fault) -> None:
    assert walked[told_as(fault, USUAL)]


@pytest.mark.parametrize("fault", FAULTS_OF_THE_LEAST, ids=lambda fault: fault.__name__)
def test_a_fault_of_a_window_of_the_least_size_is_a_difference(walked, fault) -> None:
    assert walked[told_as(fault, LEAST)]


def test_what_was_spoilt_or_resized_and_restored_is_no_difference(walked) -> None:
    assert walked[AGAIN] == walked[f"{AGAIN} {USUAL}"] == walked[f"{AGAIN} {LEAST}"] == []


@pytest.mark.parametrize(
    ("fault", "size", "words"),
    [
        (hide_the_inspector, USUAL, "Inspector went"),
        (narrow_a_column_by_a_quarter, USUAL, "Inspector is at"),
        (hide_a_button, USUAL, "buttons"),
        (cut_a_text, USUAL, "is cut to"),
        (write_in_the_grounds_colour, USUAL, "has 1.0:1"),
        (turn_the_accent_blue, USUAL, "hue"),
        (keep_the_rail_whole, LEAST, "SelectPage is at"),
        (squeeze_a_button, LEAST, "“Apply” has"),
        (insist_on_a_width, LEAST, "reaches beyond"),
        (insist_on_a_height, LEAST, "reaches beyond"),
    ],
)
def test_a_fault_is_told_where_it_is(walked, fault: Callable, size: Size, words: str) -> None:
    told = walked[told_as(fault, size)]
    assert any(words in line for line in told), told


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("size", [LEAST, LARGE])
def test_every_picture_of_the_window_has_a_reference_at_every_size(language, size) -> None:
    usual, other = References.load(language, "dark"), References.load(language, "dark", size)
    windows = {name for name, layout in usual.layouts.items() if "QSplitter" in layout.parts}
    assert windows == set(other.signatures) == set(other.layouts)


def test_references_are_the_same_after_a_round_trip(references) -> None:
    for name, signature in references.signatures.items():
        assert Signature.parse(list(signature.lines)) == signature, name
        layout = references.layouts[name]
        assert Layout.parse(list(layout.lines)).lines == layout.lines, name


@pytest.mark.screens
@pytest.mark.parametrize(
    ("families", "stretch"), [((), 105), ((), 96), (("Noto Sans CJK KR",), 100)]
)
def test_another_font_is_no_difference(
    qapp: QApplication, monkeypatch, families: tuple[str, ...], stretch: int
) -> None:
    def other_font() -> QFont:
        font = ui_font()
        if families:
            font.setFamilies(list(families))
        font.setStretch(stretch)
        return font

    for place in (theme_module, module):
        monkeypatch.setattr(place, "ui_font", other_font)
    references = References.load("en", "dark")
    qapp.setFont(other_font())
    qapp.setProperty("seer_theme", "")
    try:
        wrong = {}
        for one in walk("en", "dark", sizes=(USUAL, LEAST)):
            # In the least window a wider font breaks a row earlier: nothing may be cut, though.
            usual = one.size == USUAL
            wrong[one.title] = references.differences(one) if usual else list(one.faults)
    finally:
        qapp.setFont(ui_font())
    assert {name: lines for name, lines in wrong.items() if lines} == {}


@pytest.mark.screens
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_picture_is_as_it_was_accepted_everywhere(
    language: str, theme: str, scale: int, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("SEER_SCREENS_DIR", tmp_path)) / f"differing@{scale}x"
    words = ["--languages", language, "--themes", theme, "--pictures", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.references", *words],
        cwd=ROOT,
        env=os.environ | {"QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
