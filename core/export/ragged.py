"""Layers that keep different numbers of experts: what config.json says, and the file that loads it.

transformers reads `per_layer_config`, but its model classes build all layers with one number. A
small modelling file goes along (`auto_map`), the same for every family but for the class that it
extends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files

from core.errors import PlanError
from core.families import Family, MoeConfig

MODULE = "modeling_seer"
CLASS = "SeerForCausalLM"
ALLOW = "allow_global_per_layer_attribute_access"
_TEMPLATE = 'ragged(transformers.MixtralForCausalLM, "num_local_experts", ("mlp",))'


def check_ragged(config: Mapping[str, object], moe: MoeConfig, *, mtp: bool) -> None:
    """Refuse models whose class the loader cannot extend.

    Args:
        config: The source's config.json.
        moe: How it was read.
        mtp: Whether multi-token-prediction layers would be written.

    Raises:
        PlanError: A family that cannot, a nested text model, an unnamed class, or further-token
            layers.
    """
    if moe.family.never_ragged:
        raise PlanError(
            f"layers of {moe.family.model_type} must keep equal numbers of experts: "
            f"{moe.family.never_ragged}",
            remedy="make the plan uniform",
        )
    if moe.section:
        raise PlanError(
            "layers of a text model inside of a multimodal one must keep equal numbers of experts",
            remedy="make the plan uniform",
        )
    if mtp:
        raise PlanError(
            "multi-token-prediction layers need one number of experts for all layers",
            remedy="--drop-mtp, or make the plan uniform",
        )
    architecture(config)


def architecture(config: Mapping[str, object]) -> str:
    """The stock class that config.json names.

    Raises:
        PlanError: It names none.
    """
    named = config.get("architectures")
    first = named[0] if isinstance(named, Sequence) and not isinstance(named, str) and named else ""
    if not (isinstance(first, str) and first.isidentifier() and first.endswith("ForCausalLM")):
        raise PlanError(
            f"the plan is ragged and config.json names no causal language model ({first!r})",
            remedy="make the plan uniform",
        )
    return first


def ragged_entries(
    config: Mapping[str, object], moe: MoeConfig, counts: Mapping[int, int]
) -> dict[str, object]:
    """`per_layer_config` and what loads it; other per-layer entries stay.

    Args:
        config: The source's config.json.
        moe: How it was read.
        counts: Experts that stay in each MoE layer of the decoder.
    """
    # What else the number counts keeps it.
    most = moe.experts if moe.family.shared_count else max(counts.values())
    per_layer = without_experts(config.get("per_layer_config"), moe)
    for layer, count in counts.items():
        if count != most:
            entry = per_layer.setdefault(str(layer), {})
            entry[moe.family.per_layer_key] = count
    return {
        "per_layer_config": per_layer,
        # Some config classes check the number itself while they are read.
        ALLOW: True,
        # Alone: code of the source's own would bring another config class.
        "auto_map": {"AutoModelForCausalLM": f"{MODULE}.{CLASS}"},
    }


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


def loader_source(config: Mapping[str, object], family: Family) -> str:
    """The modelling file for the class that a config names."""
    template = (files("resources.loader") / f"{MODULE}.py").read_text(encoding="utf-8")
    names = f"({', '.join(json.dumps(name) for name in family.blocks)},)"
    call = f"transformers.{architecture(config)}, {json.dumps(family.per_layer_key)}, {names}"
    return template.replace(_TEMPLATE, f"ragged({call})")
