"""The numbers of a config.json that pruning needs, read through the family's spellings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import CheckpointError
from core.families.config import look_up, text_section, whole
from core.families.family import CAUSAL, Family
from core.families.table import family_for

# Beyond these a config is damaged or hostile: the largest released models have 128 layers and 2,048
# experts, and a list per layer is made from them.
MOST_LAYERS = 10_000
MOST_EXPERTS = 100_000


@dataclass(frozen=True, kw_only=True)
class MoeConfig:
    """What config.json says about layers and experts.

    Attributes:
        family: The row that reads it.
        routing: How gates are made, in words.
        section: Key of the nested text config, "" when the file itself is one.
        layers: Decoder layers.
        experts: Routed experts per MoE layer, where `per_layer` says nothing else.
        per_layer: Routed experts of single layers, from `per_layer_config`.
        top_k: Experts chosen per token.
        n_group: Router groups, 1 without.
        topk_group: Groups that a token may choose from, 1 without.
        group_best: See `Family.group_best`.
        mtp_layers: Multi-token-prediction layers.
        tied: Whether the head is the embedding.
    """

    family: Family
    routing: str
    section: str
    layers: int
    experts: int
    per_layer: Mapping[int, int] = field(default_factory=dict, hash=False)
    top_k: int
    n_group: int
    topk_group: int
    group_best: int = 1
    mtp_layers: int
    tied: bool

    def count(self, layer: int) -> int:
        """Routed experts of a layer, if it has any."""
        return self.per_layer.get(layer, self.experts)


def read_moe_config(config: Mapping[str, object]) -> MoeConfig:
    """Read a config.json.

    Raises:
        UnsupportedModelError: The model type has no row.
        CheckpointError: A number is missing or impossible.
    """
    family = family_for(config)
    section, text = text_section(config)
    layers = _number(text, family.layers_keys, family.defaults, MOST_LAYERS)
    experts, top_k = (
        _number(_listed(text, keys), keys, family.defaults, MOST_EXPERTS)
        for keys in (family.experts_keys, family.top_k_keys)
    )
    if top_k > experts:
        raise CheckpointError(
            f"config.json chooses {top_k} experts per token out of {experts}",
            remedy="a config.json that belongs to these weights",
        )
    n_group = _groups(text, family, family.group_keys)
    topk_group = _groups(text, family, ("topk_group",))
    return MoeConfig(
        family=family,
        routing=_routing(text, family),
        section=section,
        layers=layers,
        experts=experts,
        per_layer=_per_layer(text, family),
        top_k=top_k,
        n_group=n_group,
        topk_group=topk_group,
        group_best=_group_best(text, family),
        mtp_layers=max(whole(text, family.mtp_keys, 0), 0),
        tied=_tied(config, section, text, family),
    )


def _tied(
    config: Mapping[str, object], section: str, text: Mapping[str, object], family: Family
) -> bool:
    """Whether the head is the embedding: the word of the config whose class has the head."""
    inner_first = family.auto_class(config) == CAUSAL
    above = look_up(config, section.rpartition(".")[0]) if "." in section else config
    around = above if isinstance(above, Mapping) else config
    for part in (text, around) if inner_first else (around, text):
        if "tie_word_embeddings" in part:
            return part["tie_word_embeddings"] is True
    return family.tied


def _groups(text: Mapping[str, object], family: Family, keys: tuple[str, ...]) -> int:
    """Router groups, or how many of them a token may choose from; 1 for a family without."""
    if not family.group_keys:
        return 1
    default = next((family.defaults[key] for key in keys if key in family.defaults), 1)
    return max(whole(text, keys, default), 1)


def _group_best(text: Mapping[str, object], family: Family) -> int:
    """Experts that stock code takes the best of in each group, or in the one that all are."""
    if family.group_optional and all(look_up(text, key) is None for key in family.group_keys):
        return 1
    return family.group_best


def _routing(text: Mapping[str, object], family: Family) -> str:
    """The family's words, with the function that the file names in place of the usual one."""
    named = text.get(family.score_key) if family.score_key else None
    usual = re.match(r"\w+", family.routing)
    if not isinstance(named, str) or usual is None:
        return family.routing
    return named + family.routing[usual.end() :]


def _per_layer(text: Mapping[str, object], family: Family) -> dict[int, int]:
    """Expert counts of single layers."""
    overrides = text.get("per_layer_config")
    if not isinstance(overrides, Mapping):
        return {}
    keys = (family.per_layer_key, *family.experts_keys)
    counts = {
        int(layer): whole(entry, keys, 0)
        for layer, entry in overrides.items()
        if isinstance(entry, Mapping) and str(layer).isdecimal() and len(str(layer)) <= 6
    }
    return {layer: count for layer, count in counts.items() if count > 0}


def _listed(text: Mapping[str, object], keys: tuple[str, ...]) -> Mapping[str, object]:
    """The config with one number where the file lists the same one for every layer (Hunyuan).

    Raises:
        CheckpointError: Layers differ, or the list holds something else.
    """
    for key in keys:
        value = text.get(key)
        if not isinstance(value, list):
            continue
        numbers = [n for n in value if isinstance(n, int) and not isinstance(n, bool)]
        low, high = min(numbers, default=0), max(numbers, default=0)
        if low < high or len(numbers) < len(value) or not value:
            what = f"{low} to {high}" if low < high else "no numbers"
            raise CheckpointError(
                f"config.json says {what} for single layers under {key}, needed is one number",
                remedy="a model whose layers are alike, or a complete config.json of this model",
            )
        return {**text, key: low}
    return text


def _number(
    text: Mapping[str, object], keys: tuple[str, ...], defaults: Mapping[str, int], most: int
) -> int:
    """A positive number from the file, or the config class's default; a list counts its entries."""
    lists = (look_up(text, key) for key in keys)
    counted = next((len(value) for value in lists if isinstance(value, list | str)), 0)
    default = next((defaults[key] for key in keys if key in defaults), counted)
    value = whole(text, keys, default)
    if not 0 < value <= most:
        found = f"{value}" if any(look_up(text, key) is not None for key in keys) else "nothing"
        raise CheckpointError(
            f"config.json says {found} under {' / '.join(keys)}, needed is 1 to {most:,}",
            remedy="a complete config.json of this model",
        )
    return value
