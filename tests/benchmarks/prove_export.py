"""Prove that exporting a checkpoint of many gigabytes takes flat memory and the time of a copy.

Builds a sharded Mixtral of random bytes on the spot, exports three quarters of its experts in a
process of its own, copies the model with `cp`, and removes everything again; what counts is bytes
written per second. Both read the same files, and cold ones: before each step the kernel is asked to
forget them. Both must bring their bytes to the disk, so `cp` is followed by `sync`; `cp` alone,
which may leave its bytes in memory, is told too. A model of a twentieth of the size shows what
memory depends on.

python -m tests.benchmarks.prove_export [--gigabytes 10] [--folder PLACE]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from core.checkpoint import inspect_model
from core.planning import Plan
from tests.raw import header, mixtral, mixtral_config

HIDDEN, INNER, EXPERTS = 2048, 7168, 8
LAYER_GB = 0.74  # of this shape in bf16
BLOCK = 1 << 26
PAIRS = 3

EXPORT = """
import json, sys, time
from pathlib import Path
from core.export import ExportOptions, export_checkpoint
from core.export.memory import peak_rss_bytes
from core.planning import Plan
from core.run import Run
plan, verify = Plan.load(Path(sys.argv[2])), sys.argv[4] == "verify"
options = ExportOptions(plan=plan, output=Path(sys.argv[3]), verify=verify)
before, began = peak_rss_bytes(), time.monotonic()
result = export_checkpoint(Path(sys.argv[1]), options, Run())
print(json.dumps({
    "seconds": time.monotonic() - began, "bytes": result.bytes_out,
    "peak_rss_bytes": peak_rss_bytes(), "rss_before_bytes": before,
    "torch": "torch" in sys.modules,
}))
"""


def build(folder: Path, layers: int) -> None:
    """Shards of random bytes, one per layer and one for the rest."""
    folder.mkdir(parents=True)
    config = mixtral_config(layers, EXPERTS, hidden_size=HIDDEN, intermediate_size=INNER)
    (folder / "config.json").write_text(json.dumps(config))
    tensors = mixtral(layers, EXPERTS, hidden=HIDDEN, inner=INNER)
    block = random.Random(0).randbytes(BLOCK)
    weight_map = {}
    for part in range(layers + 1):
        prefix = f"model.layers.{part}."
        inside = [
            raw
            for raw in tensors
            if (raw.name.startswith(prefix) if part < layers else ".layers." not in raw.name)
        ]
        name = f"model-{part + 1:05}-of-{layers + 1:05}.safetensors"
        with (folder / name).open("wb") as file:
            file.write(header(inside))
            left = sum(raw.nbytes for raw in inside)
            while left:
                # Another beginning each time, so that no two tensors are alike.
                at = random.randrange(BLOCK // 2)
                left -= file.write(memoryview(block)[at : at + min(left, BLOCK // 2)])
        weight_map |= {raw.name: name for raw in inside}
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def forget(folder: Path) -> None:
    """Let the kernel drop what it remembers of a folder's files."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def export(model: Path, output: Path, *, verify: bool) -> dict[str, float]:
    """Export in a fresh process, whose peak memory is its own."""
    plan = Plan.keep_all(inspect_model(model))
    keep = tuple(i for i in range(EXPERTS) if i % 4 != 1)
    file = output.with_suffix(".plan.json")
    replace(plan, keep=(keep,) * len(plan.keep)).save(file)
    forget(model)
    words = [str(model), str(file), str(output), "verify" if verify else "trust"]
    done = subprocess.run(
        [sys.executable, "-c", EXPORT, *words], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    assert not found["torch"], "export imported torch"
    return found


def copy(source: Path, target: Path) -> tuple[float, float]:
    """Seconds of `cp` alone, and until its bytes are on the disk."""
    forget(source)
    began = time.monotonic()
    subprocess.run(["cp", "-r", source, target], check=True)
    copied = time.monotonic() - began
    subprocess.run(["sync", *target.iterdir()], check=True)
    return copied, time.monotonic() - began


def measure(place: Path, gigabytes: float) -> None:
    """Build, export, copy; print what came out."""
    small, large = place / "small", place / "large"
    build(small, max(1, round(gigabytes / 20 / LAYER_GB)))
    build(large, max(2, round(gigabytes / LAYER_GB)))
    size = inspect_model(large).bytes
    print(f"built {size / 1e9:.2f} GB in {inspect_model(large).files} shards")
    little = export(small, place / "small-out", verify=False)
    shutil.rmtree(small)
    ours, plain, synced = [], [], []
    for pair in range(PAIRS):
        found = export(large, place / "out", verify=False)
        shutil.rmtree(place / "out")
        cp, cp_sync = copy(large, place / "copy")
        shutil.rmtree(place / "copy")
        ours.append(found["bytes"] / found["seconds"] / 1e6)
        plain.append(size / cp / 1e6)
        synced.append(size / cp_sync / 1e6)
        print(
            f"pair {pair + 1}: export {found['bytes'] / 1e9:.2f} GB in {found['seconds']:.1f} s, "
            f"{ours[-1]:.0f} MB/s; cp {plain[-1]:.0f} MB/s, cp + sync {synced[-1]:.0f} MB/s"
        )
    verified = export(large, place / "out", verify=True)
    grown = (found["peak_rss_bytes"] - little["peak_rss_bytes"]) / 1e6
    print(f"export / cp + sync, throughput: {_ratio(ours, synced)} (target 0.8)")
    print(f"export / cp left in memory:     {_ratio(ours, plain)}")
    print(f"export with verification:       {verified['seconds']:.1f} s")
    print(
        f"peak memory: {found['peak_rss_bytes'] / 1e6:.0f} MB, with verification "
        f"{verified['peak_rss_bytes'] / 1e6:.0f} MB; of a twentieth of the size "
        f"{little['peak_rss_bytes'] / 1e6:.0f} MB"
    )
    assert grown < 20, f"memory grew by {grown:.0f} MB with the model"


def _ratio(ours: list[float], theirs: list[float]) -> str:
    """The median of the pairs."""
    return f"{statistics.median(a / b for a, b in zip(ours, theirs, strict=True)):.2f}"


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=10.0)
    parser.add_argument("--folder", type=Path, help="where to build; the system's own otherwise")
    options = parser.parse_args()
    place = options.folder or Path(tempfile.gettempdir())
    needed = 3 * options.gigabytes * 1e9
    free = shutil.disk_usage(place).free
    if free < needed:
        parser.error(f"needs {needed / 1e9:.0f} GB on {place}, {free / 1e9:.0f} GB are free")
    with tempfile.TemporaryDirectory(dir=place) as folder:
        measure(Path(folder), options.gigabytes)


if __name__ == "__main__":
    main()
