"""Random scores from a seed: the control that every metric has to beat.

s_e ~ U(0, 1)
"""

import numpy as np

from core.profiling.profile import Profile
from core.scoring.metric import Floats, Metric


def _uniform(profile: Profile, _weights_D: Floats, seed: int) -> Floats:
    scores_LE = np.random.default_rng(seed).random(profile.exists_LE.shape)
    return np.where(profile.exists_LE, scores_LE, np.nan)


METRIC = Metric(
    name="random",
    formula="U(0, 1), seeded",
    meaning="a control to beat",
    source="control",
    needs=(),
    shares_total=True,
    function=_uniform,
)
