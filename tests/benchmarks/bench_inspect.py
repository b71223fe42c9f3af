"""How long the headers of a model of a trillion parameters take.

The files are sparse: their headers are real, their bytes are not there, so this costs no disk. Time
is wall clock of whole processes (`seer inspect --json`, interpreter and imports included) and of
the call alone; the processor's time is in the detail, since a busy machine stretches the clock.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from core.checkpoint import inspect_model
from tests.benchmarks.rows import Row, seconds
from tests.raw import Raw, deepseek, deepseek_config, write_folder

LAYERS, EXPERTS, SHARDS = 60, 384, 61
ROOT = Path(__file__).resolve().parents[2]
REPEATS = 5


def run() -> list[Row]:
    """Time inspection in bf16 (a tensor per weight) and fp8 (two tensors per weight)."""
    with tempfile.TemporaryDirectory() as place:
        bf16, fp8 = (_folder(Path(place) / name, name) for name in ("bf16", "fp8"))
        size = f"{LAYERS} layers × {EXPERTS} experts"
        return [
            _row(f"seer inspect, {size}", bf16, lambda: _command(bf16), target=1.0),
            _row("the same with fp8 scales", fp8, lambda: _command(fp8)),
            _row("inspect_model alone", bf16, lambda: inspect_model(bf16)),
        ]


def _command(folder: Path) -> None:
    """The command as a user runs it."""
    subprocess.run(
        [sys.executable, "-m", "core", "inspect", "--json", str(folder)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _processor() -> float:
    """Seconds of processor time of this process and its children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _row(
    name: str, folder: Path, function: Callable[[], object], target: float | None = None
) -> Row:
    """Median over repeats."""
    clock, processor = [], []
    for _ in range(REPEATS):
        before = _processor()
        clock.append(seconds(function))
        processor.append(_processor() - before)
    info = inspect_model(folder)
    return Row(
        name=name,
        value=statistics.median(clock),
        unit="s",
        target=target,
        detail=f"{info.tensors:,} tensors in {info.files} files; {min(clock):.2f} to "
        f"{max(clock):.2f} s, processor {min(processor):.2f} s",
    )


def _folder(folder: Path, dtype: str) -> Path:
    config = deepseek_config(
        num_hidden_layers=LAYERS,
        n_routed_experts=EXPERTS,
        first_k_dense_replace=0,
        num_nextn_predict_layers=0,
    )
    tensors: list[Raw] = deepseek(config)
    if dtype == "bf16":
        del config["quantization_config"]
        tensors = [
            raw._replace(dtype="BF16") for raw in tensors if not raw.name.endswith("scale_inv")
        ]
    return write_folder(folder, config, tensors, shards=SHARDS, sparse=True)


if __name__ == "__main__":
    for line in run():
        print(line)
