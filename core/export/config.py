"""Edit config.json as raw JSON: the keys that the file has, nothing else."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import cast

from core.export.ragged import ALLOW, CLASS, MODULE, auto_map, ragged_entries, without_experts
from core.families import MoeConfig, look_up


def edited_config(
    config: Mapping[str, object],
    moe: MoeConfig,
    *,
    top_k: int | None,
    kept: Mapping[int, Sequence[int]],
    drop_mtp: bool,
) -> dict[str, object]:
    """The config of the smaller model.

    Args:
        config: The source's, unchanged by this.
        moe: How it was read.
        top_k: Experts per token, or None to leave it.
        kept: Kept experts by layer, for lists that name single experts.
        drop_mtp: Whether multi-token-prediction layers are gone.
    """
    edited: dict[str, object] = copy.deepcopy(dict(config))
    section = look_up(edited, moe.section) if moe.section else edited
    text = section if isinstance(section, dict) else edited
    family = moe.family
    counts = {layer: len(ids) for layer, ids in kept.items() if layer < moe.layers}
    most = max(counts.values(), default=moe.experts)
    if most != moe.experts and not family.shared_count:
        _set(text, family.experts_keys, most, moe)
    alike = {most, moe.experts} if family.shared_count else {most}
    if len({*counts.values(), *alike}) > 1:
        text.update(ragged_entries(text, moe, counts))
        edited["auto_map"] = auto_map(config, family)
    elif moe.per_layer:
        _forget_ragged(edited, text, moe)
    if top_k is not None and top_k != moe.top_k:
        _set(text, family.top_k_keys, top_k, moe)
    if drop_mtp:
        for key in family.mtp_keys:
            if key in text:
                text[key] = 0
    # A multimodal config may keep it in either place; renumbering one twice would be wrong.
    for owner in (edited, text) if text is not edited else (edited,):
        quantization = owner.get("quantization_config")
        if quantization is not None:
            owner["quantization_config"] = _renumbered(quantization, moe, kept, drop_mtp=drop_mtp)
    return edited


def _forget_ragged(edited: dict[str, object], text: dict[str, object], moe: MoeConfig) -> None:
    """A uniform plan for a source whose layers differ: stock classes load the result."""
    text["per_layer_config"] = without_experts(text["per_layer_config"], moe)
    if not text["per_layer_config"]:
        del text["per_layer_config"]
    pointers = edited.get("auto_map")
    if isinstance(pointers, dict) and f"{MODULE}.{CLASS}" in pointers.values():
        del edited["auto_map"]
        text.pop(ALLOW, None)


def _set(text: dict[str, object], keys: tuple[str, ...], value: int, moe: MoeConfig) -> None:
    """Write under every spelling that the file has; under the config class's own if it has none."""
    present = [key for key in keys if look_up(text, key) is not None]
    for key in present or [next((k for k in keys if k in moe.family.defaults), keys[0])]:
        *sections, last = key.split(".")
        owner: dict[str, object] = text
        for section in sections:
            owner = cast("dict[str, object]", owner.setdefault(section, {}))
        owner[last] = value


def _renumbered(
    value: object, moe: MoeConfig, kept: Mapping[int, Sequence[int]], *, drop_mtp: bool
) -> object:
    """A quantisation config whose lists of module names follow the experts' new numbers."""
    if isinstance(value, dict):
        return {k: _renumbered(v, moe, kept, drop_mtp=drop_mtp) for k, v in value.items()}
    if not isinstance(value, list):
        return value
    items: list[object] = []
    for item in value:
        if isinstance(item, str):
            name = _module(item, moe, kept, drop_mtp=drop_mtp)
            items += [] if name is None else [name]
        else:
            items.append(_renumbered(item, moe, kept, drop_mtp=drop_mtp))
    return items


def _module(
    name: str, moe: MoeConfig, kept: Mapping[int, Sequence[int]], *, drop_mtp: bool
) -> str | None:
    """A module's name after the export; None when the module is gone. Patterns stay as they are."""
    decoder = next((d for d in moe.family.decoders if name.startswith(f"{d}.")), None)
    if decoder is None:
        return name
    number, _, rest = name[len(decoder) + 1 :].partition(".")
    if not (number.isascii() and number.isdecimal()) or len(number) > 6:
        return name
    layer = int(number)
    if drop_mtp and layer >= moe.layers:
        return None
    _, expert, (start, end) = moe.family.role_of(rest)
    if expert is None or layer not in kept:
        return name
    if expert not in kept[layer]:
        return None
    new = list(kept[layer]).index(expert)
    return f"{decoder}.{number}.{rest[:start]}{new}{rest[end:]}"
