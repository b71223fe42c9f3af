"""The loss of stage 2, summed over tokens; the trainer divides by how many there are.

    loss = CE + λ · mean over MoE layers of H(p) + α · KL(teacher ‖ student)

Shapes: T tokens (B sequences one after the other), V vocabulary, R rows of a router, n cached
candidates.

A token counts where the next one is there to be predicted, so all three terms are means over the
same tokens. Logits go to float32 first: cross-entropy on bf16 logits reads visibly too low.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional

from core.runtime.layers import Score

_TINY = 1e-20
_LEAST = -100.0
IGNORED = -100


def router_entropy(logits_TR: torch.Tensor, score: Score) -> torch.Tensor:
    """H(p) of every token in nats, [T] in float32 or better, differentiable.

    p is softmax(z) over all of a router's rows. Routers that score each expert by itself (a
    sigmoid, or the root of a softplus) have no distribution of their own; there p is the normalised
    score, s(z) / Σ s(z). Both are what a profile's entropy is of.
    """
    z = logits_TR.to(torch.promote_types(logits_TR.dtype, torch.float32))
    if score == "softmax":
        log_p = functional.log_softmax(z, dim=-1)
    else:
        log_s = functional.logsigmoid(z) if score == "sigmoid" else functional.softplus(z).log() / 2
        log_p = log_s - torch.logsumexp(log_s, dim=-1, keepdim=True)
    # A row that is ruled out has p = 0 and log p = −∞, whose product is to be 0.
    return -(log_p.exp() * log_p.clamp_min(_LEAST)).sum(dim=-1)


def entropy_sum(
    logits: Sequence[torch.Tensor], scores: Sequence[Score], counted_T: torch.Tensor
) -> torch.Tensor:
    """Σ over counted tokens of the mean over layers of H(p)."""
    total = logits[0].new_zeros(())
    for logits_TR, score in zip(logits, scores, strict=True):
        total = total + router_entropy(logits_TR, score)[counted_T].sum()
    return total / len(logits)


def next_tokens(
    input_ids_BS: torch.Tensor, mask_BS: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The token to predict at each position, [T], `IGNORED` where there is none; which count."""
    counted_BS = torch.zeros_like(mask_BS, dtype=torch.bool)
    counted_BS[:, :-1] = mask_BS[:, 1:].bool() & mask_BS[:, :-1].bool()
    target_BS = input_ids_BS.roll(-1, dims=1).masked_fill(~counted_BS, IGNORED)
    return target_BS.reshape(-1), counted_BS.reshape(-1)


def log_probabilities(logits_BSV: torch.Tensor) -> torch.Tensor:
    """Log q of the student, [T, V] float32, differentiable."""
    return functional.log_softmax(logits_BSV.flatten(0, -2).float(), dim=-1)


def cross_entropy_sum(log_q_TV: torch.Tensor, target_T: torch.Tensor) -> torch.Tensor:
    """Σ −log q(target) in nats."""
    return functional.nll_loss(log_q_TV, target_T, ignore_index=IGNORED, reduction="sum")


def kl_sum(
    teacher_BSV: torch.Tensor, log_q_TV: torch.Tensor, counted_T: torch.Tensor
) -> torch.Tensor:
    """Σ KL(teacher ‖ student) over whole distributions; the gradient is the student's alone."""
    log_p_TV = log_probabilities(teacher_BSV.detach())
    kl_T = functional.kl_div(log_q_TV, log_p_TV, reduction="none", log_target=True).sum(dim=-1)
    return kl_T[counted_T].sum()


def top_candidates(teacher_TV: torch.Tensor, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The teacher's n likeliest tokens and their log-probabilities, [T, n] int64 and float32."""
    logits = teacher_TV.float()
    top, index = logits.topk(min(n, logits.shape[-1]), dim=-1)
    return index, top - torch.logsumexp(logits, dim=-1, keepdim=True)


def candidates_kl_sum(
    index_Tn: torch.Tensor,
    log_p_Tn: torch.Tensor,
    log_q_TV: torch.Tensor,
    counted_T: torch.Tensor,
) -> torch.Tensor:
    """Σ KL over the teacher's n likeliest tokens, all others being one outcome.

    KL of the n + 1 outcomes: Σ_i p_i log(p_i / q_i) + p_rest log(p_rest / q_rest). It is at most
    the whole KL, and reaches it as n grows. Renormalising the n instead would teach the student
    that nothing else is ever said.
    """
    log_q_Tn = log_q_TV.gather(-1, index_Tn)
    p_Tn = log_p_Tn.exp()
    rest_p_T = (1 - p_Tn.sum(dim=-1)).clamp_min(0)
    rest_q_T = (1 - log_q_Tn.exp().sum(dim=-1)).clamp_min(_TINY)
    rest_T = torch.special.xlogy(rest_p_T, rest_p_T) - rest_p_T * rest_q_T.log()
    kl_T = (p_Tn * (log_p_Tn - log_q_Tn)).sum(dim=-1) + rest_T
    return kl_T[counted_T].sum()
