"""Layers that keep different numbers of experts: what config.json says, and the file that loads it.

transformers reads `per_layer_config`, but its model classes build all layers with one number. A
small modelling file goes along (`auto_map`), the same for every family but for the class that it
extends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from core.errors import PlanError
from core.families import Family, MoeConfig

MODULE = "modeling_seer"
CLASS = "SeerForCausalLM"
ALLOW = "allow_global_per_layer_attribute_access"
# What stands in the template for the class that takes the result.
_AUTO = "AutoModelForCausalLM"
_TEMPLATE = 'ragged(transformers.MixtralForCausalLM, "num_local_experts", ("mlp",))'


def check_ragged(config: Mapping[str, object], moe: MoeConfig, *, mtp: bool) -> None:
    """Refuse models whose class the loader cannot extend.

    Args:
        config: The source's config.json.
        moe: How it was read.
        mtp: Whether multi-token-prediction layers would be written.

    Raises:
        PlanError: A family that cannot, an unnamed class, or further-token layers.
    """
    if moe.family.never_ragged:
        raise PlanError(
            f"layers of {moe.family.model_type} must keep equal numbers of experts: "
            f"{moe.family.never_ragged}",
            remedy="make the plan uniform",
        )
    if mtp:
        raise PlanError(
            "multi-token-prediction layers need one number of experts for all layers",
            remedy="--drop-mtp, or make the plan uniform",
        )
    if moe.family.part and config.get("model_type") == moe.family.multimodal:
        raise PlanError(
            f"layers of {moe.family.multimodal} must keep equal numbers of experts: its checkpoint "
            "is of several models, and no auto class would take the bundled loader",
            remedy="make the plan uniform",
        )
    architecture(config, moe.family)


def architecture(config: Mapping[str, object], family: Family) -> str:
    """The stock class that loads config.json.

    Raises:
        PlanError: It names none.
    """
    found = family.class_for(config)
    if not found:
        named = config.get("architectures")
        first = named[0] if isinstance(named, list) and named else ""
        raise PlanError(
            f"the plan is ragged and config.json names no causal language model ({first!r})",
            remedy="make the plan uniform",
        )
    return found


def ragged_entries(
    text: Mapping[str, object], moe: MoeConfig, counts: Mapping[int, int]
) -> dict[str, object]:
    """What the language model's part of a config says of single layers; other entries stay.

    Args:
        text: That part, of the source.
        moe: How it was read.
        counts: Experts that stay in each MoE layer of the decoder.
    """
    # What else the number counts keeps it.
    most = moe.experts if moe.family.shared_count else max(counts.values())
    per_layer = without_experts(text.get("per_layer_config"), moe)
    for layer, count in counts.items():
        if count != most:
            entry = per_layer.setdefault(str(layer), {})
            entry[moe.family.per_layer_key] = count
    # Some config classes check the number itself while they are read.
    return {"per_layer_config": per_layer, ALLOW: True}


def without_experts(per_layer: object, moe: MoeConfig) -> dict[str, dict[str, object]]:
    """A source's `per_layer_config` without its expert counts."""
    if not isinstance(per_layer, Mapping):
        return {}
    own = {moe.family.per_layer_key, *moe.family.experts_keys}
    kept = {
        str(int(layer)): {k: v for k, v in entry.items() if k not in own}
        for layer, entry in per_layer.items()
        if isinstance(entry, Mapping)
    }
    return {layer: entry for layer, entry in kept.items() if entry}


def auto_map(config: Mapping[str, object], family: Family) -> dict[str, str]:
    """The config's pointer to the loader, alone: code of the source's own would bring its config.

    The name is that of the auto class which takes the source.
    """
    return {family.auto_class(config): f"{MODULE}.{CLASS}"}


def loader_source(config: Mapping[str, object], family: Family) -> str:
    """The modelling file for the class that a config names."""
    template = (files("resources.loader") / f"{MODULE}.py").read_text(encoding="utf-8")
    names = f"({', '.join(json.dumps(name) for name in family.blocks)},)"
    call = (
        f"transformers.{architecture(config, family)}, {json.dumps(family.per_layer_key)}, {names}"
    )
    named = template.replace(f"{_AUTO}.from", f"{family.auto_class(config)}.from")
    return named.replace(_TEMPLATE, f"ragged({call})")
