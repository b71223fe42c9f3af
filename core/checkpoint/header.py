"""Read the header of one safetensors file and believe nothing in it.

The layout: 8 bytes of little-endian header length, that many bytes of JSON
`{name: {dtype, shape, data_offsets: [start, end]}}`, then the tensors' bytes without holes.
"""

from __future__ import annotations

import json
import math
import os
import stat
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from core.errors import CheckpointError

# The reference implementation refuses longer headers too.
LONGEST_HEADER = 100_000_000

# Bits per element, as the safetensors format defines them.
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip

_REMEDY = "downloading the file again"


class TensorRef(NamedTuple):
    """A tensor as bytes in a file.

    Attributes:
        name: Its name.
        file: Name of the file in the checkpoint's folder.
        dtype: safetensors' name of the dtype, e.g. "BF16".
        shape: Its shape.
        start: Offset of its first byte in the file.
        end: Offset after its last byte.
    """

    name: str
    file: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def nbytes(self) -> int:
        """Bytes in the file."""
        return self.end - self.start

    @property
    def elements(self) -> int:
        """Numbers as stored; packed ones count once."""
        return math.prod(self.shape)


def read_header(path: Path) -> tuple[list[TensorRef], dict[str, str]]:
    """The tensors of a file in the order of their bytes, and the file's metadata.

    Raises:
        CheckpointError: The file is missing, truncated, not safetensors, or its header lies.
    """
    raw, base, size = _header_bytes(path)
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{path.name}: its header is not JSON ({type(error).__name__})", remedy=_REMEDY
        ) from error
    if not isinstance(header, dict):
        raise CheckpointError(f"{path.name}: its header is not a JSON object", remedy=_REMEDY)
    metadata = header.pop("__metadata__", None)
    file, sizes = path.name, _Sizes()
    refs = [_tensor(file, name, entry, base, sizes) for name, entry in header.items()]
    refs.sort(key=itemgetter(4, 5))
    _check_contiguous(path.name, refs, base, size)
    return refs, _strings(metadata)


def _header_bytes(path: Path) -> tuple[bytes, int, int]:
    """The JSON bytes, the offset of the first tensor, and the size of the file."""
    try:
        # Opening a pipe would wait for ever, so look first.
        if not stat.S_ISREG(path.stat().st_mode):
            raise CheckpointError(f"{path.name} is not a regular file", remedy=_REMEDY)
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            prefix = file.read(8)
            length = int.from_bytes(prefix, "little")
            if len(prefix) < 8 or length > size - 8:
                raise CheckpointError(
                    f"{path.name} is truncated: {size:,} bytes, its header alone says "
                    f"{8 + length:,}",
                    remedy=_REMEDY,
                )
            if length > LONGEST_HEADER:
                raise CheckpointError(
                    f"{path.name}: a header of {length:,} bytes, at most {LONGEST_HEADER:,} are "
                    "read",
                    remedy=_REMEDY,
                )
            return file.read(length), 8 + length, size
    except FileNotFoundError as error:
        raise CheckpointError(f"{path.name} is missing from {path.parent}", remedy=_REMEDY) from (
            error
        )
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read: {error.strerror or error}") from error


# Bytes and shape of the (dtype, shape) pairs met so far: a model has thousands of tensors of few.
_Sizes = dict[tuple[object, ...], tuple[int, tuple[int, ...]]]


def _tensor(file: str, name: str, entry: object, base: int, sizes: _Sizes) -> TensorRef:
    """One header entry as a reference, its types, sizes and arithmetic checked."""
    try:
        dtype, (start, end) = entry["dtype"], entry["data_offsets"]  # type: ignore[index]
        key = (dtype, *entry["shape"])  # type: ignore[index]
        found = sizes.get(key)
        if found is None:
            found = sizes[key] = _size(dtype, entry["shape"])  # type: ignore[index]
        # `type` and not `isinstance`: true and false are integers to Python.
        sound = type(start) is int and type(end) is int and start >= 0
    except (KeyError, TypeError, ValueError, IndexError):
        sound, found = False, None
    if not sound or found is None:
        raise CheckpointError(
            f"{file}: the header entry of {_shown(name)} is damaged", remedy=_REMEDY
        )
    nbytes, shape = found
    if end - start != nbytes:
        raise CheckpointError(
            f"{file}: {_shown(name)} of shape {_shown(shape)} and dtype {dtype} cannot be bytes "
            f"{_shown(start)} to {_shown(end)}",
            remedy=_REMEDY,
        )
    # What TensorRef(…) does, without a call of Python code: a model has 100,000 tensors.
    return tuple.__new__(TensorRef, (name, file, dtype, shape, base + start, base + end))


def _size(dtype: str, shape: object) -> tuple[int, tuple[int, ...]]:
    """Bytes of a tensor and its shape; −1 when they are no whole bytes.

    Raises:
        KeyError: No such dtype.
        TypeError: The shape is not a list of numbers that count.
    """
    bits = BITS[dtype]
    if not isinstance(shape, list) or not {*map(type, shape)} <= {int} or min(shape, default=0) < 0:
        raise TypeError
    whole, rest = divmod(math.prod(shape) * bits, 8)
    return -1 if rest else whole, tuple(shape)


def _check_contiguous(file: str, refs: list[TensorRef], base: int, size: int) -> None:
    """Refuse overlaps, holes, and tensors beyond the end of the file."""
    at = base
    for ref in refs:
        if ref.start != at:
            kind = "overlaps another" if ref.start < at else "leaves a hole before it"
            raise CheckpointError(f"{file}: {_shown(ref.name)} {kind}", remedy=_REMEDY)
        at = ref.end
    if at != size:
        length = "truncated" if at > size else "too long"
        raise CheckpointError(
            f"{file} is {length}: {size:,} bytes, its header says {f'{at:,}'[:40]}",
            remedy=_REMEDY,
        )


def _strings(metadata: object) -> dict[str, str]:
    """The metadata's string entries; anything else is left behind."""
    if not isinstance(metadata, dict):
        return {}
    return {k: v for k, v in metadata.items() if isinstance(v, str)}


def _shown(value: object) -> str:
    """A hostile value in a message: short and printable."""
    try:
        text = ascii(value) if isinstance(value, str) else str(value)
    except ValueError:  # integers beyond Python's digit limit
        return "a huge number"
    return text if len(text) <= 120 else text[:117] + "…"
