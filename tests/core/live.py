"""Tiny live models, and calibration sets of random tokens, for tests of the engine."""

from pathlib import Path

import numpy as np

from core.calibration import CalibrationOptions, CalibrationSet, Source
from core.run import Run
from tests.tiny import VOCABULARY, tiny_model

# One of each kind of routing; tests/core/families goes through all there are.
KINDS = (
    "mixtral",
    "qwen2_moe",
    "qwen3_moe",
    "olmoe",
    "deepseek_v3",
    "gpt_oss",
    "granitemoe",
)


def load_tiny(model_type: str, folder: Path, *, dtype: str = "float32", **overrides):
    """A tiny model of a family, loaded on the CPU."""
    from core.runtime import load_model

    path = folder / model_type
    if not path.exists():
        tiny_model(model_type, folder, tokenizer=False, **overrides)
    return load_model(path, device="cpu", dtype=dtype, run=Run())


def random_set(
    *,
    domains: tuple[str, ...] = ("prose", "code"),
    sequences: int = 5,
    seq_len: int = 12,
    batch_size: int = 2,
    seed: int = 0,
    padded: bool = True,
    reverse: bool = False,
) -> CalibrationSet:
    """Random tokens; with `padded`, every second sequence is shorter."""
    rng = np.random.default_rng(seed)
    packed = []
    for _ in domains:
        rows = [rng.integers(3, VOCABULARY, seq_len) for _ in range(sequences)]
        if padded:
            rows = [row[: max(2, seq_len - 5 * (i % 2))] for i, row in enumerate(rows)]
        packed.append(tuple(reversed(rows)) if reverse else tuple(rows))
    options = CalibrationOptions(
        sources=tuple(Source(path_or_id="demo", domain=name) for name in domains),
        seq_len=seq_len,
        batch_size=batch_size,
        seed=seed,
    )
    return CalibrationSet(
        options=options, domains=domains, sequences_by_domain=tuple(packed), pad_id=0
    )
