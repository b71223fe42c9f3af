"""From a name to a folder: local, demo, hub."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest

import resources
from core.checkpoint import locate_model
from core.checkpoint.locate import HUB_PATTERNS
from core.errors import CheckpointError


def test_folder_and_demo_are_found(tmp_path: Path) -> None:
    assert locate_model(str(tmp_path)) == tmp_path.resolve()
    assert locate_model(tmp_path) == tmp_path.resolve()
    assert locate_model("demo") == resources.demo_model_dir()


@pytest.mark.parametrize("name", ["/no/such/folder", "a b", "", "../x", "too/many/parts", "a/../b"])
def test_what_is_no_folder_and_no_hub_id_is_refused(name: str) -> None:
    with pytest.raises(CheckpointError, match=r"there is no folder|is a file"):
        locate_model(name or "no folder")


def test_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.touch()
    with pytest.raises(CheckpointError, match="is a file") as caught:
        locate_model(str(path))
    assert caught.value.remedy == "the folder that holds it"


def test_hub_id_offline_says_what_to_do() -> None:
    with pytest.raises(CheckpointError, match="cannot be reached") as caught:
        locate_model("someone/a-model-that-is-not-cached")
    assert "network" in caught.value.remedy


def test_nothing_that_can_run_is_ever_downloaded() -> None:
    for name in ("pytorch_model.bin", "modeling_x.py", "model.pt", "weights.pth", "run.sh"):
        assert not any(fnmatch.fnmatch(name, pattern) for pattern in HUB_PATTERNS)


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "LICENCE.txt", "USE_POLICY.md", "NOTICE"])
def test_what_a_copy_must_carry_comes_from_the_hub(name: str) -> None:
    assert any(fnmatch.fnmatch(name, pattern) for pattern in HUB_PATTERNS)
