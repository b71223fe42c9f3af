"""How important each expert is: one pure function per metric over a profile.

A metric never touches the model, so switching metric or blending domains is array arithmetic. To
add one, put one file into `core/scoring/formulas/`; every front end lists it by itself.
"""

from core.scoring.metric import Metric
from core.scoring.score import (
    DEFAULT_METRIC,
    comparable,
    domain_weights_D,
    metric,
    metrics,
    never_routed,
    routed_mass,
    score,
    super_experts,
)

__all__ = [
    "DEFAULT_METRIC",
    "Metric",
    "comparable",
    "domain_weights_D",
    "metric",
    "metrics",
    "never_routed",
    "routed_mass",
    "score",
    "super_experts",
]
