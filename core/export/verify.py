"""Reopen a written checkpoint and compare it with its source, tensor by tensor and byte by byte.

This walks from the result back to the source by names and row numbers, and not along the ranges
that were copied, so a mistake in planning those is found too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from core.checkpoint import Checkpoint, Layout, TensorRef, read_layout
from core.checkpoint.layout import Block
from core.errors import CheckpointError
from core.export.averages import Average
from core.export.reading import Files
from core.families import MoeConfig, Place, Role, read_moe_config
from core.run import Run

# Two of these fit a processor's cache, where comparing is fastest.
_BLOCK = 1 << 20


def verify_export(
    source: Checkpoint,
    layout: Layout,
    output: Path,
    kept: Mapping[int, Sequence[int]],
    *,
    drop_mtp: bool,
    averages: Sequence[Average] = (),
    tuned: Mapping[str, TensorRef] = MappingProxyType({}),
    run: Run,
) -> None:
    """Check that the result is complete and made of the source's bytes, or of tuned tensors'.

    Where experts were merged, their averages are computed once more from the source.

    Raises:
        CheckpointError: It is not; the message names the first tensor that differs.
    """
    result = Checkpoint.open(output)
    moe = read_moe_config(result.config)
    found = read_layout(result.tensors, moe)
    if found.faults:
        raise _broken(found.faults[0])
    _check_complete(layout, result, kept, drop_mtp=drop_mtp)
    _check_counts((*found.blocks, *found.mtp_blocks), kept, moe)
    counts = {block.layer: block.experts for block in (*layout.blocks, *layout.mtp_blocks)}
    total = sum(ref.nbytes for ref in result.tensors.values())
    done = 0
    starts = {(a.target.file, a.target.start): a for a in averages}
    with Files(source.folder) as before, Files(output) as after:
        for name, ref in result.tensors.items():
            run.check()
            place = found.places[name]
            if name in tuned:
                origin, rows = tuned[name], None
            else:
                origin, rows = _origin(source, place, ref, kept, counts)
            # DBRX: one matrix holds several rows of each expert.
            whole = moe.family.flattened and place.role is Role.EXPERTS
            extent = counts[place.layer] if whole and place.layer is not None else None
            for start, left, right, size in _pairs(origin, ref, rows, extent):
                run.check()
                average = starts.get((origin.file, start))
                try:
                    expected = (
                        before.read(origin.file, left, size)
                        if average is None
                        else average.block(before.read, left - start, size)
                    )
                    found_bytes = after.read(ref.file, right, size)
                except EOFError as error:
                    raise _broken("a file ended early") from error
                if expected != found_bytes:
                    raise _broken(f"{name} differs from its source")
            done += ref.nbytes
            run.progress("verify", done, total, "bytes")


def _check_complete(
    layout: Layout,
    result: Checkpoint,
    kept: Mapping[int, Sequence[int]],
    *,
    drop_mtp: bool,
) -> None:
    """Every tensor of the source is there, unless its expert or its MTP layer was to go."""
    expected = 0
    for name, place in layout.places.items():
        if place.mtp and drop_mtp:
            continue
        if place.role is Role.EXPERT and place.layer is not None and place.layer in kept:
            expected += place.expert in kept[place.layer]
            continue
        expected += 1
        if place.role is Role.SPARE:  # under another number now
            continue
        if name not in result.tensors:
            raise _broken(f"{name} is missing")
    if expected != len(result.tensors):
        raise _broken(f"{len(result.tensors)} tensors, expected are {expected}")


def _check_counts(
    blocks: Sequence[Block], kept: Mapping[int, Sequence[int]], moe: MoeConfig
) -> None:
    """config.json and the files name the same number of experts in each layer."""
    for block in blocks:
        said = moe.count(block.layer)
        if block.experts != said or block.experts != len(kept[block.layer]):
            raise _broken(
                f"layer {block.layer} holds {block.experts} experts, config.json says {said}"
            )


def _origin(
    source: Checkpoint,
    place: Place,
    ref: TensorRef,
    kept: Mapping[int, Sequence[int]],
    counts: Mapping[int, int],
) -> tuple[TensorRef, Sequence[int] | None]:
    """The source tensor of a written one, and the rows that it kept (None for all)."""
    name, rows = ref.name, None
    if place.layer is not None and place.layer in kept:
        ids = kept[place.layer]
        if place.role is Role.SPARE:
            start, end = place.digits
            number = (place.expert or 0) - len(ids) + counts[place.layer]
            name = f"{name[:start]}{number}{name[end:]}"
        elif place.role is Role.EXPERT:
            start, end = place.digits
            name = f"{name[:start]}{ids[place.expert or 0]}{name[end:]}"
        elif place.role in {Role.EXPERTS, Role.ROUTER}:
            rows = ids
    origin = source.tensors.get(name)
    if origin is None or origin.dtype != ref.dtype:
        raise _broken(f"{ref.name} has no source of dtype {ref.dtype}")
    if rows is None or origin.shape == ref.shape:
        if origin.shape != ref.shape:
            raise _broken(f"{ref.name} has shape {list(ref.shape)}, not {list(origin.shape)}")
        return origin, None
    return origin, rows


def _pairs(
    origin: TensorRef, ref: TensorRef, rows: Sequence[int] | None, extent: int | None
) -> Iterator[tuple[int, int, int, int]]:
    """Where the same bytes should be.

    Yields:
        Where the row or tensor begins in the source, offset in the source, in the result, length.
    """
    if rows is None:
        yield from _steps(origin.start, ref.start, ref.nbytes)
        return
    extent = extent or next(n for n in origin.shape if n != 1)
    size = origin.nbytes // extent
    beyond = ref.nbytes // size - len(rows)
    for at, row in enumerate([*rows, *range(extent - beyond, extent)]):
        yield from _steps(origin.start + row * size, ref.start + at * size, size)


def _steps(left: int, right: int, size: int) -> Iterator[tuple[int, int, int, int]]:
    """A pair in blocks."""
    for step in range(0, size, _BLOCK):
        yield left, left + step, right + step, min(_BLOCK, size - step)


def _broken(what: str) -> CheckpointError:
    """Verification failed; nothing is published."""
    return CheckpointError(
        f"the written checkpoint is not what was asked for: {what}; it is removed",
        remedy="exporting again, and checking the disk if it happens again",
    )
