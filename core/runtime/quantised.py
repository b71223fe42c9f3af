"""What transformers needs to be told to run a quantised checkpoint here.

Weights in fewer bits are unpacked when they are loaded: experts are observed, masked and streamed
as any other then. Slicing a checkpoint needs none of this, it copies bytes.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Mapping
from typing import Any

import torch

from core.errors import InputError, UnsupportedModelError
from core.families import quantisation

# Methods whose loader leaves unquantised tensors as they are stored: any other dtype would mix.
_AS_STORED = frozenset({"fp8"})
# What transformers imports to read a method's files.
_PACKAGES = {
    "compressed-tensors": ("compressed_tensors", "compressed-tensors"),
    "bitsandbytes": ("bitsandbytes", "bitsandbytes"),
    "gptq": ("gptqmodel", "gptqmodel optimum"),
    "awq": ("gptqmodel", "gptqmodel optimum"),
    "auto-round": ("auto_round", "auto-round"),
}
# Whose loader can be told to unpack, by the class that tells it.
_UNPACKING = {
    "compressed-tensors": "CompressedTensorsConfig",
    "fp8": "FineGrainedFP8Config",
    "mxfp4": "Mxfp4Config",
}


def check_loadable(config: Mapping[str, object]) -> None:
    """Refuse, before anything is read, what transformers cannot unpack here.

    Raises:
        UnsupportedModelError: The method is unknown to transformers, or its package is missing.
    """
    method = quantisation(config)
    if not method:
        return
    from transformers.quantizers.auto import AUTO_QUANTIZATION_CONFIG_MAPPING

    known = any(name.startswith(method) for name in AUTO_QUANTIZATION_CONFIG_MAPPING)
    if not known:
        raise UnsupportedModelError(
            f"transformers cannot run weights that are quantised by '{method}'",
            remedy="profiling the unquantised model; its plan slices this one with --force",
        )
    module, packages = _PACKAGES.get(method, ("", ""))
    if module and importlib.util.find_spec(module) is None:
        raise UnsupportedModelError(
            f"running weights that are quantised by '{method}' needs a package that is missing",
            remedy=f"pip install {packages}, or profiling the unquantised model: its plan slices "
            "this one with --force",
        )


def loading_options(config: Mapping[str, object]) -> dict[str, Any]:
    """What `from_pretrained` is given so that all weights come out unpacked."""
    import transformers

    name = _UNPACKING.get(quantisation(config))
    if name is None:
        return {}
    # transformers warns that this one's other fields are not used, which is what is meant.
    warnings.filterwarnings("ignore", message="You passed `quantization_config`")
    return {"quantization_config": getattr(transformers, name)(dequantize=True)}


def dtype_for(config: Mapping[str, object], name: str, chosen: torch.dtype) -> torch.dtype:
    """The dtype to load in, where the method leaves no choice.

    Raises:
        InputError: Another one was asked for by name.
    """
    if quantisation(config) not in _AS_STORED:
        return chosen
    if name not in {"auto", "bfloat16"}:
        raise InputError(
            f"a checkpoint in fp8 is unpacked to bfloat16, not to {name}", remedy="--dtype auto"
        )
    return torch.bfloat16
