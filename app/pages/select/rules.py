"""A rule as a value: what the rule button says, and the plan that it makes.

The choosing is core's; here a rule only finds its arrays, names itself, and lays its result over
the layers that it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from core import planning

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.planning import Option, Plan

translate = QCoreApplication.translate  # the name that lupdate looks for

Kind = Literal[
    "joint", "merge", "allocate", "iterative", "search",
    "number", "share", "global", "cover", "cover_global", "threshold", "never", "random",
    "invert", "all",
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "number", "share", "global", "cover", "cover_global", "threshold", "never", "random",
    "invert", "all",
)  # fmt: skip
# Rules that measure masked models, as jobs; the first one is the recommended one.
MEASURED: tuple[Kind, ...] = ("joint", "merge", "allocate", "iterative", "search")
# Rules that rank experts by the current score.
RANKING = frozenset({"number", "share", "global", "cover", "cover_global", "threshold"})
# Rules whose layers compete with each other, so that selected layers alone make no sense.
WHOLE_MODEL = frozenset({"global", "cover_global", *MEASURED})
# Rules that cannot keep as many in every layer: to share out is what they are for.
UNEVEN = frozenset({"allocate"})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What the user asks for.

    Attributes:
        kind: Which rule.
        number: Experts per layer, for "number" and "random".
        percent: Share to keep, for "share", "global", "cover", "cover_global" and what measures.
        floor: Fewest experts per layer, for rules over all layers.
        seed: For "random".
        at_least: Score, for "threshold".
        loss: Per cent that perplexity may rise, for "search".
        even: Whether every layer keeps as many, for what measures.
    """

    kind: Kind = "number"
    number: int = 1
    percent: float = 75.0
    floor: int = 1
    seed: int = 0
    at_least: float = 0.0
    loss: float = 5.0
    even: bool = False

    @property
    def title(self) -> str:
        """The rule in a menu."""
        return {
            "joint": translate("Rule", "Measure every drop (recommended)"),
            "allocate": translate("Rule", "Share out by measured loss"),
            "iterative": translate("Rule", "Profile again every few drops"),
            "merge": translate("Rule", "Measure every drop, merge where better"),
            "search": translate("Rule", "Smallest within a loss of perplexity"),
            "number": translate("Rule", "Keep a number per layer"),
            "share": translate("Rule", "Keep a share per layer"),
            "global": translate("Rule", "Keep a share of all, one ranking"),
            "cover": translate("Rule", "Reach a coverage in every layer"),
            "cover_global": translate("Rule", "Reach a coverage overall"),
            "threshold": translate("Rule", "Keep scores from a threshold up"),
            "never": translate("Rule", "Drop what was never routed to"),
            "random": translate("Rule", "Keep a random number (control)"),
            "invert": translate("Rule", "Swap kept and dropped"),
            "all": translate("Rule", "Keep everything"),
        }[self.kind]

    @property
    def text(self) -> str:
        """The rule with its numbers, as the button says it."""
        return {
            "joint": translate("Rule", "keep {percent:g} %, measured"),
            "allocate": translate("Rule", "keep {percent:g} %, shared out"),
            "iterative": translate("Rule", "keep {percent:g} %, profiled again"),
            "merge": translate("Rule", "keep {percent:g} %, merged"),
            "search": translate("Rule", "lose {loss:g} % at most"),
            "number": translate("Rule", "keep {number} per layer"),
            "share": translate("Rule", "keep {percent:g} % per layer"),
            "global": translate("Rule", "keep {percent:g} % overall"),
            "cover": translate("Rule", "cover {percent:g} % per layer"),
            "cover_global": translate("Rule", "cover {percent:g} % overall"),
            "threshold": translate("Rule", "keep scores ≥ {at_least:.4g}"),
            "never": translate("Rule", "drop never routed"),
            "random": translate("Rule", "keep {number} at random"),
            "invert": translate("Rule", "swap kept and dropped"),
            "all": translate("Rule", "keep everything"),
        }[self.kind].format(
            number=self.number,
            percent=self.percent,
            at_least=self.at_least,
            seed=self.seed,
            loss=self.loss,
        )

    def options(self) -> dict[str, Option]:
        """For the plan's own record, in the command line's words."""
        made: dict[str, Option] = {}
        if self.kind in {"number", "random"}:
            made["keep"] = self.number
        elif self.kind in {"share", "global"}:
            made["keep"] = f"{self.percent:.12g}%"  # to the last expert of twenty thousand
        elif self.kind in {"cover", "cover_global"}:
            made["coverage"] = round(self.percent / 100, 14)
        elif self.kind == "threshold":
            made["threshold"] = self.at_least
        if self.kind in WHOLE_MODEL:
            made["floor"] = self.floor
        if self.kind == "random":
            made["seed"] = self.seed
        return made


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What a rule works on.

    Attributes:
        plan: The plan so far, with its locks.
        info: The model.
        metric: Name of the current score.
        scores_LE: The current score, or None before a profile.
        comparable_LE: The same, made comparable between layers.
        mass_LE: Routed mass.
        count_LE: Tokens per expert.
        profile: Fingerprint of the profile.
        weights: Domain weights other than 1.
        rows: The rows to apply it to; empty for all.
    """

    plan: Plan
    info: ModelInfo
    metric: str = ""
    scores_LE: NDArray[np.float64] | None = None
    comparable_LE: NDArray[np.float64] | None = None
    mass_LE: NDArray[np.float64] | None = None
    count_LE: NDArray[np.float64] | None = None
    profile: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    rows: tuple[int, ...] = ()


def needs_profile(rule: Rule) -> bool:
    """Whether the rule reads a profile."""
    return rule.kind in RANKING or rule.kind == "never" or rule.kind in MEASURED


def apply_rule(rule: Rule, ground: Ground) -> Plan:
    """The plan that a rule makes, locks and protection respected.

    Raises:
        StudioError: A number is out of range, or the rule needs a profile and there is none.
    """
    plan = ground.plan
    kept_LE = _chosen(rule, ground)
    rows = () if rule.kind in WHOLE_MODEL else ground.rows
    if rows:
        only = np.zeros((len(plan.experts), 1), dtype=np.bool_)
        only[list(rows)] = True
        kept_LE = np.where(only, kept_LE, plan.kept_LE)
    if rule.kind in {"invert", "all"} or rows:
        from core.planning.edits import edited

        return plan.with_kept(kept_LE, made_by=edited(plan.made_by))
    options = rule.options() | {
        f"weight.{name}": value for name, value in sorted(ground.weights.items()) if value != 1
    }
    made_by = replace(
        plan.made_by,
        metric="random" if rule.kind == "random" else ground.metric or "manual",
        scope="global" if rule.kind in WHOLE_MODEL | {"threshold"} else "layer",
        options=options,
        profile=ground.profile or plan.made_by.profile,
    )
    return plan.with_merges([]).with_kept(kept_LE, made_by=made_by)


def undo_text(rule: Rule, ground: Ground) -> str:
    """What the undo button calls it."""
    rows = () if rule.kind in WHOLE_MODEL else ground.rows
    named = rule.text[:1].upper() + rule.text[1:]
    if rule.kind in RANKING or rule.kind in {"iterative", "allocate", "search"}:
        named = translate("Rule", "{rule} by {metric}").format(rule=named, metric=ground.metric)
    if rows:
        layers = layer_names(ground.plan.layer_ids, rows)
        return translate("Rule", "{rule} in {layers}").format(rule=named, layers=layers)
    return named


def layer_names(layer_ids: tuple[int, ...], rows: tuple[int, ...]) -> str:
    """Layers in words: "L7", "L3–L5", "4 layers"."""
    if len(rows) == 1:
        return f"L{layer_ids[rows[0]]}"
    if len(rows) == rows[-1] - rows[0] + 1:
        return f"L{layer_ids[rows[0]]}–L{layer_ids[rows[-1]]}"
    return translate("Rule", "{count} layers").format(count=len(rows))


def _chosen(rule: Rule, ground: Ground) -> NDArray[np.bool_]:
    """What core's rule of this kind keeps, for all layers."""
    plan = ground.plan
    bounds = planning.Bounds.of(plan, ground.info)
    share = rule.percent / 100
    choose: dict[Kind, Callable[[], NDArray[np.bool_]]] = {
        "number": lambda: planning.keep_per_layer(
            _have(ground.scores_LE), bounds=bounds, n=rule.number
        ),
        "share": lambda: planning.keep_per_layer(
            _have(ground.scores_LE), bounds=bounds, share=share
        ),
        "global": lambda: planning.keep_global(
            _have(ground.comparable_LE),
            bounds=bounds,
            total=max(1, int(sum(plan.experts) * share + 0.5 + 1e-9)),
            floor=rule.floor,
        ),
        "cover": lambda: planning.cover(
            _have(ground.mass_LE), bounds=bounds, share=share, scores_LE=_have(ground.scores_LE)
        ),
        "cover_global": lambda: planning.cover(
            _have(ground.mass_LE),
            bounds=bounds,
            share=share,
            scores_LE=_have(ground.comparable_LE),
            scope="global",
            floor=rule.floor,
        ),
        "threshold": lambda: planning.threshold(
            _have(ground.scores_LE), bounds=bounds, at_least=rule.at_least
        ),
        "never": lambda: planning.never_routed(_have(ground.count_LE), bounds=bounds),
        "random": lambda: planning.random_keep(bounds=bounds, seed=rule.seed, n=rule.number),
        "invert": lambda: planning.invert(plan.kept_LE, bounds=bounds),
        "all": lambda: plan.exists_LE & ~bounds.must_drop_LE,
    }
    return choose[rule.kind]()


def _have(values_LE: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """The array, or a message that says what to do first.

    Raises:
        PlanError: There is no profile.
    """
    if values_LE is None:
        from core.errors import PlanError

        raise PlanError(
            translate("Rule", "this rule ranks experts by a profile, and there is none yet"),
            remedy=translate("Rule", "run Calibrate first"),
        )
    return values_LE
