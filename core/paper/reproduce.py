"""Do it all: count, drop, measure, tune every arm with every seed."""

from __future__ import annotations

import contextlib
import math
import shutil
import tempfile
import time
from collections.abc import Iterator
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
from core.paper.trying import Trying
from core.planning import Bounds, Plan, cost, keep_global, keep_per_layer
from core.profiling import Profile, load_profile, profile_model
from core.profiling.state import versions
from core.run import Event, Note, Relay, Run
from core.runtime import LiveModel, load_model
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
    folder: Path,
    options: PaperOptions,
    *,
    run: Run,
    name: str = "demo",
    work: Path | None = None,
    kept: Path | None = None,
    resume: bool = False,
) -> PaperResult:
    """Try every claim on a model.

    Args:
        folder: The model, with a Top-K of two.
        options: How much is done.
        run: Checked in every pass; gets `Progress` in experiments and, after each, a snapshot
            named "paper" with the result so far.
        name: What the result calls the model.
        work: For temporary files without `kept`; a temporary folder if None. Left empty.
        kept: Where every finished experiment stays until all are, with the tuning run that is
            under way; removed in the end. None keeps nothing of a try that is stopped.
        resume: Go on with what is there, to the same result; what is of other options goes.

    Raises:
        Cancelled: The run was stopped; without `kept` nothing is left behind.
        Parked: It was paused and gives its memory back; likewise. With `kept` the next call goes on
            with the experiment that was under way, a tuning run after its last whole step.
        StudioError: An option, the model, or too little memory or disk.
    """
    options.check()
    with contextlib.ExitStack() as stack:
        if kept is None:
            scratch = tempfile.TemporaryDirectory(prefix="seer-paper-", dir=work)
            kept = Path(stack.enter_context(scratch)) / "trying"
        tries = _Tries(folder, options, name, kept, run)
        tries.begin(resume=resume)
        tries.drop()
        tries.tune()
        run.check()
        result = tries.result()
        tries.trying.remove()
    return result


class _Tries:
    """The experiments, one after another, and what they gave so far."""

    def __init__(
        self, folder: Path, options: PaperOptions, name: str, kept: Path, run: Run
    ) -> None:
        self.folder, self.options, self.name, self.run = folder, options, name, run
        self.info = inspect_model(folder)
        self.tokenizer = load_tokenizer(folder)
        self.trying = Trying(
            folder=kept,
            identity={
                "options": options.to_json(),
                "model": self.info.fingerprint,
                "versions": dict(versions()),
            },
        )
        self.held = self._texts("heldout", options.eval_tokens, 0)
        self.drops: list[Drop] = []
        self.arms: list[Arm] = []
        self.original = self.untuned = self.entropy = float("inf")
        per_share = len(METRICS) * len(SCOPES) + options.random_seeds
        self._total = 3 + per_share * len(options.shares) + len(options.arms) * options.seeds
        self._done = 0
        self._seconds, self._began = 0.0, time.monotonic()

    def begin(self, *, resume: bool) -> None:
        """Take up what a stopped try has left."""
        found = self.trying.begin(resume=resume, run=self.run)
        if found is None:
            return
        self.drops, self.arms = list(found.drops), list(found.arms)
        self.original, self.untuned = found.original, found.untuned
        self.entropy, self._seconds = found.entropy, found.seconds
        known = sum(map(math.isfinite, (self.original, self.untuned, self.entropy)))
        done = known + len(self.drops) + len(self.arms)
        self.run.note(f"going on after {done} of {self._total} experiments")

    # -- dropping ----------------------------------------------------------------------------

    def drop(self) -> None:
        """Measure the model, at Top-1 too, and every plan as a mask."""
        plans = list(self._plans())
        if len(self.drops) == len(plans) and math.isfinite(self.untuned):
            self._done = 3 + len(plans)
            return
        inner = _Inner(self.run)
        live = load_model(self.folder, device=self.options.device, run=inner)
        observed = self._observed(live)
        with self._experiment(known=math.isfinite(self.original)) as new:
            if new:
                self.original = evaluate(live, self.held, run=inner).perplexity["overall"]
        with self._experiment(known=math.isfinite(self.untuned)) as new:
            if new:
                found = evaluate(live, self.held, top_k=1, run=inner)
                self.untuned = found.perplexity["overall"]
        for at, way in enumerate(plans):
            with self._experiment(known=at < len(self.drops)) as new:
                if new:
                    self.drops.append(self._drop(live, observed, way))

    def _observed(self, live: LiveModel) -> Profile:
        """Count the experts, or read what was counted."""
        path, known = self.trying.profile, math.isfinite(self.entropy)
        with self._experiment(known=known and path.is_file()) as new:
            if not new:
                return load_profile(path)
            texts = self._texts("calibration", self.options.profile_tokens, 0)
            inner = _Inner(self.run)
            observed = profile_model(live, texts, output=path, resume=True, run=inner)
            # The profile knows the router's entropy over the calibration texts; tuning reports it
            # on the held-out ones.
            self.entropy = float(observed.entropy_sum.sum() / observed.tokens.sum())
            return observed

    def _drop(self, live: LiveModel, observed: Profile, way: tuple[float, str, str, int]) -> Drop:
        """One plan, measured as a mask."""
        share, metric, scope, seed = way
        whole = Plan.keep_all(self.info)
        bounds = Bounds.of(whole, self.info)
        scores_LE = score(observed, metric, seed=seed)
        if scope == "global":
            total = round(share * sum(self.info.experts))
            kept = keep_global(comparable(scores_LE, metric), bounds=bounds, total=total)
        else:
            kept = keep_per_layer(scores_LE, bounds=bounds, share=share)
        plan = whole.with_kept(kept)
        measured = evaluate(live, self.held, plan=plan, run=_Inner(self.run))
        return Drop(
            share=share,
            metric=metric,
            scope=scope,
            seed=seed,
            kept=sum(len(row) for row in plan.keep),
            perplexity=measured.perplexity["overall"],
            price=self._price(plan=plan),
        )

    def _plans(self) -> Iterator[tuple[float, str, str, int]]:
        for share in self.options.shares:
            for metric in METRICS:
                for scope in SCOPES:
                    yield share, metric, scope, 0
            for seed in range(self.options.random_seeds):
                yield share, "random", "layer", seed

    # -- tuning ------------------------------------------------------------------------------

    def tune(self) -> None:
        """Every arm with every seed, seed by seed, so that a stopped run has whole rows."""
        known = {(arm.name, arm.seed) for arm in self.arms}
        for seed in range(self.options.seeds):
            for arm in self.options.arms:
                with self._experiment(known=(arm, seed) in known) as new:
                    if new:
                        self.arms.append(self._tune(arm, seed))

    def _tune(self, arm: str, seed: int) -> Arm:
        from core.tuning import tune

        place = self.trying.arm / f"{arm}-{seed}"
        # Written by a try that was killed before it could say so: measured again.
        shutil.rmtree(place / "model", ignore_errors=True)
        place.mkdir(parents=True, exist_ok=True)
        found = tune(
            self.folder,
            self._texts("calibration", self.options.tokens, seed),
            self.options.tuning(arm, seed),
            output=place / "model",
            work=place / "work",
            validation=self.held,
            resume=True,
            run=_Inner(self.run),
        )
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
            seconds=self._seconds + time.monotonic() - self._began,
        )
        return replace(result, claims=claims_of(result))

    @contextlib.contextmanager
    def _experiment(self, *, known: bool) -> Iterator[bool]:
        """One experiment, if it is new: checked before, counted, kept and shown after."""
        self.run.check()
        self.run.progress(STAGE, self._done, self._total, "experiments")
        yield not known
        self._done += 1
        if known:
            return
        self.run.progress(STAGE, self._done, self._total, "experiments")
        result = self.result()
        self.trying.keep(result)
        self.run.snapshot(SNAPSHOT, result)

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
