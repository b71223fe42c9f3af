"""What observing costs: beside the plain forward, and beside the peers' way of observing.

Both sides of a ratio run the same batches of the same model, in turn, without the head. The plain
forward is transformers' `grouped_mm`. The peers' observer (REAP, llm-compressor) evaluates every
expert on every token in a loop over experts and reduces all outputs' norms, beside the forward.
"""

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
from tests.tiny import tiny_model

# Widths of the bundled demo model (16 experts) and of a finer-grained one (64, of which 4 fire).
SHAPES = {
    "E=16 K=2": {
        "model_type": "mixtral",
        "hidden_size": 128,
        "intermediate_size": 192,
        "num_hidden_layers": 8,
        "num_local_experts": 16,
        "num_experts_per_tok": 2,
    },
    "E=64 K=4": {
        "model_type": "mixtral",
        "hidden_size": 256,
        "intermediate_size": 256,
        "num_hidden_layers": 4,
        "num_local_experts": 64,
        "num_experts_per_tok": 4,
    },
}


def run() -> list[Row]:
    """Measure both ratios on one thread of the CPU."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a shared machine's second core comes and goes
    rows = []
    try:
        for name, shape in SHAPES.items():
            with tempfile.TemporaryDirectory() as folder:
                rows += _measure(name, dict(shape), Path(folder))
    finally:
        torch.set_num_threads(threads)
    return rows


def _measure(name: str, shape: dict[str, object], folder: Path) -> list[Row]:
    model_type = str(shape.pop("model_type"))
    path = tiny_model(model_type, folder, tokenizer=False, **shape)
    live = load_model(path, device="cpu", dtype="float32", run=Run())
    texts = _texts(sequences=24)
    low_high = paired_ratio(
        lambda: profile_model(live, texts, run=Run()), lambda: _plain(live, texts), pairs=9
    )
    detail = f"{name}, {texts.tokens:,} tokens, 1 thread"
    rows = [_row(f"profiling pass / plain forward, {name}", low_high, 1.05, detail)]
    if "64" in name:
        few = _texts(sequences=4)
        low_high = paired_ratio(
            lambda: _every_expert(live, few),
            lambda: profile_model(live, few, run=Run()),
            pairs=5,
        )
        title = f"observer that runs every expert / ours, {name}"
        rows.append(_row(title, low_high, 5.0, detail, better="larger"))
    return rows


def _row(
    name: str,
    ratio: tuple[float, float, float],
    target: float,
    detail: str,
    better: str = "smaller",
) -> Row:
    median, low, high = ratio
    return Row(
        name=name,
        value=median,
        unit="×",
        target=target,
        better=better,  # type: ignore[arg-type]
        detail=f"{low:.3f} to {high:.3f}; {detail}",
    )


def _texts(sequences: int) -> CalibrationSet:
    rng = np.random.default_rng(0)
    rows = tuple(rng.integers(3, 320, 256) for _ in range(sequences))
    options = CalibrationOptions(sources=(Source(path_or_id="demo"),), batch_size=8)
    return CalibrationSet(
        options=options, domains=("noise",), sequences_by_domain=(rows,), pad_id=0
    )


@torch.inference_mode()
def _plain(live: LiveModel, texts: CalibrationSet) -> None:
    for batch in texts.batches():
        live.model.base_model(input_ids=torch.from_numpy(batch.input_ids), use_cache=False)


def _every_expert(live: LiveModel, texts: CalibrationSet) -> torch.Tensor:
    """The plain forward, and beside it every expert on every token, expert by expert."""
    norms: list[torch.Tensor] = []

    def observe(experts: torch.nn.Module, arguments: tuple[torch.Tensor, ...]) -> None:
        hidden_TH = arguments[0]
        for e in range(experts.num_experts):
            up_TI = torch.nn.functional.linear(hidden_TH, experts.gate_up_proj[e])
            gate_TI, lin_TI = up_TI.chunk(2, dim=-1)
            out_TH = torch.nn.functional.linear(
                experts.act_fn(gate_TI) * lin_TI, experts.down_proj[e]
            )
            norms.append(out_TH.norm(dim=-1).sum())

    handles = [layer.experts.register_forward_pre_hook(observe) for layer in live.moe]
    try:
        _plain(live, texts)
    finally:
        for handle in handles:
            handle.remove()
    return torch.stack(norms)
