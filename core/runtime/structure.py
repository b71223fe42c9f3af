"""What of a live model depends on the number of experts or on Top-K, found by comparison.

The model's own class is built once more, on `meta`, with the other number. Every tensor dimension
and every integer that differs is what has to change; nothing is guessed from names or sizes, and
what does not come out exactly as the class would build it is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from core.errors import UnsupportedModelError
from core.families import family_for

if TYPE_CHECKING:
    from core.runtime.layers import MoeLayer
    from core.runtime.live import LiveModel


@dataclass(frozen=True, kw_only=True)
class TensorChange:
    """A parameter or buffer with one entry per expert along a dimension.

    Attributes:
        module: Path of its module in the model.
        name: Its name there.
        axis: The dimension that counts experts.
        extent: Its extent in the other model.
        buffer: Whether it is a buffer.
    """

    module: str
    name: str
    axis: int
    extent: int
    buffer: bool


@dataclass(frozen=True, kw_only=True)
class NumberChange:
    """An integer attribute of a module, and what it would be."""

    module: str
    name: str
    value: int


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Everything that differs from a model with another number of experts or another Top-K."""

    tensors: tuple[TensorChange, ...]
    numbers: tuple[NumberChange, ...]

    def within(self, path: str, *, without: Sequence[str] = ()) -> Changes:
        """Only what is at or below a module, leaving some modules out."""

        def inside(module: str) -> bool:
            return _under(module, path) and not any(_under(module, other) for other in without)

        return Changes(
            tensors=tuple(change for change in self.tensors if inside(change.module)),
            numbers=tuple(change for change in self.numbers if inside(change.module)),
        )

    def outside(self, paths: Sequence[str]) -> Changes:
        """Only what is below none of the modules."""
        return self.within("", without=paths)


def changes(live: LiveModel, *, experts: int | None = None, top_k: int | None = None) -> Changes:
    """Compare with the same class built for another number of experts and another Top-K.

    Args:
        live: The model.
        experts: Experts per layer; as they are if None.
        top_k: Experts per token; as it is if None.

    Raises:
        UnsupportedModelError: The class does not follow its config, or a tensor differs in more
            than one dimension.
    """
    config = copy.deepcopy(live.model.config)
    set_counts(live, config, experts=experts, top_k=top_k)
    with torch.device("meta"):
        other = type(live.model)(config)
    tensors: list[TensorChange] = []
    numbers: list[NumberChange] = []
    for path, module in live.model.named_modules():
        twin = other.get_submodule(path)
        tensors.extend(_tensor_changes(path, module, twin))
        numbers.extend(_number_changes(path, module, twin))
    return Changes(tensors=tuple(tensors), numbers=tuple(numbers))


def set_counts(
    live: LiveModel, config: object, *, experts: int | None = None, top_k: int | None = None
) -> None:
    """Write the number of experts and Top-K into a config object, through its own aliases.

    Raises:
        UnsupportedModelError: The config has none of the family's keys.
    """
    family = family_for(live.info.config)
    text = config.get_text_config()  # type: ignore[attr-defined]
    if experts is not None:
        _forget_layers(text, (family.per_layer_key, *family.experts_keys))
    for value, keys in ((experts, family.experts_keys), (top_k, family.top_k_keys)):
        if value is None:
            continue
        places = [_place(text, key) for key in keys]
        owner, key = next(
            (place for place in places if getattr(*place, None) is not None), (None, "")
        )
        if owner is None:
            raise UnsupportedModelError(
                f"the config of {live.info.model_type} has none of {', '.join(keys)}"
            )
        setattr(owner, key, value)


def _place(config: object, key: str) -> tuple[object, str]:
    """The config object that a key with dots is in, and its last word."""
    *owners, last = key.split(".")
    for owner in owners:
        config = getattr(config, owner, None)
    return config, last


def own_configs(
    live: LiveModel, layer: MoeLayer, *, experts: int, top_k: int | None
) -> list[tuple[nn.Module, object]]:
    """Configs of a router's own, with other counts, for a router that reads its config as it runs.

    Returns:
        The modules that hold a config, and what each is to hold instead.
    """
    holders = [module for module in layer.router.modules() if "config" in vars(module)]
    found: list[tuple[nn.Module, object]] = []
    for module in holders:
        config = copy.deepcopy(vars(module)["config"])
        set_counts(live, config, experts=experts, top_k=top_k)
        found.append((module, config))
    return found


def _forget_layers(text: Any, keys: Sequence[str]) -> None:
    """Take single layers' numbers out of a config, which would win over the one for all."""
    if not getattr(text, "is_heterogeneous", False):
        return
    layers = text.to_dict()["per_layer_config"]
    others = {i: {k: v for k, v in own.items() if k not in keys} for i, own in layers.items()}
    text.per_layer_config = {i: own for i, own in others.items() if own} or None


def held(module: nn.Module, *, buffers: bool) -> dict[str, Any]:
    """The parameters or buffers that a module itself holds, to be read or replaced."""
    # torch has no public way to replace one without changing its kind or its requires_grad.
    return module._buffers if buffers else module._parameters  # noqa: SLF001


def _tensor_changes(path: str, module: nn.Module, twin: nn.Module) -> list[TensorChange]:
    found = []
    for buffer in (False, True):
        others = held(twin, buffers=buffer)
        for name, tensor in held(module, buffers=buffer).items():
            other = others.get(name)
            if tensor is None or other is None or tensor.shape == other.shape:
                continue
            axes = [
                axis
                for axis, (here, there) in enumerate(zip(tensor.shape, other.shape, strict=False))
                if here != there
            ]
            if len(axes) != 1 or tensor.dim() != other.dim():
                raise UnsupportedModelError(
                    f"tensor {path}.{name} would go from {list(tensor.shape)} to "
                    f"{list(other.shape)}: not a slice"
                )
            found.append(
                TensorChange(
                    module=path,
                    name=name,
                    axis=axes[0],
                    extent=int(other.shape[axes[0]]),
                    buffer=buffer,
                )
            )
    return found


def _number_changes(path: str, module: nn.Module, twin: nn.Module) -> list[NumberChange]:
    theirs = vars(twin)
    return [
        NumberChange(module=path, name=name, value=theirs[name])
        for name, value in vars(module).items()
        if type(value) is int and type(theirs.get(name)) is int and theirs[name] != value
    ]


def _under(module: str, path: str) -> bool:
    return not path or module == path or module.startswith(path + ".")
