"""Evaluate the chosen experts one after the other and report, as stock eager code does.

Shapes: T tokens, K experts per token, S chosen pairs that are of an expert, E experts, H hidden.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from core.runtime.sink import Sink


def report_each(
    sink: Sink,
    *,
    index_TK: torch.Tensor,
    gate_TK: torch.Tensor,
    experts: int,
    compute: Callable[[int, torch.Tensor], torch.Tensor],
) -> torch.Tensor:
    """Σ_k g·f_e(x_t) over the experts, each evaluated on the tokens that chose it, and reported.

    Args:
        sink: Takes the outputs before gating.
        index_TK: The choice; E and above are no experts and add nothing.
        gate_TK: Gates.
        experts: E.
        compute: Expert and token numbers → f_e of those tokens, [tokens, H].
    """
    T, K = index_TK.shape
    expert_S, order_S = torch.sort(index_TK.reshape(-1), stable=True)
    lengths = torch.bincount(expert_S, minlength=experts)[:experts]
    order_S = order_S[: int(lengths.sum())]
    gate_S1 = gate_TK.reshape(-1)[order_S][:, None]
    token_S = order_S // K
    parts, start = [], 0
    total: torch.Tensor | None = None
    for expert, length in enumerate(lengths.tolist()):
        if not length and total is not None:
            continue
        end = start + length
        part = compute(expert, token_S[start:end])
        total = part.new_zeros(T, part.shape[-1]) if total is None else total
        total.index_add_(0, token_S[start:end], (part * gate_S1[start:end]).to(part.dtype))
        parts.append(part)
        start = end
    assert total is not None
    sink.experts(
        index_TK=index_TK,
        gate_TK=gate_TK,
        order_S=order_S,
        lengths_E=lengths,
        output_SH=torch.cat(parts),
    )
    return total
