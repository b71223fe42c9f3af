"""A variant: one model that could be shipped, what it costs and how good it was measured to be.

The original, each plan, each tuned or exported checkpoint is one value. The project keeps variants,
the window's table shows them, the report prints them. No torch here: a project opens without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from core.errors import PlanError, ProjectError
from core.evaluation.paired import PairedLoss, PairedTask, paired_losses, paired_tasks
from core.evaluation.result import OVERALL, TaskResult
from core.evaluation.sequences import SequenceLosses
from core.evaluation.speed import Speed
from core.planning.merge import Merge, row_from_json, row_to_json

Kind = Literal["original", "plan", "tuned", "exported"]
KINDS: tuple[Kind, ...] = ("original", "plan", "tuned", "exported")


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What made a variant's numbers: enough to repeat them, and to know which are comparable.

    Attributes:
        model: The folder or id that was measured.
        model_fingerprint: Of the original model.
        plan: Fingerprint of the plan; empty for the original.
        metric: The metric that ranked the experts; empty for the original or a plan made by hand.
        sources: The evaluation texts, as the command line names them.
        texts: Fingerprint of the packed evaluation set; variants compare only where it is equal.
        seed: Of the packing.
        tokens: Tokens that were scored; 0 where nothing was measured.
        seq_len: Sequence length of the evaluation.
        stride: Tokens between two overlapping windows; 0 where they do not overlap.
        profile: Fingerprint of the profile that the plan was made from; empty without one.
        dtype: What the model was loaded as, and where it ran, e.g. "float32 on cpu".
        versions: Of the libraries that the numbers may depend on, e.g. "torch 2.13.0".
        made_at: UTC time, ISO 8601.
        command: The `seer …` line that measures the same.
    """

    model: str = ""
    model_fingerprint: str = ""
    plan: str = ""
    metric: str = ""
    sources: tuple[str, ...] = ()
    texts: str = ""
    seed: int = 0
    tokens: int = 0
    seq_len: int = 0
    stride: int = 0
    profile: str = ""
    dtype: str = ""
    versions: tuple[str, ...] = ()
    made_at: str = ""
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One row of the variants table.

    Attributes:
        name: What the user sees, unique within a project.
        kind: The original, a plan applied as a mask, a tuned or an exported checkpoint.
        provenance: What made the numbers.
        perplexity: By domain, and under "overall"; empty until measured.
        losses: Loss by sequence of each domain, so that two variants can be compared in pairs.
        tasks: Multiple choice by task; empty until measured.
        speed: Tokens per second, timed beside the original; None where not measured.
        kl: Mean KL divergence from the original in nats per token, or None where not measured.
        top1_agreement: Share of positions whose likeliest token is the original's, or None.
        bytes: Size of the checkpoint, written or as it would be.
        parameters: All parameters.
        active: Parameters that one token uses.
        flops_per_token: Forward FLOPs of one token, or None.
        kept: Kept expert ids per MoE layer; None for the original.
        top_k: Experts that one token uses.
        merges: Per MoE layer the groups of experts averaged into one that stays; empty for none.
        path: The folder of an exported or tuned checkpoint.
        verified: Whether an export was read back and compared; None where there is no export.
    """

    name: str
    kind: Kind
    provenance: Provenance = Provenance()
    perplexity: Mapping[str, float] = field(default_factory=dict)
    losses: Mapping[str, SequenceLosses] = field(default_factory=dict, repr=False)
    tasks: Mapping[str, TaskResult] = field(default_factory=dict)
    speed: Speed | None = None
    kl: float | None = None
    top1_agreement: float | None = None
    bytes: int = 0
    parameters: int = 0
    active: int = 0
    flops_per_token: float | None = None
    kept: tuple[tuple[int, ...], ...] | None = None
    top_k: int | None = None
    merges: tuple[tuple[Merge, ...], ...] = ()
    path: str | None = None
    verified: bool | None = None

    def __post_init__(self) -> None:
        """Freeze the mappings, refuse an unknown kind."""
        if self.kind not in KINDS:
            raise ProjectError(
                f"'{self.kind}' is not a kind of variant", remedy=f"use one of {', '.join(KINDS)}"
            )
        for name in ("perplexity", "losses", "tasks"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def overall(self) -> float | None:
        """Overall perplexity, or None until measured."""
        return self.perplexity.get(OVERALL)

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that were measured, in the order of the evaluation set."""
        return tuple(name for name in self.perplexity if name != OVERALL)

    @property
    def experts_kept(self) -> int | None:
        """Number of experts kept over all layers, or None for the original."""
        return None if self.kept is None else sum(len(row) for row in self.kept)

    @property
    def key(self) -> tuple[object, ...]:
        """Two variants with one key are measurements of one thing: the newer replaces the older."""
        return (self.kind, self.kept, self.merges, self.top_k, self.path)

    def is_plan(
        self,
        kept: tuple[tuple[int, ...], ...],
        top_k: int | None,
        merges: tuple[tuple[Merge, ...], ...] = (),
    ) -> bool:
        """Whether this is the mask of these experts, whoever chose them."""
        same = (self.kept, self.top_k, self.merges) == (kept, top_k, merges)
        return self.kind == "plan" and same

    def comparable(self, other: Variant) -> bool:
        """Whether both were measured on the same packed texts."""
        mine, theirs = self.provenance.texts, other.provenance.texts
        return bool(mine) and mine == theirs

    def against(self, other: Variant) -> dict[str, PairedLoss]:
        """Paired differences of loss by domain; empty where they were not measured alike."""
        return paired_losses(self.losses, other.losses) if self.comparable(other) else {}

    def tasks_against(self, other: Variant) -> dict[str, PairedTask]:
        """Paired differences of accuracy by task."""
        return paired_tasks(self.tasks, other.tasks)

    @property
    def measured(self) -> bool:
        """Whether anything was measured."""
        return bool(self.perplexity or self.tasks or self.speed)

    def with_earlier(self, old: Variant) -> Variant:
        """This measurement, with what an earlier one knows that it did not look at.

        Perplexity, questions and speed are measured apart from each other: a run of questions alone
        does not forget the perplexity, and the other way round.
        """
        new = replace(self, tasks={**old.tasks, **self.tasks}, speed=self.speed or old.speed)
        if self.perplexity or not old.perplexity:
            return new
        return replace(
            new,
            perplexity=old.perplexity,
            losses=old.losses,
            kl=old.kl,
            top1_agreement=old.top1_agreement,
            provenance=replace(
                self.provenance,
                **{name: getattr(old.provenance, name) for name in _MEASURED_ON},
            ),
        )

    def renamed(self, name: str) -> Variant:
        """The same measurements under another name."""
        return replace(self, name=name)

    def to_json(self) -> dict[str, object]:
        """JSON of this variant; `from_json` gives it back."""
        out = {name: getattr(self, name) for name in _PLAIN}
        origin = {name: getattr(self.provenance, name) for name in _ORIGIN}
        for name in _TUPLES:
            origin[name] = list(origin[name])
        out["provenance"] = origin
        # JSON has no infinity: a model that a plan destroyed has perplexity "inf".
        out["perplexity"] = {
            name: value if math.isfinite(value) else str(value)
            for name, value in self.perplexity.items()
        }
        out["losses"] = {name: losses.to_json() for name, losses in self.losses.items()}
        out["tasks"] = {name: task.to_record() for name, task in self.tasks.items()}
        out["speed"] = None if self.speed is None else self.speed.to_json()
        out["kept"] = None if self.kept is None else [list(row) for row in self.kept]
        out["merges"] = [row_to_json(row) for row in self.merges]
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Variant:
        """Read what `to_json` wrote; unknown fields of a newer version are ignored.

        Raises:
            ProjectError: A field is missing or has another type.
        """
        try:
            origin = dict(_mapping(data.get("provenance", {})))
            fields = {name: origin[name] for name in _ORIGIN if name in origin}
            for name in _TUPLES:
                fields[name] = tuple(str(item) for item in _list(origin.get(name, [])))
            values = {name: data[name] for name in _PLAIN if name in data}
            kept = data.get("kept")
            values["kept"] = (
                None
                if kept is None
                else tuple(tuple(int(str(e)) for e in _list(row)) for row in _list(kept))
            )
            values["perplexity"] = {
                str(name): float(str(value))
                for name, value in _mapping(data.get("perplexity", {})).items()
            }
            values["losses"] = {
                str(name): SequenceLosses.from_json(_mapping(losses))
                for name, losses in _mapping(data.get("losses", {})).items()
            }
            values["tasks"] = {
                str(name): TaskResult.from_record(_mapping(task))
                for name, task in _mapping(data.get("tasks", {})).items()
            }
            values["merges"] = tuple(
                row_from_json(row, "a variant") for row in _list(data.get("merges", []))
            )
            speed = data.get("speed")
            values["speed"] = None if speed is None else Speed.from_json(_mapping(speed))
            values["provenance"] = Provenance(**fields)  # type: ignore[arg-type]
            return cls(**values)  # type: ignore[arg-type]
        except (TypeError, ValueError, KeyError, PlanError) as error:
            raise ProjectError(
                f"a variant in the project cannot be read ({error})",
                remedy="delete it from project.json and measure again",
            ) from error


_PLAIN = (
    "name",
    "kind",
    "kl",
    "top1_agreement",
    "bytes",
    "parameters",
    "active",
    "flops_per_token",
    "top_k",
    "path",
    "verified",
)
_ORIGIN = (
    "model",
    "model_fingerprint",
    "plan",
    "metric",
    "sources",
    "texts",
    "seed",
    "tokens",
    "seq_len",
    "stride",
    "profile",
    "dtype",
    "versions",
    "made_at",
    "command",
)
_TUPLES = ("sources", "versions")
_MEASURED_ON = (
    "sources",
    "texts",
    "seed",
    "tokens",
    "seq_len",
    "stride",
    "dtype",
    "versions",
    "made_at",
    "command",
)


def _mapping(value: object) -> Mapping[str, object]:
    """The value, if it is an object of JSON."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is not an object")
    return value


def _list(value: object) -> list[object]:
    """The value, if it is a list of JSON."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is not a list")
    return list(value)


def put(variants: tuple[Variant, ...], new: Variant) -> tuple[Variant, ...]:
    """Add a variant; one that measures the same thing is replaced in its place.

    The name is made unique by a number where another variant has it already.
    """
    taken = {old.name for old in variants if old.key != new.key}
    name, n = new.name, 2
    while name in taken:
        name, n = f"{new.name} {n}", n + 1
    new = new.renamed(name)
    if any(old.key == new.key for old in variants):
        # What was just written and not measured yet has nothing in common with an older one.
        return tuple(
            old if old.key != new.key else new.with_earlier(old) if new.measured else new
            for old in variants
        )
    return (*variants, new)


def pareto(sizes: tuple[float, ...], losses: tuple[float, ...]) -> tuple[int, ...]:
    """Indices of the points that no other point beats in both size and loss, by rising size."""
    order = sorted(range(len(sizes)), key=lambda i: (sizes[i], losses[i]))
    front: list[int] = []
    best = math.inf
    for i in order:
        if losses[i] < best:
            front.append(i)
            best = losses[i]
    return tuple(front)
