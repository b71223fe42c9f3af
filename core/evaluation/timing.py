"""Time two models in turn in one run: prefill and decoding, medians and ratios of pairs.

A machine's speed drifts (heat, clocks, other programs) by more than what is to be measured, so both
models are timed in every round, each first in every other one, and what counts is the ratio within
a round. A masked model still holds all its experts and runs at about the original's speed: a plan
is timed by really removing them.
"""

from __future__ import annotations

import contextlib
import inspect
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError, ResourceError
from core.evaluation.speed import Speed, SpeedComparison, SpeedOptions
from core.run import Run
from core.runtime.live import LiveModel, interruptible

if TYPE_CHECKING:
    from core.calibration import Tokenizer

STAGE = "speed"


@dataclass(frozen=True, kw_only=True)
class _Times:
    """Seconds of one model in one round."""

    prefill: float
    decode: float


def compare_speed(
    before: LiveModel,
    after: LiveModel | None,
    prompt: NDArray[np.int64],
    options: SpeedOptions,
    *,
    run: Run,
) -> SpeedComparison:
    """Time one model, or two in turn.

    Args:
        before: The original.
        after: The smaller model, really shrunk; None times the original alone.
        prompt: Token ids [batch_size, context].
        options: Rounds and lengths.
        run: Checked before each token; gets `Progress` in rounds.

    Raises:
        Cancelled: The run was stopped.
        InputError: A streamed model: that would time the disk. Or more tokens than it takes.
        ResourceError: The device ran out of memory.
    """
    models = [before] if after is None else [before, after]
    for live in models:
        _check(live, prompt, options)
    times: list[list[_Times]] = [[] for _ in models]
    run.progress(STAGE, 0, options.rounds + 1, "rounds")
    with contextlib.ExitStack() as stack:
        for live in models:
            stack.enter_context(interruptible(live, run))
        for number in range(options.rounds + 1):
            order = range(len(models)) if number % 2 else reversed(range(len(models)))
            for side in order:
                found = _round(models[side], prompt, options.new_tokens, run)
                if number:  # the first round warms up
                    times[side].append(found)
            run.progress(STAGE, number + 1, options.rounds + 1, "rounds")
    speeds = [_speed(live, rows, options) for live, rows in zip(models, times, strict=True)]
    if after is None:
        return SpeedComparison(before=speeds[0])
    prefill = [b.prefill / a.prefill for b, a in zip(*times, strict=True)]
    decode = [b.decode / a.decode for b, a in zip(*times, strict=True)]
    return SpeedComparison(
        before=speeds[0],
        after=replace(
            speeds[1],
            prefill_ratio=statistics.median(prefill),
            decode_ratio=statistics.median(decode),
        ),
        prefill_ratios=tuple(prefill),
        decode_ratios=tuple(decode),
    )


def prompt_ids(tokenizer: Tokenizer, options: SpeedOptions, vocabulary: int) -> NDArray[np.int64]:
    """Prompts [batch_size, context] of the bundled held-out texts.

    Text, since routing depends on what is read: random tokens would use other experts, and other
    numbers of them, than a model meets. Short texts are repeated.
    """
    from core.calibration import CalibrationOptions, Source, build_calibration

    made = CalibrationOptions(
        sources=(Source(path_or_id="demo"),),
        max_tokens=options.batch_size * options.context,
        seq_len=options.context,
        seed=options.seed,
    )
    texts = build_calibration(made, tokenizer, demo_split="heldout", run=Run())
    rows = [row for domain in texts.sequences_by_domain for row in domain]
    stream = np.concatenate(rows) % vocabulary
    return np.resize(stream, (options.batch_size, options.context)).astype(np.int64)


def _check(live: LiveModel, prompt: NDArray[np.int64], options: SpeedOptions) -> None:
    if live.stream is not None:
        raise InputError(
            f"{live.folder.name} is streamed: its speed would be the disk's",
            remedy="--stream never, --dtype bfloat16, or a machine with more memory",
        )
    longest = getattr(live.model.config.get_text_config(), "max_position_embeddings", None)
    tokens = prompt.shape[1] + options.new_tokens
    if longest is not None and tokens > longest:
        raise InputError(
            f"{tokens:,} tokens are more than the {longest:,} that {live.folder.name} takes",
            remedy="a smaller --context or --new-tokens",
        )


@torch.inference_mode()
def _round(live: LiveModel, prompt: NDArray[np.int64], new_tokens: int, run: Run) -> _Times:
    """Read the prompt, then generate greedily, one token at a time."""
    ids = torch.from_numpy(prompt).to(live.device)
    try:
        began = _now(live)
        out = live.model(input_ids=ids, use_cache=True, logits_to_keep=1)
        token = out.logits[:, -1:].argmax(dim=-1)
        cache = _cache_name(live)
        between = _now(live)
        for _ in range(new_tokens):
            run.check()
            out = live.model(
                input_ids=token,
                use_cache=True,
                logits_to_keep=1,
                **{cache: out[cache]},
            )
            token = out.logits[:, -1:].argmax(dim=-1)
        ended = _now(live)
    except torch.cuda.OutOfMemoryError as error:
        raise ResourceError(
            f"{live.device} ran out of memory on {prompt.shape[0]} × {prompt.shape[1]} tokens",
            remedy="a smaller --batch-size or --context",
        ) from error
    return _Times(prefill=between - began, decode=ended - between)


def _cache_name(live: LiveModel) -> str:
    """What the model calls the keys and values of earlier tokens; transformers 5.24 renamed it."""
    names = inspect.signature(live.model.forward).parameters
    return "cache" if "cache" in names else "past_key_values"


def _now(live: LiveModel) -> float:
    if live.device.type == "cuda":
        torch.cuda.synchronize(live.device)
    return time.perf_counter()


def _speed(live: LiveModel, times: Sequence[_Times], options: SpeedOptions) -> Speed:
    prefill = statistics.median(found.prefill for found in times)
    decode = statistics.median(found.decode for found in times)
    return Speed(
        prefill=options.batch_size * options.context / prefill,
        decode=options.batch_size * options.new_tokens / decode,
        first_token=prefill,
        per_token=decode / options.new_tokens,
        batch_size=options.batch_size,
        context=options.context,
        new_tokens=options.new_tokens,
        rounds=options.rounds,
        place=place_of(live),
    )


def place_of(live: LiveModel) -> str:
    """The dtype and device in words, e.g. "float32 on cpu"."""
    return f"{str(live.dtype).removeprefix('torch.')} on {live.device}"
