"""What a model costs, whole and under a plan: parameters, bytes, FLOPs per token.

FLOPs count 2 per multiply-add for one token in decoding, with `context` tokens before it:

- attention projections, router, experts, dense MLP, head: 2 × the weights that the token meets;
- attention scores: 2 × heads × (key width + value width) × min(context, window), per layer.

Norms, rotary embeddings, softmax and element-wise products are left out: below one percent.
Dropping experts saves memory; only a lower Top-K saves FLOPs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import PlanError
from core.families import text_section

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo, ParameterCount
    from core.planning.plan import Plan

DEFAULT_CONTEXT = 4096
SHORTEST_DRAWN = 256  # below it the curve is flat for every model
LONGEST_DRAWN = 2**20
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

    def to_json(self) -> dict[str, object]:
        """The contract's cost object."""
        return {
            "parameters": self.parameters.to_json(),
            "bytes": self.bytes,
            "flops_per_token": self.flops.to_json(),
            "expert_share": self.expert_share,
            "context": self.context,
            "top_k": self.top_k,
        }


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

    def to_json(self) -> dict[str, object]:
        """The same as a JSON object."""
        return {
            "share": self.share,
            "context": self.context,
            "top_k": self.top_k,
            "saved_by_top_1": self.saved,
        }


def cost(
    info: ModelInfo,
    plan: Plan | None = None,
    *,
    top_k: int | None = None,
    context: int | None = None,
) -> Cost:
    """Exact parameters and bytes from the headers, FLOPs per token by part.

    Args:
        info: The model.
        plan: Which experts stay; None for all.
        top_k: Experts per token; the plan's or the model's if None.
        context: Tokens before the one that is counted; `default_context` if None.

    Raises:
        PlanError: The plan does not have the model's layers and experts, or numbers below 1.
    """
    context = default_context(info) if context is None else context
    if context < 0 or (top_k is not None and top_k < 1):
        raise PlanError(f"no cost for a context of {context} and Top-{top_k}")
    chosen = top_k or (plan.top_k if plan is not None else None) or info.top_k
    kept_L = _kept_L(info, plan)
    experts_L = np.asarray(info.experts, dtype=np.int64)
    dropped_L = experts_L - kept_L
    parameters = _parameters(info, kept_L, dropped_L, chosen)
    return Cost(
        parameters=parameters,
        bytes=info.bytes - _bytes_saved(info, dropped_L),
        flops=_flops(info, parameters, kept_L, chosen, context),
        context=context,
        top_k=chosen,
    )


def default_context(info: ModelInfo) -> int:
    """4,096 tokens, or the longest that the model takes if that is less."""
    _, config = text_section(info.config)
    keys = ("max_position_embeddings", "model_max_length", "max_seq_len")
    longest = next((config[key] for key in keys if config.get(key) is not None), None)
    return (
        min(DEFAULT_CONTEXT, longest)
        if isinstance(longest, int) and longest > 0
        else DEFAULT_CONTEXT
    )


def context_for_share(
    info: ModelInfo, plan: Plan | None = None, *, share: float = 0.55, top_k: int | None = None
) -> ContextForShare:
    """The longest context at which expert blocks still take this share of the FLOPs.

    Attention scores grow with the context and nothing else does, so the share only falls: a search
    by halving finds the place. SEER-MoE (arXiv 2404.05089) speaks of about 55 % for Mixtral 8x7B
    and of 27 % saved there by Top-1.

    Raises:
        PlanError: The share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise PlanError(f"a share of {share:g} is never reached", remedy="between 0 and 1")

    def at(context: int, k: int | None) -> Cost:
        return cost(info, plan, top_k=k, context=context)

    low, high = 0, LONGEST_CONTEXT
    known = at(0, top_k)
    if known.expert_share < share or at(high, top_k).expert_share >= share:
        return ContextForShare(share=share, context=None, top_k=known.top_k, saved=0.0)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at(middle, top_k).expert_share >= share else (low, middle)
    now, one = at(low, top_k), at(low, 1)
    return ContextForShare(
        share=share,
        context=low,
        top_k=now.top_k,
        saved=1 - one.flops.total / now.flops.total,
    )


@dataclass(frozen=True, kw_only=True)
class SharePoint:
    """The experts' part of the work at one context length.

    Attributes:
        context: Tokens before the one that is counted.
        share: Share of the FLOPs that the expert blocks take, 0 to 1.
        saved: Share of all FLOPs that one expert per token would save, 0 to 1.
    """

    context: int
    share: float
    saved: float

    def to_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "context": self.context,
            "expert_share": self.share,
            "saved_by_top_1": self.saved,
        }


def share_curve(
    info: ModelInfo,
    plan: Plan | None = None,
    *,
    top_k: int | None = None,
    points: int = 61,
    longest: int = LONGEST_DRAWN,
) -> tuple[SharePoint, ...]:
    """The experts' share of the FLOPs over context length, evenly spaced by the logarithm.

    Args:
        info: The model.
        plan: Which experts stay; None for all.
        top_k: Experts per token; the plan's or the model's if None.
        points: How many, from 256 tokens on.
        longest: The last context.
    """
    found = []
    for context in np.unique(np.geomspace(SHORTEST_DRAWN, longest, points).round().astype(int)):
        now = cost(info, plan, top_k=top_k, context=int(context))
        one = cost(info, plan, top_k=1, context=int(context))
        found.append(
            SharePoint(
                context=int(context),
                share=now.expert_share,
                saved=1 - one.flops.total / now.flops.total,
            )
        )
    return tuple(found)


def _kept_L(info: ModelInfo, plan: Plan | None) -> NDArray[np.int64]:
    """Survivors per row."""
    if plan is None:
        return np.asarray(info.experts, dtype=np.int64)
    if len(plan.keep) != len(info.experts):
        raise PlanError(
            f"the plan has {len(plan.keep)} MoE layers, the model {len(info.experts)}",
            remedy="a plan made for this model",
        )
    return plan.kept_L


def _parameters(
    info: ModelInfo, kept_L: NDArray[np.int64], dropped_L: NDArray[np.int64], top_k: int
) -> ParameterCount:
    """The headers' count less what is dropped; `active` meets at most Top-K experts per layer."""
    from core.checkpoint.info import ParameterCount

    whole = info.parameters
    expert_L = np.asarray(info.expert_parameters, dtype=np.int64)
    experts_gone = int(dropped_L @ expert_L)
    rows_gone = int(dropped_L @ np.asarray(info.router_parameters, dtype=np.int64))
    total = whole.total - experts_gone - rows_gone
    routed = whole.routed_experts - experts_gone
    met = int(np.minimum(kept_L, top_k) @ expert_L)
    return ParameterCount(
        total=total,
        active=total - routed + met,
        routed_experts=routed,
        shared_experts=whole.shared_experts,
        router=whole.router - rows_gone,
        attention=whole.attention,
        embedding=whole.embedding,
        other=whole.other,
    )


def _bytes_saved(info: ModelInfo, dropped_L: NDArray[np.int64]) -> int:
    """Bytes of dropped experts and router rows; prediction layers follow a uniform plan."""
    per_expert_L = np.asarray(info.expert_bytes) + np.asarray(info.router_bytes)
    saved = int(dropped_L @ per_expert_L)
    if info.mtp is not None and len(set(dropped_L.tolist())) == 1:
        saved += int(dropped_L[0]) * sum(info.mtp.expert_bytes)
    return saved


def _flops(
    info: ModelInfo,
    parameters: ParameterCount,
    kept_L: NDArray[np.int64],
    top_k: int,
    context: int,
) -> FlopsPerToken:
    geometry = info.geometry
    met_L = np.minimum(kept_L, top_k)
    looked_back = sum(context if w is None else min(context, w) for w in geometry.windows)
    per_pair = geometry.num_heads * (geometry.qk_head_dim + geometry.v_head_dim)
    return FlopsPerToken(
        attention_projections=2 * parameters.attention,
        attention_scores=2 * per_pair * looked_back,
        router=2 * parameters.router,
        routed_experts=2 * int(met_L @ np.asarray(info.expert_parameters, dtype=np.int64)),
        shared_experts=2 * parameters.shared_experts,
        dense_mlp=2 * info.dense_mlp_parameters,
        head=2 * info.head_parameters,
    )
