"""Read tensors of a checkpoint by plain file reads, straight to where they are needed.

A memory map would be simpler, but every page that it touches counts as resident memory until the
map is dropped; with plain reads the process holds what it asked for and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from core.checkpoint import TensorRef
from core.errors import CheckpointError

TORCH_DTYPES = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "I16": torch.int16,
    "U16": torch.uint16, "I32": torch.int32, "U32": torch.uint32, "I64": torch.int64,
    "U64": torch.uint64, "F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32,
    "F64": torch.float64, "C64": torch.complex64, "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2, "F8_E8M0": torch.float8_e8m0fnu,
    "F8_E4M3FNUZ": torch.float8_e4m3fnuz, "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
}  # fmt: skip


CHUNK = 2**26  # bytes between two looks at whether to stop: tens of milliseconds


def _go_on() -> None:
    """Never stop."""


class TensorReader:
    """Reads tensors of one folder and counts the bytes; thread-safe.

    Attributes:
        bytes_read: Bytes read so far.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self.bytes_read = 0

    def read(self, ref: TensorRef, check: Callable[[], None] = _go_on) -> Tensor:
        """A tensor in host memory of its own."""
        tensor = torch.empty(ref.shape, dtype=torch_dtype(ref))
        self.read_into(ref, tensor, check)
        return tensor

    def read_into(self, ref: TensorRef, target: Tensor, check: Callable[[], None] = _go_on) -> None:
        """Fill a contiguous host tensor of the same dtype and size.

        Args:
            ref: What to read.
            target: Where to.
            check: Called every few megabytes; may raise to stop.

        Raises:
            CheckpointError: The file cannot be read or ends too early.
        """
        if target.nbytes != ref.nbytes:
            raise AssertionError(f"{ref.name}: {ref.nbytes} bytes into {target.nbytes}")
        if not ref.nbytes:
            return
        view = memoryview(target.detach().reshape(-1).view(torch.uint8).numpy())
        try:
            # Opened for each read: a few microseconds, and no handle is shared between threads.
            with (self._folder / ref.file).open("rb", buffering=0) as file:
                file.seek(ref.start)
                done = 0
                while done < len(view):
                    check()
                    count = file.readinto(view[done : done + CHUNK])
                    if not count:
                        raise CheckpointError(
                            f"{ref.file} ends {len(view) - done:,} bytes too early, within "
                            f"{ref.name}",
                            remedy="downloading the file again",
                        )
                    done += count
        except OSError as error:
            raise CheckpointError(
                f"{ref.file} cannot be read: {error.strerror or error}",
                remedy="checking the disk that holds the model",
            ) from error
        with self._lock:
            self.bytes_read += ref.nbytes


class LazyTensor:
    """What transformers takes for a slice of an open safetensors file: read when indexed."""

    def __init__(
        self, ref: TensorRef, reader: TensorReader, check: Callable[[], None] = _go_on
    ) -> None:
        self._ref = ref
        self._reader = reader
        self._check = check

    def __getitem__(self, key: object) -> Tensor:
        """The tensor, or a part of it."""
        tensor = self._reader.read(self._ref, self._check)
        return tensor if key is Ellipsis else tensor[key]

    def get_shape(self) -> Sequence[int]:
        """Its shape, from the header."""
        return list(self._ref.shape)

    def get_dtype(self) -> str:
        """Its dtype as safetensors names it."""
        return self._ref.dtype


def torch_dtype(ref: TensorRef) -> torch.dtype:
    """The torch dtype of a stored tensor.

    Raises:
        CheckpointError: torch has no such dtype.
    """
    try:
        return TORCH_DTYPES[ref.dtype]
    except KeyError:
        raise CheckpointError(
            f"{ref.name} is stored as {ref.dtype}, which cannot be computed with here"
        ) from None
