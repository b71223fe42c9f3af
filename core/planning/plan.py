"""The plan: for each MoE layer the experts that stay, and why they do.

A row is a MoE layer in model order (row 0 is the first MoE layer, not decoder layer 0); a cell is
(row, expert). Files and people speak of decoder layer ids, so JSON holds layer ids.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import PlanError
from core.planning import plan_json
from core.planning.files import write_atomically
from core.planning.made_by import Cell, Locks, MadeBy
from core.planning.merge import Merge, check_row, fitting

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo

MAX_EXPERTS = 2**16  # a hostile file must not make us allocate a mask of its choosing
MAX_PLAN_BYTES = 64 * 2**20  # a plan of 100 layers × 1,000 experts is half a megabyte


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The kept experts of every MoE layer, as a value.

    Attributes:
        model_fingerprint: The model it was made for.
        model_type: That model's type, e.g. "mixtral".
        layer_ids: Decoder layer id of each row.
        experts: Number of experts in the original, per row.
        keep: Kept expert ids per row, ascending.
        top_k: Experts per token after pruning, or None for the model's own.
        made_by: Where it comes from.
        merges: Per row, the groups of experts that are averaged into one that stays; empty where
            experts are dropped and nothing else.

    Raises:
        PlanError: Rows do not match, ids are out of range, repeated or out of order, or merges
            contradict what stays.
    """

    model_fingerprint: str
    model_type: str
    layer_ids: tuple[int, ...]
    experts: tuple[int, ...]
    keep: tuple[tuple[int, ...], ...]
    top_k: int | None = None
    made_by: MadeBy = field(default_factory=MadeBy)
    merges: tuple[tuple[Merge, ...], ...] = ()

    def __post_init__(self) -> None:
        if not len(self.layer_ids) == len(self.experts) == len(self.keep):
            raise PlanError(
                f"the plan names {len(self.layer_ids)} layers, {len(self.experts)} expert counts "
                f"and {len(self.keep)} kept lists"
            )
        if any(not 0 <= count <= MAX_EXPERTS for count in self.experts):
            raise PlanError(f"a layer of {max(self.experts)} experts; at most {MAX_EXPERTS} fit")
        if any(a >= b for a, b in itertools.pairwise(self.layer_ids)):
            raise PlanError("layer ids are not ascending and unique")
        if self.top_k is not None and self.top_k < 1:
            raise PlanError(f"top_k is {self.top_k}", remedy="a number from 1 up, or null")
        flat, rows = self._flat()
        counts = np.asarray(self.experts, dtype=np.int64)
        outside = (flat < 0) | (flat >= counts[rows])
        if outside.any():
            at = int(outside.argmax())
            raise PlanError(
                f"layer {self.layer_ids[int(rows[at])]} keeps expert {int(flat[at])}, "
                f"but its experts are 0 to {self.experts[int(rows[at])] - 1}"
            )
        unordered = (np.diff(rows) == 0) & (np.diff(flat) <= 0)
        if unordered.any():
            row = int(rows[int(unordered.argmax())])
            raise PlanError(
                f"layer {self.layer_ids[row]}: kept expert ids are not ascending and unique"
            )
        self._check_cells()
        self._check_merges()

    @classmethod
    def keep_all(cls, info: ModelInfo) -> Plan:
        """The plan that drops nothing."""
        return cls(
            model_fingerprint=info.fingerprint,
            model_type=info.model_type,
            layer_ids=tuple(info.moe_layers),
            experts=tuple(info.experts),
            keep=tuple(tuple(range(count)) for count in info.experts),
        )

    @cached_property
    def exists_LE(self) -> NDArray[np.bool_]:
        """True where the original has an expert; rows may be narrower than E."""
        width = max(self.experts, default=0)
        mask = np.arange(width) < np.asarray(self.experts, dtype=np.int64)[:, None]
        mask.flags.writeable = False
        return mask

    @cached_property
    def kept_LE(self) -> NDArray[np.bool_]:
        """True where an expert stays. Read-only; copy it before changing it."""
        flat, rows = self._flat()
        mask = np.zeros_like(self.exists_LE, order="C", subok=False)
        mask[rows, flat] = True
        mask.flags.writeable = False
        return mask

    @cached_property
    def kept_L(self) -> NDArray[np.int64]:
        """Number of experts that stay, per row."""
        return np.fromiter((len(row) for row in self.keep), np.int64, len(self.keep))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything the plan says."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def dropped(self) -> int:
        """Number of experts that go, over all rows."""
        return sum(self.experts) - int(self.kept_L.sum())

    @property
    def merged(self) -> int:
        """Number of experts that go into another one, over all rows."""
        return sum(len(merge.absorbed) for row in self.merges for merge in row)

    def merge_of(self, row: int, expert: int) -> Merge | None:
        """The group that an expert is in, as the one that stays or as one that goes."""
        groups = self.merges[row] if self.merges else ()
        return next((merge for merge in groups if expert in merge.members), None)

    @property
    def uniform(self) -> bool:
        """Whether every layer keeps the same number, so that stock loaders accept the result."""
        return len({len(row) for row in self.keep}) <= 1

    @property
    def locks(self) -> Locks:
        """The locked cells."""
        return self.made_by.locks

    def with_kept(self, kept_LE: NDArray[np.bool_], *, made_by: MadeBy | None = None) -> Plan:
        """The same plan with other survivors.

        Merges stay as far as they fit: a group goes with the expert that it is merged into, and a
        member that stays after all leaves it.

        Args:
            kept_LE: True where an expert stays; cells that do not exist are ignored.
            made_by: Where the new choice comes from; unchanged if None.

        Returns:
            A new plan; rows that did not change share their tuples with this one, so that a long
            undo history stays small.

        Raises:
            PlanError: The array's shape is not [L, E].
        """
        if kept_LE.shape != self.exists_LE.shape:
            raise PlanError(f"kept cells have shape {kept_LE.shape}, not {self.exists_LE.shape}")
        kept_LE = kept_LE.astype(np.bool_) & self.exists_LE
        kept_LE.flags.writeable = False
        keep = list(self.keep)
        for row in np.flatnonzero((kept_LE != self.kept_LE).any(axis=1)).tolist():
            keep[row] = tuple(np.flatnonzero(kept_LE[row]).tolist())
        merges = tuple(map(fitting, self.merges, keep)) if self.merges else ()
        plan = replace(
            self,
            keep=tuple(keep),
            made_by=made_by or self.made_by,
            merges=merges if any(merges) else (),
        )
        plan.__dict__["kept_LE"] = kept_LE  # saves recomputing what is already at hand
        return plan

    def with_merges(self, merges: Iterable[Iterable[Merge]]) -> Plan:
        """The same plan with other groups; nothing for every row means that experts only go.

        Raises:
            PlanError: They contradict what stays.
        """
        rows = tuple(tuple(sorted(row, key=lambda merge: merge.into)) for row in merges)
        return replace(self, merges=rows if any(rows) else ())

    def with_top_k(self, top_k: int | None) -> Plan:
        """The same plan with another number of experts per token."""
        return replace(self, top_k=top_k)

    def with_locks(self, locks: Locks) -> Plan:
        """The same plan with other locks; kept cells are not changed (see `edits.lock`)."""
        return replace(self, made_by=replace(self.made_by, locks=locks))

    def cells(self, mask_LE: NDArray[np.bool_]) -> frozenset[Cell]:
        """The existing cells where a mask is True."""
        rows, experts = np.nonzero(mask_LE & self.exists_LE)
        return frozenset(zip(rows.tolist(), experts.tolist(), strict=True))

    def mask(self, cells: Iterable[Cell]) -> NDArray[np.bool_]:
        """A mask [L, E] that is True at the given cells."""
        mask = np.zeros(self.exists_LE.shape, dtype=np.bool_)
        for row, expert in cells:
            mask[row, expert] = True
        return mask

    def for_model(self, info: ModelInfo, *, force: bool = False) -> Plan:
        """This plan, checked against a model that it is about to be used with.

        Args:
            info: The model at hand.
            force: Accept another fingerprint as long as the layers and experts are the same.

        Returns:
            The plan; a file written by hand may leave out `experts`, then the model's are taken.

        Raises:
            PlanError: Another fingerprint, or layers and experts that do not match.
        """
        layers, experts = tuple(info.moe_layers), tuple(info.experts)
        same = self.model_fingerprint == info.fingerprint
        fits = self.layer_ids == layers and (
            self.experts == experts
            or (same and all(a <= b for a, b in zip(self.experts, experts, strict=True)))
        )
        if not fits:
            mine, its = _shape(self.layer_ids, self.experts), _shape(layers, experts)
            if mine == its:
                mine, its = _ids(self.layer_ids), _ids(layers)
            raise PlanError(
                f"the plan is for a {self.model_type} model with {mine}, "
                f"this {info.model_type} model has {its}",
                remedy="make a plan from a profile of this model",
            )
        if not (same or force):
            raise PlanError(
                f"the plan was made for a {self.model_type} model with fingerprint "
                f"{self.model_fingerprint[:12]}, this one has {info.fingerprint[:12]}",
                remedy="a plan for this model, or --force if the weights are meant to differ",
            )
        return self if self.experts == experts else replace(self, experts=experts)

    def of_model(self, info: ModelInfo) -> Plan:
        """This plan for a model with other weights and the same layers and experts.

        Raises:
            PlanError: Layers and experts do not match.
        """
        return replace(self.for_model(info, force=True), model_fingerprint=info.fingerprint)

    def to_json(self) -> dict[str, object]:
        """The plan as the JSON object that files hold."""
        return plan_json.dump(
            plan_json.Fields(
                model_fingerprint=self.model_fingerprint,
                model_type=self.model_type,
                layer_ids=self.layer_ids,
                experts=self.experts,
                keep=self.keep,
                top_k=self.top_k,
                made_by=self.made_by,
                merges=self.merges,
            )
        )

    @classmethod
    def from_json(cls, data: object) -> Plan:
        """Read the JSON object that files hold.

        Raises:
            PlanError: It is not a plan, or of a newer schema.
        """
        return cls(**plan_json.parse(data))

    def save(self, path: Path) -> None:
        """Write the plan as JSON, whole or not at all."""
        write_atomically(path, json.dumps(self.to_json(), indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read a plan file.

        Raises:
            PlanError: It cannot be read, or is not a plan.
        """
        try:
            if path.stat().st_size > MAX_PLAN_BYTES:
                raise PlanError(f"{path} has {path.stat().st_size:,} bytes, too many for a plan")
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise PlanError(
                f"cannot read the plan {path}: {error.strerror}", remedy="the path of a plan file"
            ) from error
        except (ValueError, RecursionError) as error:
            raise PlanError(
                f"{path} is not JSON ({error})", remedy="a file written by seer plan"
            ) from error
        return cls.from_json(data)

    def _flat(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All kept ids in one array, and the row of each."""
        counts = [len(row) for row in self.keep]
        flat = np.fromiter(itertools.chain.from_iterable(self.keep), np.int64, sum(counts))
        return flat, np.repeat(np.arange(len(counts)), counts)

    def _check_merges(self) -> None:
        if self.merges and len(self.merges) != len(self.keep):
            raise PlanError(
                f"the plan names merges of {len(self.merges)} layers, it has {len(self.keep)}"
            )
        if self.merges and not any(self.merges):
            raise PlanError("a plan without a group has no rows of groups")
        for row, merges in enumerate(self.merges):
            check_row(self.layer_ids[row], merges, self.keep[row], self.experts[row])

    def _check_cells(self) -> None:
        for name, cells in (
            ("locks", self.made_by.locks.keep | self.made_by.locks.drop),
            ("protected", self.made_by.protected),
        ):
            for row, expert in cells:
                if not 0 <= row < len(self.experts):
                    raise PlanError(f"{name} name an expert of row {row}, which is not there")
                if not 0 <= expert < self.experts[row]:
                    raise PlanError(
                        f"{name} name expert {expert} of layer {self.layer_ids[row]}, "
                        "which is not there",
                        remedy=f"one of 0 to {self.experts[row] - 1}",
                    )


def _shape(layers: Iterable[int], experts: Iterable[int]) -> str:
    """Layers × experts in words: "8 MoE layers of 16 experts"."""
    counts = sorted(set(experts))
    many = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else str(counts[0] if counts else 0)
    return f"{len(tuple(layers))} MoE layers of {many} experts"


def _ids(layers: Iterable[int]) -> str:
    """Layers by their numbers, where their count says nothing."""
    return f"experts in layers {', '.join(map(str, layers))}"
