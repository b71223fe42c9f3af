"""A lens made up for tests of the window: no model, no torch."""

import numpy as np

from core.profiling import Lens


def made_lens(
    *,
    tokens: int = 40,
    experts: tuple[int, ...] = (16,) * 6,
    top_k: int = 2,
    seed: int = 0,
    fingerprint: str = "f" * 64,
) -> Lens:
    rng = np.random.default_rng(seed)
    L, E = len(experts), max(experts)
    expert = np.argsort(rng.random((tokens, L, E)), axis=2)[:, :, :top_k].astype(np.int16)
    gate = -np.sort(-rng.dirichlet(np.ones(top_k), (tokens, L)), axis=2)
    return Lens(
        model_fingerprint=fingerprint,
        model_type="mixtral",
        layer_ids=tuple(range(L)),
        experts=experts,
        pieces=tuple(f" w{t}" if t % 9 else f"line{t}\n" for t in range(tokens)),
        ids=np.arange(tokens, dtype=np.int32),
        special=np.zeros(tokens, np.bool_),
        sequence=np.zeros(tokens, np.int32),
        expert=expert,
        gate=gate.astype(np.float32),
        entropy=rng.uniform(0.2, 2.5, (tokens, L)).astype(np.float32),
    )
