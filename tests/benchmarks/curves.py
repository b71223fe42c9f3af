"""Cost curves: time and memory of profile, plan and export against tokens, layers and experts.

Each point is measured in a process of its own, so that memory peaks are the point's. The slope is
that of a straight line through the logarithms: 1 is linear, 0 is flat, 2 is quadratic. Every curve
says what is expected of it; one that is off by more than the tolerance is marked, and nothing is
asserted: a busy machine is no failure.

python -m tests.benchmarks.curves [profile plan export] [--json build/curves.json]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

REPEATS = 3
TOLERANCE = 0.35  # of a slope, on a machine that does other things too


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One axis of one command.

    Attributes:
        what: "profile", "plan" or "export".
        axis: What grows; the others stay at `BASE`.
        values: Its values.
        time: Expected slope of seconds.
        memory: Expected slope of peak memory beyond the interpreter, or None: not stated.
        why: Where the expectation comes from.
    """

    what: str
    axis: str
    values: tuple[int, ...]
    time: float
    memory: float | None
    why: str


BASE: Mapping[str, Mapping[str, int]] = {
    "profile": {"tokens": 8_192, "layers": 4, "experts": 16},
    "plan": {"layers": 32, "experts": 128},
    "export": {"layers": 8, "experts": 8},
}
CURVES = (
    Curve(
        what="profile", axis="tokens", values=(4_096, 8_192, 16_384, 32_768), time=1, memory=0,
        why="a batch at a time; its statistics are sums",
    ),
    Curve(
        what="profile", axis="layers", values=(2, 4, 8, 16), time=1, memory=None,
        why="each layer is run once; the model is in memory",
    ),
    Curve(
        what="profile", axis="experts", values=(8, 16, 32, 64), time=0, memory=None,
        why="a token runs K experts, however many there are",
    ),
    Curve(
        what="plan", axis="layers", values=(16, 32, 64, 128), time=1, memory=1,
        why="arithmetic on arrays of layers × experts",
    ),
    Curve(
        what="plan", axis="experts", values=(64, 128, 256, 512), time=1, memory=1,
        why="arithmetic on arrays of layers × experts",
    ),
    Curve(
        what="export", axis="layers", values=(4, 8, 16, 32), time=1, memory=0,
        why="bytes are copied in blocks; headers alone grow",
    ),
    Curve(
        what="export", axis="experts", values=(4, 8, 16, 32), time=1, memory=0,
        why="bytes are copied in blocks; headers alone grow",
    ),
)  # fmt: skip


def profile_point(place: Path, *, tokens: int, layers: int, experts: int) -> tuple[float, int]:
    """A pass over random tokens, the loading left out."""
    from core.profiling import profile_model
    from core.run import Run
    from core.runtime import load_model
    from core.runtime.memory import peak_rss_bytes
    from tests.core.live import random_set
    from tests.tiny import tiny_model

    folder = tiny_model(
        "mixtral", place, tokenizer=False, num_hidden_layers=layers, num_local_experts=experts,
        hidden_size=128, intermediate_size=128,
    )  # fmt: skip
    live = load_model(folder, device="cpu", dtype="float32", run=Run())
    texts = random_set(
        domains=("a",), sequences=tokens // 256, seq_len=256, batch_size=8, padded=False
    )
    warm = random_set(domains=("a",), sequences=8, seq_len=256, batch_size=8, padded=False)
    profile_model(live, warm, run=Run())
    seconds = min(profile_model(live, texts, run=Run()).seconds for _ in range(REPEATS))
    return seconds, peak_rss_bytes()


def plan_point(_: Path, *, layers: int, experts: int) -> tuple[float, int]:
    """Scores, a ranking and a plan, from a profile that is in memory."""
    import tracemalloc

    from core.planning import Bounds, Plan, keep_per_layer
    from core.scoring import score
    from tests.values import made_info, made_profile

    widths = (experts,) * layers
    info = made_info(experts=widths, top_k=8)
    profile = made_profile(experts=widths, domains=("a", "b", "c", "d"), top_k=8)
    whole = Plan.keep_all(info)
    bounds = Bounds.of(whole, info)

    def work() -> None:
        whole.with_kept(keep_per_layer(score(profile, "reap"), bounds=bounds, n=experts // 2))

    times = []
    for _ in range(5 * REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    tracemalloc.start()
    work()
    return statistics.median(times), tracemalloc.get_traced_memory()[1]


def export_point(place: Path, *, layers: int, experts: int) -> tuple[float, int]:
    """Half of the experts, without the verification."""
    from core.export.memory import peak_rss_bytes
    from tests.core.export.plans import export, odd, plan_of
    from tests.raw import mixtral, mixtral_config, write_folder

    shape = {"hidden_size": 512, "intermediate_size": 768}
    folder = write_folder(
        place / "model",
        mixtral_config(layers, experts, **shape),
        mixtral(layers, experts, hidden=512, inner=768),
        shards=4,
    )
    plan, times = plan_of(folder, odd), []
    for turn in range(REPEATS):
        began = time.perf_counter()
        export(folder, place / f"out{turn}", plan, shard_size=5_000_000_000, verify=False)
        times.append(time.perf_counter() - began)
    return min(times), peak_rss_bytes()


POINTS = {"profile": profile_point, "plan": plan_point, "export": export_point}


def measured(what: str, numbers: Mapping[str, int]) -> tuple[float, int]:
    """One point in a fresh process: its seconds, and its peak memory."""
    words = json.dumps({"what": what, "numbers": dict(numbers)})
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.curves", "--point", words],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def slope(values: tuple[int, ...], found: list[float]) -> float:
    """Slope of the line through the logarithms."""
    xs = [math.log(value) for value in values]
    ys = [math.log(max(number, 1e-9)) for number in found]
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    above = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
    return above / sum((a - x) ** 2 for a in xs)


def draw(curve: Curve) -> dict[str, object]:
    """Measure a curve and say how it runs."""
    base = BASE[curve.what]
    points = [measured(curve.what, {**base, curve.axis: value}) for value in curve.values]
    seconds, peaks = [p[0] for p in points], [float(p[1]) for p in points]
    return {
        **asdict(curve),
        "seconds": seconds,
        "peak_bytes": peaks,
        "time_slope": slope(curve.values, seconds),
        "memory_slope": slope(curve.values, peaks),
    }


def verdict(found: float, expected: float | None) -> str:
    """How a slope compares with what is expected of it."""
    if expected is None:
        return f"{found:.2f}"
    word = "as expected" if abs(found - expected) <= TOLERANCE else "NOT as expected"
    return f"{found:.2f}, {word} ({expected:g})"


def main() -> None:
    """Draw the curves that were asked for, print them, keep them."""
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", help=f"of {', '.join(POINTS)}; all if none")
    parser.add_argument("--json", type=Path, default=Path("build/curves.json"))
    parser.add_argument("--point", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.point is not None:
        asked = json.loads(options.point)
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(POINTS[asked["what"]](Path(place), **asked["numbers"])))
        return
    table = Table("what", "against", "values", "seconds", "peak MB", "slope of time", "of memory")
    rows = []
    for curve in CURVES:
        if options.what and curve.what not in options.what:
            continue
        row = draw(curve)
        rows.append(row)
        table.add_row(
            curve.what,
            curve.axis,
            " ".join(f"{value:,}" for value in curve.values),
            " ".join(f"{value:.3g}" for value in row["seconds"]),
            " ".join(f"{value / 1e6:.3g}" for value in row["peak_bytes"]),
            verdict(row["time_slope"], curve.time),
            verdict(row["memory_slope"], curve.memory),
        )
    Console(width=150).print(table)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"curves": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
