"""One batch through the model, as a profile wants it: without the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from core.errors import InputError, ResourceError
from core.profiling.probe import Probe, Tokens
from core.runtime.live import LiveModel

if TYPE_CHECKING:
    from core.calibration import Batch


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
        probe.commit(Tokens.of(batch))
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
