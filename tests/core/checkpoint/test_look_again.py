"""A model's folder is looked at again: the same, changed, or gone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from core.checkpoint import inspect_model
from core.checkpoint import look_again as module
from core.checkpoint.look_again import look_again
from tests.app.folders import write_mixtral


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_mixtral(tmp_path / "tiny")


def test_nothing_is_read_while_no_file_has_changed(folder: Path, monkeypatch) -> None:
    info = inspect_model(folder)
    monkeypatch.setattr(module, "inspect_model", None)
    first = look_again(info)
    assert first.standing == "same"
    (folder / "notes.txt").write_text("of no matter")
    assert look_again(info, first) is first


def test_a_folder_that_is_gone_and_comes_back_is_noticed(folder: Path) -> None:
    info = inspect_model(folder)
    first = look_again(info)
    away = folder.rename(folder.with_name("away"))
    gone = look_again(info, first)
    assert gone.standing == "gone"
    away.rename(folder)
    assert look_again(info, gone).standing == "same"
    shutil.rmtree(folder)
    folder.mkdir()
    assert look_again(info, first).standing == "gone"


def test_other_weights_are_noticed_and_the_same_ones_written_again_are_not(folder: Path) -> None:
    info = inspect_model(folder)
    first = look_again(info)
    os.utime(folder / "model.safetensors", (1e9, 1e9))
    touched = look_again(info, first)
    assert touched.standing == "same"
    with (folder / "model.safetensors").open("rb+") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"otherwise")
    assert look_again(info, touched).standing == "changed"


def test_a_shard_that_was_cut_off_is_a_change(folder: Path) -> None:
    info = inspect_model(folder)
    first = look_again(info)
    weights = folder / "model.safetensors"
    os.truncate(weights, weights.stat().st_size // 2)
    assert look_again(info, first).standing == "changed"
