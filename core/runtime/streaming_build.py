"""Build a model on `meta` exactly as `from_pretrained` would, with nothing loaded yet.

Everything that decides about results (dtype, dtype exceptions, attention, expert forward,
quantiser, conversions) is settled inside `from_pretrained`. So it is called as it is, on a subclass
that leaves out its last two steps: reading the weights and initialising what was not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn
from transformers import AutoConfig
from transformers.core_model_loading import convert_and_load_state_dict_in_model
from transformers.models.auto.auto_factory import _get_model_class
from transformers.utils.loading_report import LoadStateDictInfo

from core.checkpoint.files import CONFIG, read_json
from core.errors import CheckpointError, UnsupportedModelError
from core.families import family_for
from core.runtime.layers import MoeLayer, find_layers
from core.runtime.own_config import config_class
from core.runtime.quantised import loading_options
from core.runtime.streaming_reader import LazyTensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Skeleton:
    """A model without weights, and how transformers would have loaded them.

    Attributes:
        model: The model, every parameter and buffer on `meta`.
        load_config: transformers' own decisions: dtype, dtype plan, conversions, quantiser.
        layers_name: Path of the list of decoder layers, e.g. "model.layers".
        layers: The list.
        moe: Its rows.
    """

    model: nn.Module
    load_config: Any  # transformers' LoadStateDictConfig
    layers_name: str
    layers: nn.ModuleList
    moe: tuple[MoeLayer, ...]

    def layer_of(self, name: str) -> int | None:
        """The decoder layer that a parameter comes and goes with, or None if it stays.

        Routers stay with what is outside of the layers: they are small, and masks cut them.
        """
        if not name.startswith(self.layers_name + ".") or name in self._routing:
            return None
        return int(name[len(self.layers_name) + 1 :].split(".", 1)[0])

    @cached_property
    def _routing(self) -> frozenset[str]:
        """Parameters and buffers of routers, and those of the blocks themselves."""
        found: set[str] = set()
        for row in self.moe:
            for tensors in (row.block.named_parameters, row.block.named_buffers):
                found.update(f"{row.name}.{name}" for name, _ in tensors(recurse=False))
            inner = f"{row.name}.{row.router_name}"
            for tensors in (row.router.named_parameters, row.router.named_buffers):
                found.update(f"{inner}.{name}" for name, _ in tensors())
        return frozenset(found)


def build_skeleton(
    folder: Path, *, routing: str, device: torch.device, dtype: torch.dtype
) -> Skeleton:
    """A causal language model of a folder on `meta`.

    Args:
        folder: A model folder with config.json and safetensors.
        routing: The family's word for it, as `core.runtime.live.find_layers` takes it.
        device: Where weights will be loaded to.
        dtype: As `from_pretrained` takes it.

    Raises:
        UnsupportedModelError: Not a causal language model, or without a list of MoE layers.
    """
    stock = _stock_class(folder)
    kept: dict[str, Any] = {}

    def keep_config(_model: nn.Module, _state: None, _files: object, load_config: Any) -> object:
        kept["load_config"] = load_config
        return empty_info(), None

    weightless: Any = type(
        stock.__name__,
        (stock,),
        {
            "__module__": stock.__module__,
            "config_class": config_class(folder, stock),
            "_load_pretrained_model": staticmethod(keep_config),
            "_finalize_model_loading": staticmethod(lambda _model, _config, info: info),
        },
    )
    options: dict[str, object] = {"local_files_only": True, "use_safetensors": True}
    options |= loading_options(read_json(folder / CONFIG))
    if device.type != "cpu":
        options["device_map"] = {"": device}
    model = weightless.from_pretrained(folder, dtype=dtype, **options)
    model.__class__ = stock
    moe = find_layers(model, routing)
    name, layers = decoder_layers(model, [row.name for row in moe])
    return Skeleton(
        model=model,
        load_config=kept["load_config"],
        layers_name=name,
        layers=layers,
        moe=moe,
    )


def _stock_class(folder: Path) -> Any:
    """The class of transformers that loads a folder.

    Raises:
        UnsupportedModelError: Its auto class does not know the config.
    """
    raw = read_json(folder / CONFIG)
    chosen = getattr(transformers, family_for(raw).auto_class(raw))
    if issubclass(chosen, transformers.PreTrainedModel):
        return chosen
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    mapping = chosen._model_mapping  # noqa: SLF001 - an Auto class has no public name for it
    if type(config) not in mapping:
        raise UnsupportedModelError(f"{config.model_type} is not a causal language model here")
    return _get_model_class(config, mapping)


def decoder_layers(model: nn.Module, blocks: Sequence[str]) -> tuple[str, nn.ModuleList]:
    """The outermost list of modules that holds all blocks of experts, and its path.

    Raises:
        UnsupportedModelError: No list holds them all.
    """
    for name, module in model.named_modules():
        held = name and all(block.startswith(name + ".") for block in blocks)
        if held and isinstance(module, nn.ModuleList):
            return name, module
    raise UnsupportedModelError(
        f"{model.config.model_type} has no list of decoder layers with all its experts, so it "
        "cannot be streamed layer by layer",
        remedy="turning streaming off",
    )


def load_outside_layers(skeleton: Skeleton, tensors: Mapping[str, LazyTensor]) -> None:
    """Load and initialise all that is not in a decoder layer, as `from_pretrained` does.

    Non-persistent buffers are initialised in the layers too: no file holds them.

    Raises:
        CheckpointError: The checkpoint lacks a tensor, or one has another shape.
    """
    model, load_config = skeleton.model, skeleton.load_config
    info, _ = convert_and_load_state_dict_in_model(model, dict(tensors), load_config)
    check_loaded(info, "outside of the layers")
    inside = {key for key in info.missing_keys if skeleton.layer_of(key) is not None}
    info.missing_keys -= inside
    model.mark_tied_weights_as_initialized(info)
    model._move_missing_keys_from_meta_to_device(  # noqa: SLF001 - from_pretrained's own step
        info.missing_keys, load_config.device_map, None, load_config.hf_quantizer
    )
    model._initialize_missing_keys(load_config.is_quantized)  # noqa: SLF001
    model.tie_weights(missing_keys=info.missing_keys | inside, recompute_mapping=False)
    model._adjust_missing_and_unexpected_keys(info)  # noqa: SLF001
    missing = info.missing_keys - model.all_tied_weights_keys.keys()
    if missing:
        raise CheckpointError(
            f"the checkpoint lacks {len(missing)} tensors of the model, {min(missing)} first",
            remedy="downloading the model again",
        )


def check_loaded(info: Any, where: str) -> None:
    """Raise what transformers would only report.

    Raises:
        CheckpointError: A tensor has another shape than the model's, or could not be converted.
    """
    if info.mismatched_keys:
        name, got, wanted = min(info.mismatched_keys, key=str)
        raise CheckpointError(
            f"{name} is {list(got)} in the checkpoint, the config says {list(wanted)}",
            remedy="the config.json that belongs to these weights",
        )
    if info.conversion_errors:
        name, text = min(info.conversion_errors.items())
        raise CheckpointError(f"{name} {where} cannot be converted: {text.splitlines()[-1]}")


def empty_info() -> Any:
    """A loading report of nothing."""
    return LoadStateDictInfo(
        missing_keys=set(),
        unexpected_keys=set(),
        mismatched_keys=set(),
        conversion_errors={},
        error_msgs=[],
        skipped_pp_keys=set(),
    )
