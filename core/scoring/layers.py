"""How each layer uses its experts, in a few numbers: for two profiles beside each other.

Shapes: L MoE layers (rows), E experts of the widest layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.profiling.profile import Profile
from core.scoring.metric import Floats
from core.scoring.statistics import expert_statistics


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerUse:
    """One profile, layer by layer; NaN where a layer saw no token.

    Attributes:
        layer_ids: Decoder layer ids.
        experts_L: Experts that the layer has.
        entropy_L: Mean entropy of the router's distribution in nats: how undecided it is.
        effective_L: exp(H) of the shares s_e of the choices, H = −Σ s_e ln s_e: as many experts as
            would be in use if all were used alike.
        largest_L: The largest share.
        idle_L: Experts that no token chose.
    """

    layer_ids: tuple[int, ...]
    experts_L: NDArray[np.int64]
    entropy_L: Floats
    effective_L: Floats
    largest_L: Floats
    idle_L: Floats


def layer_use(profile: Profile, domain_weights: Mapping[str, float] | None = None) -> LayerUse:
    """What a profile says of each layer, domains that weigh 0 left out."""
    found = expert_statistics(profile, domain_weights)
    seen_L = found.seen_L
    share_LE = np.nan_to_num(found.share_LE)
    unused_LE = (found.tokens_LE == 0) & seen_L[:, None]
    return LayerUse(
        layer_ids=profile.layer_ids,
        experts_L=np.asarray(profile.experts, dtype=np.int64),
        entropy_L=found.entropy_L,
        effective_L=np.where(seen_L, effective_experts(share_LE), np.nan),
        largest_L=np.where(seen_L, share_LE.max(axis=1), np.nan),
        idle_L=np.where(seen_L, unused_LE.sum(axis=1), np.nan),
    )


def effective_experts(share_LE: Floats) -> Floats:
    """Exp of the entropy of shares [L, E], per layer; 1 where one expert takes everything."""
    logs_LE = np.log(np.where(share_LE > 0, share_LE, 1.0))
    out: Floats = np.exp(-(share_LE * logs_LE).sum(axis=1))
    return out
