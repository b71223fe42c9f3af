"""The tokens that chose each expert with the highest gates, and their context. NumPy, on the host.

Shapes: L rows, N of them at a time, E experts, R tokens kept per expert, C tokens of context,
T = B·S tokens of a batch of B sequences of S, K experts per token, H hits in U cells.
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
        self._batch_LER = np.full(shape, PAD, dtype=np.int32)

    def offer(
        self,
        rows: Sequence[int],
        *,
        gate_NTK: NDArray[np.float32],
        index_NTK: NDArray[np.int64],
        ids_BS: NDArray[np.int64],
        mask_BS: NDArray[np.bool_],
        domain: int,
        batch: int,
    ) -> None:
        """Take what is high enough of the choices of N rows for one batch.

        All rows at once: after the first batches few choices are high enough, and the calls cost
        more than the numbers.
        """
        E = self._gate_LER.shape[1]
        least_NE = self._gate_LER[np.asarray(rows), :, -1]
        wide = int(index_NTK.max(initial=0)) >= E  # rows beyond the experts compute nothing
        inside_NTK = index_NTK < E if wide else None
        index_NTK = np.where(inside_NTK, index_NTK, 0) if inside_NTK is not None else index_NTK
        cell_NTK = index_NTK + (np.arange(len(rows)) * E)[:, None, None]
        high_NTK = gate_NTK > least_NE.reshape(-1)[cell_NTK]
        if inside_NTK is not None:
            high_NTK &= inside_NTK
        if not mask_BS.all():
            high_NTK &= mask_BS.reshape(1, -1, 1)
        hits = np.flatnonzero(high_NTK)  # in order of row, token, place
        if not hits.size:
            return
        cell_H, gate_H = cell_NTK.reshape(-1)[hits], gate_NTK.reshape(-1)[hits].astype(np.float64)
        token_H = hits // gate_NTK.shape[2] % gate_NTK.shape[1]
        order = np.lexsort((-gate_H, cell_H))
        cell_H, gate_H, token_H = cell_H[order], gate_H[order], token_H[order]
        cell_U, first_U, member_H = np.unique(cell_H, return_index=True, return_inverse=True)
        rank_H = np.arange(cell_H.size) - first_U[member_H]
        best_H = rank_H < TOP_TOKENS
        at = member_H[best_H], rank_H[best_H]
        new_UR = np.full((cell_U.size, TOP_TOKENS), -np.inf)
        new_UR[at] = gate_H[best_H]
        context_URC = np.full((cell_U.size, TOP_TOKENS, CONTEXT), PAD, dtype=np.int32)
        context_URC[at] = _contexts(token_H[best_H], ids_BS, mask_BS)
        where = np.asarray(rows)[cell_U // E], cell_U % E
        self._merge(where, new_UR, context_URC, domain, batch)

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
        self._batch_LER = np.full(profile.top_domain.shape, PAD, dtype=np.int32)  # before any other

    @property
    def parts(self) -> tuple[NDArray[np.generic], ...]:
        """Gates, batches, contexts and domains, as `united` takes them."""
        return self._gate_LER, self._batch_LER, self._context_LERC, self._domain_LER

    def _merge(
        self,
        where: tuple[NDArray[np.int64], NDArray[np.int64]],
        new_UR: NDArray[np.float64],
        context_URC: NDArray[np.int32],
        domain: int,
        batch: int,
    ) -> None:
        """Keep the R highest of what is there and what is new at U cells (rows, experts)."""
        both = np.concatenate([self._gate_LER[where], new_UR], axis=1)
        order = np.argsort(-both, axis=1, kind="stable")[:, :TOP_TOKENS]
        contexts = np.concatenate([self._context_LERC[where], context_URC], axis=1)
        domain_UR = np.where(np.isfinite(new_UR), domain, PAD).astype(np.int16)
        domains = np.concatenate([self._domain_LER[where], domain_UR], axis=1)
        batch_UR = np.full(new_UR.shape, batch, dtype=np.int32)
        batches = np.concatenate([self._batch_LER[where], batch_UR], axis=1)
        self._gate_LER[where] = np.take_along_axis(both, order, axis=1)
        self._context_LERC[where] = np.take_along_axis(contexts, order[..., None], axis=1)
        self._domain_LER[where] = np.take_along_axis(domains, order, axis=1)
        self._batch_LER[where] = np.take_along_axis(batches, order, axis=1)


def united(experts: Sequence[int], parts: Sequence[Sequence[NDArray[np.generic]]]) -> Reservoir:
    """One reservoir out of those of several ranks: what one process would have kept.

    Ranks saw other batches, so among equal gates that of the earlier batch is the one seen first;
    within a batch, and so within a rank, the order is kept.
    """
    gate, batch, domain = (np.concatenate([part[i] for part in parts], -1) for i in (0, 1, 3))
    context = np.concatenate([part[2] for part in parts], axis=-2)
    order = np.lexsort((batch, -gate.astype(np.float64)), axis=-1)[..., :TOP_TOKENS]
    one = Reservoir(experts)
    one._gate_LER = np.take_along_axis(gate, order, axis=-1).astype(np.float64)  # noqa: SLF001
    one._batch_LER = np.take_along_axis(batch, order, axis=-1).astype(np.int32)  # noqa: SLF001
    one._domain_LER = np.take_along_axis(domain, order, axis=-1).astype(np.int16)  # noqa: SLF001
    one._context_LERC = np.take_along_axis(context, order[..., None], axis=-2).astype(  # noqa: SLF001
        np.int32
    )
    return one


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
