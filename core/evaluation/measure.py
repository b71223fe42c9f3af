"""Measure a live model on texts: perplexity by domain, KL and agreement with the original.

Shapes: B sequences of S tokens, N predicted tokens of a piece, V vocabulary.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from core.errors import InputError, ResourceError
from core.evaluation.ranks import Turns
from core.evaluation.result import OVERALL, Evaluation
from core.evaluation.tally import Tally
from core.planning.plan import Plan
from core.pruning.masking import Rerouting
from core.run import Run
from core.runtime.live import LiveModel, interruptible
from core.runtime.memory import peak_rss_bytes
from core.runtime.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from core.calibration import Batch, CalibrationSet

STAGE = "evaluate"
SNAPSHOT = "evaluation"
SNAPSHOT_SECONDS = 0.25
# Logits of a piece may take this much in float32: with a large vocabulary they outgrow the model.
LOGITS_BYTES = 256 * 2**20
# Rows of the vocabulary whose log-probabilities are held at once.
ROWS = 512


def evaluate(
    live: LiveModel,
    calibration: CalibrationSet,
    *,
    reference: LiveModel | None = None,
    plan: Plan | None = None,
    top_k: int | None = None,
    ranks: Ranks = ALONE,
    run: Run,
) -> Evaluation:
    """Measure a model, as it is or masked, and compare it with the original.

    Args:
        live: The model.
        calibration: The texts; one sequence is one window.
        reference: The original. The same object as `live` means: unmasked, in turn with the masked
            model batch by batch. None measures perplexity alone.
        plan: Experts that stay, masked for the time of the measurement.
        top_k: Experts per token; the plan's or the model's if None.
        ranks: The processes that take the batches in turn; all get the result of one process.
        run: Checked before each batch and in each MoE layer; gets `Progress` in tokens and
            snapshots named "evaluation".

    Raises:
        Cancelled: The run was stopped; the model is as before.
        InputError: No text to predict, or token ids that are not this model's.
        PlanError: The plan does not fit the model.
        ResourceError: The device ran out of memory.
        StudioError: The model puts out NaN.
    """
    _check_texts(live, reference, calibration)
    changed = plan is not None or top_k is not None
    mask = Rerouting(live, plan, top_k=top_k) if changed else None
    tally = Tally(calibration.domains, compared=reference is not None)
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
            measure = _streamed if streams else _in_memory
            seconds = measure(pair, calibration, turns, tally, run)
            turns.settle()
    if tally.tokens == 0:
        raise InputError(
            "no sequence has a token to predict: each is shorter than two tokens",
            remedy="longer texts",
        )
    found = tally.evaluation(seconds)
    return replace(found, streamed=streams, peak_rss_bytes=peak_rss_bytes())


def _in_memory(
    pair: _Pair, calibration: CalibrationSet, turns: Turns, tally: Tally, run: Run
) -> float:
    """Batch by batch, on all ranks in step; the seconds that it took, pauses left out."""
    seconds, due, done, size = 0.0, time.monotonic(), 0, turns.ranks.size
    for first in range(0, len(calibration), size):
        run.check()
        taken = [calibration.batch(i) for i in range(first, min(first + size, len(calibration)))]
        began = time.monotonic()
        if turns.ranks.rank < len(taken):
            batch = taken[turns.ranks.rank]
            for ids_BS, mask_BS in _pieces(batch, pair.live.vocabulary):
                turns.add(batch.index, batch.domain, pair.sums(ids_BS, mask_BS))
        turns.ranks.agree()
        now = time.monotonic()
        seconds += now - began
        done += sum(batch.tokens for batch in taken)
        run.progress(STAGE, done, calibration.tokens, "tokens")
        if now >= due and turns.ranks.alone:
            run.snapshot(SNAPSHOT, tally.evaluation(seconds))
            due = now + SNAPSHOT_SECONDS
    return seconds


def _streamed(
    pair: _Pair, calibration: CalibrationSet, turns: Turns, _tally: Tally, run: Run
) -> float:
    """Layer by layer; the seconds that it took, pauses left out."""
    from core.evaluation.streamed import Measurement, measure_streamed

    measurement = Measurement(
        live=pair.live,
        reference=pair.reference,
        mask=pair.mask,
        pieces=lambda index: list(_pieces(calibration.batch(index), pair.live.vocabulary)),
        predict=_predict,
        sums=_sums,
        turns=turns,
    )
    return measure_streamed(measurement, calibration, stage=STAGE, run=run)


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """The model that is measured and the one that it is compared with."""

    live: LiveModel
    mask: Rerouting | None
    reference: LiveModel | None

    @torch.inference_mode()
    def sums(self, ids_BS: NDArray[np.int64], mask_BS: NDArray[np.bool_]) -> NDArray[np.float64]:
        """What one piece adds to the tally."""
        with self.mask or contextlib.nullcontext():
            logits_NV, target_N = _predict(self.live, ids_BS, mask_BS)
        if self.reference is None:
            other_NV = None
        elif self.reference is self.live and self.mask is None:
            other_NV = logits_NV
        else:
            other_NV, _ = _predict(self.reference, ids_BS, mask_BS)
            other_NV = other_NV.to(logits_NV.device)
        return _sums(logits_NV, target_N, other_NV)


def _predict(
    live: LiveModel, ids_BS: NDArray[np.int64], mask_BS: NDArray[np.bool_]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits [N, V] of every predicted token, and the tokens themselves."""
    ids = torch.from_numpy(ids_BS).to(live.device)
    mask = None if mask_BS.all() else torch.from_numpy(mask_BS).to(live.device)
    try:
        logits_BSV = live.model(
            input_ids=ids, attention_mask=None if mask is None else mask.long(), use_cache=False
        ).logits
    except torch.cuda.OutOfMemoryError as error:
        rows, width = ids_BS.shape
        raise ResourceError(
            f"{live.device} ran out of memory on {rows} × {width} tokens",
            remedy="a smaller --batch-size or --seq-len",
        ) from error
    logits_BSV, targets = logits_BSV[:, :-1], ids[:, 1:]
    if mask is None:
        return logits_BSV.flatten(0, 1), targets.flatten()
    both = mask[:, 1:] & mask[:, :-1]
    return logits_BSV[both], targets[both]


def _sums(
    logits_NV: torch.Tensor, target_N: torch.Tensor, other_NV: torch.Tensor | None
) -> NDArray[np.float64]:
    """Tokens, loss, the reference's loss, KL and agreements, summed in float64.

    Logits go to float32 first: cross-entropy on bf16 logits reads visibly too low.
    """
    total = torch.zeros(5, dtype=torch.float64, device=logits_NV.device)
    total[0] = len(target_N)
    for first in range(0, len(target_N), ROWS):
        rows = slice(first, first + ROWS)
        target = target_N[rows, None]
        log_q = functional.log_softmax(logits_NV[rows].float(), dim=-1)
        total[1] -= log_q.gather(1, target).sum(dtype=torch.float64)
        if other_NV is None:
            continue
        log_p = functional.log_softmax(other_NV[rows].float(), dim=-1)
        total[2] -= log_p.gather(1, target).sum(dtype=torch.float64)
        p = log_p.exp()
        # A candidate that the original rules out adds nothing, also where both are -inf.
        kl = torch.where(p == 0, p, p * (log_p - log_q))
        total[3] += kl.sum(dtype=torch.float64)
        total[4] += (log_p.argmax(dim=-1) == log_q.argmax(dim=-1)).sum()
    return total.cpu().numpy()


def _pieces(batch: Batch, vocabulary: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """A batch in pieces whose logits fit, each cut to its longest sequence."""
    per_sequence = batch.input_ids.shape[1] * vocabulary * 4
    size = max(1, LOGITS_BYTES // per_sequence)
    for first in range(0, len(batch.input_ids), size):
        mask_BS = batch.mask[first : first + size]
        width = int(mask_BS.sum(axis=1).max())
        yield (
            np.ascontiguousarray(batch.input_ids[first : first + size, :width]),
            np.ascontiguousarray(mask_BS[:, :width]),
        )


def _check_texts(live: LiveModel, reference: LiveModel | None, calibration: CalibrationSet) -> None:
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
