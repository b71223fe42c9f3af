"""What decoder layers hand on to each other, kept and put back: hooks and stand-ins.

A decoder layer takes its hidden states as the first argument or as `hidden_states`, and puts out
either hidden states or a tuple that begins with them, depending on the family.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn


def keeper(kept: dict[int, torch.Tensor], index: int) -> Any:
    """A pre-hook that keeps a layer's input on the host."""

    def hook(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        kept[index] = _hidden(args, kwargs).detach().clone().cpu()

    return hook


def shape_of(wraps: dict[int, bool], index: int) -> Any:
    """A hook that notes whether a layer puts out a tuple."""

    def hook(_: nn.Module, __: object, output: object) -> None:
        wraps[index] = isinstance(output, tuple)

    return hook


def _hidden(args: Sequence[Any], kwargs: dict[str, Any]) -> torch.Tensor:
    hidden: torch.Tensor = args[0] if args else kwargs["hidden_states"]
    return hidden


def with_hidden(
    args: tuple[Any, ...], kwargs: dict[str, Any], hidden: torch.Tensor
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A layer's arguments with another hidden state."""
    if args:
        return (hidden, *args[1:]), kwargs
    return args, kwargs | {"hidden_states": hidden}


def stub(*, wrap: bool) -> Any:
    """A layer's forward that hands on its input."""

    def forward(*args: Any, **kwargs: Any) -> object:
        hidden = _hidden(args, kwargs)
        return (hidden,) if wrap else hidden

    return forward
