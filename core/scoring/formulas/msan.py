"""MSAN: mean squared activation norm when chosen.

    s_e = (1 / |T_e|) Σ_{t ∈ T_e} ‖f_e(x_t)‖²

−inf where no token chose the expert. arXiv 2606.15716.
"""

from core.scoring.metric import Metric, mean_when_chosen

METRIC = Metric(
    name="msan",
    formula="Σ_{T_e} ‖f‖² / |T_e|",
    meaning="mean squared output norm when chosen",
    source="arXiv 2606.15716",
    needs=("norm_sq_sum", "count"),
    function=mean_when_chosen("norm_sq_sum"),
)
