"""Tensors of the result that training changed: their bytes come from a file of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.checkpoint import TensorRef
from core.checkpoint.header import read_header
from core.errors import CheckpointError
from core.export.slices import OutTensor, Range


def read_tuned(path: Path) -> dict[str, TensorRef]:
    """The tensors of a file by name, each knowing its file by the whole path.

    Raises:
        CheckpointError: The file is damaged.
    """
    refs, _ = read_header(path)
    return {ref.name: ref._replace(file=str(path.absolute())) for ref in refs}


def replaced(tensors: Sequence[OutTensor], tuned: Mapping[str, TensorRef]) -> list[OutTensor]:
    """The tensors of the result, with the bytes of those that were tuned.

    Raises:
        CheckpointError: A tuned tensor is not one of the result, or has another dtype or shape.
    """
    strange = sorted(set(tuned) - {tensor.name for tensor in tensors})
    if strange:
        raise CheckpointError(
            f"{len(strange)} tuned tensors have no place in the checkpoint, {strange[0]} first",
            remedy="report this model type",
        )
    return [_replaced(t, tuned[t.name]) if t.name in tuned else t for t in tensors]


def _replaced(tensor: OutTensor, ref: TensorRef) -> OutTensor:
    if (ref.dtype, ref.shape) != (tensor.dtype, tensor.shape):
        raise CheckpointError(
            f"tuned {tensor.name} is {ref.dtype} {list(ref.shape)}, the checkpoint has "
            f"{tensor.dtype} {list(tensor.shape)}",
            remedy="report this model type",
        )
    return tensor._replace(ranges=(Range(ref.file, ref.start, ref.end),))
