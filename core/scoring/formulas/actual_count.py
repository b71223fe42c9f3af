"""Actual count: how many tokens chose the expert.

    s_e = |T_e|

T_e are the tokens whose Top-K holds expert e. SEER-MoE, arXiv 2404.05089, section 3.1.
"""

from core.scoring.metric import Metric, total

METRIC = Metric(
    name="actual-count",
    formula="|T_e|",
    meaning="tokens that chose the expert",
    source="SEER-MoE, arXiv 2404.05089",
    needs=("count",),
    shares_total=True,
    function=total("count"),
)
