"""Add up parameters and bytes by what tensors are for, quantised ones included."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.checkpoint.header import BITS, TensorRef
from core.checkpoint.layout import Layout
from core.families import Role

# torch's names of safetensors' dtypes, which is what people know.
DTYPES = {dtype: dtype.lower() for dtype in BITS} | {
    "BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64", "BOOL": "bool",
    "F8_E4M3": "float8_e4m3", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0",
    "U8": "uint8", "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64",
}  # fmt: skip

# Last words of tensors that describe quantised weights but are no weights.
_COMPANIONS = (
    "scale_inv", "scale", "scales", "scale_2", "qzeros", "zeros", "g_idx", "weight_shape",
    "zero_point", "absmax", "quant_map", "nested_absmax", "nested_quant_map", "bitsandbytes__nf4",
    "bitsandbytes__fp4", "SCB", "weight_format",
)  # fmt: skip
# Last words of tensors that hold several weights in one number.
_PACKED = ("qweight", "weight_packed", "blocks", "qdata")
_PACKED_DTYPES = frozenset({"U8", "I8", "I32", "U32", "I64"})

_PARTS = {
    Role.EXPERT: "routed_experts",
    Role.ROUTER: "router",
    Role.SHARED: "shared_experts",
    Role.ATTENTION: "attention",
    Role.DENSE: "dense_mlp",
    Role.EMBEDDING: "embedding",
    Role.OTHER: "other",
}
_SLICED = frozenset({Role.EXPERT, Role.EXPERTS, Role.ROUTER})
_COUNTED_AS = {
    Role.EXPERTS: Role.EXPERT,
    Role.SPARE: Role.OTHER,
    Role.ROUTER_BODY: Role.ROUTER,
    Role.HASH: Role.OTHER,
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
    # Weights under their own name in bytes without a sign are two to the byte (nvfp4, nf4).
    if ref.dtype == "U8" or (last.endswith(_PACKED) and ref.dtype in _PACKED_DTYPES):
        return ref.nbytes * 8 // packing
    return ref.elements


def count(
    tensors: Mapping[str, TensorRef], layout: Layout, *, tied: bool, packing: int | None
) -> Tally:
    """Sum all tensors of a checkpoint."""
    experts = {block.layer: block.experts for block in layout.blocks}
    mtp_layers = {block.layer for block in layout.mtp_blocks}
    copied_head = tied and any(name.endswith("embed_tokens.weight") for name in tensors)
    tally = Tally()
    for (role, layer, mtp, *_), (ref, alike) in _alike(tensors, layout, packing).items():
        size, parameters = ref.nbytes * alike, weights_in(ref, packing) * alike
        tally.bytes_by_dtype[DTYPES[ref.dtype]] += size
        # Some files keep a copy of the embedding as the head although the two are one.
        if copied_head and role is Role.EMBEDDING and "lm_head" in ref.name:
            parameters = 0
        if mtp:
            tally.mtp_parameters += parameters
            tally.mtp_bytes += size
            if layer in mtp_layers and role in _SLICED:
                tally.mtp_expert_bytes[layer] += size
            continue
        kind = _COUNTED_AS.get(role, role)
        tally.parameters[kind] += parameters
        tally.bytes[kind] += size
        if layer is None:
            continue
        if kind is Role.EXPERT:
            tally.expert_parameters[layer] += parameters
            tally.expert_bytes[layer] += size
        elif role is Role.ROUTER and layer in experts:
            # Rows beyond the experts, where a family has them, are nobody's.
            rows = next((extent for extent in ref.shape if extent != 1), 1)
            if rows >= experts[layer]:
                tally.row_parameters[layer] += parameters * experts[layer] // rows
                tally.row_bytes[layer] += size * experts[layer] // rows
    return tally


_Kind = tuple[Role, int | None, bool, str, tuple[int, ...], str]


def _alike(
    tensors: Mapping[str, TensorRef], layout: Layout, packing: int | None
) -> dict[_Kind, tuple[TensorRef, int]]:
    """One tensor of each kind in each layer, and how many there are of it.

    Hundreds of experts have the same tensors, so summing kinds is summing a hundredth of them.
    """
    places = layout.places
    first: dict[_Kind, TensorRef] = {}
    numbers: dict[_Kind, int] = {}
    for name, ref in tensors.items():
        role, layer, _, _, mtp = places[name]
        word = "" if packing is None else name.rpartition(".")[2]
        if role is Role.EMBEDDING:
            word = name
        kind = (role, layer, mtp, ref.dtype, ref.shape, word)
        if kind in numbers:
            numbers[kind] += 1
        else:
            first[kind], numbers[kind] = ref, 1
    return {kind: (ref, numbers[kind]) for kind, ref in first.items()}
