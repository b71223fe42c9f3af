"""The tokens that chose each expert with the highest gates, and their context. NumPy, on the host.

Shapes: L rows, E experts, R tokens kept per expert, C tokens of context, T = B·S tokens of a batch
of B sequences of S, K experts per token.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.profiling.profile import (
    CONTEXT,
    CONTEXT_AFTER,
    CONTEXT_BEFORE,
    PAD,
    TOP_TOKENS,
    Arrays,
    Profile,
)


class Reservoir:
    """The R highest gates of every expert; among equal gates the one seen first stays."""

    def __init__(self, experts: Sequence[int]) -> None:
        """Start empty."""
        shape = (len(experts), max(experts), TOP_TOKENS)
        self._gate_LER = np.full(shape, -np.inf)
        self._context_LERC = np.full((*shape, CONTEXT), PAD, dtype=np.int32)
        self._domain_LER = np.full(shape, PAD, dtype=np.int16)

    def offer(
        self,
        row: int,
        *,
        gate_TK: NDArray[np.float32],
        index_TK: NDArray[np.int64],
        ids_BS: NDArray[np.int64],
        mask_BS: NDArray[np.bool_],
        domain: int,
    ) -> None:
        """Take what is high enough of one layer's choices for one batch."""
        gate_ER = self._gate_LER[row]
        inside_TK = index_TK < gate_ER.shape[0]  # rows beyond the experts compute nothing
        index_TK = np.where(inside_TK, index_TK, 0)
        high_TK = (gate_TK > gate_ER[index_TK, -1]) & inside_TK & mask_BS.reshape(-1, 1)
        token_N, place_N = np.nonzero(high_TK)
        if not token_N.size:
            return
        expert_N = index_TK[token_N, place_N]
        gate_N = gate_TK[token_N, place_N].astype(np.float64)
        order = np.lexsort((-gate_N, expert_N))
        expert_N, gate_N, token_N = expert_N[order], gate_N[order], token_N[order]
        hit_U, first_U, member_N = np.unique(expert_N, return_index=True, return_inverse=True)
        rank_N = np.arange(expert_N.size) - first_U[member_N]
        best_N = rank_N < TOP_TOKENS
        member_N, rank_N, token_N = member_N[best_N], rank_N[best_N], token_N[best_N]
        new_UR = np.full((hit_U.size, TOP_TOKENS), -np.inf)
        new_UR[member_N, rank_N] = gate_N[best_N]
        new_context_URC = np.full((hit_U.size, TOP_TOKENS, CONTEXT), PAD, dtype=np.int32)
        new_context_URC[member_N, rank_N] = _contexts(token_N, ids_BS, mask_BS)
        self._merge(row, hit_U, new_UR, new_context_URC, domain)

    def arrays(self, exists_LE: NDArray[np.bool_]) -> Arrays:
        """Copies of the profile's arrays; empty places are NaN and -1."""
        empty_LER = ~np.isfinite(self._gate_LER)
        assert empty_LER[~exists_LE].all()
        return {
            "top_gate": np.where(empty_LER, np.nan, self._gate_LER),
            "top_context": self._context_LERC.copy(),
            "top_domain": self._domain_LER.copy(),
        }

    def restore(self, profile: Profile) -> None:
        """Go on from a profile's reservoir."""
        self._gate_LER = np.nan_to_num(profile.top_gate, nan=-np.inf)
        self._context_LERC = profile.top_context.copy()
        self._domain_LER = profile.top_domain.copy()

    def _merge(
        self,
        row: int,
        hit_U: NDArray[np.int64],
        new_UR: NDArray[np.float64],
        new_context_URC: NDArray[np.int32],
        domain: int,
    ) -> None:
        both = np.concatenate([self._gate_LER[row, hit_U], new_UR], axis=1)
        order = np.argsort(-both, axis=1, kind="stable")[:, :TOP_TOKENS]
        contexts = np.concatenate([self._context_LERC[row, hit_U], new_context_URC], axis=1)
        new_domain_UR = np.where(np.isfinite(new_UR), domain, PAD).astype(np.int16)
        domains = np.concatenate([self._domain_LER[row, hit_U], new_domain_UR], axis=1)
        self._gate_LER[row, hit_U] = np.take_along_axis(both, order, axis=1)
        self._context_LERC[row, hit_U] = np.take_along_axis(contexts, order[..., None], axis=1)
        self._domain_LER[row, hit_U] = np.take_along_axis(domains, order, axis=1)


def _contexts(
    token_N: NDArray[np.int64], ids_BS: NDArray[np.int64], mask_BS: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Token ids around flat positions; -1 beyond the sequence and on padding."""
    width = ids_BS.shape[1]
    sequence_N, place_N = token_N // width, token_N % width
    window_NC = place_N[:, None] + np.arange(-CONTEXT_BEFORE, CONTEXT_AFTER + 1)
    inside_NC = (window_NC >= 0) & (window_NC < width)
    window_NC = window_NC.clip(0, width - 1)
    inside_NC &= mask_BS[sequence_N[:, None], window_NC]
    return np.where(inside_NC, ids_BS[sequence_N[:, None], window_NC], PAD).astype(np.int32)
