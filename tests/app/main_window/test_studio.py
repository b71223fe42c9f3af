"""The program around the window: its language, and errors that nobody foresaw."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QLocale

from app.main_window import Settings, install_language
from app.main_window import window as window_module
from app.main_window.dialogs import ErrorDialog
from app.main_window.language import language_code
from app.main_window.studio import Studio
from app.theme import chosen_scales, set_scales
from tests.app.folders import write_mixtral


@pytest.fixture
def studio(qapp, qtbot, monkeypatch):
    light = tuple(entry for entry in window_module.PAGES if entry[0] in {"model", "tune"})
    monkeypatch.setattr(window_module, "PAGES", light)
    monkeypatch.setattr(window_module, "KEYS", ("welcome", "model", "tune"))
    monkeypatch.delenv("SEER_LANG", raising=False)
    made = Studio(["seer-studio"], Settings())
    with qtbot.waitSignal(made.window.ready, timeout=10000):
        made.window.show()
    yield made
    made.window.close()
    install_language(qapp, "en")


def test_another_language_rebuilds_the_window_over_the_same_session(studio, qtbot, tmp_path):
    old, session = studio.window, studio.session
    old.opener.open_path(write_mixtral(tmp_path / "tiny"))
    qtbot.waitUntil(lambda: session.info is not None, timeout=5000)
    old.language_chosen.emit("ko")
    qtbot.waitUntil(lambda: studio.window is not old, timeout=5000)
    assert studio.window.session is session
    assert session.info is not None
    assert QLocale().language() == QLocale.Language.Korean
    with qtbot.waitSignal(studio.window.ready, timeout=10000):
        pass
    assert studio.window.top_bar.project.full_text.startswith("tiny")


def test_colours_of_data_come_back_with_the_window(qapp, qtbot, monkeypatch):
    monkeypatch.setattr(window_module, "PAGES", ())
    monkeypatch.setattr(window_module, "KEYS", ("welcome",))
    before, settings = chosen_scales(), Settings()
    settings.set("scale", "grey")
    settings.set("difference scale", "a scale that is gone")
    made = Studio(["seer-studio"], settings)
    assert chosen_scales() == ("grey", before[1])
    made.window.close()
    set_scales(*before)


def trip() -> None:
    raise RuntimeError("a page tripped")


def test_an_unforeseen_error_is_shown_and_not_lost(studio, capsys):
    with pytest.raises(RuntimeError) as caught:
        trip()
    studio._unexpected(RuntimeError, caught.value, caught.tb)
    dialog = studio.window.findChild(ErrorDialog)
    assert dialog.what.text() == "RuntimeError: a page tripped"
    assert "test_studio.py" in dialog.details.toPlainText()
    assert "a page tripped" in capsys.readouterr().err
    dialog.accept()


@pytest.mark.parametrize(
    ("chosen", "wanted", "expected"),
    [
        ("ko", "", "ko"),
        ("en", "", "en"),
        ("system", "ko_KR.UTF-8", "ko"),
        ("en", "ko-KR", "ko"),
        ("system", "fr_FR", "en"),
    ],
)
def test_the_language_follows_choice_and_environment(monkeypatch, chosen, wanted, expected):
    if wanted:
        monkeypatch.setenv("SEER_LANG", wanted)
    else:
        monkeypatch.delenv("SEER_LANG", raising=False)
    assert language_code(chosen) == expected


def test_an_unknown_language_leaves_english(qapp):
    assert install_language(qapp, "xx") == "en"
    assert QCoreApplication.translate("MainWindow", "Jobs") == "Jobs"
