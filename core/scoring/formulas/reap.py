"""REAP: router-weighted expert activation pruning, the mean contribution when chosen.

    s_e = (1 / |T_e|) Σ_{t ∈ T_e} g_{t,e} ‖f_e(x_t)‖

−inf where no token chose the expert. REAP, arXiv 2510.13999.
"""

from core.scoring.metric import Metric, mean_when_chosen

METRIC = Metric(
    name="reap",
    formula="Σ_{T_e} g‖f‖ / |T_e|",
    meaning="mean contribution when chosen",
    source="REAP, arXiv 2510.13999",
    needs=("gated_norm_sum", "count"),
    function=mean_when_chosen("gated_norm_sum"),
)
