"""What a checkpoint of a tuning run holds of the model: the tensors that are trained."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from core.errors import CheckpointError
from core.tuning.scope import trainable

WEIGHTS = "trainable.safetensors"


def save_trained(weights: Mapping[str, torch.Tensor], folder: Path) -> None:
    """Write them into a checkpoint's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(weights), folder / WEIGHTS)


def load_trained(model: nn.Module, weights: Mapping[str, torch.Tensor]) -> None:
    """Copy saved weights into a model's trainable parameters.

    Raises:
        CheckpointError: They are not this model's.
    """
    parameters = trainable(model)
    if set(parameters) != set(weights):
        raise CheckpointError(
            f"a checkpoint holds {len(weights)} tensors, {len(parameters)} are trained",
            remedy="starting anew without --resume",
        )
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(weights[name])


def sync(folder: Path) -> None:
    """Bring the files of a checkpoint to the disk before it is called whole."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
