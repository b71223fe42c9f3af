"""Expert activation norm, summed.

    s_e = Σ_{t ∈ T_e} ‖f_e(x_t)‖

f is the expert's output before gating. MC-Suite; REAP (arXiv 2510.13999), equation 13.
"""

from core.scoring.metric import Metric, total

METRIC = Metric(
    name="ean-sum",
    formula="Σ_{T_e} ‖f‖",
    meaning="summed output norm",
    source="MC-Suite; REAP, arXiv 2510.13999, eq. 13",
    needs=("norm_sum",),
    function=total("norm_sum"),
)
