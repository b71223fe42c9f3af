"""The decoder layers of a checkpoint: which tensors each needs, loading one, freeing it.

Most checkpoints store what the model holds, or one tensor per expert that the model holds stacked.
These are read straight into place, into memory that the layer before last has left. Everything
else (quantised, interleaved, split) goes through transformers' own conversion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers.core_model_loading import (
    Concatenate,
    MergeModulelist,
    WeightConverter,
    WeightRenaming,
    build_glob_alternation,
    convert_and_load_state_dict_in_model,
    dot_natural_key,
    rename_source_key,
)

from core.checkpoint import TensorRef
from core.errors import CheckpointError, UnsupportedModelError
from core.runtime.streaming_build import Skeleton, check_loaded
from core.runtime.streaming_memory import TensorPool, Upload
from core.runtime.streaming_reader import LazyTensor, TensorReader, torch_dtype

Part = tuple[TensorRef, tuple[int | slice, ...]]
# Stored tensors that one tensor of the model is made of: name → (tensor, the pattern it matched).
Sources = dict[str, tuple[TensorRef, str | None]]
Targets = dict[str, tuple[Sources, WeightConverter | None]]


@dataclass(frozen=True, kw_only=True)
class Fill:
    """One tensor of the model, and which stored tensors fill which part of it."""

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class LayerSource:
    """What one decoder layer needs.

    Attributes:
        names: Every parameter and persistent buffer of the layer.
        fills: Those that are read straight into place.
        converted: Stored tensors that transformers converts.
        nbytes: Bytes of the layer once it is loaded.
        stored_bytes: Bytes that are read for it.
    """

    names: tuple[str, ...]
    fills: tuple[Fill, ...]
    converted: Mapping[str, TensorRef]
    nbytes: int
    stored_bytes: int


class LayerStore:
    """Loads and frees decoder layers of a skeleton. One thread loads, another may free.

    Attributes:
        layers: What each layer needs.
        outside: Stored tensors of the model that are in no layer.
        outside_bytes: Bytes of these once they are loaded.
        resident: Layers that are loaded or being loaded.
        peak_resident: Most of them at once.
    """

    def __init__(
        self,
        skeleton: Skeleton,
        tensors: Mapping[str, TensorRef],
        reader: TensorReader,
        device: torch.device,
    ) -> None:
        self._skeleton = skeleton
        self._reader = reader
        self._device = device
        self._pool = TensorPool()
        self._upload = Upload(device) if device.type == "cuda" else None
        self._pooled: set[str] = set()
        self._meta: dict[str, Tensor] = {}
        self.resident: set[int] = set()
        self.peak_resident = 0
        state = skeleton.model.state_dict(keep_vars=True)
        _refuse_shared_layers(skeleton, state)
        targets = _targets(skeleton, tensors, state)
        self.outside = {
            name: ref
            for target, (sources, _) in targets.items()
            if skeleton.layer_of(target) is None
            for name, (ref, _) in sources.items()
        }
        self.outside_bytes = sum(
            tensor.nbytes
            for name, tensor in state.items()
            if skeleton.layer_of(name) is None and name not in skeleton.model.all_tied_weights_keys
        )
        self.layers = tuple(
            self._source(index, targets, state) for index in range(len(skeleton.layers))
        )
        for layer in self.layers:
            self._meta.update((name, state[name]) for name in layer.names)

    @property
    def largest(self) -> int:
        """Bytes of the largest layer, loaded."""
        return max(layer.nbytes for layer in self.layers)

    @property
    def copies(self) -> int:
        """Layers in memory at once: one computes, one is read, one more where it is converted."""
        return 3 if any(layer.converted for layer in self.layers) else 2

    @property
    def bytes_read(self) -> int:
        """Bytes read of the checkpoint so far."""
        return self._reader.bytes_read

    def load(self, index: int, check: Callable[[], None]) -> None:
        """Read one layer into the model.

        Args:
            index: The layer.
            check: Called between tensors; may raise to stop.

        Raises:
            CheckpointError: A tensor is missing, damaged or of another shape.
        """
        self.resident.add(index)
        self.peak_resident = max(self.peak_resident, len(self.resident))
        layer = self.layers[index]
        for fill in layer.fills:
            check()
            self._set(fill.name, self._filled(fill, check))
            self._pooled.add(fill.name)
        if self._upload is not None:
            self._upload.finish(self._pool)
        if layer.converted:
            stored = layer.converted.items()
            lazy = {name: LazyTensor(ref, self._reader, check) for name, ref in stored}
            info, _ = convert_and_load_state_dict_in_model(
                self._skeleton.model, lazy, self._skeleton.load_config
            )
            check_loaded(info, f"of layer {index}")
        absent = [name for name in layer.names if self._get(name).is_meta]
        if absent:
            raise CheckpointError(
                f"the checkpoint lacks {len(absent)} tensors of layer {index}, {absent[0]} first",
                remedy="downloading the model again",
            )

    def free(self, index: int) -> None:
        """Put a layer back on `meta`; its memory serves the next one."""
        if self._upload is not None:
            self._upload.released()
        for name in self.layers[index].names:
            tensor = self._get(name)
            self._set(name, self._meta[name])
            if name in self._pooled:
                self._pool.give(tensor.detach())
                self._pooled.discard(name)
        self.resident.discard(index)

    def close(self) -> None:
        """Free all layers and return their memory to the system."""
        if self._upload is not None:
            self._upload.finish(self._pool)
        for index in sorted(self.resident):
            self.free(index)
        self._pool.clear()

    def _filled(self, fill: Fill, check: Callable[[], None]) -> Tensor:
        """Read all parts of one tensor of the model."""
        pinned = self._upload is not None
        host = self._pool.take(fill.shape, fill.dtype, torch.device("cpu"), pinned=pinned)
        for ref, at in fill.parts:
            check()
            part = host[at]
            if torch_dtype(ref) is fill.dtype and part.is_contiguous():
                self._reader.read_into(ref, part, check)
            else:
                part.copy_(self._reader.read(ref, check))
        return host if self._upload is None else self._upload.send(host, self._pool)

    def _get(self, name: str) -> Tensor:
        """A parameter or buffer of the model."""
        path, _, leaf = name.rpartition(".")
        tensor: Tensor = getattr(self._skeleton.model.get_submodule(path), leaf)
        return tensor

    def _set(self, name: str, tensor: Tensor) -> None:
        """Replace a parameter or buffer of the model."""
        path, _, leaf = name.rpartition(".")
        module = self._skeleton.model.get_submodule(path)
        if leaf in module._buffers:  # noqa: SLF001 - setattr would copy nothing either
            module._buffers[leaf] = tensor  # noqa: SLF001
        else:
            parameter = (
                tensor
                if isinstance(tensor, nn.Parameter)
                else nn.Parameter(tensor, requires_grad=False)
            )
            module._parameters[leaf] = parameter  # noqa: SLF001

    def _source(
        self,
        index: int,
        targets: Targets,
        state: Mapping[str, Tensor],
    ) -> LayerSource:
        """What one layer needs, from where."""
        names = tuple(name for name in state if self._skeleton.layer_of(name) == index)
        fills: list[Fill] = []
        converted: dict[str, TensorRef] = {}
        for target, (sources, converter) in targets.items():
            if self._skeleton.layer_of(target) != index:
                continue
            fill = self._fill(target, sources, converter, state)
            if fill is None:
                converted.update((name, ref) for name, (ref, _) in sources.items())
            else:
                fills.append(fill)
        stored = sum(ref.nbytes for fill in fills for ref, _ in fill.parts)
        return LayerSource(
            names=names,
            fills=tuple(fills),
            converted=converted,
            nbytes=sum(state[name].nbytes for name in names),
            stored_bytes=stored + sum(ref.nbytes for ref in converted.values()),
        )

    def _fill(
        self,
        target: str,
        sources: Sources,
        converter: WeightConverter | None,
        state: Mapping[str, Tensor],
    ) -> Fill | None:
        """How to read a tensor straight into place, or None if transformers must convert it."""
        if self._skeleton.load_config.hf_quantizer is not None or target not in state:
            return None
        shape = tuple(state[target].shape)
        parts = _parts(shape, sources, converter)
        if parts is None:
            return None
        dtype = _loaded_dtype(target, state[target], self._skeleton.load_config)
        return Fill(name=target, shape=shape, dtype=dtype, parts=parts)


def _targets(
    skeleton: Skeleton, tensors: Mapping[str, TensorRef], state: Mapping[str, Tensor]
) -> Targets:
    """Stored tensors by the tensor of the model they go to, in transformers' order.

    What the model has no place for (multi-token prediction layers, say) is left out.
    """
    mapping = skeleton.load_config.weight_mapping or []
    renamings = [entry for entry in mapping if isinstance(entry, WeightRenaming)]
    converters = [entry for entry in mapping if isinstance(entry, WeightConverter)]
    by_pattern = {pattern: entry for entry in converters for pattern in entry.source_patterns}
    prefix = skeleton.model.base_model_prefix
    targets: Targets = {}
    for name in sorted(tensors, key=dot_natural_key):
        renamed, pattern = rename_source_key(name, renamings, converters, prefix, state)
        if renamed not in state and name in state:
            renamed, pattern = rename_source_key(name, [], [], prefix, state)
        if renamed not in state:
            continue
        converter = None if pattern is None else by_pattern[pattern]
        targets.setdefault(renamed, ({}, converter))[0][name] = (tensors[name], pattern)
    return targets


def _parts(
    shape: tuple[int, ...], sources: Sources, converter: WeightConverter | None
) -> tuple[Part, ...] | None:
    """Where each stored tensor lands in the model's, or None if that takes more than copying."""
    if converter is None:
        refs = tuple(ref for ref, _ in sources.values())
        same = len(refs) == 1 and refs[0].shape == shape
        return ((refs[0], ()),) if same else None
    operations = converter.operations
    kinds = tuple(type(operation) for operation in operations)
    stacks = kinds == (MergeModulelist,) and len(converter.source_patterns) == 1
    joins = kinds == (MergeModulelist, Concatenate) and operations[1].dim == 1
    if not (stacks or joins) or operations[0].dim != 0 or len(converter.target_patterns) != 1:
        return None
    return _stacked(shape, sources, converter.source_patterns) if len(shape) > 1 else None


def _stacked(
    shape: tuple[int, ...], sources: Sources, patterns: Sequence[str]
) -> tuple[Part, ...] | None:
    """Each expert's tensors at its place in the stack, those of one pattern after the other's."""
    parts: list[Part] = []
    start = 0
    for pattern in patterns:
        refs = tuple(ref for ref, matched in sources.values() if matched == pattern)
        alike = len(refs) == shape[0] and len({ref.shape for ref in refs}) == 1
        if not alike or len(refs[0].shape) != len(shape) - 1:
            return None
        width = refs[0].shape[0]
        if refs[0].shape[1:] != shape[2:]:
            return None
        parts += [(ref, (e, slice(start, start + width))) for e, ref in enumerate(refs)]
        start += width
    complete = start == shape[1] and len(parts) == len(sources)
    return tuple(parts) if complete else None


def _loaded_dtype(name: str, parameter: Tensor, load_config: object) -> torch.dtype:
    """The dtype that transformers would load a tensor in."""
    plan: dict[str, torch.dtype] = load_config.dtype_plan or {}  # type: ignore[attr-defined]
    if plan:
        pattern, by_group, _ = build_glob_alternation(list(plan))
        match = pattern.search(name)
        if match is not None:
            return plan[by_group[match.lastgroup]]
    return parameter.dtype


def _refuse_shared_layers(skeleton: Skeleton, state: Mapping[str, Tensor]) -> None:
    """Refuse a model whose layers share weights: freeing one would take them from another."""
    owner: dict[int, str] = {}
    for name, tensor in state.items():
        first = owner.setdefault(id(tensor), name)
        if skeleton.layer_of(first) != skeleton.layer_of(name):
            raise UnsupportedModelError(
                f"{first} and {name} are one tensor, so the layers cannot be streamed one by one",
                remedy="turning streaming off",
            )
    tied = skeleton.model.all_tied_weights_keys
    for target, source in tied.items():
        if skeleton.layer_of(target) is not None or skeleton.layer_of(source) is not None:
            raise UnsupportedModelError(
                f"{target} is tied to {source}, so the layers cannot be streamed one by one",
                remedy="turning streaming off",
            )
