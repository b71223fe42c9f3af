"""Open a checkpoint as a live model whose decoder layers stay on disk until they are needed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch

from core.checkpoint import Checkpoint, ModelInfo
from core.errors import ResourceError
from core.run import Run
from core.runtime.device import free_bytes
from core.runtime.live import LiveModel, live_model
from core.runtime.memory import free_ram_bytes, gigabytes
from core.runtime.quiet import quiet
from core.runtime.streaming import LayerStream
from core.runtime.streaming_build import build_skeleton, load_outside_layers
from core.runtime.streaming_layers import LayerStore
from core.runtime.streaming_plan import (
    SHARE_OF_FREE,
    Footprint,
    StreamPlan,
    batch_bytes,
    plan_stream,
)
from core.runtime.streaming_reader import LazyTensor, TensorReader

STAGE = "load"


def stream_model(
    folder: Path, info: ModelInfo, *, device: torch.device, dtype: torch.dtype, run: Run
) -> LiveModel:
    """A live model with nothing loaded but what is outside of the decoder layers.

    Args:
        folder: A safetensors checkpoint.
        info: What its headers say.
        device: Where it will run.
        dtype: What its weights are loaded in.
        run: Where progress goes.

    Raises:
        ResourceError: Not even two layers fit; the message has both numbers.
        UnsupportedModelError: The model has no list of decoder layers, or layers share weights.
        CheckpointError: Weights are missing, damaged or of another shape.
    """
    run.check()
    checkpoint = Checkpoint.open(folder)
    reader = TensorReader(folder)
    with quiet():
        skeleton = build_skeleton(folder, routing=info.routing, device=device, dtype=dtype)
        store = LayerStore(skeleton, checkpoint.tensors, reader, device)
        _check_fits(store, device)
        outside = sum(ref.nbytes for ref in store.outside.values())
        run.note(
            f"streaming {folder.name}: {gigabytes(outside)} stay loaded, "
            f"{len(store.layers)} layers of {gigabytes(store.largest)} come and go"
        )
        run.progress(STAGE, 0, outside, "bytes")
        lazy = {name: LazyTensor(ref, reader) for name, ref in store.outside.items()}
        load_outside_layers(skeleton, lazy)
    run.check()
    run.progress(STAGE, outside, outside, "bytes")
    live = live_model(skeleton.model, folder=folder, info=info)
    stream = LayerStream(skeleton.layers, store, device)
    return dataclasses.replace(live, stream=stream)


def streamed_dtype(info: ModelInfo, chosen: torch.dtype, device: torch.device) -> torch.dtype:
    """What to stream in when the user left it open.

    On the CPU float32 is several times faster than bfloat16, and three layers of it often fit where
    the whole model does not.
    """
    if device.type != "cpu" or chosen is torch.float32:
        return chosen
    outside = info.parameters.embedding
    layer = (info.parameters.total - outside) / max(info.layers, 1)
    return torch.float32 if 4 * (outside + 3 * layer) <= free_bytes(device) / 2 else chosen


def plan_pass(
    live: LiveModel, *, batches: int, rows: int, length: int, logits: bool, run: Run
) -> StreamPlan:
    """How a pass over a calibration set will use memory; says so before it starts.

    Args:
        live: A streamed model.
        batches: Batches in all.
        rows: Sequences of a batch.
        length: Tokens of a sequence.
        logits: Whether logits are computed.
        run: Where the plan is noted.

    Raises:
        ResourceError: Not even one batch fits.
    """
    plan = memory_plan(live, batches=batches, rows=rows, length=length, logits=logits)
    run.note(plan.text)
    return plan


def memory_plan(
    live: LiveModel, *, batches: int, rows: int, length: int, logits: bool
) -> StreamPlan:
    """The same without a word.

    Raises:
        ResourceError: Not even one batch fits.
    """
    assert live.stream is not None
    store = live.stream.store
    eager = live.model.config.get_text_config()._attn_implementation == "eager"  # noqa: SLF001
    working, parked = batch_bytes(
        live.info, rows, length, live.dtype.itemsize, logits=logits, eager=eager
    )
    footprint = Footprint(
        layers=len(store.layers),
        layer=store.largest,
        copies=store.copies,
        working=working,
        parked=parked,
    )
    free = free_bytes(live.device)
    return plan_stream(
        footprint,
        batches,
        device=live.device.type,
        free=free,
        free_host=free if live.device.type == "cpu" else free_ram_bytes(),
    )


def _check_fits(store: LayerStore, device: torch.device) -> None:
    needed = store.outside_bytes + store.copies * store.largest
    free = free_bytes(device)
    if needed > free * SHARE_OF_FREE:
        kind = "VRAM" if device.type == "cuda" else "RAM"
        raise ResourceError(
            f"streaming needs {gigabytes(needed)} of {kind} ({store.copies} layers of "
            f"{gigabytes(store.largest)} and {gigabytes(store.outside_bytes)} outside of them), "
            f"{gigabytes(free)} are free",
            remedy="--dtype bfloat16, closing other programs, or a machine with more memory",
        )
