"""How a block of routed experts is found, observed and masked.

transformers gives nearly all families one contract: the router class is declared under
`_can_record_outputs["router_logits"]`, it returns (logits, weights, indices), and the experts'
forward is pluggable. `Contract` is that one. A family that differs has a class of its own under
`core.runtime.adapters`, which overrides what differs and says why.

Shapes: T tokens, K experts per token, E experts, R router rows (E, or more where rows beyond the
experts choose none of them), n experts that stay under a mask.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import torch
from torch import nn

from core.runtime.observed import observed_experts_forward
from core.runtime.sink import Sink

Undo = Callable[[], object]


class Layer(Protocol):
    """A layer, as far as a contract reads it."""

    @property
    def router(self) -> nn.Module:
        """Hidden → (logits, weights, indices), or the order the family has."""

    @property
    def experts(self) -> nn.Module:
        """(hidden, indices, weights) → hidden, in most families."""

    @property
    def count(self) -> int:
        """Number of experts that are there now."""


class Contract:
    """transformers' own contract.

    Attributes:
        may_choose_none: Whether a choice can be of no expert; its index is then E or above.
        gated_input: Whether gates weigh what goes into an expert instead of what comes out.
        fill: What a mask puts in the place of a dropped expert's logit.
    """

    may_choose_none = False
    gated_input = False
    fill = -torch.inf

    def __init__(self, logits_index: int = 0) -> None:
        """Remember where the router's output holds its logits."""
        self.logits_index = logits_index

    def experts_of(self, block: nn.Module) -> list[tuple[str, nn.Module]]:
        """The experts of a block by their names in it; one entry where all is well."""
        return [(name, child) for name, child in block.named_children() if is_experts(child)]

    def expert_modules(self, experts_name: str) -> tuple[str, ...]:
        """Modules of a block that hold expert tensors, which a mask leaves alone."""
        return (experts_name,)

    def count(self, experts: nn.Module) -> int:
        """Number of experts that are there now."""
        return int(experts.num_experts)

    def logits(self, layer: Layer, output: Any) -> torch.Tensor:
        """What the router thinks of all experts, as logits [T, R] of their score function."""
        del layer
        logits: torch.Tensor = output[self.logits_index]
        return logits.reshape(-1, logits.shape[-1])

    def observe(self, layer: Layer, sink: Sink) -> contextlib.AbstractContextManager[object]:
        """Make the experts of a layer report to a sink while they run."""
        forward = functools.partial(observed_experts_forward, layer.experts, sink)
        return forward_replaced(layer.experts, forward)

    def put_mask(self, layer: Layer, keep: Sequence[int]) -> list[Undo]:
        """Put what a router of n rows chose back among the original's experts, at each call."""
        experts = layer.count

        def hook(_: nn.Module, __: object, output: Any) -> object:
            return self.widen(output, keep, experts)

        # Before any observer's hook, so that a probe sees the original's numbering.
        return [layer.router.register_forward_hook(hook, prepend=True).remove]

    def widen(self, output: Any, keep: Sequence[int], experts: int) -> object:
        """A router's output with logits of all experts and the original's indices."""
        logits = output[self.logits_index]
        wide, index = widened(logits, keep, experts, self.fill)
        # The choice is the only output of integers.
        parts = [
            index[part].to(part.dtype)
            if torch.is_tensor(part) and not part.is_floating_point()
            else part
            for part in output
        ]
        parts[self.logits_index] = wide
        return tuple(parts)


def widened(
    narrow: torch.Tensor, keep: Sequence[int], experts: int, fill: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Columns of n survivors, and of rows beyond the experts, at their places among all.

    Returns:
        The wide tensor, and the place of each narrow column.
    """
    columns = experts + narrow.shape[-1] - len(keep)
    index = survivors(keep, experts, columns, narrow.device)
    wide = narrow.new_full((*narrow.shape[:-1], columns), fill)
    return wide.index_copy_(-1, index, narrow), index


def survivors(keep: Sequence[int], experts: int, rows: int, device: torch.device) -> torch.Tensor:
    """Entries that stay of a dimension: the kept experts, and rows beyond the experts."""
    return torch.tensor([*keep, *range(experts, rows)], dtype=torch.int64, device=device)


def is_experts(module: nn.Module) -> bool:
    """Whether a module's forward goes through transformers' experts interface."""
    return hasattr(module, "_is_expert_parallel") and hasattr(module, "num_experts")


@contextlib.contextmanager
def forward_replaced(module: nn.Module, forward: Callable[..., torch.Tensor]) -> Iterator[None]:
    """Let one module run another forward for a while; its hooks stay as they are."""
    holder = vars(module)
    own = {"forward": holder["forward"]} if "forward" in holder else {}
    holder["forward"] = forward
    try:
        yield
    finally:
        del holder["forward"]
        holder.update(own)
