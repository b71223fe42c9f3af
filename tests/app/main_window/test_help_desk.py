"""Help, keys, settings, about and the tour by real clicks and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from app.main_window import MainWindow, Settings
from app.main_window.about import versions
from app.main_window.help_window import HelpWindow
from app.main_window.settings_dialog import THREADS, kept_scales, kept_threads
from app.session import Session
from app.theme import apply_theme, chosen_scales, chosen_theme, set_scales
from app.widgets.help import HelpButton, help_for
from app.widgets.tour import Stop, Tour


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(QSettings(str(tmp_path / "studio.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def window(qtbot, settings, tmp_path):
    apply_theme(QApplication.instance(), "dark")
    session = Session(data_dir=tmp_path / "data")
    made = MainWindow(session, settings)
    made.confirm_close = lambda: True
    qtbot.addWidget(made)
    made.resize(1280, 800)
    with qtbot.waitSignal(made.ready, timeout=20000):
        made.show()
    made.activateWindow()
    yield made
    session.close()


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window, key, modifier)


def child(window, kind):
    return window.findChild(kind)


def test_f1_opens_the_help_of_the_page_that_is_shown(window, qtbot):
    window.show_page("export")
    press(qtbot, window, Qt.Key.Key_F1)
    assert child(window, HelpWindow).page.key == "export"
    window.show_page("calibrate")
    window.help_desk.show_help()
    shown = window.findChildren(HelpWindow)
    assert [help_window.page.key for help_window in shown] == ["calibrate"]
    shown[0].close()


def test_a_page_of_help_opens_at_its_top(window, qtbot):
    window.help_desk.show_topic("select")
    shown = child(window, HelpWindow)
    qtbot.wait(50)
    assert shown.text.verticalScrollBar().maximum() > 0
    assert shown.text.verticalScrollBar().value() == 0
    shown.close()


def test_the_about_box_is_as_high_as_its_lines(window, qtbot):
    box = window.help_desk.show_about()
    labels = [label for label in box.findChildren(QLabel) if label.wordWrap()]
    assert [label.height() for label in labels] == [
        label.heightForWidth(label.width()) for label in labels
    ]
    box.close()


def test_f1_in_a_field_opens_its_section(window, qtbot):
    window.show_page("calibrate")
    form = window.pages["calibrate"].form
    form.seed.setProperty("help_topic", "calibrate#seed")
    form.seed.setFocus()
    window.help_desk.show_help()
    shown = child(window, HelpWindow)
    bar = shown.text.verticalScrollBar()
    assert shown.page.key == "calibrate"
    assert bar.value() > 0 or bar.maximum() == 0
    shown.close()


def test_the_question_mark_explains_and_leads_to_the_page(window, qtbot):
    window.show_page("calibrate")
    form = window.pages["calibrate"].form
    button = next(b for b in form.findChildren(HelpButton) if b.topic.topic == "calibrate#seq-len")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    popover = button.popover
    assert popover.isVisible()
    assert "context" in popover.accessibleDescription()
    qtbot.mouseClick(popover.more, Qt.MouseButton.LeftButton)
    assert button.popover is None
    assert child(window, HelpWindow).page.key == "calibrate"
    child(window, HelpWindow).close()


def test_search_leaves_the_pages_that_hold_every_word(qtbot):
    shown = HelpWindow()
    qtbot.addWidget(shown)
    shown.show_topic("welcome")
    qtbot.keyClicks(shown.search, "shield super")
    left = [
        shown.topics.item(at).text()
        for at in range(shown.topics.count())
        if not shown.topics.item(at).isHidden()
    ]
    assert left == ["Select"]
    assert shown.page.key == "select"
    qtbot.keyClicks(shown.search, " zzz")
    assert shown.nothing.isVisibleTo(shown)


def test_links_between_help_pages_are_followed_inside(qtbot):
    shown = HelpWindow()
    qtbot.addWidget(shown)
    shown.show_topic("select")
    shown.text.anchorClicked.emit(QUrl("scores.md"))
    assert shown.page.key == "scores"


def test_the_sheet_lists_the_windows_keys_as_they_are(window, qtbot):
    sheet = window.help_desk.show_shortcuts()
    texts = {label.text() for label in sheet.findChildren(QWidget) if hasattr(label, "text")}
    assert {"Save project", "Ctrl+S", "Space", "Help for this page", "F1"} <= texts
    sheet.close()


def test_the_about_box_copies_versions(window, qtbot):
    box = window.help_desk.show_about()
    qtbot.mouseClick(box.copy, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert "SEER Studio" in text
    assert "torch" in text
    assert len(versions()) >= 8
    box.close()


def test_settings_hold_at_once_and_are_kept(window, settings, qtbot):
    dialog = window.choices.show_settings()
    dialog.theme.setCurrentIndex(dialog.theme.findData("light"))
    assert chosen_theme() == settings.get("theme") == "light"
    before = chosen_scales()
    dialog.scale.setCurrentIndex(dialog.scale.findData("viridis"))
    dialog.differences.setCurrentIndex(dialog.differences.findData("green-purple"))
    assert chosen_scales() == kept_scales(settings) == ("viridis", "green-purple")
    set_scales(*before)
    assert kept_scales(settings) == before  # wherever they are chosen
    dialog.threads.setValue(3)
    assert kept_threads(settings) == 3
    with qtbot.waitSignal(window.language_chosen) as asked:
        dialog.language.setCurrentIndex(dialog.language.findData("ko"))
    assert asked.args == ["ko"]
    assert settings.get("language") == "ko"


def test_a_damaged_number_of_cores_is_left_to_torch(settings):
    settings.set(THREADS, "many")
    assert kept_threads(settings) == 0


def test_clearing_the_recent_list_empties_welcome_as_well(window, settings, qtbot):
    from app.main_window.settings import Recent

    settings.remember(Recent(kind="model", path="org/model", name="model"))
    dialog = window.choices.show_settings()
    qtbot.mouseClick(dialog.clear, Qt.MouseButton.LeftButton)
    assert settings.recent() == ()
    assert window.pages["welcome"].recent_rows == []
    dialog.close()


def test_the_tour_opens_the_demo_and_walks_through_to_the_end(window, settings, qtbot):
    qtbot.mouseClick(window.pages["welcome"].tour_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.help_desk.tour is not None, timeout=10000)
    tour = window.help_desk.tour
    window.pages["calibrate"].run_profile = lambda: None  # a real one has a journey of its own
    titles = []
    for _ in range(8):
        titles.append(tour.stop.title)
        place = tour.place()
        assert not place.isEmpty(), f"{tour.stop.title} points at nothing"
        assert tour.rect().contains(tour.card.geometry()), tour.stop.title
        qtbot.keyClick(tour, Qt.Key.Key_Return)
    assert len(set(titles)) == 8
    assert window.help_desk.tour is None
    assert settings.get("tour_seen") == "yes"


def test_escape_ends_a_tour_and_back_goes_back(qtbot):
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(800, 600)
    field = QLineEdit(ground)
    field.setGeometry(100, 100, 200, 30)
    ground.show()
    seen = []
    stops = tuple(
        Stop(title=name, text="…", prepare=lambda name=name: seen.append(name), place=lambda: field)
        for name in "abc"
    )
    tour = Tour(stops, ground)
    qtbot.keyClick(tour, Qt.Key.Key_Right)
    qtbot.mouseClick(tour.back, Qt.MouseButton.LeftButton)
    assert seen == ["a", "b", "a"]
    assert tour.place().contains(field.geometry())
    ground.resize(400, 300)
    assert tour.size() == ground.size()
    with qtbot.waitSignal(tour.ended) as ended:
        qtbot.keyClick(tour, Qt.Key.Key_Escape)
    assert ended.args == [False]


def test_help_for_a_setting_that_no_page_explains_is_refused(qtbot):
    with pytest.raises(KeyError):
        help_for("calibrate#nothing")
