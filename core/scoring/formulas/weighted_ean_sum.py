"""Gated expert activation norm, summed: what the expert added to the residual stream in all.

    s_e = Σ_{t ∈ T_e} g_{t,e} ‖f_e(x_t)‖

From the code of REAP (arXiv 2510.13999).
"""

from core.scoring.metric import Metric, total

METRIC = Metric(
    name="weighted-ean-sum",
    formula="Σ_{T_e} g‖f‖",
    meaning="what the expert added in all",
    source="REAP's code, arXiv 2510.13999",
    needs=("gated_norm_sum",),
    function=total("gated_norm_sum"),
)
