"""The end of a tuning run: write, measure what was written, say what it came to."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from typing import Any

import torch

import core
from core.checkpoint.files import read_json
from core.errors import CheckpointError
from core.runtime import LiveModel
from core.runtime.memory import peak_rss_bytes
from core.tuning.dial import TopKDial
from core.tuning.prepare import Prepared, measuring
from core.tuning.progress import Progress
from core.tuning.request import Request, libraries
from core.tuning.result import TuneResult
from core.tuning.validate import Validation
from core.tuning.write import Written, write_result

BEFORE = "before.json"


def finished(
    request: Request, prepared: Prepared, progress: Progress, *, step: int, written: int
) -> TuneResult:
    """Write the checkpoint, measure what was written, and sum everything up.

    Args:
        request: What was asked for.
        prepared: The trained model; it is given up.
        progress: Of the whole run.
        step: Steps done.
        written: The step whose weights are in memory.

    Raises:
        StudioError: The result cannot be written, or is not what is in memory.
    """
    curve = request.work.curve()
    before, original = _before(request)
    result = TuneResult(
        output=request.output,
        work=request.work.folder,
        options=request.options,
        steps=step,
        tokens=progress.tokens,
        final_loss=next((r.loss for r in reversed(curve) if math.isfinite(r.loss)), math.nan),
        perplexity_before=before.overall if before else math.nan,
        perplexity_after=math.nan,
        perplexity_original=original.overall if original else math.nan,
        by_domain_before=before.by_domain if before else {},
        entropy_before=before.entropy if before else math.nan,
        entropy_after=math.nan,
        top_k=request.target,
        top_k_before=request.info.top_k,
        train=str(request.options.train),
        trained_parameters=_count(prepared),
        stopped_early=progress.stopped,
        step_written=written,
        seconds=progress.seconds,
        curve=curve,
        notes=tuple(request.notes),
    )
    box = [result]

    def facts(live: LiveModel) -> dict[str, object]:
        box[0] = _measured(request, box[0], live)
        return _facts(request, box[0])

    what = Written(
        source=request.info,
        plan=request.plan,
        top_k=request.target,
        work=request.work.folder,
        output=request.output,
        force=request.force,
        facts=facts,
        lines=lambda: _lines(box[0]),
    )
    write_result(
        prepared.live,
        prepared.model,
        prepared.changing,
        what,
        prepared.dial,
        autocast=prepared.autocast,
        run=request.run,
    )
    cuda = torch.cuda.is_available()
    return replace(
        box[0],
        verified=True,
        peak_rss_bytes=peak_rss_bytes(),
        peak_device_bytes=torch.cuda.max_memory_allocated() if cuda else 0,
    )


def _measured(request: Request, result: TuneResult, live: LiveModel) -> TuneResult:
    """The result with what the reopened checkpoint was measured to be."""
    with TopKDial(live, live.info.top_k, request.run) as dial:
        measure = measuring(live, dial, request.validation, autocast=False, run=request.run)
        after = measure(live.model, live.info.top_k)
    return replace(
        result,
        perplexity_after=after.overall,
        by_domain_after=after.by_domain,
        entropy_after=after.entropy,
    )


def _before(request: Request) -> tuple[Validation | None, Validation | None]:
    """What was measured before the first step, also by an earlier session."""
    with contextlib.suppress(CheckpointError):
        kept: dict[str, Any] = read_json(request.work.folder / BEFORE)
        original = kept["original"]
        return (
            Validation.from_json(kept["before"]),
            None if original is None else Validation.from_json(original),
        )
    return None, None


def _count(prepared: Prepared) -> int:
    return sum(p.numel() for p in prepared.model.parameters() if p.requires_grad)


def _facts(request: Request, result: TuneResult) -> dict[str, object]:
    """What seer.json says: no time and no path, so that it is reproducible."""
    left_out = {"output", "work", "seconds", "verified", "peak_rss_bytes", "peak_device_bytes"}
    plain = {k: v for k, v in result.to_json().items() if k not in left_out}
    return plain | {
        "texts": request.texts.fingerprint,
        "validation": request.validation.fingerprint,
        "teacher": None if request.teacher is None else request.teacher.fingerprint,
        "processes": request.ranks.size,
        "versions": {"seer_studio": core.__version__, **libraries()},
    }


def _lines(result: TuneResult) -> tuple[str, ...]:
    """The training in the model card."""
    options = result.options
    if result.top_k == result.top_k_before:
        top_k = f"Top-{result.top_k}, unchanged"
    elif options.schedule == "none":
        top_k = f"Top-{result.top_k_before} to Top-{result.top_k} at once"
    else:
        way = "fading gates" if options.fractional else "whole steps"
        top_k = (
            f"Top-{result.top_k_before} to Top-{result.top_k}, {options.schedule} by {way} over "
            f"{100 * options.anneal_fraction:.0f} % of the steps"
        )
    lines = [
        (
            f"Fine-tuned: {options.train}, {result.trained_parameters:,} parameters, "
            f"{result.steps:,} steps, {result.tokens:,} tokens, learning rate "
            f"{options.learning_rate:g}."
        ),
        f"Experts per token: {top_k}.",
        (
            f"Router entropy penalty: {options.entropy_weight:g}; entropy "
            f"{result.entropy_before:.2f} nats before, {result.entropy_after:.2f} after."
        ),
        (
            f"Perplexity on held-out texts at Top-{result.top_k}: {result.perplexity_before:.2f} "
            f"before, {result.perplexity_after:.2f} after."
        ),
    ]
    if math.isfinite(result.perplexity_original):
        lines.append(
            f"The source at Top-{result.top_k_before} with all experts: "
            f"{result.perplexity_original:.2f}."
        )
    if options.distill:
        kind = (
            f"its {options.distill_cache} likeliest tokens" if options.distill_cache else "logits"
        )
        lines.append(f"Distilled from the unpruned model's {kind}, weight {options.distill:g}.")
    return tuple(lines)
