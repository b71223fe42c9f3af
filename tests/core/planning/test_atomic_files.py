import os
from pathlib import Path

import pytest

from core.errors import StudioError
from core.planning.files import write_atomically


def test_a_file_is_written_with_the_mode_that_the_umask_allows(tmp_path: Path) -> None:
    write_atomically(tmp_path / "plan.json", "{}")
    (tmp_path / "plain").touch()
    assert (tmp_path / "plan.json").stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert (tmp_path / "plan.json").read_text() == "{}"


def test_a_failed_write_leaves_the_old_file_and_no_debris(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.json"
    write_atomically(path, "old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StudioError, match="No space left on device") as caught:
        write_atomically(path, "new")
    assert caught.value.remedy
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.json"
    write_atomically(path, "old")

    def interrupt(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_a_missing_folder_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="No such file") as caught:
        write_atomically(tmp_path / "none" / "plan.json", "{}")
    assert caught.value.remedy
