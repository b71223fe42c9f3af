"""What a model costs, whole and under a plan: parameters, bytes, FLOPs per token, video memory.

FLOPs count 2 per multiply-add for one token in decoding, with `context` tokens before it:

- attention projections, router, experts, dense MLP, head: 2 × the weights that the token meets;
- attention scores: 2 × heads × (key width + value width) × min(context, window), per layer.

Norms, rotary embeddings, softmax and element-wise products are left out: below one percent.
Dropping experts saves memory; only a lower Top-K saves FLOPs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo, ParameterCount
    from core.planning.plan import Plan

DEFAULT_CONTEXT = 4096
LONGEST_CONTEXT = 2**30  # where the search for a context gives up


@dataclass(frozen=True, kw_only=True)
class FlopsPerToken:
    """Floating-point operations for one token, by part."""

    attention_projections: int
    attention_scores: int
    router: int
    routed_experts: int
    shared_experts: int
    dense_mlp: int
    head: int

    @property
    def total(self) -> int:
        """All parts together."""
        return (
            self.attention_projections
            + self.attention_scores
            + self.router
            + self.routed_experts
            + self.shared_experts
            + self.dense_mlp
            + self.head
        )

    def to_json(self) -> dict[str, int]:
        """The parts and their total, as the command line prints them."""
        return {
            "attention_projections": self.attention_projections,
            "attention_scores": self.attention_scores,
            "router": self.router,
            "routed_experts": self.routed_experts,
            "shared_experts": self.shared_experts,
            "dense_mlp": self.dense_mlp,
            "head": self.head,
            "total": self.total,
        }


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one model, whole or planned, costs.

    Attributes:
        parameters: By part; `active` are those that one token meets.
        bytes: Bytes of the tensors in the checkpoint.
        flops: FLOPs per token at `context`.
        context: Tokens before the one that is counted.
        top_k: Experts per token.
    """

    parameters: ParameterCount
    bytes: int
    flops: FlopsPerToken
    context: int
    top_k: int

    @property
    def expert_share(self) -> float:
        """Share of the FLOPs that the expert blocks (routed and shared) take, 0 to 1."""
        total = self.flops.total
        return (self.flops.routed_experts + self.flops.shared_experts) / total if total else 0.0


@dataclass(frozen=True, kw_only=True)
class ContextForShare:
    """Where expert blocks fall to a share of the FLOPs, and what one expert per token saves there.

    Attributes:
        share: The share asked for.
        context: The longest context at which experts still take that share; None if they never
            reach it, or never fall to it.
        top_k: Experts per token now.
        saved: Share of all FLOPs that Top-1 saves at that context, 0 to 1.
    """

    share: float
    context: int | None
    top_k: int
    saved: float


@dataclass(frozen=True, kw_only=True)
class VramEstimate:
    """Video memory for inference, as a range in bytes.

    Attributes:
        low: Weights, cache and the least workspace.
        high: The same with room for fragmentation and a whole prompt's activations.
        weights: Bytes of the tensors.
        cache: Bytes of keys and values at the context.
        activations: Bytes of the largest temporary of a whole prompt.
    """

    low: int
    high: int
    weights: int
    cache: int
    activations: int


def cost(
    info: ModelInfo,
    plan: Plan | None = None,
    *,
    top_k: int | None = None,
    context: int = DEFAULT_CONTEXT,
) -> Cost:
    """Exact parameters and bytes from the headers, FLOPs per token by part.

    Args:
        info: The model.
        plan: Which experts stay; None for all.
        top_k: Experts per token; the plan's or the model's if None.
        context: Tokens before the one that is counted.
    """
    raise NotImplementedError  # lands with ModelInfo


def context_for_share(
    info: ModelInfo, plan: Plan | None = None, *, share: float = 0.55, top_k: int | None = None
) -> ContextForShare:
    """The longest context at which expert blocks still take this share of the FLOPs."""
    raise NotImplementedError  # lands with ModelInfo


def vram_estimate(
    info: ModelInfo, plan: Plan | None = None, *, context: int = DEFAULT_CONTEXT, batch: int = 1
) -> VramEstimate:
    """Video memory that inference needs, as a range."""
    raise NotImplementedError  # lands with ModelInfo
