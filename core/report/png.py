"""A palette picture as PNG, and as a data URI that a page carries in itself.

Thirty lines instead of an imaging library: the report draws one byte a cell, nothing else.
"""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE_TYPE = 3


def png(
    indices_HW: NDArray[np.uint8],
    palette: NDArray[np.uint8],
    alpha: NDArray[np.uint8] | None = None,
) -> bytes:
    """A PNG of palette indices.

    Args:
        indices_HW: [height, width] indices into the palette.
        palette: [colours, 3] red, green, blue; at most 256.
        alpha: [colours] opacity of each; all opaque if None.
    """
    height, width = indices_HW.shape
    lines = np.zeros((height, width + 1), dtype=np.uint8)  # each line begins with filter 0
    lines[:, 1:] = indices_HW
    parts = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _PALETTE_TYPE, 0, 0, 0)),
        _chunk(b"PLTE", np.ascontiguousarray(palette, dtype=np.uint8).tobytes()),
    ]
    if alpha is not None:
        parts.append(_chunk(b"tRNS", np.ascontiguousarray(alpha, dtype=np.uint8).tobytes()))
    parts += [_chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)), _chunk(b"IEND", b"")]
    return _SIGNATURE + b"".join(parts)


def data_uri(picture: bytes) -> str:
    """The picture as an address that needs no request."""
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
