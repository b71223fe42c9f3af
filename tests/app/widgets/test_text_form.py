"""The text form round-trips its choice, takes what is dropped, and says what it lacks."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from app.widgets.sources import SourceEntry, SourcesEditor, icon_name
from app.widgets.text_form import TextChoice, TextForm

CHOICE = TextChoice(
    sources=(SourceEntry(where="demo"), SourceEntry(where="/a/b.csv", domain="x", field="body")),
    max_tokens=5000,
    seq_len=300,
    batch_size=3,
    seed=7,
    pack=False,
    chat_template=True,
    device="cpu",
    stream="never",
)


def test_the_form_gives_back_the_choice_that_it_was_given(qtbot) -> None:
    form = TextForm()
    qtbot.addWidget(form)
    form.set_choice(CHOICE)
    assert form.choice() == CHOICE, "also a sequence length that is not in the list"


def test_a_choice_survives_the_project(qtbot) -> None:
    assert TextChoice.from_json(json.loads(json.dumps(CHOICE.to_json()))) == CHOICE


def test_a_damaged_choice_falls_back_to_defaults() -> None:
    data = {"max_tokens": "many", "seed": True, "sources": [3, {"where": ""}, {"where": "demo"}]}
    choice = TextChoice.from_json(data)
    assert choice == TextChoice(sources=(SourceEntry(where="demo"),))


def test_typing_a_number_says_that_the_form_changed(qtbot) -> None:
    form = TextForm()
    qtbot.addWidget(form)
    form.max_tokens.selectAll()
    with qtbot.waitSignal(form.changed):
        qtbot.keyClicks(form.max_tokens, "12345")
    assert form.choice().max_tokens == 12345


def test_a_tokenizer_without_a_template_forbids_it(qtbot) -> None:
    form = TextForm()
    qtbot.addWidget(form)
    form.chat.setChecked(True)
    form.allow_chat_template(allowed=False, why_not="no template")
    assert not form.chat.isEnabled()
    assert not form.choice().chat_template
    assert form.chat.toolTip() == "no template"


def test_files_that_can_be_read_are_taken_when_dropped(qtbot, tmp_path: Path) -> None:
    editor = SourcesEditor()
    qtbot.addWidget(editor)
    paths = [tmp_path / name for name in ("a.jsonl", "b.pdf")]
    for path in paths:
        path.write_text("{}")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (*paths, tmp_path)])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    editor.dropEvent(QDropEvent(QPointF(1, 1), Qt.DropAction.CopyAction, data, buttons, keys))
    assert [entry.where for entry in editor.entries()] == [str(paths[0]), str(tmp_path)]


def test_the_same_source_is_not_added_twice_and_can_be_removed(qtbot) -> None:
    editor = SourcesEditor()
    qtbot.addWidget(editor)
    editor.show()
    editor.add("demo")
    editor.add("demo")
    assert len(editor.rows) == 1
    with qtbot.waitSignal(editor.changed):
        qtbot.mouseClick(editor.rows[0].remove, Qt.MouseButton.LeftButton)
    assert editor.entries() == ()


def test_each_kind_of_source_has_its_icon() -> None:
    kinds = ("demo", "hub:a/b", "/x/y.csv", "/x/folder")
    assert [icon_name(where) for where in kinds] == ["book", "cloud", "file", "folder"]
