"""How important each expert is: one pure function per metric over a profile.

A metric never touches the model, so switching metric or blending domains is array arithmetic. To
add one, put one file into `core/scoring/formulas/`; every front end lists it by itself.
"""

from core.scoring.cluster import affinity, cluster_order, cluster_orders
from core.scoring.compare import (
    Comparison,
    OnlyInB,
    compare,
    layer_shares,
    on_original,
    same_model,
    spearman,
)
from core.scoring.layers import LayerUse, effective_experts, layer_use
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
from core.scoring.statistics import ExpertStatistics, expert_statistics, fires_with, ranks

__all__ = [
    "DEFAULT_METRIC",
    "Comparison",
    "ExpertStatistics",
    "LayerUse",
    "Metric",
    "OnlyInB",
    "affinity",
    "cluster_order",
    "cluster_orders",
    "comparable",
    "compare",
    "domain_weights_D",
    "effective_experts",
    "expert_statistics",
    "fires_with",
    "layer_shares",
    "layer_use",
    "metric",
    "metrics",
    "never_routed",
    "on_original",
    "ranks",
    "routed_mass",
    "same_model",
    "score",
    "spearman",
    "super_experts",
]
