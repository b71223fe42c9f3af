"""Texts whose next tokens are predicted, cut to pieces, and what one mask's prediction costs.

The loss is the divergence from the original, which has far less noise than the text's own loss and
so needs fewer tokens:

    KL = Σ_v p_v (ln p_v − ln q_v),   p the original's next-token distribution, q the masked one's

over a partition of the vocabulary: the original's 64 likeliest candidates one by one, and the rest
as one. Coarsening can only lower it, and it takes no room. Shapes: B sequences of S tokens, N
predicted tokens of a piece, V vocabulary, M = 64 candidates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from core.errors import InputError, StudioError
from core.runtime.live import LiveModel

if TYPE_CHECKING:
    from core.calibration import CalibrationSet

CANDIDATES = 64
ROWS = 512  # of the vocabulary's log-probabilities at once
LOGITS_BYTES = 256 * 2**20


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What a mask costs, per predicted token, in nats.

    Attributes:
        kl: Divergence from the original.
        ce: The text's own cross-entropy.
    """

    kl: float
    ce: float


@dataclass(kw_only=True)
class TextPiece:
    """Some sequences: their tokens, the original's prediction, and kept inputs by layer."""

    ids_BS: torch.Tensor
    mask_BS: torch.Tensor
    domain: int
    target_N: torch.Tensor
    likely_NM: torch.Tensor = field(default_factory=lambda: torch.empty(0))
    log_p_NM: torch.Tensor = field(default_factory=lambda: torch.empty(0))
    inputs: dict[int, torch.Tensor] = field(default_factory=dict)


def text_pieces(live: LiveModel, texts: CalibrationSet) -> list[TextPiece]:
    """All batches on the device, in pieces whose logits fit."""
    pieces = []
    for batch in texts.batches():
        if int(batch.input_ids.max()) >= live.vocabulary:
            raise InputError(
                f"the text has token id {int(batch.input_ids.max())}, the model has "
                f"{live.vocabulary:,} tokens",
                remedy="the tokenizer that belongs to this model",
            )
        size = max(1, LOGITS_BYTES // (batch.input_ids.shape[1] * live.vocabulary * 4))
        for first in range(0, len(batch.input_ids), size):
            ids_BS = torch.from_numpy(batch.input_ids[first : first + size]).to(live.device)
            mask_BS = torch.from_numpy(batch.mask[first : first + size]).to(live.device)
            target_N = ids_BS[:, 1:][predicted(mask_BS)]
            if len(target_N):
                pieces.append(
                    TextPiece(
                        ids_BS=ids_BS, mask_BS=mask_BS, domain=batch.domain, target_N=target_N
                    )
                )
    if not pieces:
        raise InputError("no sequence has a token to predict", remedy="longer texts")
    return pieces


def predicted(mask_BS: torch.Tensor) -> torch.Tensor:
    """Positions whose next token is text, [B, S − 1]."""
    return mask_BS[:, 1:] & mask_BS[:, :-1]


def note_prediction(piece: TextPiece, logits_NV: torch.Tensor) -> None:
    """Keep the original's likeliest candidates."""
    likely, log_p = [], []
    for first in range(0, len(logits_NV), ROWS):
        rows_NV = functional.log_softmax(logits_NV[first : first + ROWS].float(), dim=-1)
        top = rows_NV.topk(min(CANDIDATES, rows_NV.shape[-1]), dim=-1)
        likely.append(top.indices.int())
        log_p.append(top.values)
    piece.likely_NM, piece.log_p_NM = torch.cat(likely), torch.cat(log_p)


def sums(logits_NV: torch.Tensor, piece: TextPiece) -> torch.Tensor:
    """Tokens, cross-entropy and divergence, summed in float64."""
    total = torch.zeros(3, dtype=torch.float64, device=logits_NV.device)
    total[0] = len(logits_NV)
    for first in range(0, len(logits_NV), ROWS):
        rows = slice(first, first + ROWS)
        log_q_NV = functional.log_softmax(logits_NV[rows].float(), dim=-1)
        total[1] -= log_q_NV.gather(1, piece.target_N[rows, None]).sum(dtype=torch.float64)
        log_p_NM = piece.log_p_NM[rows]
        log_q_NM = log_q_NV.gather(1, piece.likely_NM[rows].long())
        p_NM = log_p_NM.exp()
        total[2] += (p_NM * (log_p_NM - log_q_NM)).sum(dtype=torch.float64)
        tiny = torch.finfo(torch.float32).eps
        rest_p = (1 - p_NM.sum(dim=-1)).clamp_min(tiny)
        rest_q = (1 - log_q_NM.exp().sum(dim=-1)).clamp_min(tiny)
        total[2] += (rest_p * (rest_p / rest_q).log()).sum(dtype=torch.float64)
    return total


def logits_of(live: LiveModel, piece: TextPiece) -> torch.Tensor:
    """Logits [N, V] of the predicted tokens."""
    whole = bool(piece.mask_BS.all())
    logits_BSV = live.model(
        input_ids=piece.ids_BS,
        attention_mask=None if whole else piece.mask_BS.long(),
        use_cache=False,
    ).logits
    logits_NV: torch.Tensor = logits_BSV[:, :-1][predicted(piece.mask_BS)]
    return logits_NV


def loss_of(total: torch.Tensor) -> Loss:
    """The loss from the sums of all pieces.

    Raises:
        StudioError: The masked model put out NaN.
    """
    if not bool(total.isfinite().all()):
        raise StudioError(
            "the masked model put out NaN",
            remedy="--dtype float32 if it overflowed, else a checkpoint without NaN weights",
        )
    tokens, ce, kl = total.tolist()
    return Loss(kl=max(kl, 0.0) / tokens, ce=ce / tokens)
