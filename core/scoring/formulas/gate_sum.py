"""Gate sum: the soft count over the tokens that chose the expert only.

    s_e = Σ_{t ∈ T_e} g_{t,e}

g is the gate that the model really applied. A variant of SEER-MoE's soft count; REAP
(arXiv 2510.13999) calls it weighted frequency.
"""

from core.scoring.metric import Metric, total

METRIC = Metric(
    name="gate-sum",
    formula="Σ_{T_e} g",
    meaning="gate that the expert received",
    source="SEER-MoE variant; REAP's weighted frequency",
    needs=("gate_sum",),
    function=total("gate_sum"),
)
