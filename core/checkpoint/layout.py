"""Give every tensor of a checkpoint its place, and check that layers and experts are complete.

E: experts of a layer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.checkpoint.header import TensorRef
from core.families import MoeConfig, Place, Role

_OUTSIDE = Place(Role.OTHER)
_BY_ROW = frozenset({Role.EXPERTS, Role.ROUTER})


class Block(NamedTuple):
    """What one layer holds of routed experts.

    Attributes:
        stem: Path of the layer, e.g. "model.layers.3".
        layer: Its number; layers kept apart from the decoder are numbered after its last.
        experts: How many routed experts its tensors are of.
        mtp: Whether it is a multi-token-prediction layer.
    """

    stem: str
    layer: int
    experts: int
    mtp: bool


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where everything is.

    Attributes:
        places: Place of every tensor.
        blocks: The MoE layers of the decoder, in order.
        mtp_blocks: MoE layers among the multi-token-prediction layers.
        layers_found: Decoder layers that have any tensor.
        faults: What forbids slicing this checkpoint, in words; empty when nothing does.
    """

    places: Mapping[str, Place] = field(hash=False)
    blocks: tuple[Block, ...]
    mtp_blocks: tuple[Block, ...]
    layers_found: frozenset[int]
    faults: tuple[str, ...]


def expert_axis(shape: tuple[int, ...], experts: int, *, flattened: bool = False) -> bool:
    """Whether the first dimension longer than one counts experts: [E, …], or ERNIE's [1, E].

    With `flattened` it may count rows of experts, E·F of them.
    """
    extent = next((extent for extent in shape if extent != 1), 1)
    return extent % experts == 0 if flattened else extent == experts


def read_layout(tensors: Mapping[str, TensorRef], moe: MoeConfig) -> Layout:
    """Place every tensor by the family's names; nothing is read but names and shapes."""
    places, stems = _place_all(tensors, moe)
    numbers: defaultdict[int, set[int]] = defaultdict(set)
    fused: dict[int, set[int]] = {}
    rows: list[str] = []
    for name, (role, layer, expert, _, _) in places.items():
        if role is Role.EXPERT and layer is not None and expert is not None:
            numbers[layer].add(expert)
        elif role in _BY_ROW and layer is not None:
            rows.append(name)
            if role is Role.EXPERTS and tensors[name].shape:
                extent = tensors[name].shape[0]
                count = moe.count(layer) if moe.family.flattened else extent
                fused.setdefault(layer, set()).add(count)
    routed = {places[name].layer for name in rows if places[name].role is Role.ROUTER}
    blocks, faults = [], []
    for layer in sorted({*numbers, *fused}):
        found, (stem, mtp) = numbers.get(layer, set()), stems[layer]
        experts = len(found) or _fused_count(fused[layer], moe.count(layer))
        if found and max(found) != len(found) - 1:
            lost = next(i for i in range(max(found)) if i not in found)
            faults.append(f"{stem}: expert {lost} of {max(found) + 1} has no tensors")
        if layer not in routed:
            faults.append(f"{stem}: has {experts} experts but no router")
        blocks.append(Block(stem, layer, experts, mtp))
    counts = {block.layer: block.experts for block in blocks}
    faults += _shape_faults(tensors, places, rows, counts, moe)
    return Layout(
        places=places,
        blocks=tuple(block for block in blocks if not block.mtp),
        mtp_blocks=tuple(block for block in blocks if block.mtp),
        layers_found=frozenset(layer for layer, (_, mtp) in stems.items() if not mtp),
        faults=tuple(faults),
    )


def _fused_count(extents: set[int], said: int) -> int:
    """Experts of fused tensors: what all of them count, or config.json's word if they differ.

    A tensor that packs several experts in one number has fewer rows than there are experts.
    """
    return max(extents) if len(extents) == 1 else said


def _place_all(
    tensors: Mapping[str, TensorRef], moe: MoeConfig
) -> tuple[dict[str, Place], dict[int, tuple[str, bool]]]:
    """Place of every tensor; path of every layer and whether it predicts further tokens."""
    # Layers share the names of what is in them, and tensors the numbers of layers, so little is
    # really looked at: a model has 100,000 tensors.
    roles: dict[str, tuple[Role, int | None, tuple[int, int]]] = {}
    places: dict[str, Place] = {}
    stems: dict[int, tuple[str, bool]] = {}
    numbers: dict[str, int | None] = {}
    decoders = tuple(f"{decoder}." for decoder in moe.family.decoders)
    mtp_heads = tuple(f"{head}." for head in moe.family.mtp)
    usual, spares = decoders[0], moe.family.extra_router_rows
    for name in tensors:
        mtp = False
        if name.startswith(usual):
            at = len(usual)
        else:
            mtp = name.startswith(mtp_heads)
            # `mtp.layers.0.…` keeps its layers under the same word as the decoder does.
            at = name.find("layers.") + 7 if mtp else _after(name, decoders)
        number, _, rest = name[at:].partition(".")
        index = numbers[number] if number in numbers else numbers.setdefault(number, _id(number))
        if at < 7 or index is None or not rest:
            places[name] = _outside(name, moe, mtp=mtp)
            continue
        known = roles.get(rest)
        if known is None:
            known = roles[rest] = moe.family.role_of(rest)
        role, expert, (start, end) = known
        layer = index + moe.layers if mtp else index
        if spares and role is Role.EXPERT and expert is not None and expert >= moe.count(layer):
            role = Role.SPARE
        offset = at + len(number) + 1
        beyond = layer >= moe.layers
        digits = (offset + start, offset + end)
        # What Place(…) does, without a call of Python code.
        places[name] = tuple.__new__(Place, (role, layer, expert, digits, beyond))
        if layer not in stems:
            stems[layer] = (name[: offset - 1], beyond)
    return places, stems


def _id(number: str) -> int | None:
    """A layer's number, or None for another word; `isdecimal` alone accepts other scripts."""
    plain = number.isascii() and number.isdecimal() and len(number) <= 6
    return int(number) if plain else None


def _after(name: str, decoders: tuple[str, ...]) -> int:
    """Where the layer number of a decoder tensor begins; 0 for a tensor outside of the decoder."""
    for decoder in decoders:
        if name.startswith(decoder):
            return len(decoder)
    return 0


def _outside(name: str, moe: MoeConfig, *, mtp: bool) -> Place:
    """The place of a tensor that is in no layer."""
    modules = name.split(".")
    if any(module in moe.family.embeddings for module in modules[-2:]):
        return Place(Role.EMBEDDING, mtp=mtp)
    return Place(Role.OTHER, mtp=True) if mtp else _OUTSIDE


def _shape_faults(
    tensors: Mapping[str, TensorRef],
    places: Mapping[str, Place],
    rows: Sequence[str],
    counts: Mapping[int, int],
    moe: MoeConfig,
) -> list[str]:
    """Router and fused tensors (`rows`) whose shape does not count the layer's experts."""
    faults = []
    for name in rows:
        place = places[name]
        experts = counts.get(-1 if place.layer is None else place.layer)
        shape = tensors[name].shape
        flattened = moe.family.flattened and place.role is Role.EXPERTS
        if experts is None or tensors[name].elements == 1:
            continue
        if expert_axis(shape, experts, flattened=flattened):
            continue
        spare = moe.family.extra_router_rows
        if not (spare and shape and shape[0] > experts):
            packed = ": packed across experts" if place.role is Role.EXPERTS else ""
            faults.append(f"{name}: shape {list(shape)} does not count {experts} experts{packed}")
    return faults
