"""Tokens come back as readable text, split exactly around the token."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from app.pages.select.tokens import TokenReader


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A byte-level tokenizer: every id is one byte."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: i for i, letter in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def encode(folder: Path, text: str) -> list[int]:
    return Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids


def read(qtbot: QtBot, folder: Path) -> TokenReader:
    reader = TokenReader()
    with qtbot.waitSignal(reader.ready, timeout=10_000):
        reader.open(folder)
    return reader


def test_a_context_is_split_around_its_token(qtbot: QtBot, folder: Path) -> None:
    reader = read(qtbot, folder)
    ids = [-1, *encode(folder, "a merge b"), -1, -1]
    found = reader.contexts(np.array([ids], np.int32), np.array([0.9]), ("python",), at=4, most=3)
    assert [(c.before, c.token, c.after) for c in found] == [("a m", "e", "rge b")]
    assert found[0].gate == 0.9
    assert found[0].domain == "python"


def test_part_of_a_character_is_shown_as_the_whole_character(qtbot: QtBot, folder: Path) -> None:
    reader = read(qtbot, folder)
    ids = encode(folder, "가나다")  # nine bytes; the token is one byte out of the middle
    found = reader.contexts(np.array([ids], np.int32), np.array([0.5]), ("",), at=4, most=3)
    assert [(c.before, c.token, c.after) for c in found] == [("가", "나", "다")]


def test_empty_entries_and_repetitions_are_left_out(qtbot: QtBot, folder: Path) -> None:
    reader = read(qtbot, folder)
    one, other = encode(folder, "abc"), encode(folder, "xyz")
    ids = np.array([one, one, other, [-1, -1, -1]], np.int32)
    gates = np.array([0.9, 0.8, 0.7, np.nan])
    found = reader.contexts(ids, gates, ("", "", "", ""), at=1, most=4)
    assert [c.token for c in found] == ["b", "y"]


def test_a_model_without_a_tokenizer_gives_no_text(qtbot: QtBot, tmp_path: Path) -> None:
    reader = TokenReader()
    reader.open(tmp_path)
    assert not reader.loaded
    (tmp_path / "tokenizer.json").write_text("damaged")
    reader.open(None)
    reader.open(tmp_path)
    qtbot.wait(200)
    assert not reader.loaded
    assert reader.contexts(np.zeros((1, 3), np.int32), np.ones(1), ("",), at=1, most=1) == ()
