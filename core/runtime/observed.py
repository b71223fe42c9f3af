"""The expert forward that also sees: transformers' grouped matmul forward with a sink beside it.

Same kernels, same order of additions, same bits.

Shapes: T tokens of a batch, K experts per token, S = T·K chosen pairs, E experts, H hidden size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from core.runtime.sink import Sink


def observed_experts_forward(
    module: nn.Module,
    sink: Sink,
    hidden_TH: torch.Tensor,
    index_TK: torch.Tensor,
    gate_TK: torch.Tensor,
) -> torch.Tensor:
    """Evaluate the chosen experts as transformers' `grouped_mm` does, and report to the sink.

    Sort pairs by expert, grouped matmul up, gate, grouped matmul down; the sink gets the sorted
    outputs [S, H], which are there anyway; then weigh, restore the order, add over K.
    """
    from transformers.integrations.moe import _grouped_linear as grouped_linear

    T, K = index_TK.shape
    experts: int = module.num_experts
    expert_S, order_S = torch.sort(index_TK.reshape(-1))
    # Offsets by search instead of a histogram: no sync, exact for any number of experts.
    ends_E = torch.searchsorted(
        expert_S, torch.arange(experts, device=expert_S.device), right=True, out_int32=True
    )
    biased = module.has_bias
    up, up_bias = (
        ("gate_up_proj", "gate_up_proj_bias") if module.has_gate else ("up_proj", "up_proj_bias")
    )
    mid_SI = grouped_linear(
        hidden_TH.index_select(0, order_S // K),
        getattr(module, up),
        ends_E,
        bias=getattr(module, up_bias)[expert_S] if biased else None,
        is_transposed=module.is_transposed,
    )
    mid_SI = module._apply_gate(mid_SI) if module.has_gate else module.act_fn(mid_SI)  # noqa: SLF001
    output_SH = grouped_linear(
        mid_SI,
        module.down_proj,
        ends_E,
        bias=module.down_proj_bias[expert_S] if biased else None,
        is_transposed=module.is_transposed,
    )
    if module.has_post_expert_norm:
        output_SH = module.post_expert_norm(output_SH)
    sink.experts(
        index_TK=index_TK,
        gate_TK=gate_TK,
        order_S=order_S,
        lengths_E=torch.diff(ends_E, prepend=ends_E.new_zeros(1)),
        output_SH=output_SH,
    )
    restore_S = torch.empty_like(order_S)
    restore_S[order_S] = torch.arange(order_S.shape[0], device=order_S.device)
    # transformers weighs first and copies twice; the same products in place make the same bits.
    weighted_SH = output_SH.index_select(0, restore_S)
    gate_S1 = gate_TK.reshape(-1, 1)
    if torch.result_type(weighted_SH, gate_S1) == weighted_SH.dtype:
        weighted_SH = weighted_SH.mul_(gate_S1)
    else:
        weighted_SH = weighted_SH * gate_S1
    summed_TH = weighted_SH.view(T, K, -1).sum(dim=1)
    return summed_TH.to(hidden_TH.dtype)
