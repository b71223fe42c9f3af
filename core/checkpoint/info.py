"""What a model is, from its headers alone: layers, experts, parameters, bytes.

L: MoE layers. Every figure is exact: it is summed over the headers' shapes, not estimated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.checkpoint.files import Checkpoint, collection_paused
from core.checkpoint.geometry import Geometry, read_geometry
from core.checkpoint.header import TensorRef
from core.checkpoint.layout import Layout, read_layout
from core.checkpoint.tally import DTYPES, Tally, count, packing_of
from core.families import FAMILIES, MoeConfig, Role, read_moe_config, text_section

# Config entries that say who saved a file, not what the model is.
_NOT_THE_MODEL = ("transformers_version", "_name_or_path")
# Bytes hashed from the middle and the end of each file, so that a tuned copy is another model.
_SAMPLE = 4096


@dataclass(frozen=True, kw_only=True)
class ParameterCount:
    """Parameters by what they are for. All but `active` and `total` sum to `total`.

    Attributes:
        total: All that transformers loads (multi-token-prediction layers are not loaded).
        active: Used for one token: `top_k` routed experts per layer, everything else once.
        routed_experts: All routed experts.
        shared_experts: Shared experts and their gates.
        router: Routers with biases and correction biases.
        attention: Attention projections, norms inside attention, sinks.
        embedding: Embedding and head; a tied head counts once.
        other: Norms and dense feed-forward layers.
    """

    total: int
    active: int
    routed_experts: int
    shared_experts: int
    router: int
    attention: int
    embedding: int
    other: int

    def to_json(self) -> dict[str, int]:
        """The contract's `parameters` object."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, kw_only=True)
class MtpInfo:
    """Multi-token-prediction layers, which transformers ignores and export slices along or drops.

    Attributes:
        layers: How many.
        parameters: Their parameters, not part of the model's total.
        bytes: Their bytes, part of the model's bytes.
        expert_bytes: Bytes of one routed expert and its router row in each of their MoE layers.
    """

    layers: int
    parameters: int
    bytes: int
    expert_bytes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """A model as its headers tell it.

    Attributes:
        path: Its folder.
        model_type: `model_type` of the family row.
        layers: Decoder layers, dense ones included.
        moe_layers: Ids of the layers with routed experts.
        experts: Routed experts of each of them.
        top_k: Experts chosen per token.
        routing: How gates are made, in words.
        n_group: Router groups, 1 without.
        topk_group: Groups that a token may choose from.
        group_best: Experts that the router's code takes the best of to rank a group, also where all
            are one; 1 where it does not.
        shared_experts: Shared experts per layer.
        hidden_size: Width of the residual stream.
        dtype: What most bytes are.
        parameters: Parameters by part.
        expert_parameters: Parameters of one expert in each MoE layer.
        router_parameters: Router parameters per expert in each MoE layer.
        expert_bytes: Bytes of one expert in each MoE layer.
        router_bytes: Router bytes per expert in each MoE layer.
        dense_mlp_parameters: Dense feed-forward layers, a part of `parameters.other`.
        head_parameters: Output projection; the embedding's size when tied.
        bytes: Bytes of all tensors.
        bytes_by_dtype: Bytes of each dtype.
        bytes_by_part: Bytes by what they are for.
        files: Weight files; 0 when there is nothing but config.json.
        tensors: How many tensors.
        fingerprint: sha256 over names, shapes, dtypes, config, file sizes and a sample of bytes.
        problems: What a user should know before working with it, in words.
        hash_layers: Layers that route by a hash of the token and cannot lose experts.
        geometry: What attention FLOPs depend on.
        mtp: Multi-token-prediction layers, or None.
        config: config.json as it is.
    """

    path: Path
    model_type: str
    layers: int
    moe_layers: tuple[int, ...]
    experts: tuple[int, ...]
    top_k: int
    routing: str
    n_group: int
    topk_group: int
    group_best: int = 1
    shared_experts: int
    hidden_size: int
    dtype: str
    parameters: ParameterCount
    expert_parameters: tuple[int, ...]
    router_parameters: tuple[int, ...]
    expert_bytes: tuple[int, ...]
    router_bytes: tuple[int, ...]
    dense_mlp_parameters: int
    head_parameters: int
    bytes: int
    bytes_by_dtype: Mapping[str, int] = field(hash=False)
    bytes_by_part: Mapping[str, int] = field(hash=False)
    files: int
    tensors: int
    fingerprint: str
    problems: tuple[str, ...]
    hash_layers: tuple[int, ...]
    geometry: Geometry
    mtp: MtpInfo | None
    config: Mapping[str, object] = field(hash=False, repr=False)

    @property
    def has_weights(self) -> bool:
        """Whether the folder holds weights and not config.json alone."""
        return self.files > 0

    @property
    def name(self) -> str:
        """What people call it: the hub id of a cached snapshot, else the folder's name."""
        above = self.path.parent
        if above.name == "snapshots" and above.parent.name.startswith("models--"):
            return above.parent.name.removeprefix("models--").replace("--", "/")
        return above.name if self.path.name == "model" and above.name else self.path.name

    @property
    def auto_class(self) -> str:
        """The auto class of transformers that loads it."""
        return FAMILIES[self.model_type].auto_class(self.config)

    def to_json(self) -> dict[str, object]:
        """The contract's inspect object."""
        return {
            "model_type": self.model_type,
            "layers": self.layers,
            "moe_layers": list(self.moe_layers),
            "experts": list(self.experts),
            "top_k": self.top_k,
            "routing": self.routing,
            "n_group": self.n_group,
            "shared_experts": self.shared_experts,
            "hidden_size": self.hidden_size,
            "dtype": self.dtype,
            "parameters": self.parameters.to_json(),
            "bytes": self.bytes,
            "bytes_by_dtype": dict(self.bytes_by_dtype),
            "bytes_by_part": dict(self.bytes_by_part),
            "files": self.files,
            "tensors": self.tensors,
            "fingerprint": self.fingerprint,
            "problems": list(self.problems),
        }


def inspect_model(folder: Path) -> ModelInfo:
    """Read what a model folder holds; no weight is loaded and torch is not imported.

    A folder with config.json alone is built on torch's `meta` device in a process of its own.

    Raises:
        CheckpointError: The folder is not a model, damaged, or holds pickled weights only.
        UnsupportedModelError: The model type is not in the family table.
    """
    checkpoint = Checkpoint.open(folder)
    moe = read_moe_config(checkpoint.config)
    tensors = checkpoint.tensors
    if not checkpoint.has_weights:
        from core.checkpoint.config_only import expected_tensors

        tensors = expected_tensors(checkpoint.folder)
    with collection_paused():
        return describe(checkpoint, tensors, moe, read_layout(tensors, moe))


def describe(
    checkpoint: Checkpoint, tensors: Mapping[str, TensorRef], moe: MoeConfig, layout: Layout
) -> ModelInfo:
    """Sum the placed tensors up."""
    _, text = text_section(checkpoint.config)
    tally = count(tensors, layout, tied=moe.tied, packing=packing_of(checkpoint.config))
    blocks = layout.blocks
    geometry = read_geometry(text, moe)
    return ModelInfo(
        path=checkpoint.folder,
        model_type=moe.family.model_type,
        layers=moe.layers,
        moe_layers=tuple(block.layer for block in blocks),
        experts=tuple(block.experts for block in blocks),
        top_k=moe.top_k,
        routing=moe.routing,
        n_group=moe.n_group,
        topk_group=moe.topk_group,
        group_best=moe.group_best,
        shared_experts=_shared_experts(text, moe, tally),
        hidden_size=geometry.hidden_size,
        dtype=_dtype(checkpoint.config, tally),
        parameters=_parameters(tally, layout, moe),
        expert_parameters=tuple(tally.expert_parameters[b.layer] // b.experts for b in blocks),
        router_parameters=tuple(tally.row_parameters[b.layer] // b.experts for b in blocks),
        expert_bytes=tuple(tally.expert_bytes[b.layer] // b.experts for b in blocks),
        router_bytes=tuple(tally.row_bytes[b.layer] // b.experts for b in blocks),
        dense_mlp_parameters=tally.parameters[Role.DENSE],
        head_parameters=geometry.vocab_size * geometry.hidden_size,
        bytes=sum(tally.bytes_by_dtype.values()),
        bytes_by_dtype=dict(tally.bytes_by_dtype),
        bytes_by_part=tally.parts(),
        files=len(checkpoint.files),
        tensors=len(tensors),
        fingerprint=_fingerprint(checkpoint, tensors),
        problems=_problems(layout, moe, tally),
        hash_layers=_hash_layers(layout),
        geometry=geometry,
        mtp=_mtp(layout, tally, moe),
        config=checkpoint.config,
    )


def _parameters(tally: Tally, layout: Layout, moe: MoeConfig) -> ParameterCount:
    """Totals by part; `active` leaves out the experts that a token does not choose."""
    by_role = tally.parameters
    total = sum(by_role.values())
    idle = sum(
        tally.expert_parameters[block.layer] // block.experts * (block.experts - moe.top_k)
        for block in layout.blocks
    )
    return ParameterCount(
        total=total,
        active=total - idle,
        routed_experts=by_role[Role.EXPERT],
        shared_experts=by_role[Role.SHARED],
        router=by_role[Role.ROUTER],
        attention=by_role[Role.ATTENTION],
        embedding=by_role[Role.EMBEDDING],
        other=by_role[Role.DENSE] + by_role[Role.OTHER],
    )


def _shared_experts(text: Mapping[str, object], moe: MoeConfig, tally: Tally) -> int:
    """How many shared experts a layer has: the config's word, or one when there are tensors."""
    if not tally.parameters[Role.SHARED]:
        return 0
    said = (text.get(key) for key in moe.family.shared_keys)
    return next((n for n in said if isinstance(n, int) and n > 0), 1)


def _dtype(config: Mapping[str, object], tally: Tally) -> str:
    """What most bytes are, with the quantisation's name where there is one."""
    most = max(tally.bytes_by_dtype, key=lambda name: tally.bytes_by_dtype[name], default="none")
    quantization = config.get("quantization_config")
    method = quantization.get("quant_method") if isinstance(quantization, Mapping) else None
    return method if isinstance(method, str) and most in {"uint8", "int32"} else most


def _mtp(layout: Layout, tally: Tally, moe: MoeConfig) -> MtpInfo | None:
    """Multi-token-prediction layers, when the files hold any."""
    if not tally.mtp_bytes:
        return None
    return MtpInfo(
        layers=max(moe.mtp_layers, len(layout.mtp_blocks), 1),
        parameters=tally.mtp_parameters,
        bytes=tally.mtp_bytes,
        expert_bytes=tuple(
            tally.mtp_expert_bytes[block.layer] // block.experts for block in layout.mtp_blocks
        ),
    )


def _problems(layout: Layout, moe: MoeConfig, tally: Tally) -> tuple[str, ...]:
    """What a user should know, worst first."""
    problems = [*layout.faults, *shortcomings(layout, moe)]
    hashed = _hash_layers(layout)
    if hashed:
        problems.append(
            f"layers {list(hashed)} route by a hash of the token and cannot lose experts"
        )
    if tally.mtp_bytes:
        problems.append(
            f"{tally.mtp_bytes / 1e9:.2f} GB of multi-token-prediction layers, which transformers "
            "ignores; export slices them along or drops them"
        )
    return tuple(problems)


def shortcomings(layout: Layout, moe: MoeConfig) -> tuple[str, ...]:
    """Where the tensors are not those that config.json promises."""
    problems = []
    absent = [i for i in range(moe.layers) if i not in layout.layers_found]
    if absent:
        problems.append(f"{len(absent)} of {moe.layers} layers have no tensors, {absent[0]} first")
    if not layout.blocks:
        problems.append("no layer has routed experts under the names that this family uses")
    problems += [
        f"layer {block.layer} has {block.experts} experts, config.json says {said}"
        for block in layout.blocks
        if block.experts != (said := moe.count(block.layer))
    ]
    return tuple(problems)


def _hash_layers(layout: Layout) -> tuple[int, ...]:
    """Layers with a table from token to expert."""
    places = layout.places.values()
    return tuple(sorted({p.layer for p in places if p.role is Role.HASH and p.layer is not None}))


def _fingerprint(checkpoint: Checkpoint, tensors: Mapping[str, TensorRef]) -> str:
    """What tells this model from others, without reading it all."""
    digest = hashlib.sha256()
    config = {k: v for k, v in checkpoint.config.items() if k not in _NOT_THE_MODEL}
    digest.update(json.dumps(config, sort_keys=True, default=str).encode())
    kinds = {(ref.dtype, ref.shape) for ref in tensors.values()}
    words = {kind: f"\0{DTYPES[kind[0]]}\0{kind[1]}\n" for kind in kinds}
    lines = sorted([name + words[ref.dtype, ref.shape] for name, ref in tensors.items()])
    digest.update("".join(lines).encode("utf-8", "surrogatepass"))
    for name, size in zip(checkpoint.files, checkpoint.sizes, strict=True):
        digest.update(f"{size}\n".encode())
        with (checkpoint.folder / name).open("rb") as file:
            for at in (size // 2, max(size - _SAMPLE, 0)):
                file.seek(at)
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()
