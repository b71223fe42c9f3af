"""One layer's statistics: reduced on the device as they arise, added up when a batch is complete.

Shapes: D domains, T tokens of a batch, K experts per token, S = T·K chosen pairs, E experts.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import softplus

from core.errors import UnsupportedModelError
from core.run import Run
from core.runtime.layers import MoeLayer, Score

# Columns of a layer's sums.
COUNT, GATE, NORM, NORM_SQ, GATED_NORM = range(5)

_TINY = torch.finfo(torch.float32).tiny
_LEAST = torch.finfo(torch.float32).min


@dataclass(frozen=True, kw_only=True)
class Valid:
    """The tokens of a batch that count.

    Attributes:
        mask_T: True where a token is text and not padding.
        padded: Whether any token is padding, known without asking the device.
        tokens: How many are text.
    """

    mask_T: torch.Tensor
    padded: bool
    tokens: int


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What one layer chose for one batch, for the reservoir."""

    index_TK: torch.Tensor
    gate_TK: torch.Tensor


def opinion(layer: MoeLayer, output: object) -> tuple[torch.Tensor, torch.Tensor]:
    """What a router thinks of all experts.

    Args:
        layer: The layer.
        output: What its router put out.

    Returns:
        p [T, E], and the entropy [T] of p as a distribution over all router rows, in nats. Rows
        beyond the experts choose none of them, but have their share.
    """
    logits_TR = layer.contract.logits(layer, output).detach().float()
    p_TR, entropy_T = _shares(logits_TR, layer.score)
    return p_TR[:, : layer.count], entropy_T


class LayerSink:
    """What one layer saw so far, and what it sees of the present batch.

    Nothing of a batch is added before `commit`, so a run that is stopped in the middle of a forward
    pass holds whole batches only. Nothing here waits for the device.
    """

    def __init__(self, layer: MoeLayer, domains: int, device: torch.device, run: Run) -> None:
        """Start with nothing seen."""
        D, E = domains, layer.count
        self._layer = layer
        self._run = run

        def zeros(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
            return torch.zeros(shape, dtype=dtype, device=device)

        self.sums_DE5 = zeros(D, E, 5)
        self.maxima_DE2 = zeros(D, E, 2)
        self.soft_DE = zeros(D, E)
        self.entropy_D = zeros(D)
        self.tokens_D = zeros(D, dtype=torch.int64)
        self.pairs_EE = zeros(E, E, dtype=torch.int64)  # i < j in the order of the router's choice
        self._valid: Valid | None = None
        self._choice: Choice | None = None
        self._forget()

    def begin(self, valid: Valid | None) -> None:
        """Expect a batch; None stops looking."""
        self._valid = valid
        self._forget()

    def router(self, _: nn.Module, __: object, output: object) -> None:
        """Forward hook of the router: what it thinks of all experts."""
        self._run.check()  # a batch may take long; this is where a run stops within a second
        if self._valid is None:
            return
        p_TE, entropy_T = opinion(self._layer, output)
        self._check_rows(p_TE)
        if self._valid.padded:
            p_TE = p_TE.masked_fill(~self._valid.mask_T[:, None], 0.0)
            entropy_T = entropy_T.masked_fill(~self._valid.mask_T, 0.0)
        self._soft_E = p_TE.sum(dim=0, dtype=torch.float64)
        self._entropy = entropy_T.sum(dtype=torch.float64)
        self._routed = True

    def experts(
        self,
        *,
        index_TK: torch.Tensor,
        gate_TK: torch.Tensor,
        order_S: torch.Tensor,
        lengths_E: torch.Tensor,
        output_SH: torch.Tensor,
    ) -> None:
        """Reduce what the experts put out, before gating and sorted by expert."""
        if self._valid is None:
            return
        self._check_rows(index_TK)
        K = index_TK.shape[1]
        norm_S = torch.linalg.vector_norm(output_SH, dim=-1, dtype=torch.float32)
        # Twice through the output, but without a copy of its absolute values.
        peak_S = torch.maximum(output_SH.amax(dim=-1), -output_SH.amin(dim=-1)).float()
        gate_S = gate_TK.reshape(-1)[order_S].double()
        norm64_S = norm_S.double()
        # What went in weighed comes out weighed.
        gated_S = norm64_S if self._layer.contract.gated_input else gate_S * norm64_S
        rows_S5 = torch.stack(
            [torch.ones_like(gate_S), gate_S, norm64_S, norm64_S.square(), gated_S], dim=1
        )
        tops_S2 = torch.stack([norm_S, peak_S], dim=1).double()
        if self._valid.padded:
            padding_S1 = ~self._valid.mask_T[order_S // K, None]
            rows_S5 = rows_S5.masked_fill(padding_S1, 0.0)
            tops_S2 = tops_S2.masked_fill(padding_S1, 0.0)
        lengths_E = lengths_E.long()
        # Lengths come from the sort itself; checking them would wait for the device.
        self._sums_E5 = torch.segment_reduce(rows_S5, "sum", lengths=lengths_E, axis=0, unsafe=True)
        self._maxima_E2 = torch.segment_reduce(
            tops_S2, "max", lengths=lengths_E, axis=0, unsafe=True, initial=0.0
        )
        self._choice = Choice(index_TK=index_TK.detach(), gate_TK=gate_TK.detach())

    def finite(self) -> torch.Tensor:
        """Whether everything seen of this batch is a number, as a tensor: no wait."""
        # One NaN or infinity makes the total one; a total of float64 does not overflow by itself.
        return (self._sums_E5.sum() + self._soft_E.sum() + self._entropy).isfinite()

    def broken_expert(self) -> int | None:
        """The first expert whose statistics of this batch are not numbers. Waits."""
        bad_E = ~self._sums_E5.isfinite().all(dim=1)
        return int(bad_E.int().argmax()) if bool(bad_E.any()) else None

    def commit(self, domain: int, *, sums: bool = True) -> Choice:
        """Add the batch to its domain.

        Args:
            domain: The batch's.
            sums: False leaves out what depends on the order of batches; `add` brings it.

        Returns:
            What was chosen, for the reservoir.
        """
        choice = self.check_reported()
        assert self._valid is not None
        if sums:
            self.sums_DE5[domain] += self._sums_E5
            self.soft_DE[domain] += self._soft_E
            self.entropy_D[domain] += self._entropy
            self.tokens_D[domain] += self._valid.tokens
        torch.maximum(self.maxima_DE2[domain], self._maxima_E2, out=self.maxima_DE2[domain])
        self._add_pairs(choice.index_TK, self._valid)
        self._forget()
        return choice

    def packed(self, width: int) -> torch.Tensor:
        """The batch's sums as one tensor [width + 1, 6], for another rank to `add`."""
        E = self._layer.count
        packed = self.sums_DE5.new_zeros(width + 1, 6)
        packed[:E, :5] = self._sums_E5
        packed[:E, 5] = self._soft_E
        packed[width, 0] = self._entropy
        return packed

    def add(self, domain: int, packed: torch.Tensor, tokens: int) -> None:
        """Add the sums of one batch, of this rank or another: the same additions as in `commit`."""
        E = self._layer.count
        self.sums_DE5[domain] += packed[:E, :5]
        self.soft_DE[domain] += packed[:E, 5]
        self.entropy_D[domain] += packed[-1, 0]
        self.tokens_D[domain] += tokens

    def check_reported(self) -> Choice:
        """What was chosen for this batch.

        Raises:
            UnsupportedModelError: Router or experts never ran as transformers' contract says.
        """
        if self._choice is None or not self._routed:
            raise UnsupportedModelError(
                f"layer {self._layer.layer_id} did not report its routing",
                remedy="report this model type",
            )
        return self._choice

    def _add_pairs(self, index_TK: torch.Tensor, valid: Valid) -> None:
        """Count which experts fire together; integers, so the order does not matter."""
        K, E = index_TK.shape[1], self._layer.count
        first, second = torch.triu_indices(K, K, offset=1, device=index_TK.device)
        ones = valid.mask_T.long()[:, None].expand(-1, first.shape[0])
        if self._layer.contract.may_choose_none:
            chosen_TK = index_TK < E
            ones = ones * (chosen_TK[:, first] & chosen_TK[:, second])
            index_TK = index_TK.clamp(max=E - 1)
        pairs = index_TK[:, first] * E + index_TK[:, second]
        self.pairs_EE.view(-1).index_add_(0, pairs.reshape(-1), ones.reshape(-1))

    def _check_rows(self, rows: torch.Tensor) -> None:
        """Refuse a model that does not flatten its batch to one row per token."""
        assert self._valid is not None
        expected = self._valid.mask_T.shape[0]
        if rows.shape[0] != expected:
            raise UnsupportedModelError(
                f"layer {self._layer.layer_id} routes {rows.shape[0]} rows for {expected} tokens",
                remedy="report this model type",
            )

    def _forget(self) -> None:
        self._sums_E5 = self.sums_DE5.new_zeros(self.sums_DE5.shape[1:])
        self._maxima_E2 = self.maxima_DE2.new_zeros(self.maxima_DE2.shape[1:])
        self._soft_E = self.soft_DE.new_zeros(self.soft_DE.shape[1:])
        self._entropy = self.entropy_D.new_zeros(())
        self._choice = None
        self._routed = False


def _shares(logits_TR: torch.Tensor, score: Score) -> tuple[torch.Tensor, torch.Tensor]:
    """P of all rows [T, R], and the entropy [T] of p as a distribution, in nats."""
    if score == "softmax":
        log_p_TR = logits_TR.log_softmax(dim=-1)
        p_TR = log_p_TR.exp()
        # A masked expert has p = 0 and log p = -inf, whose product is to be 0.
        return p_TR, -p_TR.mul(log_p_TR.clamp_min(_LEAST)).sum(dim=-1)
    p_TR = logits_TR.sigmoid() if score == "sigmoid" else softplus(logits_TR).sqrt()
    share_TR = p_TR / p_TR.sum(dim=-1, keepdim=True).clamp_min(_TINY)
    return p_TR, torch.special.entr(share_TR).sum(dim=-1)
