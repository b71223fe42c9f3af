"""Made-up profiles for tests that need no model."""

import numpy as np

from core.profiling.profile import PAD, Profile, array_shapes, exists


def make_profile(
    *,
    seed: int = 0,
    experts: tuple[int, ...] = (4, 3),
    domains: tuple[str, ...] = ("prose", "code"),
    fingerprint: str = "f" * 64,
    **changes: object,
) -> Profile:
    """A profile of random but possible numbers."""
    rng = np.random.default_rng(seed)
    here = exists(experts)
    arrays: dict[str, np.ndarray] = {}
    for name, (shape, dtype) in array_shapes(len(domains), experts, top=3, context=5).items():
        if name in ("top_context", "top_domain"):
            array = rng.integers(0, len(domains), shape).astype(dtype)
        elif np.issubdtype(dtype, np.integer):
            array = rng.integers(0, 100, shape).astype(dtype)
        else:
            array = rng.random(shape)
        if name == "coactivation":
            array[~(here[:, :, None] & here[:, None, :])] = PAD
        elif name == "count":
            array[:, ~here] = PAD
        elif name == "top_gate":
            array = -np.sort(-array, axis=-1)
        elif array.ndim == 3 and name not in ("top_context", "top_domain"):
            array[:, ~here] = np.nan
        arrays[name] = array
    facts: dict[str, object] = {
        "model_fingerprint": fingerprint,
        "model_type": "mixtral",
        "layer_ids": tuple(range(len(experts))),
        "experts": experts,
        "top_k": 2,
        "domains": domains,
        "sources": ("demo",),
        "options": {"seq_len": 256, "dtype": "auto"},
        "versions": {"torch": "2.13"},
        "calibration": "c" * 64,
        "batches": 3,
        "batches_total": 3,
        "sequences": 12,
        "seconds": 1.5,
    }
    return Profile(**(facts | arrays | changes))
