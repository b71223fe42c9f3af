"""Prove that a model many times larger than the memory can be profiled, to the last bit.

Builds a sharded Qwen3-MoE checkpoint of random weights on the spot, profiles it streamed in a
process whose address space is limited to far less than its size, shows that loading it whole is
refused there, and, with --compare, profiles it whole in a process without a limit and compares.

python -m tests.benchmarks.prove_streaming [--gigabytes 6.5] [--limit 3.0] [--compare]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHAPE = {
    "hidden_size": 1024,
    "moe_intermediate_size": 768,
    "num_experts": 64,
    "num_experts_per_tok": 4,
    "num_attention_heads": 16,
    "num_key_value_heads": 4,
    "head_dim": 64,
    "vocab_size": 8192,
}
LAYER_GB = 0.307  # of this shape in bf16
SEQUENCES, LENGTH, BATCH = 8, 64, 2


def build(folder: Path, layers: int) -> int:
    """Write one shard per layer, and one for the rest; never more than a layer in memory."""
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM, Qwen3MoeConfig

    config = Qwen3MoeConfig(**SHAPE, num_hidden_layers=layers, mlp_only_layers=[])
    config.architectures, config.dtype = ["Qwen3MoeForCausalLM"], torch.bfloat16
    config.save_pretrained(folder)
    with torch.device("meta"):
        state = AutoModelForCausalLM.from_config(config).state_dict()
    generator = torch.Generator().manual_seed(0)

    def values(name: str, shape: tuple[int, ...]) -> torch.Tensor:
        if "norm" in name:
            return torch.ones(shape, dtype=torch.bfloat16)
        return torch.empty(shape).normal_(0, 0.03, generator=generator).to(torch.bfloat16)

    weight_map: dict[str, str] = {}
    total = 0
    for part in range(layers + 1):
        prefix = f"model.layers.{part}."
        file = f"model-{part + 1:05}-of-{layers + 1:05}.safetensors"
        tensors: dict[str, torch.Tensor] = {}
        for name, tensor in state.items():
            inside = name.startswith(prefix) if part < layers else ".layers." not in name
            if not inside:
                continue
            if name.endswith(("gate_up_proj", "down_proj")):  # stored per expert, as on the hub
                tensors |= _experts(name, tuple(tensor.shape), values)
            else:
                tensors[name] = values(name, tuple(tensor.shape))
        save_file(tensors, folder / file, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(tensors, file)
        total += sum(tensor.nbytes for tensor in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return total


def _experts(name: str, shape: tuple[int, ...], values) -> dict:
    stem, _, leaf = name.rpartition(".")
    experts, rows, columns = shape
    if leaf == "down_proj":
        names = {"down_proj": (rows, columns)}
    else:
        names = {"gate_proj": (rows // 2, columns), "up_proj": (rows // 2, columns)}
    return {
        f"{stem}.{expert}.{part}.weight": values(part, size)
        for expert in range(experts)
        for part, size in names.items()
    }


def profile(folder: Path, stream: str, limit: float) -> dict[str, object]:
    """Profile in this process, under a limit of its address space if there is one."""
    import numpy as np
    import psutil

    if limit:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (int(limit * 1e9), int(limit * 1e9)))
    from core.calibration import CalibrationOptions, CalibrationSet, Source
    from core.errors import StudioError
    from core.profiling import profile_model
    from core.run import Note, Run
    from core.runtime import load_model

    def show(event: object) -> None:
        if isinstance(event, Note):
            print(f"  {event.text}", file=sys.stderr)

    rng = np.random.default_rng(0)
    rows = tuple(rng.integers(3, SHAPE["vocab_size"], LENGTH) for _ in range(SEQUENCES))
    texts = CalibrationSet(
        options=CalibrationOptions(
            sources=(Source(path_or_id="demo", domain="random"),), seq_len=LENGTH, batch_size=BATCH
        ),
        domains=("random",),
        sequences_by_domain=(rows,),
        pad_id=0,
    )
    began = time.monotonic()
    options = {"device": "cpu", "dtype": "bfloat16", "run": Run(show)}
    refused = ""
    if limit:
        try:
            load_model(folder, stream="never", **options)
        except StudioError as error:
            refused = str(error)
    live = load_model(folder, stream=stream, **options)
    found = profile_model(live, texts, run=Run(show))
    return {
        "streamed": found.streamed,
        "refused_in_memory": refused,
        "fingerprint": found.fingerprint,
        "tokens": found.total_tokens,
        "seconds": round(time.monotonic() - began, 1),
        "limit_bytes": int(limit * 1e9) or None,
        "address_space_bytes": psutil.Process().memory_info().vms,
        "peak_rss_bytes": found.peak_rss_bytes,
        "bytes": live.info.bytes,
        "bytes_read": live.stream.store.bytes_read if live.stream is not None else None,
    }


def child(folder: Path, *, stream: str, limit: float) -> dict[str, object]:
    """`profile` in a fresh process: limits and peaks are a process's own."""
    words = ["-m", __spec__.name, "--profile", str(folder), "--stream", stream]
    done = subprocess.run(
        [sys.executable, *words, "--limit", str(limit)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        # Every thread's own heap would reserve address space that is never used.
        env={**os.environ, "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"},
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def main() -> None:
    """Build, profile, compare, say what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=6.5)
    parser.add_argument("--limit", type=float, default=3.0, help="GB of address space")
    parser.add_argument("--compare", action="store_true", help="also load it whole, and compare")
    parser.add_argument("--profile", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--stream", default="auto", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.profile is not None:
        print(json.dumps(profile(options.profile, options.stream, options.limit)))
        return
    with tempfile.TemporaryDirectory() as folder:
        layers = max(2, round(options.gigabytes / LAYER_GB))
        size = build(Path(folder), layers)
        print(f"built {size / 1e9:.2f} GB in {layers + 1} shards")
        streamed = child(Path(folder), stream="auto", limit=options.limit)
        print(json.dumps(streamed, indent=2))
        assert streamed["streamed"], "it fitted: lower --limit"
        assert streamed["bytes_read"] == size, "not every byte was read once"
        if options.compare:
            whole = child(Path(folder), stream="never", limit=0)
            print(json.dumps(whole, indent=2))
            assert whole["fingerprint"] == streamed["fingerprint"], "the profiles differ"
            print("the profiles are equal to the last bit")


if __name__ == "__main__":
    main()
