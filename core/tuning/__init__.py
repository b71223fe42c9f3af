"""SEER stage 2: fine-tune a smaller model back, with an entropy penalty and a falling Top-K.

The values below need no torch; `tune` imports it when it is first asked for.
"""

from typing import TYPE_CHECKING

from core.tuning.defaults import Defaults, defaults_for, resolve
from core.tuning.estimate import TuneEstimate, estimate
from core.tuning.events import CURVE, STAGE, StepReport
from core.tuning.obstacles import TuneProblem
from core.tuning.options import SCHEDULES, SCOPES, TuneOptions
from core.tuning.result import TuneResult
from core.tuning.schedule import TopK, TopKSchedule
from core.tuning.search import Found, Trial, search_options
from core.tuning.texts import hold_out
from core.tuning.work import Work, work_folder

if TYPE_CHECKING:
    from core.tuning.train import tune

__all__ = [
    "CURVE",
    "SCHEDULES",
    "SCOPES",
    "STAGE",
    "Defaults",
    "Found",
    "StepReport",
    "TopK",
    "TopKSchedule",
    "Trial",
    "TuneEstimate",
    "TuneOptions",
    "TuneProblem",
    "TuneResult",
    "Work",
    "defaults_for",
    "estimate",
    "hold_out",
    "resolve",
    "search_options",
    "tune",
    "work_folder",
]


def __getattr__(name: str) -> object:
    """Import torch only when somebody trains."""
    if name == "tune":
        from core.tuning.train import tune

        return tune
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
