"""Model folders: index, shards, config; nothing outside of the folder is touched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.checkpoint import Checkpoint, inspect_model
from core.errors import CheckpointError
from tests.raw import Raw, mixtral, mixtral_config, write_file, write_folder

INDEX = "model.safetensors.index.json"


@pytest.fixture
def sharded(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "model", mixtral_config(), mixtral(), shards=3)


def edit_index(folder: Path, **changes: object) -> None:
    index = json.loads((folder / INDEX).read_text())
    index["weight_map"].update(changes)
    (folder / INDEX).write_text(json.dumps(index))


def test_one_file_and_many_shards_hold_the_same_tensors(tmp_path: Path, sharded: Path) -> None:
    single = write_folder(tmp_path / "single", mixtral_config(), mixtral())
    one, many = Checkpoint.open(single), Checkpoint.open(sharded)
    shapes = [{r.name: (r.dtype, r.shape) for r in c.tensors.values()} for c in (one, many)]
    assert shapes[0] == shapes[1]
    assert (len(one.files), len(many.files)) == (1, 3)


def test_a_single_file_wins_over_an_index_as_in_transformers(sharded: Path) -> None:
    write_file(sharded / "model.safetensors", mixtral(layers=1))
    checkpoint = Checkpoint.open(sharded)
    assert checkpoint.files == ("model.safetensors",)
    assert not [name for name in checkpoint.tensors if ".layers.1." in name]


def test_missing_shard_is_named(sharded: Path) -> None:
    (sharded / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"model-00002-of-00003.safetensors is missing"):
        Checkpoint.open(sharded)


def test_truncated_shard_is_named(sharded: Path) -> None:
    path = sharded / "model-00003-of-00003.safetensors"
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(CheckpointError, match=r"model-00003-of-00003.safetensors is truncated"):
        inspect_model(sharded)


@pytest.mark.parametrize(
    "file",
    [
        "../outside.safetensors",
        "/etc/passwd.safetensors",
        "sub/inside.safetensors",
        "..\\outside.safetensors",
        "C:outside.safetensors",
        ".hidden.safetensors",
        "weights.bin",
        "a\nb.safetensors",
        "",
        3,
        None,
        ["model.safetensors"],
    ],
)
def test_index_that_leaves_the_folder_is_refused(
    tmp_path: Path, sharded: Path, file: object
) -> None:
    write_file(tmp_path / "outside.safetensors", [Raw("stolen", "U8", (4,))])
    edit_index(sharded, stolen=file)
    with pytest.raises(CheckpointError, match=r"model.safetensors.index.json names"):
        Checkpoint.open(sharded)


def test_tensor_that_only_the_index_knows_is_refused(sharded: Path) -> None:
    edit_index(sharded, **{"model.ghost": "model-00001-of-00003.safetensors"})
    with pytest.raises(CheckpointError, match=r"1 of .* tensors .* 'model.ghost' first"):
        Checkpoint.open(sharded)


def test_tensor_in_two_shards_is_taken_from_where_the_index_says(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    for number in (1, 2):
        tensors = [Raw("twice", "U8", (number,)), Raw(f"only{number}", "U8", (1,))]
        write_file(folder / f"{number}.safetensors", tensors)
    names = {"twice": "1.safetensors", "only1": "1.safetensors", "only2": "2.safetensors"}
    (folder / INDEX).write_text(json.dumps({"weight_map": names}))
    assert Checkpoint.open(folder).tensors["twice"].file == "1.safetensors"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "consolidated.00.pth"])
def test_pickled_weights_are_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps(mixtral_config()))
    (tmp_path / name).write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(CheckpointError, match=f"{name} holds pickled weights") as caught:
        inspect_model(tmp_path)
    assert "safetensors" in caught.value.remedy


def test_pickles_beside_safetensors_are_not_read(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model", mixtral_config(), mixtral())
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04boom")
    assert Checkpoint.open(folder).files == ("model.safetensors",)


def test_shards_without_index_are_refused(sharded: Path) -> None:
    (sharded / INDEX).unlink()
    with pytest.raises(CheckpointError, match="3 safetensors files"):
        Checkpoint.open(sharded)


@pytest.mark.parametrize("text", ["", "[]", "{", "nan", "[" * 100_000])
def test_broken_config_is_refused(tmp_path: Path, text: str) -> None:
    folder = write_folder(tmp_path / "model", mixtral_config(), mixtral())
    (folder / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"config.json"):
        inspect_model(folder)


@pytest.mark.parametrize("weight_map", [None, {}, [], "all"])
def test_index_without_a_map_is_refused(sharded: Path, weight_map: object) -> None:
    (sharded / INDEX).write_text(json.dumps({"weight_map": weight_map}))
    with pytest.raises(CheckpointError, match="has no weight_map"):
        Checkpoint.open(sharded)


def test_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is not a folder"):
        Checkpoint.open(tmp_path / "nothing")
    with pytest.raises(CheckpointError, match=r"there is no config.json"):
        Checkpoint.open(tmp_path)
