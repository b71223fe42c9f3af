"""Which experts stay: the plan, the rules that make it, the edits, the checks and what it costs.

Arrays in, values out: nothing here touches weights, a profile file or torch. Shape letters: L MoE
layers (rows), E experts of the widest layer, K experts chosen per token, G router groups.
"""

from core.planning.bounds import Bounds
from core.planning.checks import Problem, check_plan, loads_anywhere, make_uniform
from core.planning.cost import (
    ContextForShare,
    Cost,
    FlopsPerToken,
    SharePoint,
    context_for_share,
    cost,
    default_context,
    share_curve,
)
from core.planning.coverage import Coverage, coverage, coverage_curve
from core.planning.edits import lock, paint, protect, toggle
from core.planning.made_by import Cell, Locks, MadeBy, Option
from core.planning.merge import Merge
from core.planning.plan import Plan
from core.planning.policies import (
    copy_layer,
    cover,
    invert,
    keep_global,
    keep_per_layer,
    never_routed,
    random_keep,
    threshold,
)
from core.planning.vram import VramEstimate, vram_estimate

__all__ = [
    "Bounds",
    "Cell",
    "ContextForShare",
    "Cost",
    "Coverage",
    "FlopsPerToken",
    "Locks",
    "MadeBy",
    "Merge",
    "Option",
    "Plan",
    "Problem",
    "SharePoint",
    "VramEstimate",
    "check_plan",
    "context_for_share",
    "copy_layer",
    "cost",
    "cover",
    "coverage",
    "coverage_curve",
    "default_context",
    "invert",
    "keep_global",
    "keep_per_layer",
    "loads_anywhere",
    "lock",
    "make_uniform",
    "never_routed",
    "paint",
    "protect",
    "random_keep",
    "share_curve",
    "threshold",
    "toggle",
    "vram_estimate",
]
