"""How good a model still is: perplexity by domain, agreement with the original, variants.

The values need no torch; `evaluate` imports it when it is first asked for.
"""

from typing import TYPE_CHECKING

from core.evaluation.result import Evaluation, TaskResult
from core.evaluation.variant import Provenance, Variant

if TYPE_CHECKING:
    from core.evaluation.measure import evaluate

__all__ = ["Evaluation", "Provenance", "TaskResult", "Variant", "evaluate"]


def __getattr__(name: str) -> object:
    """Import torch only when somebody evaluates."""
    if name == "evaluate":
        from core.evaluation.measure import evaluate

        return evaluate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
