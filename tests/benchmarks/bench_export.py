"""Export against `cp` of the same bytes, in turn, and the memory that export takes.

Both must put the same bytes on the disk, so `cp` is followed by `sync` of what it wrote: export
ends with an fsync of every file. The ratio without `sync` compares writing to the disk with writing
to memory.
"""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.checkpoint import inspect_model
from core.export import ExportOptions, export_checkpoint
from core.planning import Plan
from core.run import Run
from tests.benchmarks.rows import Row, seconds
from tests.raw import mixtral, mixtral_config, write_folder

ROOT = Path(__file__).resolve().parents[2]
HIDDEN, INNER, LAYERS, EXPERTS = 1024, 3584, 4, 8
SHARDS, SHARD_SIZE = 4, 200_000_000
PAIRS = 5

MEASURE = """
import sys
from pathlib import Path
from core.export import ExportOptions, export_checkpoint
from core.export.memory import peak_rss_bytes
from core.planning import Plan
from core.run import Run
plan = Plan.load(Path(sys.argv[2]))
export_checkpoint(Path(sys.argv[1]), ExportOptions(plan=plan, output=Path(sys.argv[3])), Run())
assert not {"torch", "transformers", "safetensors"} & set(sys.modules)
print(peak_rss_bytes())
"""
BARE = """
lines = open("/proc/self/status").read().splitlines()
print(next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")))
"""


def run() -> list[Row]:
    """Export three quarters of a model's experts."""
    with tempfile.TemporaryDirectory() as place:
        bench = _Bench(Path(place))
        size = f"{bench.nbytes / 1e6:.0f} MB out of {bench.source_nbytes / 1e6:.0f} MB"
        return [
            bench.ratio(
                "export / cp + sync, same bytes", bench.export, size, sync=True, target=0.8
            ),
            bench.ratio("export + verify / cp + sync", bench.export_verified, size, sync=True),
            bench.ratio("export / cp left in memory", bench.export, size, sync=False),
            bench.memory(),
        ]


class _Bench:
    """A model, a plan, and places to write to."""

    def __init__(self, place: Path) -> None:
        config = mixtral_config(LAYERS, EXPERTS, hidden_size=HIDDEN, intermediate_size=INNER)
        tensors = mixtral(LAYERS, EXPERTS, hidden=HIDDEN, inner=INNER)
        self.place = place
        self.model = write_folder(place / "model", config, tensors, shards=SHARDS, sparse=True)
        for path in self.model.glob("*.safetensors"):
            _fill(path)
        plan = Plan.keep_all(inspect_model(self.model))
        keep = tuple(i for i in range(EXPERTS) if i % 4 != 1)
        self.plan = replace(plan, keep=(keep,) * LAYERS)
        self.plan.save(place / "plan.json")
        self.reference = place / "reference"
        self._export(self.reference, verify=False)
        self.nbytes = inspect_model(self.reference).bytes
        self.source_nbytes = inspect_model(self.model).bytes

    def export(self) -> None:
        self._export(self.place / "out", verify=False)

    def export_verified(self) -> None:
        self._export(self.place / "out", verify=True)

    def _export(self, output: Path, *, verify: bool) -> None:
        options = ExportOptions(plan=self.plan, output=output, shard_size=SHARD_SIZE, verify=verify)
        export_checkpoint(self.model, options, Run())

    def _copy(self, *, sync: bool) -> None:
        target = self.place / "copy"
        subprocess.run(["cp", "-r", self.reference, target], check=True)
        if sync:
            subprocess.run(["sync", *target.iterdir()], check=True)

    def ratio(
        self,
        name: str,
        ours: Callable[[], None],
        size: str,
        *,
        sync: bool,
        target: float | None = None,
    ) -> Row:
        """Throughput of ours / throughput of cp."""
        ratios, speeds = [], []
        for pair in range(PAIRS + 1):
            mine = self._once(ours)
            theirs = self._once(lambda: self._copy(sync=sync))
            if pair:  # the first one warms the cache
                ratios.append(theirs / mine)
                speeds.append(self.nbytes / mine)
        return Row(
            name=name,
            value=statistics.median(ratios),
            unit="×",
            target=target,
            better="larger",
            detail=f"{min(ratios):.2f} to {max(ratios):.2f}; {size}, "
            f"{statistics.median(speeds) / 1e6:.0f} MB/s",
        )

    def _once(self, function: Callable[[], None]) -> float:
        """Seconds of one run; removing what it wrote is not counted, nor what it left unwritten."""
        took = seconds(function)
        for name in ("out", "copy"):
            shutil.rmtree(self.place / name, ignore_errors=True)
        subprocess.run(["sync", "-f", self.place], check=True)
        return took

    def memory(self) -> Row:
        """Peak memory of a process that exports, beyond that of an empty one."""
        paths = [self.model, self.place / "plan.json", self.place / "measured"]
        peak = _printed(MEASURE, *map(str, paths)) - _printed(BARE)
        return Row(
            name="export peak memory beyond the interpreter",
            value=peak / 1e6,
            unit="MB",
            target=100,
            detail="torch not imported; verification included",
        )


def _printed(code: str, *arguments: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return int(done.stdout)


def _fill(path: Path) -> None:
    """Real bytes instead of holes, which a copy would skip."""
    block = random.Random(path.name).randbytes(1 << 20)
    length = 8 + int.from_bytes(path.read_bytes()[:8], "little")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(length)
        for at in range(length, size, len(block)):
            file.write(block[: size - at])


if __name__ == "__main__":
    for line in run():
        print(line)
