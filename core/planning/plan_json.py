"""A plan as JSON and back. Layer ids stand where the plan itself counts rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from core.errors import PlanError
from core.planning.made_by import Cell, Locks, MadeBy, Option
from core.planning.merge import Merge, row_from_json, row_to_json
from core.schema import Schema

FORM = Schema(
    what="the plan",
    key="seer_plan",
    newest=1,
    wanted="a file written by seer plan",
    error=PlanError,
)


class Fields(TypedDict):
    """What a plan is made of."""

    model_fingerprint: str
    model_type: str
    layer_ids: tuple[int, ...]
    experts: tuple[int, ...]
    keep: tuple[tuple[int, ...], ...]
    top_k: int | None
    made_by: MadeBy
    merges: tuple[tuple[Merge, ...], ...]


def dump(plan: Fields) -> dict[str, object]:
    """The JSON object of a plan."""
    made_by = plan["made_by"]
    layers: dict[str, dict[str, object]] = {
        str(layer): {"keep": list(kept), "experts": experts}
        for layer, kept, experts in zip(
            plan["layer_ids"], plan["keep"], plan["experts"], strict=True
        )
    }
    for layer, merges in zip(plan["layer_ids"], plan["merges"], strict=False):
        if merges:
            layers[str(layer)]["merge"] = row_to_json(merges)
    return {
        FORM.key: FORM.newest,
        "model": {"fingerprint": plan["model_fingerprint"], "model_type": plan["model_type"]},
        "layers": layers,
        "top_k": plan["top_k"],
        "made_by": {
            "metric": made_by.metric,
            "scope": made_by.scope,
            "options": dict(made_by.options),
            "profile": made_by.profile,
            "locks": {
                "keep": _cells_out(made_by.locks.keep, plan["layer_ids"]),
                "drop": _cells_out(made_by.locks.drop, plan["layer_ids"]),
            },
            "protected": _cells_out(made_by.protected, plan["layer_ids"]),
        },
    }


def parse(data: object) -> Fields:
    """What the plan of a JSON object is made of.

    Raises:
        PlanError: It is not a plan, or of a newer schema.
    """
    root = FORM.upgraded(_mapping(data, "the plan"))
    model = _mapping(root.get("model"), "model")
    layers = _mapping(root.get("layers"), "layers")
    if not layers:
        raise PlanError("the plan names no layers", remedy="a file written by seer plan")
    rows = sorted((_layer_id(name), _layer(name, value), name) for name, value in layers.items())
    layer_ids = tuple(layer for layer, *_ in rows)
    merges = tuple(
        row_from_json(_mapping(layers[name], "a layer").get("merge", {}), f"layer {layer}")
        for layer, _, name in rows
    )
    top_k = root.get("top_k")
    return Fields(
        model_fingerprint=_text(model.get("fingerprint"), "model.fingerprint"),
        model_type=_text(model.get("model_type"), "model.model_type"),
        layer_ids=layer_ids,
        experts=tuple(experts for _, (_, experts), _ in rows),
        keep=tuple(kept for _, (kept, _), _ in rows),
        top_k=None if top_k is None else _whole(top_k, "top_k"),
        made_by=_made_by(root.get("made_by", {}), layer_ids),
        merges=merges if any(merges) else (),
    )


def parse_cells(texts: Iterable[str], layer_ids: tuple[int, ...]) -> frozenset[Cell]:
    """Cells from "layer:expert" texts, where the layer is a decoder layer id.

    Raises:
        PlanError: A text is not of that form, or names a layer without routed experts.
    """
    rows = {layer: row for row, layer in enumerate(layer_ids)}
    cells = set()
    for text in texts:
        layer, _, expert = text.partition(":")
        numbers = (layer.strip(), expert.strip())
        if not all(number.isdecimal() and len(number) <= 9 for number in numbers):
            raise PlanError(f"{text!r} is not LAYER:EXPERT", remedy="for example 3:7")
        if int(layer) not in rows:
            raise PlanError(
                f"layer {int(layer)} has no routed experts",
                remedy=f"one of {', '.join(map(str, layer_ids))}",
            )
        cells.add((rows[int(layer)], int(expert)))
    return frozenset(cells)


def _made_by(data: object, layer_ids: tuple[int, ...]) -> MadeBy:
    root = _mapping(data, "made_by")
    locks = _mapping(root.get("locks", {}), "made_by.locks")
    return MadeBy(
        metric=_text(root.get("metric", "manual"), "made_by.metric"),
        scope=_text(root.get("scope", "manual"), "made_by.scope"),
        options=_options(root.get("options", {})),
        profile=_text(root.get("profile", ""), "made_by.profile"),
        locks=Locks(
            keep=parse_cells(_texts(locks.get("keep", []), "locks.keep"), layer_ids),
            drop=parse_cells(_texts(locks.get("drop", []), "locks.drop"), layer_ids),
        ),
        protected=parse_cells(_texts(root.get("protected", []), "protected"), layer_ids),
    )


def _options(data: object) -> dict[str, Option]:
    options: dict[str, Option] = {}
    for key, value in _mapping(data, "made_by.options").items():
        if value is not None and not isinstance(value, str | int | float | bool):
            raise PlanError(f"made_by.options.{key} is not a number or a text")
        options[key] = value
    return options


def _layer(name: str, data: object) -> tuple[tuple[int, ...], int]:
    layer = _mapping(data, f"layer {name}")
    kept = layer.get("keep")
    if not isinstance(kept, list):
        raise PlanError(f"layer {name} has no list of kept experts")
    ids = tuple(_whole(value, f"layer {name}: an expert id") for value in kept)
    experts = layer.get("experts", max(ids, default=-1) + 1)
    return ids, _whole(experts, f"layer {name}: experts")


def _layer_id(name: str) -> int:
    if not (name.isascii() and name.isdecimal() and len(name) <= 9):
        raise PlanError(f"{name!r} is not a layer id")
    return int(name)


def _cells_out(cells: Iterable[Cell], layer_ids: tuple[int, ...]) -> list[str]:
    return [f"{layer_ids[row]}:{expert}" for row, expert in sorted(cells)]


def _mapping(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise PlanError(f"{what} is not a JSON object", remedy="a file written by seer plan")
    return value


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise PlanError(f"{what} is not a text", remedy="a file written by seer plan")
    return value


def _texts(value: object, what: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise PlanError(f"{what} is not a list of texts", remedy="a file written by seer plan")
    return value


def _whole(value: object, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise PlanError(f"{what} is not a whole number", remedy="a file written by seer plan")
    return value
