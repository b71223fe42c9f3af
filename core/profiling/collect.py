"""The pass: a live model over a calibration set, batch by batch, resumable, with snapshots."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from core.errors import InputError, ResourceError
from core.profiling import partial
from core.profiling.files import save_profile
from core.profiling.options import ProfileOptions
from core.profiling.probe import Probe, Tokens
from core.profiling.profile import Profile
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.memory import peak_rss_bytes

if TYPE_CHECKING:
    from core.calibration import Batch, CalibrationSet

STAGE = "profile"
SNAPSHOT = "profile"
# Snapshots and saves may take this share of the time, however large the model.
OVERHEAD = 0.02


def profile_model(
    live: LiveModel,
    calibration: CalibrationSet,
    *,
    output: Path | None = None,
    resume: bool = False,
    options: ProfileOptions | None = None,
    run: Run,
) -> Profile:
    """Run a model over text once and keep what it says about every expert.

    Args:
        live: The model.
        calibration: The packed text.
        output: Where the profile is saved when the pass is complete; beside it lies, until then,
            what a stopped pass resumes from. None keeps it in memory only.
        resume: Go on from there if it is there. A pass that was stopped and resumed gives the same
            profile as one that was not, to the last bit.
        options: Group size and snapshot rate.
        run: Checked before each batch and each MoE layer; gets `Progress` in tokens after each
            batch, and snapshots named "profile" that hold a `Profile`.

    Returns:
        The complete profile.

    Raises:
        Cancelled: The run was stopped; whole batches seen so far are kept for `resume`.
        InputError: There is no text, or its token ids are not this model's.
        ProfileError: A stopped pass of other options lies there, the model puts out NaN, or the
            output cannot be written.
        ResourceError: The device ran out of memory.
    """
    options = options or ProfileOptions()
    if len(calibration) == 0:
        raise InputError("the calibration text is empty", remedy="add a source with text in it")
    facts = Facts.of(live, calibration)
    earlier = None
    if output is not None and resume:
        streamed = live.stream is not None
        earlier = partial.load(output, facts.like, run, streamed=streamed)
    if output is not None and not resume:
        partial.remove(output)
    with Probe(live, len(calibration.domains), run) as probe:
        state = Pass(probe=probe, facts=facts, options=options, output=output)
        if live.stream is not None:
            from core.profiling.streamed import stream_pass

            stream_pass(state, earlier, run)
        else:
            if earlier is not None:
                state.restore(earlier)
            _pass_in_memory(state, run)
        profile = state.profile()
    if output is not None:
        save_profile(profile, output)
        partial.remove(output)
    return profile


def _pass_in_memory(state: Pass, run: Run) -> None:
    """All layers for one batch, then the next batch."""
    calibration = state.facts.calibration
    run.progress(STAGE, state.tokens, calibration.tokens, "tokens")
    try:
        for index in range(state.batches, len(calibration)):
            state.step(state.facts.live, calibration.batch(index), run)
    except Exception:
        # A killed process leaves the last group; a cancelled or failed one every whole batch.
        state.keep()
        raise


@torch.inference_mode()
def observe(live: LiveModel, probe: Probe, batch: Batch) -> None:
    """One batch through the model, without the head, whose logits nobody reads here.

    Raises:
        InputError: A token id that the model does not have.
        ResourceError: The device ran out of memory.
    """
    check_tokens(live, batch)
    probe.begin(batch.mask)
    try:
        forward(live, batch)
        probe.commit(Tokens(ids_BS=batch.input_ids, mask_BS=batch.mask, domain=batch.domain))
    except torch.cuda.OutOfMemoryError as error:
        rows, width = batch.input_ids.shape
        raise ResourceError(
            f"{live.device} ran out of memory on a batch of {rows} × {width} tokens",
            remedy="a smaller --batch-size or --seq-len",
        ) from error


def forward(live: LiveModel, batch: Batch) -> None:
    """The model's own forward without the head."""
    ids = torch.from_numpy(batch.input_ids).to(live.device, non_blocking=True)
    # Without padding no mask is needed, and attention takes its fast path.
    mask = None
    if not batch.mask.all():
        mask = torch.from_numpy(batch.mask).to(live.device, torch.int64, non_blocking=True)
    live.model.base_model(input_ids=ids, attention_mask=mask, use_cache=False)


def check_tokens(live: LiveModel, batch: Batch) -> None:
    """Refuse text of another tokenizer.

    Raises:
        InputError: A token id that the model does not have.
    """
    highest = int(batch.input_ids.max())
    if highest >= live.vocabulary or int(batch.input_ids.min()) < 0:
        raise InputError(
            f"the text has token id {highest}, the model has {live.vocabulary:,} tokens",
            remedy="the tokenizer that belongs to this model",
        )


@cache
def versions() -> Mapping[str, str]:
    """What the numbers may depend on besides the model and the text."""
    found = {name: version(name) for name in ("torch", "transformers", "numpy")}
    return found | {"python": platform.python_version()}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a profile says about itself besides numbers."""

    live: LiveModel
    calibration: CalibrationSet
    options: Mapping[str, object]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, live: LiveModel, calibration: CalibrationSet) -> Facts:
        """What can be said before the pass."""
        made = calibration.options
        names = ("max_tokens", "seq_len", "batch_size", "seed", "pack", "chat_template")
        options: dict[str, object] = {name: getattr(made, name) for name in names}
        options["dtype"] = str(live.dtype).removeprefix("torch.")
        options["device"] = live.device.type
        return cls(live=live, calibration=calibration, options=options, versions=versions())

    @property
    def like(self) -> partial.Like:
        """What a stopped pass must share with this one to be gone on with."""
        return partial.Like(
            model_fingerprint=self.live.info.fingerprint,
            experts=self.live.experts,
            calibration=self.calibration.fingerprint,
            options=self.options,
        )


@dataclass(kw_only=True)
class Pass:
    """Where a pass stands."""

    probe: Probe
    facts: Facts
    options: ProfileOptions
    output: Path | None
    batches: int = 0
    sequences: int = 0
    tokens: int = 0
    seconds: float = 0.0
    saved: int = 0
    snapshot_due: float = field(default_factory=time.monotonic)
    save_due: float = field(default_factory=time.monotonic)

    def restore(self, earlier: Profile) -> None:
        """Go on from what a stopped pass has seen."""
        self.probe.restore(earlier)
        self.batches = self.saved = earlier.batches
        self.sequences = earlier.sequences
        self.tokens = earlier.total_tokens
        self.seconds = earlier.seconds
        self.probe.top_k = earlier.top_k

    def step(self, live: LiveModel, batch: Batch, run: Run) -> None:
        """One batch: observe, count, report, save now and then."""
        total = self.facts.calibration.tokens
        run.check()
        began = time.monotonic()
        observe(live, self.probe, batch)
        self.batches += 1
        self.sequences += len(batch.input_ids)
        self.tokens += int(batch.mask.sum())
        self.seconds += time.monotonic() - began
        run.progress(STAGE, self.tokens, total, "tokens")
        self.snapshot(run)
        if self.batches - self.saved >= self.options.group and time.monotonic() >= self.save_due:
            self.keep()

    def keep(self) -> None:
        """Save what was seen, for a later `resume`."""
        if self.output is None or self.batches == self.saved:
            return
        began = time.monotonic()
        partial.save(self.output, self.profile())
        self.saved = self.batches
        self.save_due = due(began, 0.0)

    def profile(self) -> Profile:
        """What was seen so far."""
        live, calibration = self.facts.live, self.facts.calibration
        on_cuda = live.device.type == "cuda"
        return Profile(
            model_fingerprint=live.info.fingerprint,
            model_type=live.info.model_type,
            layer_ids=live.layer_ids,
            experts=live.experts,
            top_k=self.probe.top_k or live.info.top_k,
            domains=calibration.domains,
            sources=tuple(str(source) for source in calibration.options.sources),
            options={**self.facts.options, "model": str(live.folder)},  # for `seer plan`
            versions=self.facts.versions,
            calibration=calibration.fingerprint,
            batches=self.batches,
            batches_total=len(calibration),
            sequences=self.sequences,
            seconds=self.seconds,
            streamed=live.stream is not None,
            peak_rss_bytes=peak_rss_bytes(),
            peak_device_bytes=torch.cuda.max_memory_allocated(live.device) if on_cuda else 0,
            **self.probe.arrays(),
        )

    def snapshot(self, run: Run) -> None:
        """Hand out what was seen so far, now and then."""
        began = time.monotonic()
        if began < self.snapshot_due:
            return
        run.snapshot(SNAPSHOT, self.profile())
        self.snapshot_due = due(began, self.options.snapshot_seconds)


def due(began: float, least: float) -> float:
    """When to do again what took from `began` until now."""
    now = time.monotonic()
    return max(began + least, now + (now - began) / OVERHEAD)
