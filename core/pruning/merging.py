"""Averaged experts in a live model: the rows of those that stay, exchanged for their group's mean.

    row_into = round(Σ_m w_m row_m)   in float32, rounded to the checkpoint's dtype

which is to the last bit what `core.export.averages` writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core.errors import PlanError
from core.planning.merge import Merge
from core.runtime.layers import MoeLayer
from core.runtime.live import LiveModel
from core.runtime.structure import Changes, held


@dataclass(kw_only=True)
class RowSwap:
    """One expert's slice of a tensor, and the values that wait to take its place."""

    here: torch.Tensor
    other: torch.Tensor

    @torch.no_grad()
    def toggle(self) -> None:
        """Put the one in the other's place."""
        now = self.here.clone()
        self.here.copy_(self.other)
        self.other = now


@torch.no_grad()
def averages(
    live: LiveModel, layer: MoeLayer, differing: Changes, merges: Sequence[Merge], *, kept: int
) -> list[RowSwap]:
    """The averaged slices of one layer's groups, not put in place yet.

    Args:
        live: The original model.
        layer: The layer.
        differing: What of the model, or of this layer, has entries per expert.
        merges: Its groups.
        kept: Experts that stay, which `differing` was found for.

    Raises:
        PlanError: The experts are of integers, or of a streamed layer that is not there just now.
    """
    if not merges:
        return []
    swaps = []
    for change in (c for path in layer.expert_paths for c in differing.within(path).tensors):
        holder = held(live.model.get_submodule(change.module), buffers=change.buffer)
        tensor: torch.Tensor = holder[change.name]
        if tensor.is_meta:
            raise PlanError(
                f"{live.folder.name} is streamed, so its experts cannot be averaged in memory",
                remedy="exporting the plan, and working with the export",
            )
        if not tensor.is_floating_point():
            raise PlanError(
                f"layer {layer.layer_id}: {change.name} is {tensor.dtype} and has no mean",
                remedy="dropping instead of merging",
            )
        # One matrix may hold several rows of each expert (DBRX), and rows beyond the experts
        # (LongCat-Flash).
        rows = tensor.shape[change.axis]
        parts = tensor.detach().split(
            (rows - change.extent) // (layer.count - kept), dim=change.axis
        )
        for merge in merges:
            mean = _mean(parts, merge, _stored(live, tensor))
            swaps.append(RowSwap(here=parts[merge.into], other=mean))
    return swaps


def _mean(parts: Sequence[torch.Tensor], merge: Merge, stored: torch.dtype) -> torch.Tensor:
    """The group's mean, as it will be when it was written and read again."""
    total: torch.Tensor | None = None
    for member, weight in merge.shares.items():
        # Not one fused multiply-add: NumPy has none, and the bits are to be the same.
        term = parts[member].float() * weight
        total = term if total is None else total + term
    assert total is not None
    return total.to(stored).to(parts[merge.into].dtype)


def _stored(live: LiveModel, tensor: torch.Tensor) -> torch.dtype:
    """The dtype that the checkpoint keeps experts in; the live one if that has no torch name."""
    found = getattr(torch, live.info.dtype, None)
    plain = found in {torch.float32, torch.float16, torch.bfloat16}
    return found if plain and isinstance(found, torch.dtype) else tensor.dtype
