"""Take it away: every view gives its picture and its numbers through one menu."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog

from app import theme
from app.pages.select import SelectPage
from app.theme import DARK, PAPER
from tests.app.pages.select.lens_made import made_lens

EXPERTS = (16,) * 6
PICTURED = ("map", "layer", "network", "compare", "lens")


@pytest.fixture
def page(qapp: QApplication, page: SelectPage) -> SelectPage:
    theme.apply_theme(qapp, "dark")
    session = page.session
    session.take_lens(made_lens(experts=EXPERTS))
    kept = session.plan.kept_LE.copy()
    kept[1, [3, 4]] = False
    session.apply_plan(session.plan.with_kept(kept), "drop")
    page.grab()
    return page


def turn(page: SelectPage, view: str) -> None:
    page.views.show_view(view)
    page._show_rest()
    page.grab()


def rows(page: SelectPage) -> list[dict[str, str]]:
    taken = page.takeaway.taken()
    return list(csv.DictReader(io.StringIO(taken.table().text())))


def share(image: QImage, colour: str) -> float:
    """Share of the pixels that have a colour."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint32) & 0xFFFFFF
    return float((data == int(colour[1:], 16)).mean())


@pytest.mark.parametrize("view", PICTURED)
def test_every_view_is_drawn_on_white_whatever_the_theme(page, tmp_path, view) -> None:
    turn(page, view)
    page.takeaway.save_png(tmp_path / "v.png")
    page.takeaway.save_svg(tmp_path / "v.svg")
    image = QImage(str(tmp_path / "v.png"))
    assert image.width() > 800
    assert image.pixelColor(2, 2).name() == PAPER.background == "#ffffff"
    assert 0.1 < share(image, PAPER.background) < 0.98
    for ground in (DARK.background, DARK.surface, DARK.track):
        assert share(image, ground) < 0.002, ground
    root = ET.parse(tmp_path / "v.svg").getroot()
    texts = {"".join(n.itertext()).strip() for n in root.iter() if n.tag.endswith("text")}
    assert any("made-up" in text for text in texts)  # text stays text
    assert not list(tmp_path.glob("*~"))
    assert theme.theme() is not PAPER


def test_a_pictures_sharpness_is_twice_the_screens(page, tmp_path) -> None:
    turn(page, "network")
    page.takeaway.save_png(tmp_path / "v.png")
    taken = page.takeaway.taken()
    wide = QImage(str(tmp_path / "v.png")).width()
    assert wide == pytest.approx(2 * taken.drawing.size().width(), abs=2)


def test_a_picture_has_no_cursor_and_no_hint_in_it(page, tmp_path) -> None:
    turn(page, "layer")
    taken = page.takeaway.taken
    page.views.current.bars.set_expert(-1)
    page.takeaway.save_svg(tmp_path / "without.svg")
    page.views.current.bars.set_expert(3)
    page.takeaway.save_svg(tmp_path / "with.svg")
    assert taken() is not None
    text = (tmp_path / "with.svg").read_text()
    assert text == (tmp_path / "without.svg").read_text()
    assert "drag the line" not in text
    assert "drag the line" in page.views.current.curve.head()


def test_the_layers_table_is_this_layers_experts_best_first(page) -> None:
    turn(page, "layer")
    page.views.current.show_row(1)
    found = rows(page)
    assert [row["layer"] for row in found] == ["1"] * 16
    scores = [float(row["soft-count"]) for row in found]
    assert scores == sorted(scores, reverse=True)
    assert {row["expert"] for row in found if row["state"] == "dropped"} == {"3", "4"}


def test_the_networks_table_has_a_line_per_layer_and_raw_numbers(page) -> None:
    turn(page, "network")
    found = rows(page)
    assert [row["kept"] for row in found] == ["16", "14", "16", "16", "16", "16"]
    entropy = page.derived.statistics().entropy_L
    assert float(found[2]["entropy_nats"]) == pytest.approx(float(entropy[2]))
    assert 0 < float(found[1]["kept_reap"]) < 1
    assert float(found[0]["kept_reap"]) == pytest.approx(1)


def test_the_comparisons_table_names_what_matters_only_in_b(page) -> None:
    turn(page, "compare")
    view = page.views.current
    found = rows(page)
    assert len(found) == 96
    marked = {(int(r["layer"]), int(r["expert"])) for r in found if r["matters_only_in_b"] == "1"}
    assert marked == {(one.row, one.expert) for one in view._found.only_b}
    one = found[5]
    assert float(one["share_a"]) - float(one["share_b"]) == pytest.approx(
        float(one["difference"]), abs=1e-8
    )


def test_the_lens_table_has_every_choice(page) -> None:
    turn(page, "lens")
    found = rows(page)
    lens = page.session.lens
    assert len(found) == 40 * 6
    at = 7 * 6 + 1  # token 7 in layer 1
    assert found[at]["experts"] == " ".join(map(str, lens.expert[7, 1].tolist()))
    gone = [str(e) for e in lens.expert[7, 1].tolist() if e in (3, 4)]
    assert found[at]["dropped"] == " ".join(gone)
    assert found[0]["text"] == "line0\n"


def test_plans_are_a_table_and_no_picture(page) -> None:
    page.session.keep_plan("mine", page.session.plan)
    turn(page, "plans")
    page.takeaway.look()
    menu = {action.text(): action for action in page.toolbar.more_menu.actions()}
    assert not menu["Save picture (PNG)…"].isEnabled()
    assert menu["Save table (CSV)…"].isEnabled()
    assert [(row["name"], row["kept"]) for row in rows(page)] == [("", "94"), ("mine", "94")]


def test_pictures_and_tables_go_to_the_clipboard(page) -> None:
    turn(page, "network")
    with QtSpy(page) as said:
        page.takeaway.copy_picture()
        assert not QGuiApplication.clipboard().image().isNull()
        page.takeaway.copy_table()
    text = QGuiApplication.clipboard().text()
    assert text.splitlines()[0].split("\t")[:3] == ["layer", "experts", "kept"]
    assert said == ["Copied the picture", "Copied the table"]


class QtSpy:
    """What a page says meanwhile."""

    def __init__(self, page: SelectPage) -> None:
        self._page, self._said = page, []

    def __enter__(self) -> list[str]:
        self._page.status_changed.connect(self._said.append)
        return self._said

    def __exit__(self, *_error: object) -> None:
        self._page.status_changed.disconnect(self._said.append)


def test_a_folder_that_cannot_be_written_is_said_in_the_banner(page, tmp_path, monkeypatch) -> None:
    target = tmp_path / "gone" / "x.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    page.takeaway.ask_png()
    assert "cannot write" in page.banner.text
    assert not target.parent.exists()


def test_a_name_without_a_suffix_gets_one(page, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "map"), ""))
    page.takeaway.ask_csv()
    assert (tmp_path / "map.csv").read_text().startswith("layer,expert,state")


def test_differences_are_shapes_in_a_drawing_not_pixels(page, tmp_path) -> None:
    turn(page, "compare")
    page.takeaway.save_svg(tmp_path / "c.svg")
    drawn = (tmp_path / "c.svg").read_text()
    assert drawn.count("<image") <= 1  # the strip of the colour scale
    assert drawn.count("<rect") + drawn.count("<path") >= 96
