"""One forward without the logits: what the head takes, and the head a few rows at a time.

With a large vocabulary the logits of one batch outgrow the model (2,048 × 8 × 152,000 in float32
are 10 GB, and a comparison needs them twice). So the body runs alone, and its last states go
through the model's own forward again, with the body replaced by one that gives them back: whatever
a family does to its logits (scales, caps) is done, and no more than `LOGITS_BYTES` of them exist.

Shapes: B sequences of S tokens, N positions, H hidden size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.errors import ResourceError
from core.runtime.live import LiveModel

# Logits of one model may take this much in float32 at once; a comparison holds about five times it.
LOGITS_BYTES = 64 * 2**20


class Head:
    """What turns the body's last states into logits, as the model itself does it."""

    def __init__(self, live: LiveModel) -> None:
        self._model = live.model
        self._name = live.model.base_model_prefix
        self._kind: type[Any] = object  # what the body puts out, once it has
        self._rows = max(1, LOGITS_BYTES // (4 * live.vocabulary))

    @property
    def split(self) -> bool:
        """Whether the model keeps its body apart; where it does not, its states are logits."""
        return isinstance(getattr(self._model, self._name, None), nn.Module)

    def states(self, ids_BS: torch.Tensor, mask_BS: torch.Tensor | None) -> torch.Tensor:
        """Last hidden states [B, S, H] (logits where the model is not split)."""
        options = {
            "input_ids": ids_BS,
            "attention_mask": None if mask_BS is None else mask_BS.long(),
            "use_cache": False,
        }
        if not self.split:
            found: torch.Tensor = self._model(**options).logits
            return found
        out = getattr(self._model, self._name)(**options)
        self._kind = type(out)
        hidden: torch.Tensor = out.last_hidden_state
        return hidden

    def logits(self, states_NH: torch.Tensor) -> torch.Tensor:
        """Logits [N, V] in float32: cross-entropy on bf16 logits reads visibly too low."""
        if not self.split:
            return states_NH.float()
        modules = self._model._modules  # noqa: SLF001 - a property would run nn.Module's checks
        body = modules[self._name]
        modules[self._name] = _Replay(self._kind(last_hidden_state=states_NH[None]))
        try:
            rows = torch.zeros(1, len(states_NH), dtype=torch.long, device=states_NH.device)
            found: torch.Tensor = self._model(input_ids=rows, use_cache=False).logits[0].float()
        finally:
            modules[self._name] = body
        return found

    def chunks(self, rows: int) -> Iterator[slice]:
        """Slices over rows whose logits may exist at once."""
        return (slice(at, at + self._rows) for at in range(0, rows, self._rows))


class _Replay(nn.Module):
    """Stands in for the body and gives back what it put out before."""

    def __init__(self, output: object) -> None:
        super().__init__()
        self._output = output

    def forward(self, *_: object, **__: object) -> object:
        return self._output


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """Sequences that go through a model together, padded on the right.

    Attributes:
        ids: [B, S] int64.
        mask: [B, S] bool, False where padded.
        scored: [B, S] bool: the tokens whose probability counts. Never the first of a sequence.
    """

    ids: NDArray[np.int64]
    mask: NDArray[np.bool_]
    scored: NDArray[np.bool_]

    @property
    def tokens(self) -> int:
        """Tokens that go through the model."""
        return int(self.mask.sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Forward:
    """What one forward says about the scored tokens of a piece, before the head.

    Attributes:
        head: Of the model that ran.
        states: [N, H], of the positions before the scored tokens, sequence by sequence.
        target: [N], the scored tokens.
        row: [N], their sequences.
    """

    head: Head
    states: torch.Tensor
    target: torch.Tensor
    row: torch.Tensor


def forward(live: LiveModel, piece: Piece) -> Forward:
    """Run a model's body on a piece.

    Raises:
        ResourceError: The device ran out of memory.
    """
    head = Head(live)
    ids = torch.from_numpy(piece.ids).to(live.device)
    mask = None if piece.mask.all() else torch.from_numpy(piece.mask).to(live.device)
    try:
        states_BSH = head.states(ids, mask)
    except torch.cuda.OutOfMemoryError as error:
        rows, width = piece.ids.shape
        raise ResourceError(
            f"{live.device} ran out of memory on {rows} × {width} tokens",
            remedy="a smaller --batch-size or --seq-len",
        ) from error
    scored = torch.from_numpy(piece.scored).to(live.device)[:, 1:]
    return Forward(
        head=head,
        states=states_BSH[:, :-1][scored],
        target=ids[:, 1:][scored],
        row=scored.nonzero()[:, 0],
    )
