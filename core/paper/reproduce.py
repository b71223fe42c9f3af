"""Do it all: count, drop, measure, tune every arm with every seed."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.calibration import CalibrationOptions, CalibrationSet, Source, build_calibration
from core.calibration.source import DemoSplit
from core.calibration.tokens import load_tokenizer
from core.checkpoint import inspect_model
from core.evaluation import evaluate
from core.paper.claims import claims_of
from core.paper.options import PaperOptions
from core.paper.result import Arm, Drop, PaperResult, Price
from core.planning import Bounds, Plan, cost, keep_global, keep_per_layer
from core.profiling import profile_model
from core.run import Event, Note, Relay, Run
from core.runtime import load_model
from core.scoring import comparable, score
from core.tuning.defaults import resolve

METRICS = ("actual-count", "soft-count")
SCOPES = ("layer", "global")
STAGE = "paper"
SNAPSHOT = "paper"


class _Inner(Relay):
    """A step of the whole: checked like it, silent but for its warnings."""

    def emit(self, event: Event) -> None:
        """Progress and snapshots of a part mean nothing outside it."""
        if isinstance(event, Note) and event.level == "warning":
            self.whole.emit(event)


def reproduce(
    folder: Path, options: PaperOptions, *, run: Run, name: str = "demo", work: Path | None = None
) -> PaperResult:
    """Try every claim on a model.

    Args:
        folder: The model, with a Top-K of two.
        options: How much is done.
        run: Checked in every pass; gets `Progress` in experiments and, after each, a snapshot
            named "paper" with the result so far.
        name: What the result calls the model.
        work: For temporary checkpoints; a temporary folder if None. Left empty.

    Raises:
        Cancelled: The run was stopped; nothing is left behind.
        StudioError: An option, the model, or too little memory or disk.
    """
    options.check()
    began = time.monotonic()
    tries = _Tries(folder, options, name, run)
    with tempfile.TemporaryDirectory(prefix="seer-paper-", dir=work) as scratch:
        tries.drop(Path(scratch))
        tries.tune(Path(scratch))
    run.check()
    return replace(tries.result(), seconds=time.monotonic() - began)


class _Tries:
    """The experiments, one after another, and what they gave so far."""

    def __init__(self, folder: Path, options: PaperOptions, name: str, run: Run) -> None:
        self.folder, self.options, self.name, self.run = folder, options, name, run
        self.info = inspect_model(folder)
        self.tokenizer = load_tokenizer(folder)
        self.held = self._texts("heldout", options.eval_tokens, 0)
        self.drops: list[Drop] = []
        self.arms: list[Arm] = []
        self.original = self.untuned = self.entropy = float("inf")
        per_share = len(METRICS) * len(SCOPES) + options.random_seeds
        self._total = 3 + per_share * len(options.shares) + len(options.arms) * options.seeds
        self._done = 0

    # -- dropping ----------------------------------------------------------------------------

    def drop(self, scratch: Path) -> None:
        """Measure the model, at Top-1 too, and every plan as a mask."""
        inner = _Inner(self.run)
        live = load_model(self.folder, device=self.options.device, run=inner)
        with self._experiment():
            texts = self._texts("calibration", self.options.profile_tokens, 0)
            observed = profile_model(live, texts, output=scratch / "profile.safetensors", run=inner)
            # The profile knows the router's entropy over the calibration texts; tuning reports it
            # on the held-out ones.
            entropy = observed.entropy_sum.sum() / observed.tokens.sum()
            self.entropy = float(entropy)
        with self._experiment():
            self.original = evaluate(live, self.held, run=inner).perplexity["overall"]
        with self._experiment():
            found = evaluate(live, self.held, top_k=1, run=inner)
            self.untuned = found.perplexity["overall"]
        whole = Plan.keep_all(self.info)
        bounds = Bounds.of(whole, self.info)
        for share, metric, scope, seed in self._plans():
            with self._experiment():
                scores_LE = score(observed, metric, seed=seed)
                if scope == "global":
                    total = round(share * sum(self.info.experts))
                    scores_LE = comparable(scores_LE, metric)
                    kept = keep_global(scores_LE, bounds=bounds, total=total)
                else:
                    kept = keep_per_layer(scores_LE, bounds=bounds, share=share)
                plan = whole.with_kept(kept)
                measured = evaluate(live, self.held, plan=plan, run=inner)
                self.drops.append(
                    Drop(
                        share=share,
                        metric=metric,
                        scope=scope,
                        seed=seed,
                        kept=sum(len(row) for row in plan.keep),
                        perplexity=measured.perplexity["overall"],
                        price=self._price(plan=plan),
                    )
                )

    def _plans(self) -> Iterator[tuple[float, str, str, int]]:
        for share in self.options.shares:
            for metric in METRICS:
                for scope in SCOPES:
                    yield share, metric, scope, 0
            for seed in range(self.options.random_seeds):
                yield share, "random", "layer", seed

    # -- tuning ------------------------------------------------------------------------------

    def tune(self, scratch: Path) -> None:
        """Every arm with every seed, seed by seed, so that a stopped run has whole rows."""
        for seed in range(self.options.seeds):
            texts = self._texts("calibration", self.options.tokens, seed)
            for arm in self.options.arms:
                with self._experiment():
                    self.arms.append(self._tune(arm, seed, texts, scratch / "arm"))

    def _tune(self, arm: str, seed: int, texts: CalibrationSet, place: Path) -> Arm:
        from core.tuning import tune

        place.mkdir()
        try:
            found = tune(
                self.folder,
                texts,
                self.options.tuning(arm, seed),
                output=place / "model",
                work=place / "work",
                validation=self.held,
                run=_Inner(self.run),
            )
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return Arm(
            name=arm,
            seed=seed,
            top_k=found.top_k,
            perplexity=found.perplexity_after,
            entropy_before=found.entropy_before,
            entropy_after=found.entropy_after,
            seconds=found.seconds,
        )

    # -- parts -------------------------------------------------------------------------------

    def result(self) -> PaperResult:
        """Everything so far."""
        plain = self.options.tuning("plain", 0)
        tuned = resolve(plain, self.info, seq_len=self.options.seq_len)
        result = PaperResult(
            options=self.options,
            model=self.name,
            original=self.original,
            untuned=self.untuned,
            entropy=self.arms[0].entropy_before if self.arms else self.entropy,
            prices={"original": self._price(), "top-1": self._price(top_k=1)},
            drops=tuple(self.drops),
            arms=tuple(self.arms),
            learning_rate=tuned.learning_rate or 0.0,
        )
        return replace(result, claims=claims_of(result))

    @contextmanager
    def _experiment(self) -> Iterator[None]:
        """One experiment: checked before, counted and shown after."""
        self.run.check()
        self.run.progress(STAGE, self._done, self._total, "experiments")
        yield
        self._done += 1
        self.run.progress(STAGE, self._done, self._total, "experiments")
        self.run.snapshot(SNAPSHOT, self.result())

    def _price(self, *, plan: Plan | None = None, top_k: int | None = None) -> Price:
        spent = cost(self.info, plan, top_k=top_k, context=self.options.seq_len)
        return Price(
            parameters=spent.parameters.total,
            active=spent.parameters.active,
            bytes=spent.bytes,
            flops=float(spent.flops.total),
        )

    def _texts(self, split: DemoSplit, tokens: int, seed: int) -> CalibrationSet:
        chosen = CalibrationOptions(
            sources=(Source(path_or_id="demo"),),
            max_tokens=tokens,
            seq_len=self.options.seq_len,
            batch_size=self.options.batch_size,
            seed=seed,
        )
        inner = _Inner(self.run)
        return build_calibration(chosen, self.tokenizer, demo_split=split, run=inner)
