"""Add up parameters and bytes by what tensors are for, quantised ones included."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.checkpoint.header import BITS, TensorRef
from core.checkpoint.layout import Layout, expert_axis
from core.families import Role

# torch's names of safetensors' dtypes, which is what people know.
DTYPES = {dtype: dtype.lower() for dtype in BITS} | {
    "BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64", "BOOL": "bool",
    "F8_E4M3": "float8_e4m3", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0",
    "U8": "uint8", "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64",
}  # fmt: skip

# Last words of tensors that describe quantised weights but are no weights.
_COMPANIONS = (
    "scale_inv", "scale", "scales", "qzeros", "zeros", "g_idx", "weight_shape", "zero_point",
    "absmax", "quant_map", "nested_absmax", "nested_quant_map", "bitsandbytes__nf4",
    "bitsandbytes__fp4",
)  # fmt: skip
# Last words of tensors that hold several weights in one number.
_PACKED = ("qweight", "weight_packed", "blocks", "qdata")

_PARTS = {
    Role.EXPERT: "routed_experts",
    Role.ROUTER: "router",
    Role.SHARED: "shared_experts",
    Role.ATTENTION: "attention",
    Role.DENSE: "dense_mlp",
    Role.EMBEDDING: "embedding",
    Role.OTHER: "other",
}


@dataclass(kw_only=True)
class Tally:
    """Sums over tensors. Fused expert tensors count as `Role.EXPERT`, hash tables as OTHER."""

    parameters: Counter[Role] = field(default_factory=Counter)
    bytes: Counter[Role] = field(default_factory=Counter)
    bytes_by_dtype: Counter[str] = field(default_factory=Counter)
    expert_parameters: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    expert_bytes: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    row_parameters: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    row_bytes: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    mtp_parameters: int = 0
    mtp_bytes: int = 0
    mtp_expert_bytes: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    def parts(self) -> dict[str, int]:
        """Bytes by the name of their part, empty parts left out."""
        parts = {name: self.bytes[role] for role, name in _PARTS.items() if self.bytes[role]}
        return parts | ({"mtp": self.mtp_bytes} if self.mtp_bytes else {})


def packing_of(config: Mapping[str, object]) -> int | None:
    """Bits of a packed weight from `quantization_config`; None for weights as they are."""
    quantization = config.get("quantization_config")
    if not isinstance(quantization, Mapping):
        return None
    bits = quantization.get("bits")
    groups = quantization.get("config_groups")
    if isinstance(groups, Mapping):
        weights = [g.get("weights") for g in groups.values() if isinstance(g, Mapping)]
        found = [w.get("num_bits") for w in weights if isinstance(w, Mapping)]
        bits = found[0] if found else bits
    return bits if isinstance(bits, int) and bits in {2, 3, 4, 8} else 4


def weights_in(ref: TensorRef, packing: int | None) -> int:
    """How many of the model's weights a tensor holds: none for scales, several per packed number.

    Args:
        ref: The tensor.
        packing: Bits of a packed weight, None when the checkpoint is not quantised.
    """
    if packing is None:
        return ref.elements
    last = ref.name.rpartition(".")[2]
    if last.endswith(_COMPANIONS):
        return 0
    if last.endswith(_PACKED) and ref.dtype in {"U8", "I8", "I32", "U32", "I64"}:
        return ref.nbytes * 8 // packing
    return ref.elements


def count(
    tensors: Mapping[str, TensorRef], layout: Layout, *, tied: bool, packing: int | None
) -> Tally:
    """Sum all tensors of a checkpoint."""
    tally = Tally()
    experts = {block.layer: block.experts for block in layout.blocks}
    mtp_layers = {block.layer for block in layout.mtp_blocks}
    copied_head = tied and _has_embedding(tensors)
    for name, ref in tensors.items():
        place = layout.places[name]
        parameters, size = weights_in(ref, packing), ref.end - ref.start
        tally.bytes_by_dtype[DTYPES[ref.dtype]] += size
        role = Role.EXPERT if place.role is Role.EXPERTS else place.role
        role = Role.OTHER if role is Role.HASH else role
        if place.mtp:
            tally.mtp_parameters += parameters
            tally.mtp_bytes += size
            if place.layer in mtp_layers and role in {Role.EXPERT, Role.ROUTER}:
                tally.mtp_expert_bytes[place.layer] += size
            continue
        # Some files keep a copy of the embedding as the head although the two are one.
        if copied_head and role is Role.EMBEDDING and "lm_head" in name:
            parameters = 0
        tally.parameters[role] += parameters
        tally.bytes[role] += size
        if place.layer is None:
            continue
        if role is Role.EXPERT:
            tally.expert_parameters[place.layer] += parameters
            tally.expert_bytes[place.layer] += size
        elif role is Role.ROUTER and expert_axis(ref.shape, experts.get(place.layer, -1)):
            tally.row_parameters[place.layer] += parameters
            tally.row_bytes[place.layer] += size
    return tally


def _has_embedding(tensors: Mapping[str, TensorRef]) -> bool:
    """Whether the input embedding is in the file, so that a tied head is a copy."""
    return any(name.endswith("embed_tokens.weight") for name in tensors)
