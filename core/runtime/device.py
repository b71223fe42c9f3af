"""Which device and dtype a model runs in, and whether it fits there."""

from __future__ import annotations

import torch

from core.errors import InputError, ResourceError
from core.runtime.memory import HEADROOM, free_ram_bytes, gigabytes

DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


def choose_device(name: str = "auto") -> torch.device:
    """The device of a name: "auto" (CUDA if there is one), "cpu", "cuda", "cuda:1".

    Raises:
        InputError: No such device name.
        ResourceError: CUDA was asked for and is not there.
    """
    if name == "auto":
        return torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    if name == "cpu":
        return torch.device("cpu")
    kind, _, index = name.partition(":")
    if kind != "cuda" or (index and not index.isdecimal()) or name.endswith(":"):
        raise InputError(f"there is no device '{name}'", remedy="auto, cpu, cuda or cuda:<number>")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(index or 0) >= count:
        raise ResourceError(
            f"device {name} is not there: torch sees {count} CUDA devices", remedy="--device cpu"
        )
    return torch.device("cuda", int(index or 0))


def choose_dtype(name: str, device: torch.device, stored: str, parameters: int) -> torch.dtype:
    """The dtype that weights are loaded in.

    Args:
        name: "auto" or a torch name. "auto" keeps the checkpoint's dtype on CUDA; on the CPU it
            takes float32 while that fits into memory, since matrix products in bfloat16 are several
            times slower there.
        device: Where the model will run.
        stored: The checkpoint's main dtype, as torch or safetensors spells it.
        parameters: Number of parameters, to see whether float32 fits.

    Raises:
        InputError: No such dtype.
    """
    if name == "auto":
        kept = _STORED.get(stored.lower(), torch.bfloat16)
        if device.type != "cpu":
            return kept
        fits = parameters * 4 * HEADROOM <= free_ram_bytes()
        return torch.float32 if fits else kept
    if name not in DTYPES:
        raise InputError(f"there is no dtype '{name}'", remedy=f"auto, {', '.join(DTYPES)}")
    return DTYPES[name]


def needed_bytes(parameters: int, dtype: torch.dtype) -> int:
    """Bytes that a whole model takes, with some headroom."""
    return int(parameters * dtype.itemsize * HEADROOM)


def free_bytes(device: torch.device) -> int:
    """Free bytes of a device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return free_ram_bytes()


def fits(parameters: int, dtype: torch.dtype, device: torch.device) -> bool:
    """Whether a whole model fits into the free memory of a device."""
    return needed_bytes(parameters, dtype) <= free_bytes(device)


def check_memory(parameters: int, dtype: torch.dtype, device: torch.device) -> None:
    """Refuse a model that cannot fit, before a byte of it is read.

    Raises:
        ResourceError: With what is needed and what is free.
    """
    needed, free = needed_bytes(parameters, dtype), free_bytes(device)
    if device.type == "cuda":
        kind, remedy = "VRAM", "streaming (--stream auto), --device cpu, or a smaller --dtype"
    else:
        kind, remedy = "RAM", "streaming (--stream auto), --dtype bfloat16"
    if needed > free:
        raise ResourceError(
            f"the model needs {gigabytes(needed)} of {kind}, {gigabytes(free)} are free",
            remedy=remedy,
        )


_STORED = {
    "f32": torch.float32,
    "float32": torch.float32,
    "f16": torch.float16,
    "float16": torch.float16,
    "bf16": torch.bfloat16,
    "bfloat16": torch.bfloat16,
}
