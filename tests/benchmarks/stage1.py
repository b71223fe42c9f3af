"""All ways to choose experts on the demo model, at the same totals, in one table.

Chosen on calibration texts, judged on held-out ones in sequences of 512 as in the model card:
perplexity as the mean over the domains, where a hard domain counts most, and of all tokens.
A seed decides which calibration texts are used (and what the control draws).
"without layer 0" keeps all of layer 0 and drops the same share of the other layers' experts, since
layer 0 alone decides much of what a rule is worth on this model.

python -m tests.benchmarks.stage1 [--json FILE] [--seeds 2] [--tokens 12000] [--only NAME …]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table

from core.calibration import (
    CalibrationOptions,
    CalibrationSet,
    Source,
    build_calibration,
    load_tokenizer,
)
from core.evaluation import evaluate
from core.evaluation.ledger import Ledger, ledger_key
from core.evaluation.losses import Losses
from core.evaluation.merging import gather, similarities
from core.evaluation.selection import SelectOptions, select_plan
from core.evaluation.variant import OVERALL
from core.planning import Bounds, Locks, Plan, keep_global, keep_per_layer
from core.profiling import Profile, profile_model
from core.run import Run
from core.runtime import LiveModel, load_model
from core.scoring import comparable, score
from resources import demo_model_dir

SIZES = (0.75, 0.5)  # of the experts stay
SEQ_LEN = 512  # of the held-out texts
SCORED = ("actual-count", "soft-count", "reap", "man", "weighted-ean-sum")
GLOBAL = ("actual-count", "soft-count", "weighted-ean-sum")
BEST_SCORE = "weighted-ean-sum"
DONE = Run()


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One policy at one size with one seed."""

    name: str
    size: float
    layer_0: bool
    seed: int
    perplexity: float
    overall: float
    kept: list[int]
    merged: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a policy is asked for."""

    bench: Bench
    size: float
    layer_0: bool
    seed: int

    @property
    def start(self) -> Plan:
        """Everything, with layer 0 locked to stay if it is left out."""
        whole = Plan.keep_all(self.bench.live.info)
        if self.layer_0:
            return whole
        cells = frozenset((0, expert) for expert in range(whole.experts[0]))
        return whole.with_locks(Locks(keep=cells))

    @property
    def keep(self) -> int:
        """Experts that stay in every layer that is pruned."""
        return round(self.start.experts[0] * self.size)

    @property
    def total(self) -> int:
        """Experts that stay in all."""
        plan = self.start
        spared = 0 if self.layer_0 else plan.experts[0]
        pruned = len(plan.experts) - (not self.layer_0)
        return spared + pruned * self.keep

    @property
    def bounds(self) -> Bounds:
        """Locks and Top-K."""
        return Bounds.of(self.start, self.bench.live.info)


class Bench:
    """The demo model with its texts and profiles, each made once."""

    def __init__(self, *, tokens: int, judged: int, work: Path) -> None:
        """Nothing is profiled before it is asked for."""
        self.live: LiveModel = load_model(demo_model_dir(), device="cpu", run=DONE)
        self.tokens, self.work = tokens, work
        self.heldout = _texts("heldout", judged, SEQ_LEN, 0)
        self.profile = cache(self._profile)
        self.texts = cache(self._measured)
        self.similarity = cache(self._similarity)

    def _measured(self, seed: int) -> CalibrationSet:
        return _texts("calibration", self.tokens, 256, seed)

    def _profile(self, seed: int) -> Profile:
        return profile_model(self.live, _texts("calibration", 60_000, 256, seed), run=DONE)

    def _similarity(self, seed: int) -> list[NDArray[np.float64]]:
        return similarities(self.live, self.texts(seed), run=DONE)

    def ledger(self, seed: int) -> Ledger:
        """What was measured before, by this or an earlier run: masks are the same ones often."""
        texts = self.texts(seed)
        key = ledger_key(self.live.info.fingerprint, texts.fingerprint, self.live.dtype)
        return _Kept(self.work / f"stage1-{seed}-{self.tokens}.measured", key=key, resume=True)

    def judge(self, plan: Plan) -> tuple[float, float]:
        """Held-out perplexity: mean over the domains, and of all tokens."""
        found = evaluate(self.live, self.heldout, plan=plan if plan.dropped else None, run=DONE)
        domains = [found.perplexity[name] for name in self.heldout.domains]
        return statistics.fmean(domains), found.perplexity[OVERALL]


class _Kept(Ledger):
    """A ledger that outlives the search."""

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.save()


def _texts(
    split: Literal["calibration", "heldout"], tokens: int, seq_len: int, seed: int
) -> CalibrationSet:
    options = CalibrationOptions(
        sources=(Source(path_or_id="demo"),), max_tokens=tokens, seq_len=seq_len, seed=seed
    )
    return build_calibration(options, load_tokenizer(demo_model_dir()), demo_split=split, run=DONE)


def _scored(metric: str) -> Callable[[Setting], Plan]:
    def choose(setting: Setting) -> Plan:
        scores_LE = score(setting.bench.profile(setting.seed), metric, None, setting.seed)
        kept_LE = keep_per_layer(scores_LE, bounds=setting.bounds, n=setting.keep)
        return setting.start.with_kept(kept_LE)

    return choose


def _global(metric: str) -> Callable[[Setting], Plan]:
    def choose(setting: Setting) -> Plan:
        scores_LE = comparable(score(setting.bench.profile(setting.seed), metric), metric)
        kept_LE = keep_global(scores_LE, bounds=setting.bounds, total=setting.total, floor=2)
        return setting.start.with_kept(kept_LE)

    return choose


def _leave_one_out(scope: str) -> Callable[[Setting], Plan]:
    """The oracle of single experts: ranked by what the model loses without each one alone."""

    def choose(setting: Setting) -> Plan:
        bench, start = setting.bench, setting.start
        scores_LE = np.full(start.exists_LE.shape, np.nan)
        ledger = bench.ledger(setting.seed)
        with (
            ledger.kept(),
            Losses(bench.live, bench.texts(setting.seed), ledger=ledger, run=DONE) as losses,
        ):
            for row, expert in np.argwhere(start.exists_LE).tolist():
                mask_LE = start.exists_LE.copy()
                mask_LE[row, expert] = False
                scores_LE[row, expert] = losses.of(mask_LE).kl
        if scope == "layer":
            return start.with_kept(keep_per_layer(scores_LE, bounds=setting.bounds, n=setting.keep))
        kept_LE = keep_global(scores_LE, bounds=setting.bounds, total=setting.total, floor=2)
        return start.with_kept(kept_LE)

    return choose


def _measured(policy: str, scope: str, **options: object) -> Callable[[Setting], Plan]:
    def choose(setting: Setting) -> Plan:
        size = {"keep": setting.keep} if scope == "layer" else {"total": setting.total}
        chosen = SelectOptions(policy=policy, scope=scope, metric=BEST_SCORE, **size, **options)
        bench = setting.bench
        ledger = bench.ledger(setting.seed)
        return select_plan(
            bench.live,
            bench.profile(setting.seed),
            bench.texts(setting.seed),
            setting.start,
            chosen,
            ledger=ledger,
            run=DONE,
        ).plan

    return choose


def _gathered(setting: Setting) -> Plan:
    """Every dropped expert of the best score averaged into its most similar one, by use."""
    plan = _scored(BEST_SCORE)(setting)
    use_LE = score(setting.bench.profile(setting.seed), "actual-count")
    return gather(plan, setting.bench.similarity(setting.seed), use_LE)


POLICIES: dict[str, Callable[[Setting], Plan]] = {
    "random": _scored("random"),
    **{name: _scored(name) for name in SCORED},
    **{f"global {name}": _global(name) for name in GLOBAL},
    "leave-one-out oracle": _leave_one_out("layer"),
    "global leave-one-out oracle": _leave_one_out("global"),
    "iterative": _measured("iterative", "layer"),
    "global iterative": _measured("iterative", "global"),
    "sensitivity-allocated": _measured("allocate", "global"),
    "allocated by loss alone": _measured("allocate", "global", rank="loss"),
    "joint, as many per layer": _measured("joint", "layer"),
    "joint": _measured("joint", "global"),
    "joint + exchanges": _measured("joint", "global", exchanges=1),
    "joint + merge where better": _measured("merge", "global"),
    "merge all dropped": _gathered,
}


def run(bench: Bench, names: list[str], seeds: int, path: Path) -> list[Figure]:
    """All figures; what the file has already is not measured again."""
    known = [Figure(**row) for row in json.loads(path.read_text())] if path.exists() else []
    done = {(f.name, f.size, f.layer_0, f.seed): f for f in known}
    for layer_0 in (True, False):
        for size in SIZES:
            for name in names:
                for seed in range(max(seeds, 3) if name == "random" else seeds):
                    if (name, size, layer_0, seed) in done:
                        continue
                    setting = Setting(bench=bench, size=size, layer_0=layer_0, seed=seed)
                    bench.profile(seed)
                    began = time.monotonic()
                    plan = POLICIES[name](setting)
                    seconds = time.monotonic() - began
                    mean, overall = bench.judge(plan)
                    figure = Figure(
                        name=name,
                        size=size,
                        layer_0=layer_0,
                        seed=seed,
                        perplexity=mean,
                        overall=overall,
                        kept=plan.kept_L.tolist(),
                        merged=plan.merged,
                        seconds=seconds,
                    )
                    done[name, size, layer_0, seed] = figure
                    path.write_text(json.dumps([asdict(f) for f in done.values()], indent=1))
                    print(figure, flush=True)
    return list(done.values())


def table(figures: list[Figure], whole: float, *, overall: bool) -> Table:
    """One row per policy; a column per size, with and without layer 0."""
    what = "of all tokens" if overall else "mean over domains"
    found = Table(title=f"held-out perplexity, {what} (unpruned {whole:.1f})", box=box.SIMPLE_HEAD)
    found.add_column("policy")
    columns = [(size, layer_0) for layer_0 in (True, False) for size in SIZES]
    for size, layer_0 in columns:
        place = "" if layer_0 else ", without layer 0"
        found.add_column(f"{size:.0%} kept{place}", justify="right")
    found.add_column("seconds", justify="right")
    for name in POLICIES:
        cells = []
        for size, layer_0 in columns:
            some = [f for f in figures if (f.name, f.size, f.layer_0) == (name, size, layer_0)]
            cells.append(_spread([f.overall if overall else f.perplexity for f in some]))
        took = [f.seconds for f in figures if f.name == name]
        if any(cells):
            found.add_row(name, *cells, f"{statistics.fmean(took):.0f}")
    return found


def _spread(values: list[float]) -> str:
    if not values:
        return ""
    low, high = min(values), max(values)
    mean = f"{statistics.fmean(values):.1f}"
    return mean if len(values) == 1 else f"{mean} ({low:.1f}–{high:.1f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=Path(".benchmarks/stage1.json"))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument(
        "--tokens", type=int, default=12_000, help="of the texts losses are measured on"
    )
    parser.add_argument("--judged", type=int, default=24_000, help="held-out tokens")
    parser.add_argument("--only", nargs="*", choices=[*POLICIES], default=[*POLICIES])
    options = parser.parse_args()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    bench = Bench(tokens=options.tokens, judged=options.judged, work=options.json.parent)
    figures = run(bench, options.only, options.seeds, options.json)
    console = Console(width=140)
    for whole, overall in zip(
        bench.judge(Plan.keep_all(bench.live.info)), (False, True), strict=True
    ):
        console.print(table(figures, whole, overall=overall))


if __name__ == "__main__":
    main()
