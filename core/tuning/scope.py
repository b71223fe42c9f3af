"""Which parameters of a live model are trained, and LoRA put in and merged out."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import nn

from core.errors import UnsupportedModelError
from core.runtime.live import LiveModel
from core.tuning.options import TuneOptions

if TYPE_CHECKING:
    from peft import PeftModel

# Linear layers of attention whose input is the residual stream or the attention's output.
_ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj", "qkv_proj", "q_b_proj", "kv_b_proj")


def router_parameters(live: LiveModel) -> Iterator[nn.Parameter]:
    """Every parameter of every router; buffers (correction biases) have no gradient."""
    for layer in live.moe:
        yield from layer.router.parameters()


def set_trainable(live: LiveModel, options: TuneOptions) -> nn.Module:
    """Mark what is trained, in float32, and put LoRA in where it is asked for.

    Args:
        live: The model; nothing of it is trainable yet.
        options: With its scope resolved.

    Returns:
        The model to train: the same, or peft's wrapper around it.

    Raises:
        UnsupportedModelError: The experts hold no matrices that LoRA could follow.
    """
    model: nn.Module = live.model
    if options.train == "lora":
        model = _with_lora(live, options)
    elif options.train == "all":
        live.model.requires_grad_(requires_grad=True)
    elif options.train == "experts":
        for parameter in _experts(live).values():
            parameter.requires_grad_(requires_grad=True)
    for parameter in router_parameters(live):
        parameter.requires_grad_(requires_grad=True)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dtype != torch.float32:
            # Steps of AdamW are smaller than what bf16 can tell apart.
            parameter.data = parameter.data.float()
    return model


def changing(live: LiveModel, options: TuneOptions) -> set[str]:
    """Names of the parameters that training changes in the end, LoRA's targets for LoRA."""
    if options.train == "all":
        return {name for name, _ in live.model.named_parameters()}
    found = {
        f"{layer.name}.{layer.router_name}.{name}"
        for layer in live.moe
        for name, _ in layer.router.named_parameters()
    }
    if options.train == "experts":
        found |= set(_experts(live))
    if options.train == "lora":
        found |= _expert_matrices(live)
        if options.lora_attention:
            found |= {f"{name}.weight" for name in _attention_modules(live)}
    return found


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """What is trained, by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def merged(model: nn.Module) -> nn.Module:
    """The model with LoRA added into its weights and taken out; others come back as they are."""
    if hasattr(model, "merge_and_unload"):
        merged: nn.Module = model.merge_and_unload()
        return merged
    return model


def _with_lora(live: LiveModel, options: TuneOptions) -> PeftModel:
    from peft import LoraConfig, get_peft_model

    targets = sorted(_expert_matrices(live))
    if not targets:
        raise UnsupportedModelError(
            f"the experts of {live.info.model_type} hold no matrices that LoRA could follow",
            remedy="--train experts",
        )
    config = LoraConfig(
        r=options.lora_rank,
        lora_alpha=options.lora_alpha or 2 * options.lora_rank,
        target_parameters=targets,
        target_modules=_attention_modules(live) if options.lora_attention else [],
        lora_dropout=0.0,
        bias="none",
    )
    with warnings.catch_warnings():
        # peft asks transformers by a name that transformers gives up in its next version.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        return get_peft_model(live.model, config)


def _experts(live: LiveModel) -> dict[str, nn.Parameter]:
    """The parameters of all routed experts by their full names."""
    return {
        f"{path}.{name}": parameter
        for layer in live.moe
        for path in layer.expert_paths
        for name, parameter in live.model.get_submodule(path).named_parameters()
    }


def _expert_matrices(live: LiveModel) -> set[str]:
    """Full names of the experts' [E, …, …] parameters.

    DBRX lays the experts' rows in one flat matrix, where one low rank would be shared by all.
    """
    return {name for name, parameter in _experts(live).items() if parameter.dim() == 3}


def _attention_modules(live: LiveModel) -> list[str]:
    """Full names of attention's linear layers."""
    return [
        name
        for name, module in live.model.named_modules()
        if isinstance(module, nn.Linear) and name.rpartition(".")[2] in _ATTENTION
    ]
