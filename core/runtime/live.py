"""The live model as the rest of the engine sees it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from core.errors import UnsupportedModelError
from core.run import Run
from core.runtime.layers import MoeLayer, find_layers

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from core.calibration import CalibrationSet
    from core.checkpoint.info import ModelInfo
    from core.runtime.streaming import LayerStream


@dataclass(frozen=True, kw_only=True, eq=False)
class LiveModel:
    """A model, ready to run: in memory, or streamed layer by layer.

    Attributes:
        model: The transformers model, in eval mode.
        folder: Its checkpoint and tokenizer.
        info: What the checkpoint's headers say; of the original even after shrinking.
        moe: Its rows, in model order.
        device: Where the inputs go.
        dtype: Dtype of its weights.
        stream: Where its decoder layers come from while it runs; None if they are in memory.
    """

    model: PreTrainedModel
    folder: Path
    info: ModelInfo
    moe: tuple[MoeLayer, ...]
    device: torch.device
    dtype: torch.dtype
    stream: LayerStream | None = None

    @property
    def longest(self) -> int | None:
        """Positions that its config promises; None if it says nothing of it."""
        found = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        return found if isinstance(found, int) and found > 0 else None

    def warn_of_length(self, calibration: CalibrationSet, run: Run) -> None:
        """Say that sequences are longer than what the model was made for: it runs, out of depth."""
        rows = calibration.sequences_by_domain
        most = max((len(row) for domain in rows for row in domain), default=0)
        if self.longest is not None and most > self.longest:
            run.note(
                f"sequences of {most:,} tokens are longer than the {self.longest:,} that the model "
                f"takes; try: --seq-len {self.longest}",
                "warning",
            )

    @property
    def layer_ids(self) -> tuple[int, ...]:
        """Decoder layer of each row."""
        return tuple(layer.layer_id for layer in self.moe)

    @property
    def experts(self) -> tuple[int, ...]:
        """Number of experts of each row, as they are now."""
        return tuple(layer.count for layer in self.moe)

    @property
    def vocabulary(self) -> int:
        """Number of rows of the input embedding: token ids must be below."""
        return int(self.model.get_input_embeddings().weight.shape[0])


@contextlib.contextmanager
def interruptible(live: LiveModel, run: Run) -> Iterator[None]:
    """Let a run stop between two MoE layers: one batch of a large model takes many seconds."""
    handles = [layer.router.register_forward_pre_hook(lambda *_: run.check()) for layer in live.moe]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def live_model(model: PreTrainedModel, *, folder: Path, info: ModelInfo) -> LiveModel:
    """Wrap a model that is in memory already.

    Raises:
        UnsupportedModelError: Its rows are not those that the checkpoint's headers name.
    """
    moe = find_layers(model, info.routing)
    found = tuple((row.layer_id, row.count) for row in moe)
    named = tuple(zip(info.moe_layers, info.experts, strict=True))
    if found != named:
        raise UnsupportedModelError(
            f"the live {info.model_type} model has MoE layers and experts {found[:3]}…, "
            f"its checkpoint {named[:3]}…",
            remedy="report this model type",
        )
    weight = model.get_input_embeddings().weight
    model.eval()
    model.requires_grad_(requires_grad=False)
    return LiveModel(
        model=model, folder=folder, info=info, moe=moe, device=weight.device, dtype=weight.dtype
    )
