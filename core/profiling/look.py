"""The pass of the token lens: one text through a live model, every choice kept.

Shapes: T tokens of the text, S tokens of a sequence, L MoE layers (rows), K experts per token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.calibration import Batch
from core.calibration.passage import Passage
from core.errors import ProfileError, ResourceError, UnsupportedModelError
from core.profiling.forward import check_tokens, forward
from core.profiling.hooks import observed_by
from core.profiling.lens import NOBODY, Lens
from core.profiling.sink import opinion
from core.profiling.state import versions
from core.run import Run
from core.runtime.layers import MoeLayer
from core.runtime.live import LiveModel
from core.runtime.streaming_crew import Watcher
from core.runtime.streaming_model import plan_pass

if TYPE_CHECKING:
    from core.runtime.streaming_crew import Position

STAGE = "lens"
SEQ_LEN = 2048  # tokens that see each other; a longer text is cut


class LayerEye:
    """What one layer chooses for the sequence at hand."""

    def __init__(self, layer: MoeLayer, run: Run) -> None:
        self._layer = layer
        self._run = run
        self._choice: tuple[torch.Tensor, torch.Tensor] | None = None
        self._entropy_S: torch.Tensor | None = None

    def router(self, _: nn.Module, __: object, output: object) -> None:
        """Forward hook of the router: how sure it is of each token."""
        self._run.check()
        _, self._entropy_S = opinion(self._layer, output)

    def experts(
        self,
        *,
        index_TK: torch.Tensor,
        gate_TK: torch.Tensor,
        order_S: torch.Tensor,  # noqa: ARG002 - the sink's contract
        lengths_E: torch.Tensor,  # noqa: ARG002
        output_SH: torch.Tensor,  # noqa: ARG002
    ) -> None:
        """Keep what was chosen and the gates that are applied."""
        self._choice = (index_TK.detach(), gate_TK.detach())

    def take(
        self, tokens: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """Experts and gates, the highest gate first, and entropies; forgets them.

        Raises:
            UnsupportedModelError: The layer did not report, or not a row per token.
            ProfileError: It reported something that is not a number.
        """
        choice, entropy_S = self._choice, self._entropy_S
        self._choice, self._entropy_S = None, None
        if choice is None or entropy_S is None or len(choice[0]) != tokens:
            raise UnsupportedModelError(
                f"layer {self._layer.layer_id} did not report its routing",
                remedy="report this model type",
            )
        index_SK, gate_SK = choice[0].cpu().numpy(), choice[1].float().cpu().numpy()
        entropy = entropy_S.float().cpu().numpy()
        if not (np.isfinite(gate_SK).all() and np.isfinite(entropy).all()):
            raise ProfileError(
                f"layer {self._layer.layer_id} put out something that is not a number",
                remedy="--dtype float32 if it overflowed, else a checkpoint without NaN weights",
            )
        nobody_SK = index_SK >= self._layer.count  # a choice of no expert
        index_SK = np.where(nobody_SK, NOBODY, index_SK)
        gate_SK = np.where(nobody_SK, np.float32(0), gate_SK)
        order_SK = np.argsort(-gate_SK, axis=1, kind="stable")
        return (
            np.take_along_axis(index_SK, order_SK, axis=1),
            np.take_along_axis(gate_SK, order_SK, axis=1),
            entropy,
        )


class _Arrays:
    """Where the choices of all sequences are written to; K grows to the most that a layer uses."""

    def __init__(self, tokens: int, layers: int, top_k: int) -> None:
        self.expert = np.full((tokens, layers, top_k), NOBODY, dtype=np.int16)
        self.gate = np.full((tokens, layers, top_k), np.nan, dtype=np.float32)
        self.entropy = np.zeros((tokens, layers), dtype=np.float32)

    def write(self, eye: LayerEye, span: slice, row: int) -> None:
        """Take what a layer has seen of one sequence."""
        index_SK, gate_SK, entropy_S = eye.take(span.stop - span.start)
        more = index_SK.shape[1] - self.expert.shape[2]
        if more > 0:
            wider = ((0, 0), (0, 0), (0, more))
            self.expert = np.pad(self.expert, wider, constant_values=NOBODY)
            self.gate = np.pad(self.gate, wider, constant_values=np.nan)
        width = index_SK.shape[1]
        self.expert[span, row, :width] = index_SK
        self.gate[span, row, :width] = gate_SK
        self.entropy[span, row] = entropy_S


def look_at(live: LiveModel, passage: Passage, *, seq_len: int = SEQ_LEN, run: Run) -> Lens:
    """Run a model over one text and keep every token's experts, gates and entropy.

    Args:
        live: The model, in memory or streamed.
        passage: The text.
        seq_len: Tokens that see each other; a longer text is cut into sequences of so many.
        run: Checked before each layer; gets `Progress` in tokens.

    Raises:
        Cancelled: The run was stopped.
        InputError: The text's token ids are not this model's.
        ProfileError: The model puts out something that is not a number.
        ResourceError: The device ran out of memory.
    """
    batches = _batches(passage, seq_len)
    for batch, _ in batches:
        check_tokens(live, batch)
    eyes = [LayerEye(layer, run) for layer in live.moe]
    arrays = _Arrays(passage.tokens, len(live.moe), max(live.info.top_k, 1))
    run.progress(STAGE, 0, passage.tokens, "tokens")
    with observed_by(live, eyes):
        if live.stream is not None:
            _streamed(live, batches, eyes, arrays, run)
        else:
            _in_memory(live, batches, eyes, arrays, run)
    return Lens(
        model_fingerprint=live.info.fingerprint,
        model_type=live.info.model_type,
        layer_ids=live.layer_ids,
        experts=live.experts,
        pieces=passage.pieces,
        options={
            "seq_len": seq_len,
            "cut": passage.cut,
            "dtype": str(live.dtype).removeprefix("torch."),
            "device": live.device.type,
            "streamed": live.stream is not None,
        },
        versions=versions(),
        ids=passage.ids_T,
        special=passage.special_T,
        sequence=(np.arange(passage.tokens) // seq_len).astype(np.int32),
        expert=arrays.expert,
        gate=arrays.gate,
        entropy=arrays.entropy,
    )


def _batches(passage: Passage, seq_len: int) -> list[tuple[Batch, slice]]:
    """The text's sequences, one to a batch, so that nothing is padded."""
    out = []
    for index, start in enumerate(range(0, passage.tokens, seq_len)):
        span = slice(start, min(start + seq_len, passage.tokens))
        ids = passage.ids_T[None, span].astype(np.int64)
        mask = np.ones(ids.shape, dtype=np.bool_)
        out.append((Batch(input_ids=ids, mask=mask, domain=0, index=index), span))
    return out


@torch.inference_mode()
def _in_memory(
    live: LiveModel,
    batches: list[tuple[Batch, slice]],
    eyes: list[LayerEye],
    arrays: _Arrays,
    run: Run,
) -> None:
    total = batches[-1][1].stop
    for batch, span in batches:
        run.check()
        try:
            forward(live, batch)
        except torch.cuda.OutOfMemoryError as error:
            raise ResourceError(
                f"{live.device} ran out of memory on {span.stop - span.start:,} tokens",
                remedy="a smaller --seq-len, or a shorter text",
            ) from error
        for row, eye in enumerate(eyes):
            arrays.write(eye, span, row)
        run.progress(STAGE, span.stop, total, "tokens")


def _streamed(
    live: LiveModel,
    batches: list[tuple[Batch, slice]],
    eyes: list[LayerEye],
    arrays: _Arrays,
    run: Run,
) -> None:
    stream = live.stream
    assert stream is not None
    longest = max(span.stop - span.start for _, span in batches)
    plan = plan_pass(live, batches=len(batches), rows=1, length=longest, logits=False, run=run)
    stream.drive(
        range(len(batches)),
        lambda index: forward(live, batches[index][0]),
        at_once=plan.at_once,
        park=plan.park_on_host,
        watcher=_Reader(live, batches, eyes, arrays, run),
        run=run,
    )


class _Reader(Watcher[int]):
    """Takes what a layer has seen as soon as a sequence has left it."""

    def __init__(
        self,
        live: LiveModel,
        batches: list[tuple[Batch, slice]],
        eyes: list[LayerEye],
        arrays: _Arrays,
        run: Run,
    ) -> None:
        assert live.stream is not None
        self._row = {layer: row for row, layer in enumerate(live.layer_ids)}
        self._batches = batches
        self._eyes = eyes
        self._arrays = arrays
        self._run = run
        self._tokens = batches[-1][1].stop

    def leave(self, item: int, layer: int, /) -> None:
        """Read one row."""
        row = self._row.get(layer)
        if row is not None:
            self._arrays.write(self._eyes[row], self._batches[item][1], row)

    def layer_done(self, position: Position, /) -> None:
        """A token that has passed half of the layers counts half."""
        first, last = position.first, position.first + position.batches
        before = self._batches[first][1].start
        group = self._batches[last - 1][1].stop - before
        done = before + group * (position.layer + 1) // position.layers
        self._run.progress(STAGE, done, self._tokens, "tokens")
