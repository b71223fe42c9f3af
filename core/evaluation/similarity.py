"""How alike the experts of a layer are: the cosine of what they do where the router wants them.

    s_ij = ⟨p_i f_i, p_j f_j⟩ / (‖p_i f_i‖ ‖p_j f_j‖)   over calibration tokens

p the router's probability, f the output of the expert on *every* token, chosen or not. Shapes: T
tokens, H hidden size, E experts, B sequences of S tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.errors import UnsupportedModelError
from core.run import Run
from core.runtime.layers import MoeLayer
from core.runtime.live import LiveModel
from core.runtime.streaming_crew import Watcher
from core.runtime.streaming_model import plan_pass

if TYPE_CHECKING:
    from core.calibration import Batch, CalibrationSet

STAGE_OUTPUTS = "compare outputs"
TOKENS = 1024  # that outputs are compared on
OUTPUT_BYTES = 2 * 2**30  # what the outputs of one layer's experts may take; fewer tokens beyond


def similarities(
    live: LiveModel, texts: CalibrationSet, *, tokens: int = TOKENS, run: Run
) -> list[NDArray[np.float64]]:
    """How alike the experts of each layer are, [E, E] per row, from −1 to 1.

    Args:
        live: The original model, in memory or streamed.
        texts: Where hidden states come from, the same share of every batch.
        tokens: How many are compared.
        run: Checked between layers; gets `Progress` in layers.

    Raises:
        Cancelled: The run was stopped.
    """
    widest = max(live.experts) * live.info.hidden_size * 4
    tokens = max(1, min(tokens, OUTPUT_BYTES // widest))
    seen = _Seen(live, every=max(1, texts.tokens // tokens))
    run.progress(STAGE_OUTPUTS, 0, len(live.moe), "layers")
    with seen:
        if live.stream is not None:
            return _layer_by_layer(live, texts, seen, run)
        for batch in texts.batches():
            run.check()
            _forward(live, batch, seen)
    found = []
    for row in range(len(live.moe)):
        run.check()
        found.append(seen.similarity(row))
        run.progress(STAGE_OUTPUTS, row + 1, len(live.moe), "layers")
    return found


class _Seen:
    """What the routers of all rows see, spread evenly over the texts."""

    def __init__(self, live: LiveModel, *, every: int) -> None:
        self._live, self._every = live, every
        self._hidden: list[list[torch.Tensor]] = [[] for _ in live.moe]
        self.mask_T: torch.Tensor | None = None  # of the batch that is on its way

    def __enter__(self) -> None:
        """Look."""
        self._handles = [
            layer.router.register_forward_pre_hook(self._keeper(row))
            for row, layer in enumerate(self._live.moe)
        ]

    def __exit__(self, *_: object) -> None:
        """Look no longer."""
        for handle in self._handles:
            handle.remove()

    def similarity(self, row: int) -> NDArray[np.float64]:
        """Of one row's experts, which must be there; what was seen of it is forgotten."""
        hidden_TH = torch.cat(self._hidden[row])
        self._hidden[row] = []
        for handle in self._handles[row : row + 1]:
            handle.remove()
        return _similarity(self._live.moe[row], hidden_TH)

    def _keeper(self, row: int) -> object:
        def hook(_: nn.Module, args: tuple[torch.Tensor, ...]) -> None:
            hidden_TH = args[0].reshape(-1, args[0].shape[-1])
            self._hidden[row].append(hidden_TH[self.mask_T][:: self._every].clone())

        return hook


@torch.inference_mode()
def _forward(live: LiveModel, batch: Batch, seen: _Seen) -> None:
    seen.mask_T = torch.from_numpy(batch.mask).reshape(-1).to(live.device)
    ids_BS = torch.from_numpy(batch.input_ids).to(live.device)
    mask_BS = None if batch.mask.all() else seen.mask_T.reshape(ids_BS.shape).long()
    live.model.base_model(input_ids=ids_BS, attention_mask=mask_BS, use_cache=False)


def _layer_by_layer(
    live: LiveModel, texts: CalibrationSet, seen: _Seen, run: Run
) -> list[NDArray[np.float64]]:
    """Each row's experts are compared when the last batch has left their layer."""
    assert live.stream is not None
    watcher = _Comparing(live, texts, seen, run)
    options = texts.options
    plan = plan_pass(
        live,
        batches=len(texts),
        rows=options.batch_size,
        length=options.seq_len,
        logits=False,
        run=run,
    )
    live.stream.drive(
        list(range(len(texts))),
        lambda index: _forward(live, texts.batch(index), seen),
        at_once=plan.at_once,
        park=plan.park_on_host,
        watcher=watcher,
        run=run,
    )
    return watcher.found


class _Comparing(Watcher[int]):
    def __init__(self, live: LiveModel, texts: CalibrationSet, seen: _Seen, run: Run) -> None:
        self.found: list[NDArray[np.float64]] = []
        self._live, self._texts, self._seen, self._run = live, texts, seen, run
        self._row = {layer: row for row, layer in enumerate(live.layer_ids)}

    def enter(self, item: int, _layer: int, /) -> None:
        """Whose tokens are looked at."""
        mask = self._texts.batch(item).mask
        self._seen.mask_T = torch.from_numpy(mask).reshape(-1).to(self._live.device)

    def leave(self, item: int, layer: int, /) -> None:
        """Compare after the last one."""
        row = self._row.get(layer)
        if row is None or item != len(self._texts) - 1:
            return
        self._run.check()
        self.found.append(self._seen.similarity(row))
        self._run.progress(STAGE_OUTPUTS, len(self.found), len(self._live.moe), "layers")


@torch.inference_mode()
def _similarity(layer: MoeLayer, hidden_TH: torch.Tensor) -> NDArray[np.float64]:
    """Cosine of the experts' outputs, weighted by the router, over all tokens."""
    try:
        weighted = _weighted_outputs(layer, hidden_TH)
    except (TypeError, ValueError, RuntimeError, AttributeError, IndexError) as error:
        raise UnsupportedModelError(
            f"the experts of layer {layer.layer_id} cannot be run one by one ({error})",
            remedy="--policy joint, which drops without merging",
        ) from error
    gram_EE = torch.zeros(layer.count, layer.count, dtype=torch.float64)
    for i, one in enumerate(weighted):
        for j, other in enumerate(weighted[: i + 1]):
            gram_EE[i, j] = gram_EE[j, i] = float(one @ other)
    norm_E = gram_EE.diagonal().clamp_min(1e-30).sqrt()
    found: NDArray[np.float64] = (gram_EE / norm_E[:, None] / norm_E[None]).numpy()
    return found


def _weighted_outputs(layer: MoeLayer, hidden_TH: torch.Tensor) -> list[torch.Tensor]:
    """p_e f_e on every token, flat, by expert."""
    logits_TE = layer.contract.logits(layer, layer.router(hidden_TH))[:, : layer.count].float()
    score_TE = logits_TE if layer.score == "softmax" else logits_TE.sigmoid().log()
    p_TE = score_TE.softmax(dim=-1)  # a sigmoid's shares: what gates are made of
    ones_T1 = hidden_TH.new_ones((len(hidden_TH), 1))
    found = []
    for expert in range(layer.count):
        index_T1 = torch.full((len(hidden_TH), 1), expert, device=hidden_TH.device)
        output_TH = layer.experts(hidden_TH, index_T1, ones_T1)
        found.append((output_TH.float() * p_TE[:, expert, None]).flatten())
    return found
