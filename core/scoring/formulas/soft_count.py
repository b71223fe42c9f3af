"""Soft count: the router probability that all tokens gave the expert.

    s_e = Σ_t p_{t,e}

over every valid token t, chosen or not; p is the softmax of the router logits, or the family's own
score. SEER-MoE, arXiv 2404.05089, section 3.1; the default of the SEER preset.
"""

from core.scoring.metric import Metric, total

METRIC = Metric(
    name="soft-count",
    formula="Σ_t p_{t,e}, all tokens",
    meaning="router probability over all tokens",
    source="SEER-MoE, arXiv 2404.05089",
    needs=("soft_count",),
    function=total("soft_count"),
)
