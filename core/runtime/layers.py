"""The rows of a live model: its routers and experts by layer.

transformers declares both: the router class under `_can_record_outputs["router_logits"]`, and
experts by the decorator that makes their forward pluggable. A router that it does not declare is
taken if the family's row names it. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from torch import nn

from core.errors import UnsupportedModelError
from core.families import FAMILIES
from core.runtime.adapters import contract_for
from core.runtime.contract import Contract

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Score = Literal["softmax", "sigmoid", "sqrtsoftplus"]

_SCORES: tuple[Score, ...] = get_args(Score)
_LAYER = re.compile(r"(?:^|\.)(?:layers|blocks)\.(\d+)\.")


@dataclass(frozen=True, kw_only=True, eq=False)
class MoeLayer:
    """One row: a decoder layer with routed experts.

    Attributes:
        layer_id: Decoder layer.
        name: Path of the block in the model, e.g. "model.layers.3.mlp".
        block: The module that holds router and experts.
        router: hidden → (logits, weights, indices), or the order the family has.
        router_name: Name of the router within the block.
        experts: (hidden, indices, weights) → hidden, in most families.
        experts_name: Name of the experts within the block.
        contract: How router and experts are to be read.
        score: What the router makes of its logits over all experts: the p of soft count.
    """

    layer_id: int
    name: str
    block: nn.Module
    router: nn.Module
    router_name: str
    experts: nn.Module
    experts_name: str
    contract: Contract
    score: Score

    @property
    def count(self) -> int:
        """Number of experts that are there now."""
        return self.contract.count(self.experts)

    @property
    def expert_paths(self) -> tuple[str, ...]:
        """Paths of the modules that hold expert tensors."""
        names = self.contract.expert_modules(self.experts_name)
        return tuple(f"{self.name}.{name}" for name in names)


def find_layers(model: PreTrainedModel, routing: str) -> tuple[MoeLayer, ...]:
    """Find router and experts of every MoE layer.

    Args:
        model: The live model.
        routing: The family's word for it: "softmax…" or "sigmoid…".

    Raises:
        UnsupportedModelError: A router without experts beside it, or no router at all.
    """
    model_type = model.config.get_text_config().model_type
    declared = _router_classes(model)
    named = FAMILIES[model_type].routers if model_type in FAMILIES else ()
    score = _score(routing)
    rows = []
    for block_name, block in model.named_modules():
        contract = contract_for(model_type)
        beside = contract.experts_of(block)
        if not beside:
            continue
        name, router = _router_of(block_name, block, declared, named)
        number = _LAYER.search(f"{block_name}.")
        if len(beside) != 1 or number is None:
            raise UnsupportedModelError(
                f"{block_name} of {type(model).__name__} has {len(beside)} groups of experts, "
                "needed is 1",
                remedy="a newer SEER Studio for this model type",
            )
        contract.logits_index = declared.get(type(router), contract.logits_index)
        rows.append(
            MoeLayer(
                layer_id=int(number[1]),
                name=block_name,
                block=block,
                router=router,
                router_name=name,
                experts=beside[0][1],
                experts_name=beside[0][0],
                contract=contract,
                score=score,
            )
        )
    if not rows:
        raise UnsupportedModelError(
            f"{type(model).__name__} has no routed experts that transformers declares",
            remedy="a Mixture-of-Experts model of a supported type",
        )
    return tuple(sorted(rows, key=lambda row: row.layer_id))


def _router_of(
    block_name: str,
    block: nn.Module,
    declared: Mapping[type[nn.Module], int],
    named: Sequence[str],
) -> tuple[str, nn.Module]:
    """The router of a block of experts: one that transformers declares, or that the row names.

    Raises:
        UnsupportedModelError: There is none, or more than one.
    """
    children = list(block.named_children())
    found = [(name, child) for name, child in children if type(child) in declared]
    if not found:
        found = [(n, child) for n, child in children if f"{block_name}.{n}".endswith(tuple(named))]
    if len(found) != 1:
        raise UnsupportedModelError(
            f"the experts of {block_name} have {len(found)} routers beside them, needed is 1",
            remedy="a newer SEER Studio for this model type",
        )
    return found[0]


def _score(routing: str) -> Score:
    for score in _SCORES:
        if routing.startswith(score):
            return score
    raise UnsupportedModelError(f"routing '{routing}' has no known score")


def _router_classes(model: PreTrainedModel) -> dict[type[nn.Module], int]:
    """Router classes that the model and its parts declare, with the place of their logits."""
    from transformers import PreTrainedModel
    from transformers.utils.output_capturing import OutputRecorder

    found: dict[type[nn.Module], int] = {}
    for part in model.modules():
        if not isinstance(part, PreTrainedModel):
            continue
        entries = (part._can_record_outputs or {}).get("router_logits", ())  # noqa: SLF001
        for entry in entries if isinstance(entries, list | tuple) else (entries,):
            if isinstance(entry, OutputRecorder):
                found[entry.target_class] = entry.index
    return found
