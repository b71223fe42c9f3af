"""Short tuning runs of tiny models."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from core.calibration import CalibrationSet
from core.run import Event, Run
from core.tuning import TuneOptions, TuneResult, tune
from tests.core.live import random_set
from tests.tiny import tiny_loadable

SEQUENCES = 12


def texts(seed: int = 0) -> CalibrationSet:
    """Two domains of short random sequences, some padded."""
    return random_set(sequences=SEQUENCES, seq_len=16, batch_size=4, seed=seed)


def options(**changes: object) -> TuneOptions:
    """Three steps to Top-1 on the CPU, nothing saved on the way."""
    base = {
        "top_k": 1,
        "steps": 3,
        "learning_rate": 1e-2,
        "warmup_steps": 1,
        "batch_size": 4,
        "grad_accum": 1,
        "train": "experts",
        "eval_every": 0,
        "save_every": 0,
        "device": "cpu",
    }
    return TuneOptions(**{**base, **changes})


def tiny(model_type: str, tmp_path: Path, **overrides: object) -> Path:
    """A tiny model's folder."""
    return tiny_loadable(model_type, tmp_path / "models", **overrides)


def tuned(
    folder: Path,
    output: Path,
    *,
    on_event: Callable[[Event], None] | None = None,
    plan: object = None,
    data: CalibrationSet | None = None,
    run: Run | None = None,
    changes: dict[str, object] | None = None,
    **keywords: object,
) -> TuneResult:
    """Tune a tiny model."""
    return tune(
        folder,
        texts() if data is None else data,
        options(**(changes or {})),
        validation=texts(seed=1),
        output=output,
        plan=plan,
        run=Run(on_event) if run is None else run,
        **keywords,
    )


def weights(folder: Path) -> dict[str, np.ndarray]:
    """Every tensor of a checkpoint."""
    found: dict[str, np.ndarray] = {}
    for path in sorted(folder.glob("*.safetensors")):
        found |= load_file(path)
    return found
