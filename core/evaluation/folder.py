"""A checkpoint folder as a row of the variants, whoever wrote it. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from core.checkpoint import ModelInfo, inspect_model
from core.evaluation.variant import Provenance, Variant
from core.planning import cost

SIDE_FILE = "seer.json"


def variant_of_folder(folder: Path, original: ModelInfo) -> Variant:
    """Read a checkpoint's headers, and what SEER Studio wrote beside them if it did.

    Args:
        folder: Any safetensors checkpoint that speaks the original's tokens.
        original: The model that it will be compared with.

    Returns:
        An unmeasured row: tuned where seer.json says so, else exported; its kept experts where
        seer.json has a plan for the original.

    Raises:
        CheckpointError: It is no readable checkpoint.
        UnsupportedModelError: Its model type is not known.
    """
    info = inspect_model(folder)
    spent = cost(info)
    beside = _side_file(folder)
    kept = _kept(beside, original)
    changed = info.top_k != original.top_k
    return Variant(
        name=folder.name,
        kind="tuned" if "tuning" in beside else "exported",
        provenance=Provenance(
            model=str(folder),
            model_fingerprint=original.fingerprint,
            metric=_metric(beside),
        ),
        bytes=spent.bytes,
        parameters=spent.parameters.total,
        active=spent.parameters.active,
        flops_per_token=spent.flops.total,
        kept=kept,
        top_k=info.top_k if changed else None,
        path=str(folder),
        verified=beside.get("verified") if isinstance(beside.get("verified"), bool) else None,  # type: ignore[arg-type]
    )


def _side_file(folder: Path) -> Mapping[str, object]:
    """What seer.json holds; nothing where there is none, or where it is damaged."""
    try:
        found = json.loads((folder / SIDE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _kept(beside: Mapping[str, object], original: ModelInfo) -> tuple[tuple[int, ...], ...] | None:
    """The kept experts of the original's layers, if the plan in seer.json names them."""
    plan = beside.get("plan")
    layers = plan.get("layers") if isinstance(plan, Mapping) else None
    if not isinstance(layers, Mapping):
        return None
    rows = []
    for layer in original.moe_layers:
        row = layers.get(str(layer))
        keep = row.get("keep") if isinstance(row, Mapping) else None
        if not isinstance(keep, list) or not all(isinstance(e, int) for e in keep):
            return None
        rows.append(tuple(keep))
    return tuple(rows)


def _metric(beside: Mapping[str, object]) -> str:
    plan = beside.get("plan")
    made_by = plan.get("made_by") if isinstance(plan, Mapping) else None
    return str(made_by.get("metric", "")) if isinstance(made_by, Mapping) else ""
