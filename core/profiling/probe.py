"""Sinks put into a live model for the time of a pass, and what they hold as arrays."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import ProfileError
from core.profiling.hooks import observed_by
from core.profiling.profile import Arrays, Profile, empty_arrays, exists
from core.profiling.reservoir import Reservoir, united
from core.profiling.sink import COUNT, GATE, GATED_NORM, NORM, NORM_SQ, Choice, LayerSink, Valid
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from core.calibration import Batch

_COLUMNS = {
    "gate_sum": GATE,
    "norm_sum": NORM,
    "norm_sq_sum": NORM_SQ,
    "gated_norm_sum": GATED_NORM,
}


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """A batch on the host, for the reservoir's contexts."""

    ids_BS: NDArray[np.int64]
    mask_BS: NDArray[np.bool_]
    domain: int
    index: int

    @classmethod
    def of(cls, batch: Batch) -> Tokens:
        """Of a calibration batch."""
        return cls(
            ids_BS=batch.input_ids, mask_BS=batch.mask, domain=batch.domain, index=batch.index
        )


class Probe(contextlib.AbstractContextManager["Probe"]):
    """Observes a live model between entering and leaving; the model is as before afterwards.

    For each batch: `begin`, the model's ordinary forward, `commit`.

    Several ranks commit in turn: the leader adds the sums of all of them in the order of the
    batches, so they come out as in one process. Maxima, pair counts and top tokens stay with each
    rank until `arrays`, since their order does not matter.
    """

    def __init__(self, live: LiveModel, domains: int, run: Run, ranks: Ranks = ALONE) -> None:
        """Prepare one sink per row; the model is not touched yet."""
        self._live = live
        self._ranks = ranks
        self._domains = domains
        self._sinks = [LayerSink(layer, domains, live.device, run) for layer in live.moe]
        self._all = range(len(live.moe))
        self._reservoir = Reservoir(live.experts)
        self._exit = contextlib.ExitStack()
        self.top_k = 0

    def __enter__(self) -> Self:
        """Hook routers and experts."""
        self._exit.enter_context(observed_by(self._live, self._sinks))
        return self

    def __exit__(self, *error: object) -> None:
        """Unhook everything."""
        self._exit.close()

    def begin(self, mask_BS: NDArray[np.bool_], rows: Sequence[int] | None = None) -> None:
        """Expect one batch, of which only the tokens under the mask count, at some rows or all."""
        tokens = int(mask_BS.sum())
        mask_T = torch.from_numpy(np.ascontiguousarray(mask_BS)).reshape(-1)
        valid = Valid(
            mask_T=mask_T.to(self._live.device, non_blocking=True),
            padded=tokens < mask_BS.size,
            tokens=tokens,
        )
        for row in self._all if rows is None else rows:
            self._sinks[row].begin(valid)

    def commit(self, tokens: Tokens, rows: Sequence[int] | None = None) -> None:
        """Add the batch that just ran; the one place of a batch that waits for the device.

        Args:
            tokens: The batch.
            rows: The rows that it was begun at.

        Raises:
            ProfileError: The model produced something that is not a number; nothing was added.
        """
        rows = self._all if rows is None else rows
        for row in rows:
            self._sinks[row].check_reported()
        self._check_finite(rows)
        alone = self._ranks.alone
        if not alone:
            self._share(rows, (1, tokens.domain, int(tokens.mask_BS.sum())))
        choices = [self._sinks[row].commit(tokens.domain, sums=alone) for row in rows]
        for row in rows:
            self._sinks[row].begin(None)
        self.top_k = max(self.top_k, *(choice.index_TK.shape[1] for choice in choices))
        for some, index_NTK, gate_NTK in _on_host(rows, choices):
            self._reservoir.offer(
                some,
                gate_NTK=gate_NTK,
                index_NTK=index_NTK,
                ids_BS=tokens.ids_BS,
                mask_BS=tokens.mask_BS,
                domain=tokens.domain,
                batch=tokens.index,
            )

    def absent(self, rows: Sequence[int] | None = None) -> None:
        """Take part in the others' `commit` without a batch of one's own."""
        self._share(self._all if rows is None else rows, (0, 0, 0))

    def _share(self, rows: Sequence[int], note: tuple[int, int, int]) -> None:
        """Let the leader add what every rank saw of its batch, in the order of the ranks."""
        notes = self._ranks.agree(*note)
        width = max(self._live.experts[row] for row in rows)
        packed = torch.stack([self._sinks[row].packed(width) for row in rows])
        for (there, domain, tokens), part in zip(notes, self._ranks.gather(packed), strict=False):
            if there:
                for at, row in enumerate(rows):
                    self._sinks[row].add(domain, part[at], tokens)

    def arrays(self) -> Arrays:
        """Everything seen so far, copied to the host as the profile's arrays.

        All ranks ask for it at the same time; only the leader gets what all of them saw.
        """
        live, ranks = self._live, self._ranks
        arrays = empty_arrays(self._domains, live.experts)
        for row, (sink, width) in enumerate(zip(self._sinks, live.experts, strict=True)):
            sums = sink.sums_DE5.cpu().numpy()
            maxima = ranks.highest(sink.maxima_DE2).cpu().numpy()
            arrays["count"][:, row, :width] = np.rint(sums[..., COUNT])
            for name, column in _COLUMNS.items():
                arrays[name][:, row, :width] = sums[..., column]
            arrays["norm_max"][:, row, :width] = maxima[..., 0]
            arrays["peak_max"][:, row, :width] = maxima[..., 1]
            arrays["soft_count"][:, row, :width] = sink.soft_DE.cpu().numpy()
            arrays["entropy_sum"][:, row] = sink.entropy_D.cpu().numpy()
            arrays["tokens"][:, row] = sink.tokens_D.cpu().numpy()
            pairs = ranks.total(sink.pairs_EE).cpu().numpy()
            total_E = arrays["count"][:, row, :width].sum(axis=0)
            arrays["coactivation"][row, :width, :width] = pairs + pairs.T + np.diag(total_E)
        arrays.update(self._gathered_reservoir().arrays(exists(live.experts)))
        return arrays

    def _gathered_reservoir(self) -> Reservoir:
        """The top tokens of all ranks, at the leader."""
        if self._ranks.alone:
            return self._reservoir
        found = [self._ranks.gather(torch.from_numpy(part)) for part in self._reservoir.parts]
        if not self._ranks.leads:
            return self._reservoir
        by_rank = list(zip(*([part.numpy() for part in parts] for parts in found), strict=True))
        return united(self._live.experts, by_rank)

    def restore(self, profile: Profile) -> None:
        """Go on from an incomplete profile, to the last bit."""
        for row, (sink, width) in enumerate(zip(self._sinks, self._live.experts, strict=True)):
            sink.sums_DE5[..., COUNT] = _tensor(profile.count[:, row, :width], sink.sums_DE5)
            for name, column in _COLUMNS.items():
                values = getattr(profile, name)[:, row, :width]
                sink.sums_DE5[..., column] = _tensor(values, sink.sums_DE5)
            for column, name in enumerate(("norm_max", "peak_max")):
                values = getattr(profile, name)[:, row, :width]
                sink.maxima_DE2[..., column] = _tensor(values, sink.maxima_DE2)
            sink.soft_DE.copy_(_tensor(profile.soft_count[:, row, :width], sink.soft_DE))
            sink.entropy_D.copy_(_tensor(profile.entropy_sum[:, row], sink.entropy_D))
            sink.tokens_D.copy_(_tensor(profile.tokens[:, row], sink.tokens_D))
            pairs_EE = profile.coactivation[row, :width, :width]
            upper_EE = np.triu(pairs_EE, 1)
            # A router that looks experts up (by a hash) may give a token the same one twice.
            twice_E = np.diag(pairs_EE) - profile.count[:, row, :width].sum(axis=0)
            sink.pairs_EE.copy_(_tensor(upper_EE + np.diag(twice_E // 2), sink.pairs_EE))
        self._reservoir.restore(profile)

    def _check_finite(self, rows: Sequence[int]) -> None:
        good = torch.stack([self._sinks[row].finite() for row in rows]).cpu()
        if bool(good.all()):
            return
        row = rows[int((~good).int().argmax())]
        expert = self._sinks[row].broken_expert()
        where = f"layer {self._live.moe[row].layer_id}"
        part = "the router" if expert is None else f"expert {expert}"
        raise ProfileError(
            f"{part} of {where} put out something that is not a number",
            remedy="--dtype float32 if it overflowed, else a checkpoint without NaN weights",
        )


def _on_host(
    rows: Sequence[int], choices: Sequence[Choice]
) -> Iterator[tuple[Sequence[int], NDArray[np.int64], NDArray[np.float32]]]:
    """Indices and gates, with the rows that they are of, in one transfer if K is the same."""
    groups = [(rows, choices)]
    if len({choice.index_TK.shape for choice in choices}) > 1:
        groups = [([row], [choice]) for row, choice in zip(rows, choices, strict=True)]
    for some, theirs in groups:
        index_NTK = torch.stack([choice.index_TK for choice in theirs])
        gate_NTK = torch.stack([choice.gate_TK for choice in theirs]).float()
        yield some, index_NTK.cpu().numpy(), gate_NTK.cpu().numpy()


def _tensor(values: NDArray[np.generic], like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.array(values)).to(like)  # a profile's arrays are read-only
