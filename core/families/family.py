"""One row of the family table, and how it names the place of a tensor.

A tensor name is `<decoder>.<layer>.<rest>`. The row says which `rest` belongs to routed experts,
router, shared experts and attention; everything under those modules follows, whatever its suffix,
so the companions of quantised weights (`weight_scale_inv`, `_blocks`, `_scales`, `qweight`) need no
words of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

CAUSAL = "AutoModelForCausalLM"
IMAGE_TEXT = "AutoModelForImageTextToText"
_CONDITIONAL = "ForConditionalGeneration"
_PREDICTING = ("ForCausalLM", _CONDITIONAL)


class Role(Enum):
    """What a tensor is for."""

    EXPERT = "expert"
    """A tensor of one routed expert; its number is in the name."""
    EXPERTS = "experts"
    """A tensor of all routed experts of a layer, expert by expert along its first dimension."""
    SPARE = "spare expert"
    """A tensor under a number beyond the routed experts: renumbered, never dropped."""
    ROUTER = "router"
    """Router weight, bias or correction bias: a row (or a number) per expert."""
    ROUTER_BODY = "router body"
    """The part of a router that all experts share: it stays whole."""
    HASH = "hash"
    """A table from token id to expert: such a layer cannot lose experts."""
    SHARED = "shared"
    ATTENTION = "attention"
    DENSE = "dense"
    EMBEDDING = "embedding"
    OTHER = "other"

    # Members are singletons; Enum's own hash is Python code, too slow for 100,000 tensors.
    __hash__ = object.__hash__


class Place(NamedTuple):
    """Where a tensor belongs.

    Attributes:
        role: What it is for.
        layer: Decoder layer, or None outside of them.
        expert: Routed expert, for `Role.EXPERT`.
        digits: Where in the name the expert's number stands, as (start, end).
        mtp: Whether it is of a multi-token-prediction layer, which transformers does not load.
    """

    role: Role
    layer: int | None = None
    expert: int | None = None
    digits: tuple[int, int] = (0, 0)
    mtp: bool = False


@dataclass(frozen=True, kw_only=True)
class Family:
    """How one model type spells the things that pruning touches.

    Modules are given below the decoder layer, in every spelling that files have: the hub's first,
    then the live module's of transformers 5 where it differs.

    Attributes:
        model_type: `model_type` in config.json.
        multimodal: `model_type` of multimodal checkpoints of which this is the language model.
        causal_class: Class of transformers that the auto class takes for those, or for the
            language model where files on the hub name a class of their own code.
        image_text: Model types that only AutoModelForImageTextToText takes; text alone runs there.
        part: Whether `multimodal` holds several models, of which `causal_class` loads one.
        nested: Whether transformers has no class for the language model outside of those.
        routing: How gates are made: "softmax", "sigmoid+bias, groups", "softmax after top-k".
        score_key: Config key that names another function than `routing` does, if a file has it.
        experts_keys: Config keys of the number of routed experts, any alias.
        per_layer_key: The config class's own key of that number, for `per_layer_config`.
        top_k_keys: Config keys of the experts chosen per token.
        layers_keys: Config keys of the number of decoder layers, or of a list with one entry each.
        shared_keys: Config keys of the number of shared experts.
        group_keys: Config keys of the number of router groups; empty without groups.
        group_best: Experts of a group that stock code takes the best of to rank it, also where all
            are one group: fewer cannot be kept.
        group_optional: Whether a file without `group_keys` has no groups, not even one.
        mtp_keys: Config keys of the number of multi-token-prediction layers.
        expert_size_keys: Config keys of one expert's inner width.
        defaults: What the config class assumes when a file leaves a key out.
        tied: What it assumes of the head: whether it is the embedding.
        decoders: Paths of the list of decoder layers.
        experts: Modules of routed experts; what follows is an expert number or a fused tensor.
        routers: Modules of the router.
        choice_biases: Correction biases that live outside of the router's module.
        router_bodies: Parts of the router that have no row per expert.
        hash_tables: Token-to-expert tables.
        shared: Modules of shared experts and their gates.
        attention: Modules of attention or of what mixes tokens in its stead.
        attentions: Attentions of a layer.
        dense: Modules of a dense layer's feed-forward.
        embeddings: Last module names of embeddings and head.
        mtp: First path components of multi-token-prediction layers kept apart from the decoder.
        extra_router_rows: Whether router rows beyond the experts exist and stay.
        flattened: Whether fused expert tensors hold several rows of each expert, E·F in all.
        shared_count: Whether the config's number of experts also counts others, which stay: then
            every plan needs the bundled loader.
        fixed_top_k: Why Top-K cannot be lowered; "" where it can.
        least_top_k: What stock code can choose at least.
        never_ragged: Why layers cannot keep different numbers; "" where they can.
        remarks: What a user should know of this family, in a sentence or two.
    """

    model_type: str
    multimodal: str = ""
    causal_class: str = ""
    image_text: tuple[str, ...] = ()
    part: bool = False
    nested: bool = False
    routing: str
    score_key: str = ""
    experts_keys: tuple[str, ...] = ("num_experts", "num_local_experts", "n_routed_experts")
    per_layer_key: str = "num_local_experts"
    top_k_keys: tuple[str, ...] = ("num_experts_per_tok",)
    layers_keys: tuple[str, ...] = ("num_hidden_layers",)
    shared_keys: tuple[str, ...] = ("n_shared_experts", "num_shared_experts")
    group_keys: tuple[str, ...] = ()
    group_best: int = 1
    group_optional: bool = False
    mtp_keys: tuple[str, ...] = ("num_nextn_predict_layers", "num_mtp_layers", "mtp_num_layers")
    expert_size_keys: tuple[str, ...] = ("moe_intermediate_size", "intermediate_size")
    defaults: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    tied: bool = False
    decoders: tuple[str, ...] = (
        "model.layers",
        "model.language_model.layers",
        "language_model.model.layers",
        "layers",
    )
    experts: tuple[str, ...] = ("mlp.experts",)
    routers: tuple[str, ...] = ("mlp.gate",)
    choice_biases: tuple[str, ...] = ()
    router_bodies: tuple[str, ...] = ()
    hash_tables: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    attention: tuple[str, ...] = ("self_attn",)
    attentions: int = 1
    dense: tuple[str, ...] = ("mlp",)
    embeddings: tuple[str, ...] = ("embed_tokens", "lm_head")
    mtp: tuple[str, ...] = ("mtp", "model.mtp")
    extra_router_rows: bool = False
    flattened: bool = False
    shared_count: bool = False
    fixed_top_k: str = ""
    least_top_k: int = 1
    never_ragged: str = ""
    remarks: str = ""

    def class_for(self, config: Mapping[str, object]) -> str:
        """The class that loads a config.json and predicts the next token; "" if it names none."""
        if self.causal_class and config.get("model_type") == (self.multimodal or self.model_type):
            return self.causal_class
        named = config.get("architectures")
        first = named[0] if isinstance(named, list) and named else ""
        fine = isinstance(first, str) and first.isidentifier() and first.endswith(_PREDICTING)
        return first if fine else ""

    def auto_class(self, config: Mapping[str, object]) -> str:
        """The auto class of transformers that takes a config.json, or a class that loads a part.

        A multimodal model type without a row of its own wraps this language model in a stock class,
        which is an image-and-text one.
        """
        outer = config.get("model_type")
        if self.part and outer == self.multimodal:
            return self.causal_class
        known = outer in {self.model_type, self.multimodal, None}
        wrapped = not known and self.class_for(config).endswith(_CONDITIONAL)
        return IMAGE_TEXT if wrapped or outer in self.image_text else CAUSAL

    @property
    def blocks(self) -> tuple[str, ...]:
        """What layers may call the modules that hold routers and experts."""
        return tuple(sorted({name.partition(".")[0] for name in (*self.experts, *self.routers)}))

    def role_of(self, rest: str) -> tuple[Role, int | None, tuple[int, int]]:
        """Role, expert and the position of its digits for the part of a name below a layer."""
        ordered = (
            (self.hash_tables, Role.HASH),
            (self.router_bodies, Role.ROUTER_BODY),
            (self.choice_biases, Role.ROUTER),
            (self.routers, Role.ROUTER),
            (self.shared, Role.SHARED),
        )
        for modules, role in ordered:
            if any(under(rest, module) for module in modules):
                return role, None, (0, 0)
        for module in self.experts:
            if under(rest, module):
                number = rest[len(module) + 1 :].partition(".")[0]
                # `isdecimal` alone accepts digits of other scripts.
                if number.isascii() and number.isdecimal():
                    start = len(module) + 1
                    return Role.EXPERT, int(number), (start, start + len(number))
                return Role.EXPERTS, None, (0, 0)
        for modules, role in ((self.attention, Role.ATTENTION), (self.dense, Role.DENSE)):
            if any(under(rest, module) for module in modules):
                return role, None, (0, 0)
        return Role.OTHER, None, (0, 0)


def under(name: str, module: str) -> bool:
    """Whether a tensor name is the module's own or one below it."""
    return name.startswith(module) and (len(name) == len(module) or name[len(module)] == ".")
