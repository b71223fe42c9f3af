"""What streaming costs: bytes read, layers in memory, time beside loading the model whole."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch

from core.calibration import CalibrationOptions, CalibrationSet, Source
from core.profiling import profile_model
from core.run import Run
from core.runtime import LiveModel, load_model
from tests.benchmarks.rows import Row, paired_ratio
from tests.tiny import VOCABULARY, tiny_model

# 101 M parameters, 96 % of them in experts; four experts of sixteen fire.
SHAPE = {
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_hidden_layers": 16,
    "num_local_experts": 16,
    "num_experts_per_tok": 4,
}
SEQUENCES, LENGTH, BATCH = 32, 128, 4


def run() -> list[Row]:
    """Measure on one thread of the CPU, the files in the page cache."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a shared machine's second core comes and goes
    try:
        with tempfile.TemporaryDirectory() as folder:
            model = tiny_model("mixtral", Path(folder), shards=4, tokenizer=False, **SHAPE)
            return _measure(model)
    finally:
        torch.set_num_threads(threads)


def _measure(model: Path) -> list[Row]:
    texts = _texts()

    def once(stream: str) -> LiveModel:
        live = load_model(model, device="cpu", dtype="float32", stream=stream, run=Run())
        profile_model(live, texts, run=Run())
        return live

    live = once("always")
    assert live.stream is not None
    store = live.stream.store
    peak = store.outside_bytes + store.peak_resident * store.largest
    ratio, low, high = paired_ratio(lambda: once("always"), lambda: once("never"), pairs=5)
    size = f"{live.info.bytes / 1e6:.0f} MB, {len(store.layers)} layers, {texts.tokens} tokens"
    return [
        Row(
            name="streamed pass: bytes of checkpoint read / checkpoint size",
            value=store.bytes_read / live.info.bytes,
            unit="×",
            target=1.0,
            detail=size,
        ),
        Row(
            name="streamed pass: peak resident weights / (non-layer weights + 2 layers)",
            value=peak / (store.outside_bytes + 2 * store.largest),
            unit="×",
            target=1.0,
            detail=f"{peak / 1e6:.0f} MB of weights at most",
        ),
        Row(
            name="streamed pass / in-memory pass including its load, warm cache",
            value=ratio,
            unit="×",
            target=1.3,
            detail=f"{low:.2f} to {high:.2f}, {size}",
        ),
    ]


def _texts() -> CalibrationSet:
    rng = np.random.default_rng(0)
    rows = tuple(rng.integers(3, VOCABULARY, LENGTH) for _ in range(SEQUENCES))
    options = CalibrationOptions(
        sources=(Source(path_or_id="demo", domain="random"),), seq_len=LENGTH, batch_size=BATCH
    )
    return CalibrationSet(
        options=options, domains=("random",), sequences_by_domain=(rows,), pad_id=0
    )
