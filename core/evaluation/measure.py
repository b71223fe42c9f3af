"""Measure a live model on texts: perplexity by domain, KL and agreement with the original.

Shapes: B sequences of S tokens.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from core.errors import InputError
from core.evaluation.forward import Forward, Piece, forward
from core.evaluation.kept import Kept
from core.evaluation.ranks import Turns
from core.evaluation.result import OVERALL, Evaluation
from core.evaluation.tally import Tally
from core.planning.plan import Plan
from core.pruning.by_layer import Mask, mask_of
from core.run import Run
from core.runtime.live import LiveModel, interruptible
from core.runtime.memory import peak_rss_bytes
from core.runtime.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from core.calibration import Batch, CalibrationSet

STAGE = "evaluate"
SNAPSHOT = "evaluation"
SNAPSHOT_SECONDS = 0.25


def evaluate(
    live: LiveModel,
    calibration: CalibrationSet,
    *,
    reference: LiveModel | None = None,
    plan: Plan | None = None,
    top_k: int | None = None,
    ranks: Ranks = ALONE,
    kept: Kept | None = None,
    run: Run,
) -> Evaluation:
    """Measure a model, as it is or masked, and compare it with the original.

    Args:
        live: The model.
        calibration: The texts; one sequence is one window, whose context is not scored again.
        reference: The original. The same object as `live` means: unmasked, in turn with the masked
            model batch by batch. None measures perplexity alone.
        plan: Experts that stay, masked for the time of the measurement.
        top_k: Experts per token; the plan's or the model's if None.
        ranks: The processes that take the batches in turn; all get the result of one process.
        kept: What an earlier call that was stopped has measured of the same: it is gone on with,
            and filled. In one process only.
        run: Checked before each batch and in each MoE layer; gets `Progress` in tokens and
            snapshots named "evaluation".

    Raises:
        Cancelled: The run was stopped; the model is as before.
        Parked: It was paused and gives its memory back; `kept` goes on at the batch, or streamed at
            the batch and layer, where it was: that much is done again.
        InputError: No text to predict, or token ids that are not this model's.
        PlanError: The plan does not fit the model.
        ResourceError: The device ran out of memory.
        StudioError: The model puts out NaN.
    """
    check_texts(live, reference, calibration)
    live.warn_of_length(calibration, run)
    changed = plan is not None or top_k is not None
    mask = mask_of(live, plan, top_k=top_k) if changed else None
    counts = [len(rows) for rows in calibration.sequences_by_domain]
    tally = Tally(calibration.domains, counts, compared=reference is not None)
    kept = kept if kept is not None else Kept()
    tally = kept.begin(_what(live, reference, plan, top_k) + calibration.fingerprint, tally, run)
    run.progress(STAGE, 0, calibration.tokens, "tokens")
    models = {id(m): m for m in (live, reference) if m is not None}.values()
    with contextlib.ExitStack() as stack:
        for model in models:
            stack.enter_context(interruptible(model, run))
        pair = _Pair(live=live, mask=mask, reference=reference)
        streams = any(model.stream is not None for model in models)
        turns = Turns(tally, ranks)
        with ranks.together():
            ranks.check_alike(live.info.fingerprint + calibration.fingerprint)
            if streams:
                seconds = _streamed(pair, calibration, turns, kept, run)
            else:
                seconds = _in_memory(pair, calibration, turns, kept, run)
            turns.settle()
    if tally.tokens == 0:
        raise InputError(
            "no sequence has a token to predict: each is shorter than two tokens",
            remedy="longer texts",
        )
    found = tally.evaluation(seconds)
    return replace(found, streamed=streams, peak_rss_bytes=peak_rss_bytes())


def _what(
    live: LiveModel, reference: LiveModel | None, plan: Plan | None, top_k: int | None
) -> str:
    """What is measured, as far as it decides the numbers."""
    other = None if reference is None else reference.info.fingerprint
    mask = None if plan is None else plan.fingerprint
    return repr((live.info.fingerprint, str(live.dtype), other, mask, top_k))


def _in_memory(
    pair: _Pair, calibration: CalibrationSet, turns: Turns, kept: Kept, run: Run
) -> float:
    """Batch by batch, on all ranks in step; the seconds that it took, pauses left out."""
    seconds, due, size = kept.seconds, time.monotonic(), turns.ranks.size
    done = sum(calibration.batch(index).tokens for index in range(kept.batches))
    for first in range(kept.batches, len(calibration), size):
        run.check()
        taken = [calibration.batch(i) for i in range(first, min(first + size, len(calibration)))]
        began = time.monotonic()
        if turns.ranks.rank < len(taken):
            batch = taken[turns.ranks.rank]
            turns.add(batch, pair.sums(piece_of(batch)))
        turns.ranks.agree()
        now = time.monotonic()
        seconds += now - began
        if turns.ranks.alone:
            kept.batches, kept.seconds = first + len(taken), seconds
        done += sum(batch.tokens for batch in taken)
        run.progress(STAGE, done, calibration.tokens, "tokens")
        if now >= due and turns.ranks.alone:
            run.snapshot(SNAPSHOT, turns.tally.evaluation(seconds))
            due = now + SNAPSHOT_SECONDS
    return seconds


def _streamed(
    pair: _Pair, calibration: CalibrationSet, turns: Turns, kept: Kept, run: Run
) -> float:
    """Layer by layer; the seconds that it took, pauses left out."""
    from core.evaluation.streamed import Measurement, measure_streamed

    measurement = Measurement(
        live=pair.live,
        reference=pair.reference,
        mask=pair.mask,
        piece=lambda index: piece_of(calibration.batch(index)),
        sums=sums_of,
        turns=turns,
    )
    return measure_streamed(measurement, calibration, stage=STAGE, kept=kept, run=run)


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """The model that is measured and the one that it is compared with."""

    live: LiveModel
    mask: Mask | None
    reference: LiveModel | None

    @torch.inference_mode()
    def sums(self, piece: Piece) -> NDArray[np.float64]:
        """What one piece adds to the tally, [B, 5]."""
        with self.mask or contextlib.nullcontext():
            found = forward(self.live, piece)
        if self.reference is None:
            other = None
        elif self.reference is self.live and self.mask is None:
            other = found
        else:
            other = forward(self.reference, piece)
        return sums_of(found, other, len(piece.ids))


def sums_of(found: Forward, other: Forward | None, sequences: int) -> NDArray[np.float64]:
    """Tokens, loss, the reference's loss, KL and agreements by sequence [B, 5], in float64."""
    device = found.states.device
    total_B5 = torch.zeros(sequences, 5, dtype=torch.float64, device=device)
    for rows in found.head.chunks(len(found.target)):
        target = found.target[rows, None]
        log_q = functional.log_softmax(found.head.logits(found.states[rows]), dim=-1)
        columns = torch.zeros(len(target), 5, dtype=torch.float64, device=device)
        columns[:, 0] = 1
        columns[:, 1] = -log_q.gather(1, target)[:, 0]
        if other is not None:
            log_p = log_q
            if other is not found:
                logits = other.head.logits(other.states[rows]).to(device)
                log_p = functional.log_softmax(logits, dim=-1)
            columns[:, 2] = -log_p.gather(1, target)[:, 0]
            p = log_p.exp()
            # A candidate that the original rules out adds nothing, also where both are -inf.
            columns[:, 3] = torch.where(p == 0, p, p * (log_p - log_q)).sum(
                dim=-1, dtype=torch.float64
            )
            columns[:, 4] = log_p.argmax(dim=-1) == log_q.argmax(dim=-1)
        total_B5.index_add_(0, found.row[rows], columns)
    return total_B5.cpu().numpy()


def piece_of(batch: Batch) -> Piece:
    """A batch as one piece: every token counts but the first, and what is only context."""
    at_S = np.arange(batch.input_ids.shape[1])
    context_B = np.zeros(len(batch.mask), int) if batch.context is None else batch.context
    begins_B = np.maximum(context_B, 1)
    return Piece(
        ids=batch.input_ids,
        mask=batch.mask,
        scored=batch.mask & (at_S[None] >= begins_B[:, None]),
    )


def check_texts(live: LiveModel, reference: LiveModel | None, calibration: CalibrationSet) -> None:
    """Refuse texts that say nothing, or that are not these models'.

    Raises:
        InputError: No text, a domain with a name of our own, or token ids beyond the vocabulary.
    """
    if len(calibration) == 0:
        raise InputError("the evaluation text is empty", remedy="add a source with text in it")
    if OVERALL in calibration.domains:
        raise InputError(
            f"a domain is called '{OVERALL}', which means all of them",
            remedy="another name before the = of --source",
        )
    highest = max(
        int(sequence.max()) for rows in calibration.sequences_by_domain for sequence in rows
    )
    if highest >= live.vocabulary:
        raise InputError(
            f"the text has token id {highest}, the model has {live.vocabulary:,} tokens",
            remedy="the tokenizer that belongs to this model",
        )
    if reference is not None and reference.vocabulary != live.vocabulary:
        raise InputError(
            f"the reference has {reference.vocabulary:,} tokens, the model {live.vocabulary:,}",
            remedy="the original of this model as reference",
        )
