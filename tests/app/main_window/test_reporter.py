"""The report and "what made this", by the menu's keys, over what is open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLabel

from app.main_window import MainWindow, Settings
from app.main_window.origins import OriginsDialog, fact_text
from app.session import Session
from app.theme import chosen_scales, set_scales
from core.checkpoint import inspect_model
from core.evaluation.variant import Provenance, Variant
from core.planning import MadeBy
from core.report.origin import FACTS
from tests.app.folders import write_mixtral
from tests.core.profiling.examples import make_profile


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    made = MainWindow(Session(data_dir=tmp_path / "data"), Settings())
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.ready, timeout=30_000):
        made.show()
    made.opened = opened
    made.confirm_close = lambda: True
    made.activateWindow()
    yield made
    made.close()


def fill(session: Session, folder: Path) -> None:
    """A model with a profile, a plan and a measurement."""
    info = inspect_model(folder)
    session.set_model(info, name=str(folder))
    profile = make_profile(
        experts=info.experts, fingerprint=info.fingerprint, made_at="2026-11-24T05:44:00+00:00",
        layer_ids=info.moe_layers, sources=("law=notes.jsonl",),
    )  # fmt: skip
    session.set_profile(profile)
    kept = session.plan.kept_LE.copy()
    kept[:, 6:] = False
    made_by = MadeBy(metric="reap", scope="layer", options={"keep": 6})
    session.apply_plan(session.plan.with_kept(kept, made_by=made_by), "Keep 6")
    row = Variant(
        name="reap 18/24", kind="plan", kept=session.plan.keep, perplexity={"overall": 9.5}
    )
    origin = Provenance(seed=4, tokens=512, seq_len=128, texts="t", command="seer evaluate X")
    session.add_variant(replace(row, provenance=origin))


def test_the_report_is_written_where_the_user_says_and_opened(
    window, qtbot, tmp_path, monkeypatch
) -> None:
    fill(window.session, write_mixtral(tmp_path / "tiny"))
    target = tmp_path / "my report"
    proposed = []

    def choose(_parent, _title, place, _kinds) -> tuple[str, str]:
        proposed.append(place)
        return str(target), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    path = target.with_suffix(".html")
    qtbot.waitUntil(lambda: window.opened == [str(path)], timeout=20_000)
    text = path.read_text(encoding="utf-8")
    assert "18 of 24" in text
    assert "reap 18/24" in text
    assert Path(proposed[0]) == window.session.folder / "reports" / "tiny.html"
    assert str(path) in window.status.full_text


def test_the_report_speaks_the_windows_language(window, qtbot, tmp_path, monkeypatch) -> None:
    fill(window.session, write_mixtral(tmp_path / "tiny"))
    before, scales = QLocale(), chosen_scales()
    QLocale.setDefault(QLocale("ko_KR"))
    set_scales("grey")
    try:
        job = window.reporter.write(tmp_path / "r.html")
        qtbot.waitUntil(lambda: job.state == "done", timeout=20_000)
    finally:
        QLocale.setDefault(before)
        set_scales(*scales)
    text = (tmp_path / "r.html").read_text()
    assert '<html lang="ko">' in text
    assert "무엇으로 만들었나" in text
    assert job.task.command.endswith(f"--colours grey --language ko -o {tmp_path / 'r.html'}")


def test_the_export_page_offers_the_report(window, qtbot, tmp_path, monkeypatch) -> None:
    fill(window.session, write_mixtral(tmp_path / "tiny"))
    target = tmp_path / "r.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.show_page("export")
    qtbot.mouseClick(window.pages["export"].report, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.opened == [str(target)], timeout=20_000)


def test_without_a_model_there_is_nothing_to_report(window, qtbot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: asked.append(1) or ("", ""))
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert asked == []
    assert "Open a model first" in window.status.full_text


def test_what_made_this_begins_with_what_the_page_is_about(window, qtbot, tmp_path) -> None:
    fill(window.session, write_mixtral(tmp_path / "tiny"))
    window.show_page("evaluate")
    qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(OriginsDialog)
    assert dialog.list.currentItem().text() == "Measurement: reap 18/24"
    assert "seer evaluate X" in sheet(dialog)
    dialog.list.setCurrentRow(1)
    shown = sheet(dialog)
    assert "law=notes.jsonl" in shown
    assert "2026-11-24 05:44" in shown
    assert "torch 2.13" in shown
    assert f"seer profile {tmp_path / 'tiny'} --source law=notes.jsonl" in shown
    dialog.accept()


def sheet(dialog: OriginsDialog) -> str:
    """All texts of the sheet that is shown."""
    page = dialog.stack.currentWidget().widget()
    return "\n".join([*(part.text() for part in page.findChildren(QLabel)), page.command.text()])


def test_every_fact_of_the_engine_has_a_name_in_the_window(qapp) -> None:
    assert all(fact_text(key) for key in FACTS)
