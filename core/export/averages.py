"""Merged experts: bytes that are not in the source, averaged from ranges that are.

    W_into = round(Σ_m w_m W_m)   in float32, member by member in ascending order

With NumPy alone, block by block, so memory stays flat. Only plain floats have a mean: of packed or
scaled numbers it would have to be quantised anew, which is not what slicing bytes is for. The
averages go to one file beside the shards, from which they are copied like any other bytes.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.checkpoint import Checkpoint, Layout, TensorRef
from core.errors import CheckpointError
from core.export.reading import Files
from core.export.slices import OutTensor, Range
from core.families import Role
from core.planning import Merge, Plan

FILE = "averages.part"  # no loader looks for such a name; it is gone before the folder appears
BLOCK = 1 << 20

_PLAIN: Mapping[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
}

Read = Callable[[str, int, int], bytes]  # file, offset, length


class Average(NamedTuple):
    """Bytes of the expert that stays, and the bytes that its average is made of."""

    target: Range
    sources: tuple[Range, ...]
    weights: tuple[float, ...]
    dtype: str

    def block(self, read: Read, at: int, size: int) -> bytes:
        """The average's bytes from an offset on."""
        total: NDArray[np.float32] | None = None
        for source, weight in zip(self.sources, self.weights, strict=True):
            values = _decoded(read(source.file, source.start + at, size), self.dtype)
            with np.errstate(invalid="ignore", over="ignore"):  # infinities meet as in torch
                term = values * np.float32(weight)
                total = term if total is None else total + term
        assert total is not None
        return _encoded(total, self.dtype)


def find_averages(checkpoint: Checkpoint, layout: Layout, plan: Plan) -> tuple[Average, ...]:
    """Every range that a plan's merges replace.

    Raises:
        CheckpointError: Experts of a merged layer are quantised, or a member has no such tensor.
    """
    merges = dict(zip(plan.layer_ids, plan.merges, strict=False))
    experts = dict(zip(plan.layer_ids, plan.experts, strict=True))
    homes = {layer: {m.into: m for m in groups} for layer, groups in merges.items()}
    found: list[Average] = []
    for name, ref in checkpoint.tensors.items():
        place = layout.places[name]
        groups = () if place.layer is None else merges.get(place.layer, ())
        if not groups or place.role not in {Role.EXPERT, Role.EXPERTS}:
            continue
        if ref.dtype not in _PLAIN:
            raise CheckpointError(
                f"{name} is {ref.dtype}: quantised experts cannot be averaged",
                remedy="dropping instead of merging, or a bf16 checkpoint of this model",
            )
        if place.role is Role.EXPERTS:
            found += _of_rows(ref, groups, experts[place.layer or 0])
            continue
        merge = homes[place.layer or 0].get(-1 if place.expert is None else place.expert)
        if merge is not None:
            found.append(_of_tensors(checkpoint, name, place.digits, merge))
    return tuple(found)


def write_averages(
    averages: Sequence[Average], source: Path, output: Path, *, written: Callable[[int], None]
) -> dict[Range, Range]:
    """Write all averages one after the other.

    Args:
        averages: What to write.
        source: The folder that their ranges point into.
        output: The file; it must not exist.
        written: Told the bytes of each block; may raise to stop.

    Returns:
        Where each replaced range is now, with the file as an absolute path.
    """
    places: dict[Range, Range] = {}
    at = 0
    with Files(source) as files, output.open("xb") as file:
        for average in averages:
            size = average.target.end - average.target.start
            for offset in range(0, size, BLOCK):
                block = average.block(files.read, offset, min(BLOCK, size - offset))
                file.write(block)
                written(len(block))
            places[average.target] = Range(str(output.resolve()), at, at + size)
            at += size
    return places


def substituted(tensors: Iterable[OutTensor], places: Mapping[Range, Range]) -> list[OutTensor]:
    """The same tensors with the replaced ranges read from where the averages are."""
    by_file: dict[str, list[Range]] = {}
    for target in places:
        by_file.setdefault(target.file, []).append(target)
    for targets in by_file.values():
        targets.sort(key=lambda r: r.start)

    def inside(r: Range) -> Sequence[Range]:
        # They do not overlap, so that their ends ascend as well.
        targets = by_file.get(r.file, [])
        first = bisect.bisect_right(targets, r.start, key=lambda target: target.end)
        last = bisect.bisect_left(targets, r.end, key=lambda target: target.start)
        return targets[first:last]

    return [
        tensor._replace(
            ranges=tuple(part for r in tensor.ranges for part in _split(r, inside(r), places))
        )
        for tensor in tensors
    ]


def _split(r: Range, targets: Sequence[Range], places: Mapping[Range, Range]) -> list[Range]:
    """A range in parts, those inside of replaced ranges exchanged."""
    parts: list[Range] = []
    at = r.start
    for target in targets:
        if target.end <= at or target.start >= r.end:
            continue
        assert at <= target.start
        assert target.end <= r.end
        if at < target.start:
            parts.append(Range(r.file, at, target.start))
        parts.append(places[target])
        at = target.end
    if at < r.end:
        parts.append(Range(r.file, at, r.end))
    return parts


def _of_rows(ref: TensorRef, groups: Sequence[Merge], experts: int) -> list[Average]:
    """Averages within a tensor of all experts."""
    if ref.elements == 1 and experts != 1:
        return []
    step = ref.nbytes // experts

    def row(expert: int) -> Range:
        start = ref.start + expert * step
        return Range(ref.file, start, start + step)

    return [
        Average(row(m.into), tuple(row(member) for member in m.members), m.weights, ref.dtype)
        for m in groups
    ]


def _of_tensors(
    checkpoint: Checkpoint, name: str, digits: tuple[int, int], merge: Merge
) -> Average:
    """The average of tensors of one expert each."""
    start, end = digits
    ref = checkpoint.tensors[name]
    sources = []
    for member in merge.members:
        other = checkpoint.tensors.get(f"{name[:start]}{member}{name[end:]}")
        if other is None or (other.shape, other.dtype) != (ref.shape, ref.dtype):
            raise CheckpointError(
                f"{name} has no tensor of expert {member} of its own shape to be averaged with",
                remedy="dropping instead of merging",
            )
        sources.append(Range(other.file, other.start, other.end))
    return Average(Range(ref.file, ref.start, ref.end), tuple(sources), merge.weights, ref.dtype)


def _decoded(raw: bytes, dtype: str) -> NDArray[np.float32]:
    """Values in float32, which holds all three plain dtypes exactly."""
    stored = np.frombuffer(raw, dtype=_PLAIN[dtype])
    if dtype == "BF16":
        return (stored.astype(np.uint32) << 16).view(np.float32)
    return stored.astype(np.float32)


def _encoded(values: NDArray[np.float32], dtype: str) -> bytes:
    """Values rounded to nearest, ties to even, as torch rounds them."""
    if dtype != "BF16":
        with np.errstate(over="ignore"):  # a float16 that overflows is infinite, as in torch
            return values.astype(_PLAIN[dtype]).tobytes()
    bits = values.view(np.uint32)
    rounded = ((bits + np.uint32(0x7FFF) + ((bits >> 16) & np.uint32(1))) >> 16).astype("<u2")
    rounded[np.isnan(values)] = 0x7FC0  # rounding could carry a NaN over into infinity
    return rounded.tobytes()
