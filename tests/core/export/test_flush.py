"""The helper thread that brings bytes to the disk: behind the writer, never beyond it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from core.errors import ResourceError
from core.export import flush
from core.export.flush import Flusher
from tests.core.export.plans import export
from tests.raw import mixtral, mixtral_config, tensor_bytes, write_folder


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sync after every few bytes."""
    monkeypatch.setattr(flush, "STEP", 1000)
    monkeypatch.setattr(flush, "LIMIT", 2000)


@pytest.mark.usefixtures("eager")
def test_syncing_all_the_while_changes_nothing(tmp_path: Path) -> None:
    model = write_folder(tmp_path / "model", mixtral_config(), mixtral(), shards=2)
    export(model, tmp_path / "eager")
    flush.STEP = 10**9
    export(model, tmp_path / "late")
    assert tensor_bytes(tmp_path / "eager") == tensor_bytes(tmp_path / "late")


@pytest.mark.usefixtures("eager")
def test_a_disk_that_fails_behind_the_writer_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    model = write_folder(tmp_path / "model", mixtral_config(), mixtral(), shards=2)
    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(ResourceError, match="No space left"):
        export(model, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.usefixtures("eager")
def test_the_writer_waits_when_too_much_is_not_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs, gate = [], threading.Event()

    def slow(handle: int) -> None:
        syncs.append(handle)
        gate.wait(5)

    monkeypatch.setattr(os, "fdatasync", slow)
    threading.Timer(0.2, gate.set).start()
    with (tmp_path / "file").open("wb") as file, Flusher() as flusher:
        flusher.written(file.fileno(), 1000)
        flusher.written(file.fileno(), 1500)
        assert not gate.is_set()
        assert len(syncs) <= 1
        flusher.written(file.fileno(), 600)
        assert gate.is_set()
        flusher.finish(file.fileno())
    assert len(syncs) == 2
