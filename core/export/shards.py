"""Pack tensors into files and write a file: header first, then bytes copied from the source."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from core.checkpoint.header import BITS
from core.export.flush import Flusher
from core.export.slices import OutTensor, Range

# Bytes per system call: a cancel is honoured within one of them, also on a slow disk.
CHUNK = 32 << 20
# Bytes per step where the kernel cannot copy by itself.
BUFFER = 4 << 20
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


def header_bytes(tensors: Sequence[OutTensor]) -> bytes:
    """The length prefix and JSON header of a file, padded so that the data starts aligned."""
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
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def write_shard(
    path: Path, shard: Shard, source: Path, flusher: Flusher, *, copied: Callable[[int], None]
) -> int:
    """Write one file and make it durable.

    Args:
        path: Where; it must not exist.
        shard: What.
        source: The folder that the ranges point into.
        flusher: Brings it to the disk meanwhile.
        copied: Told the bytes of each step; may raise to stop.

    Returns:
        The file's size.
    """
    header = header_bytes(shard.tensors)
    ranges = joined(r for tensor in shard.tensors for r in tensor.ranges)
    with path.open("xb", buffering=0) as out:
        handle = out.fileno()

        def step(count: int) -> None:
            copied(count)
            flusher.written(handle, count)

        try:
            _write(handle, header)
            with _Copier(source, handle, len(header), step) as copier:
                for r in ranges:
                    copier.copy(*r)
            flusher.finish(handle)
        except BaseException:
            flusher.abandon()
            raise
    return len(header) + shard.nbytes


def _write(out: int, block: bytes) -> None:
    """Write all of it: on a disk that fills up one call writes less, and only the next fails."""
    view = memoryview(block)
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

    def __init__(self, source: Path, out: int, at: int, copied: Callable[[int], None]) -> None:
        """Begin at offset `at` of `out`."""
        self._source = source
        self._files: dict[str, int] = {}
        self._out = out
        self._at = at
        self._copied = copied

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._files.values():
            os.close(handle)

    def copy(self, file: str, start: int, end: int) -> None:
        """Copy file[start:end].

        Raises:
            EOFError: The source is shorter than its header said.
        """
        if file not in self._files:
            flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
            self._files[file] = os.open(self._source / file, flags)
        handle = self._files[file]
        start = self._by_kernel(handle, start, end)
        if start < end:
            self._by_hand(handle, start, end)

    def _by_kernel(self, handle: int, start: int, end: int) -> int:
        """Let the kernel copy; returns where it stopped, short of the end if it cannot."""
        kernel: Callable[..., int] | None = getattr(os, "copy_file_range", None)
        while kernel is not None and start < end:
            try:
                done = kernel(handle, self._out, min(CHUNK, end - start), start, self._at)
            except OSError as error:
                if error.errno not in _NO_KERNEL_COPY:
                    raise
                break
            if not done:
                raise EOFError
            start += done
            self._advance(done)
        return start

    def _by_hand(self, handle: int, start: int, end: int) -> None:
        """Read and write where the kernel cannot copy by itself."""
        os.lseek(handle, start, os.SEEK_SET)
        os.lseek(self._out, self._at, os.SEEK_SET)
        while start < end:
            block = os.read(handle, min(BUFFER, end - start))
            if not block:
                raise EOFError
            _write(self._out, block)
            start += len(block)
            self._advance(len(block))

    def _advance(self, count: int) -> None:
        self._at += count
        self._copied(count)


def index_json(shards: Sequence[Shard]) -> Mapping[str, object]:
    """The index of several files, in the order of tensor names."""
    where = {tensor.name: shard.name for shard in shards for tensor in shard.tensors}
    return {
        "metadata": {"total_size": sum(shard.nbytes for shard in shards)},
        "weight_map": dict(sorted(where.items())),
    }
