"""Pack tensors into files and write a file: header first, then bytes copied from the source."""

from __future__ import annotations

import errno
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import FileIO
from pathlib import Path
from typing import NamedTuple, Self

from core.checkpoint.header import BITS
from core.export.flush import Flusher
from core.export.pace import Pace
from core.export.slices import OutTensor, Range

# Memory is copied by pages of this size nearly everywhere.
PAGE = 4096
# Bytes per system call: a cancel is honoured within one of them, also on a slow disk.
CHUNK = 32 << 20
# Bytes per step of reading and writing.
BUFFER = 1 << 20
# The kernel or the file systems cannot copy between these two files by themselves.
_NO_KERNEL_COPY = {
    errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EPERM, errno.EOPNOTSUPP, errno.EIO,
}  # fmt: skip


class Shard(NamedTuple):
    """One file of the result."""

    name: str
    tensors: tuple[OutTensor, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of its tensors."""
        return sum(tensor.nbytes for tensor in self.tensors)


def pack(tensors: Iterable[OutTensor], shard_size: int) -> list[Shard]:
    """Fill files of at most `shard_size` bytes in the order given.

    Within a file wider dtypes come first, so that every tensor starts at a multiple of its element
    size: torch cannot view bytes that do not.
    """
    bins: list[list[OutTensor]] = [[]]
    filled = 0
    for tensor in tensors:
        size = tensor.nbytes
        if bins[-1] and filled + size > shard_size:
            bins.append([])
            filled = 0
        bins[-1].append(tensor)
        filled += size
    total = len(bins)
    names = (
        ["model.safetensors"]
        if total == 1
        else [f"model-{i:05d}-of-{total:05d}.safetensors" for i in range(1, total + 1)]
    )
    return [
        Shard(name, tuple(sorted(content, key=lambda tensor: -BITS[tensor.dtype])))
        for name, content in zip(names, bins, strict=True)
    ]


def header_bytes(tensors: Sequence[OutTensor], lead: int = 0) -> bytes:
    """The length prefix and JSON header of a file, padded so that the data starts aligned.

    Args:
        tensors: What the file holds, in order.
        lead: Where within a page the data should start; a multiple of eight.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for tensor in tensors:
        end = at + tensor.nbytes
        header[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [at, end],
        }
        at = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=True).encode()
    text += b" " * ((lead - 8 - len(text)) % PAGE)
    return len(text).to_bytes(8, "little") + text


def write_shard(
    path: Path,
    shard: Shard,
    source: Path,
    flusher: Flusher,
    *,
    pace: Pace,
    copied: Callable[[int], None],
) -> int:
    """Write one file and make it durable.

    Args:
        path: Where; it must not exist.
        shard: What.
        source: The folder that the ranges point into.
        flusher: Brings it to the disk meanwhile.
        pace: Knows which way of copying is faster.
        copied: Told the bytes of each step; may raise to stop.

    Returns:
        The file's size.
    """
    ranges = joined(r for tensor in shard.tensors for r in tensor.ranges)
    header = header_bytes(shard.tensors, page_lead(ranges))
    with path.open("xb", buffering=0) as out:
        handle = out.fileno()

        def step(count: int) -> None:
            copied(count)
            flusher.written(handle, count)

        try:
            _write(handle, header)
            with _Copier(source, handle, pace, step) as copier:
                for r in ranges:
                    copier.copy(*r)
            flusher.finish(handle)
        except BaseException:
            flusher.abandon()
            raise
    return len(header) + shard.nbytes


def page_lead(ranges: Iterable[Range]) -> int:
    """Where within a page the data should start, so that most bytes keep their place in a page.

    A copy between the same places of two pages moves whole pages; any other has to split each.
    """
    votes: Counter[int] = Counter()
    at = 0
    for _, start, end in ranges:
        votes[(start - at) % PAGE] += end - start
        at += end - start
    usable = [(count, -lead) for lead, count in votes.items() if lead % 8 == 0]
    return -max(usable)[1] if usable else 0


def _write(out: int, view: bytes | memoryview) -> None:
    """Write all of it: on a disk that fills up one call writes less, and only the next fails."""
    while view:
        view = view[os.write(out, view) :]


def joined(ranges: Iterable[Range]) -> list[Range]:
    """Neighbouring ranges as one, so that a copy takes few and large system calls."""
    out: list[Range] = []
    for r in ranges:
        if out and out[-1].file == r.file and out[-1].end == r.start:
            out[-1] = out[-1]._replace(end=r.end)
        elif r.end > r.start:
            out.append(r)
    return out


class _Copier:
    """Copies ranges of source files, one after the other, to an open file."""

    def __init__(self, source: Path, out: int, pace: Pace, copied: Callable[[int], None]) -> None:
        """Begin where `out` stands."""
        self._source = source
        self._files: dict[str, FileIO] = {}
        self._out = out
        self._pace = pace
        self._copied = copied
        self._block = bytearray(BUFFER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def copy(self, name: str, start: int, end: int) -> None:
        """Copy bytes start to end of a source file.

        Raises:
            EOFError: The source is shorter than its header said.
        """
        if name not in self._files:
            self._files[name] = FileIO(self._source / name)
        file = self._files[name]
        file.seek(start)
        while start < end:
            way = self._pace.by_kernel()
            count = min(CHUNK if way else BUFFER, end - start)
            with self._pace.timed(count, way=way):
                done = self._by_kernel(file, count) if way else self._by_hand(file, count)
            if done is None:
                self._pace.give_up()
                continue
            if not done:
                raise EOFError
            start += done
            self._copied(done)

    def _by_kernel(self, file: FileIO, count: int) -> int | None:
        """Let the kernel copy from where both files stand; None if it cannot."""
        try:
            return os.copy_file_range(file.fileno(), self._out, count)
        except OSError as error:
            if error.errno not in _NO_KERNEL_COPY:
                raise
            return None

    def _by_hand(self, file: FileIO, count: int) -> int:
        """Read and write one block."""
        view = memoryview(self._block)[:count]
        done = file.readinto(view) or 0
        _write(self._out, view[:done])
        return done


def index_json(shards: Sequence[Shard]) -> Mapping[str, object]:
    """The index of several files, in the order of tensor names."""
    where = {tensor.name: shard.name for shard in shards for tensor in shard.tensors}
    return {
        "metadata": {"total_size": sum(shard.nbytes for shard in shards)},
        "weight_map": dict(sorted(where.items())),
    }
