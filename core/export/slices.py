"""Plan × layout → which bytes of the source become which tensor of the result.

Three kinds of tensors change: one of a single expert is kept under a new number or dropped; one of
all experts, and a router's, keep some rows of their first dimension. All are contiguous bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.checkpoint import Checkpoint, Layout, TensorRef
from core.checkpoint.layout import expert_axis
from core.errors import CheckpointError, PlanError
from core.families import Family, Place, Role
from core.planning import Plan


class Range(NamedTuple):
    """Bytes of a source file."""

    file: str
    start: int
    end: int


class OutTensor(NamedTuple):
    """A tensor of the result and the source bytes that it is made of, in order."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    ranges: tuple[Range, ...]

    @property
    def nbytes(self) -> int:
        """Its size."""
        return sum(r.end - r.start for r in self.ranges)


def kept_by_layer(plan: Plan, layout: Layout, *, drop_mtp: bool) -> dict[int, tuple[int, ...]]:
    """Kept experts of every MoE layer by decoder layer id, multi-token-prediction layers included.

    Nothing is known about the use of experts in multi-token-prediction layers, since transformers
    never runs them; they get the last layer's choice, which has the count that the config demands.

    Raises:
        PlanError: Such a layer has another number of experts than the last layer.
    """
    kept = dict(zip(plan.layer_ids, plan.keep, strict=True))
    if drop_mtp or not layout.mtp_blocks:
        return kept
    for block in layout.mtp_blocks:
        if not plan.dropped:
            kept[block.layer] = tuple(range(block.experts))
            continue
        if block.experts != plan.experts[-1]:
            raise PlanError(
                f"{block.stem} predicts further tokens with {block.experts} experts, the last "
                f"layer has {plan.experts[-1]}",
                remedy="--drop-mtp",
            )
        kept[block.layer] = plan.keep[-1]
    return kept


def slice_tensors(
    checkpoint: Checkpoint,
    layout: Layout,
    kept: Mapping[int, Sequence[int]],
    *,
    drop_mtp: bool,
    family: Family,
) -> list[OutTensor]:
    """Every tensor of the result, in the order of the source's bytes."""
    counts = {block.layer: block.experts for block in (*layout.blocks, *layout.mtp_blocks)}
    numbers = {layer: {old: new for new, old in enumerate(ids)} for layer, ids in kept.items()}
    out = []
    for name, ref in checkpoint.tensors.items():
        place = layout.places[name]
        if place.mtp and drop_mtp:
            continue
        layer = place.layer
        if layer is None or layer not in kept or len(kept[layer]) == counts[layer]:
            out.append(_whole(ref))
        elif place.role is Role.EXPERT:
            new = numbers[layer].get(place.expert or 0)
            if new is not None:
                out.append(_whole(ref, _renamed(name, place, new)))
        elif place.role is Role.SPARE:
            number = (place.expert or 0) - counts[layer] + len(kept[layer])
            out.append(_whole(ref, _renamed(name, place, number)))
        elif place.role in {Role.EXPERTS, Role.ROUTER}:
            spare = family.extra_router_rows
            flattened = family.flattened and place.role is Role.EXPERTS
            out.append(_rows(ref, kept[layer], counts[layer], spare=spare, flattened=flattened))
        else:
            out.append(_whole(ref))
    return out


def _renamed(name: str, place: Place, new: int) -> str:
    """The name with another expert number."""
    start, end = place.digits
    return f"{name[:start]}{new}{name[end:]}"


def _whole(ref: TensorRef, name: str = "") -> OutTensor:
    """The tensor as it is, perhaps under another name."""
    ranges = (Range(ref.file, ref.start, ref.end),)
    return OutTensor(name or ref.name, ref.dtype, ref.shape, ranges)


def _rows(
    ref: TensorRef, keep: Sequence[int], experts: int, *, spare: bool, flattened: bool
) -> OutTensor:
    """Some rows of a tensor that has one per expert; a lone scale for all of them stays.

    Args:
        ref: The tensor.
        keep: Rows that stay, ascending.
        experts: Rows that belong to experts.
        spare: Whether further rows may follow; they stay.
        flattened: Whether a row of an expert is one of several.
    """
    if ref.elements == 1 and experts != 1:
        return _whole(ref)
    extent = next((extent for extent in ref.shape if extent != 1), 1)
    rows = experts if flattened else extent
    fits = expert_axis(ref.shape, experts, flattened=flattened)
    if not fits and not (spare and rows > experts):
        raise CheckpointError(
            f"{ref.name}: shape {list(ref.shape)} does not count {experts} experts",
            remedy="a checkpoint whose config.json belongs to it",
        )
    wanted = [*keep, *range(experts, rows)]
    if ref.nbytes % rows:
        raise CheckpointError(f"{ref.name}: its {rows} rows do not end at whole bytes")
    step = ref.nbytes // rows
    axis = next((i for i, extent in enumerate(ref.shape) if extent != 1), 0)
    shape = (*ref.shape[:axis], len(wanted) * (extent // rows), *ref.shape[axis + 1 :])
    ranges: list[Range] = []
    for row in wanted:
        start = ref.start + row * step
        if ranges and ranges[-1].end == start:
            ranges[-1] = ranges[-1]._replace(end=start + step)
        else:
            ranges.append(Range(ref.file, start, start + step))
    return OutTensor(ref.name, ref.dtype, shape, tuple(ranges))
