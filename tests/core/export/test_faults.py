"""Whatever goes wrong: a clear error, nothing lost, nothing left, and a retry that works."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.checkpoint import inspect_model
from core.errors import (
    Cancelled,
    CheckpointError,
    InputError,
    PlanError,
    ResourceError,
    StudioError,
)
from core.export import export as export_module
from core.export import staging
from core.export.staging import staged
from core.planning import Plan
from core.run import Event, Progress
from tests.core.export.plans import export, odd, plan_of
from tests.raw import mixtral, mixtral_config, write_folder

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "model", mixtral_config(), mixtral(), shards=3)


def left_behind(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.iterdir() if path.name != "model")


def in_a_process(model: Path, output: Path, *, before: str = "", on_event: str = "None") -> int:
    """Export in a process of its own; returns its exit status."""
    code = f"""
import os, resource, signal, sys
from pathlib import Path
from core.errors import StudioError
from core.run import Progress
from tests.core.export.plans import export
{before}
try:
    export(Path({str(model)!r}), Path({str(output)!r}), on_event={on_event})
except StudioError as error:
    print(type(error).__name__, error.line(), file=sys.stderr)
    sys.exit(1)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


@pytest.mark.parametrize("stage", ["export", "verify"])
def test_killed_export_is_no_model_and_a_retry_works(
    tmp_path: Path, model: Path, stage: str
) -> None:
    kill = (
        "lambda e: isinstance(e, Progress) and e.stage == "
        f"{stage!r} and e.done > 100_000 and os.kill(os.getpid(), signal.SIGKILL)"
    )
    # Report each range, so that the kill falls into the middle.
    each = "from core.export import export as module; module._REPORT_EVERY = 0"
    status = in_a_process(model, tmp_path / "out", before=each, on_event=kill)
    assert status == -signal.SIGKILL
    assert left_behind(tmp_path) == [".out.partial"]
    export(model, tmp_path / "out")
    assert left_behind(tmp_path) == ["out"]
    assert inspect_model(tmp_path / "out").experts == (4, 4)


def test_disk_that_fills_up_leaves_nothing(tmp_path: Path, model: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))"
    assert in_a_process(model, tmp_path / "out", before=limit) == 1
    assert left_behind(tmp_path) == []
    export(model, tmp_path / "out")
    assert inspect_model(tmp_path / "out").experts == (4, 4)


def test_disk_that_fills_up_is_told_in_words(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_module, "write_shard", full)
    with pytest.raises(ResourceError, match="No space left on device") as caught:
        export(model, tmp_path / "out")
    assert caught.value.remedy
    assert left_behind(tmp_path) == []


def test_too_little_space_is_refused_before_anything_is_written(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("usage", (), {"free": 1_000_000})
    monkeypatch.setattr(staging.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ResourceError, match=r"needs 0.02 GB .* 0.00 GB are free"):
        export(model, tmp_path / "out")
    assert left_behind(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_target_is_refused(tmp_path: Path, model: Path) -> None:
    place = tmp_path / "locked"
    place.mkdir(mode=0o555)
    with pytest.raises(InputError, match="cannot be written: Permission denied"):
        export(model, place / "out")


def test_read_only_disk_is_refused(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    plan = plan_of(model, odd)
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(InputError, match="cannot be written: Read-only file system"):
        export(model, tmp_path / "out", plan)
    assert left_behind(tmp_path) == []


def test_target_below_a_file_is_refused(tmp_path: Path, model: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        export(model, tmp_path / "file" / "out")


@pytest.mark.parametrize("kind", ["full", "file", "self", "inside", "dangling"])
def test_target_that_holds_something_is_refused_untouched(
    tmp_path: Path, model: Path, kind: str
) -> None:
    out = tmp_path / "out"
    if kind == "full":
        out.mkdir()
        (out / "precious.txt").write_text("mine")
    elif kind == "file":
        out.write_text("mine")
    elif kind == "dangling":
        out.symlink_to(tmp_path / "nowhere")
    else:
        out = model if kind == "self" else model / "smaller"
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError):
        export(model, out, plan_of(model, odd))
    assert sorted(tmp_path.rglob("*")) == before


def test_empty_target_folder_is_used(tmp_path: Path, model: Path) -> None:
    (tmp_path / "out").mkdir()
    export(model, tmp_path / "out")
    assert left_behind(tmp_path) == ["out"]


def test_missing_parents_of_the_target_are_made(tmp_path: Path, model: Path) -> None:
    export(model, tmp_path / "a" / "b" / "out")
    assert inspect_model(tmp_path / "a" / "b" / "out").experts == (4, 4)


@pytest.mark.parametrize("stage", ["export", "verify"])
def test_cancelled_export_leaves_nothing(tmp_path: Path, model: Path, stage: str) -> None:
    from core.export import ExportOptions, export_checkpoint
    from core.run import Run

    def cancel(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == stage:
            run.cancel()

    run = Run(cancel)
    options = ExportOptions(plan=plan_of(model, odd), output=tmp_path / "out")
    with pytest.raises(Cancelled):
        export_checkpoint(model, options, run)
    assert left_behind(tmp_path) == []


def test_two_exports_to_one_place_do_not_meet(tmp_path: Path, model: Path) -> None:
    with staged(tmp_path / "out") as folder:
        (folder / "half.part").write_text("of the first")
        with pytest.raises(InputError, match="another export is writing"):
            export(model, tmp_path / "out")
        assert (folder / "half.part").read_text() == "of the first"
    assert (tmp_path / "out" / "half.part").exists()


def test_source_that_shrinks_under_the_copy_is_noticed(tmp_path: Path, model: Path) -> None:
    def shrink(event: Event) -> None:
        for path in model.glob("*.safetensors"):
            os.truncate(path, 20_000)

    with pytest.raises(CheckpointError, match="became shorter"):
        export(model, tmp_path / "out", plan_of(model, odd), on_event=shrink)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("where", [-1, -5000])
def test_one_wrong_byte_on_the_disk_is_found_and_nothing_published(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch, where: int
) -> None:
    real = export_module.write_shard

    def flip(path: Path, *args: object, **kwargs: object) -> int:
        size = real(path, *args, **kwargs)
        content = bytearray(path.read_bytes())
        content[where] ^= 1
        path.write_bytes(content)
        return size

    monkeypatch.setattr(export_module, "write_shard", flip)
    with pytest.raises(CheckpointError, match="differs from its source"):
        export(model, tmp_path / "out")
    assert left_behind(tmp_path) == []


def test_wrong_ranges_are_found_by_verification(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.export import slices

    def swapped(ref: object, keep: list[int], experts: int, **options: bool) -> object:
        return real(ref, [experts - 1 - i for i in keep][::-1], experts, **options)

    real = slices._rows
    monkeypatch.setattr(slices, "_rows", swapped)
    with pytest.raises(CheckpointError, match=r"gate\.weight differs from its source"):
        export(model, tmp_path / "out", plan_of(model, lambda _: [0, 1]))


def test_verification_can_be_left_out(tmp_path: Path, model: Path) -> None:
    assert not export(model, tmp_path / "out", verify=False).verified


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        (lambda p: replace(p, keep=((0,), (1,))), PlanError, "chooses 2"),
        (lambda p: replace(p, model_fingerprint="0" * 64), PlanError, "fingerprint"),
        (lambda p: replace(p, layer_ids=(3, 4)), PlanError, "the plan is for"),
    ],
)
def test_plans_that_do_not_fit_are_refused_before_anything_is_written(
    tmp_path: Path,
    model: Path,
    change: Callable[[Plan], Plan],
    error: type[StudioError],
    word: str,
) -> None:
    with pytest.raises(error, match=word) as caught:
        export(model, tmp_path / "out", change(plan_of(model, odd)))
    assert caught.value.remedy
    assert left_behind(tmp_path) == []


def test_a_plan_for_other_weights_is_accepted_by_force(tmp_path: Path, model: Path) -> None:
    plan = replace(plan_of(model, odd), model_fingerprint="0" * 64)
    assert export(model, tmp_path / "out", plan, force=True).verified


def test_damaged_layout_is_refused(tmp_path: Path, model: Path) -> None:
    plan = plan_of(model, odd)
    lost = "model.layers.1.block_sparse_moe.experts.3."
    tensors = [raw for raw in mixtral() if not raw.name.startswith(lost)]
    damaged = write_folder(tmp_path / "damaged", mixtral_config(), tensors)
    with pytest.raises(CheckpointError, match="expert 3 of 8 has no tensors"):
        export(damaged, tmp_path / "out", plan)


def test_config_without_weights_cannot_be_exported(tmp_path: Path, model: Path) -> None:
    plan = plan_of(model, odd)
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "config.json").write_bytes((model / "config.json").read_bytes())
    with pytest.raises(CheckpointError, match="holds no weights"):
        export(bare, tmp_path / "out", plan)


def test_exporting_never_imports_torch_and_takes_little_memory(tmp_path: Path) -> None:
    big = mixtral(layers=2, experts=8, hidden=512, inner=2048)
    config = mixtral_config(hidden_size=512, intermediate_size=2048)
    model = write_folder(tmp_path / "model", config, big, shards=2)
    check = (
        "import atexit\n"
        "from core.export.memory import peak_rss_bytes\n"
        "def check():\n"
        "    heavy = {'torch', 'transformers'} & set(sys.modules)\n"
        "    os._exit(3 if heavy or peak_rss_bytes() > 100e6 else 0)\n"
        "atexit.register(check)"
    )
    assert in_a_process(model, tmp_path / "out", before=check) == 0
    assert inspect_model(tmp_path / "out").bytes > 20_000_000


def test_peak_memory_is_not_the_parents() -> None:
    from core.export.memory import peak_rss_bytes

    assert (
        5_000_000
        < peak_rss_bytes()
        <= 4 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    )
