"""Load a checkpoint folder as a live model, after making sure that it can work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch

from core.checkpoint.info import ModelInfo, inspect_model
from core.errors import CheckpointError, ResourceError, StudioError, UnsupportedModelError
from core.families import SINCE
from core.run import Run
from core.runtime.device import check_memory, choose_device, choose_dtype, fits
from core.runtime.live import LiveModel, live_model
from core.runtime.memory import gigabytes
from core.runtime.quantised import check_loadable, dtype_for, loading_options
from core.runtime.quiet import quiet
from core.runtime.ranks import ALONE, Ranks
from core.runtime.whole import from_pretrained

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Stream = Literal["auto", "always", "never"]

STAGE = "load"
_DTYPES = (torch.float32, torch.bfloat16, torch.float16, torch.float64)


def load_model(
    folder: Path,
    *,
    device: str = "auto",
    dtype: str = "auto",
    stream: Stream = "never",
    ranks: Ranks = ALONE,
    run: Run,
) -> LiveModel:
    """Load a model, whole or to be streamed layer by layer.

    Args:
        folder: A safetensors checkpoint.
        device: "auto", "cpu", "cuda", "cuda:<i>".
        dtype: "auto" or a torch name; see `choose_dtype`.
        stream: "never" loads it whole, "always" streams it, "auto" streams it if it does not fit.
            A streamed model can be profiled and evaluated, not changed.
        ranks: The processes that load it; all take one dtype, and stream if one of them must.
        run: Where progress goes. Checked while the weights are read.

    Raises:
        ResourceError: It does not fit; the message has both numbers.
        UnsupportedModelError: The model type is not in the table, or its modules are not as
            declared.
        CheckpointError: Weights are missing, damaged or of another shape.
    """
    run.check()
    info = inspect_model(folder)
    target = choose_device(device)
    parameters = info.parameters.total
    _check_known(info)
    check_loadable(info.config)
    chosen = dtype_for(info.config, dtype, choose_dtype(dtype, target, info.dtype, parameters))
    streamed = stream == "always" or (stream == "auto" and not fits(parameters, chosen, target))
    if streamed and dtype == "auto":
        from core.runtime.streaming_model import streamed_dtype

        chosen = dtype_for(info.config, dtype, streamed_dtype(info, chosen, target))
    if not streamed:
        check_memory(parameters, chosen, target)
    # Each has looked at the free memory before any of them takes some.
    notes = ranks.agree(int(streamed), _DTYPES.index(chosen))
    streamed, chosen = any(note[0] for note in notes), _DTYPES[max(note[1] for note in notes)]
    if streamed:
        from core.runtime.streaming_model import stream_model

        return stream_model(folder, info, device=target, dtype=chosen, run=run)
    size = parameters * chosen.itemsize
    run.note(f"loading {folder.name}: {gigabytes(size)} in {_name(chosen)} on {target}")
    run.progress(STAGE, 0, info.bytes, "bytes")
    model = _from_pretrained(info, chosen, target, run)
    run.check()
    live = live_model(model, folder=folder, info=info)
    run.progress(STAGE, info.bytes, info.bytes, "bytes")
    return live


def _check_known(info: ModelInfo) -> None:
    """Refuse a model type that came with a later transformers than the installed one."""
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    name = str(info.config.get("model_type"))
    first, here = SINCE.get(name), transformers.__version__
    if first and name not in CONFIG_MAPPING:
        raise UnsupportedModelError(
            f"{name} needs transformers {first} or newer, and {here} is installed",
            remedy=f"pip install 'transformers>={first}'",
        )


def _from_pretrained(
    info: ModelInfo, dtype: torch.dtype, device: torch.device, run: Run
) -> PreTrainedModel:
    from safetensors import SafetensorError

    folder = info.path
    options: dict[str, object] = {
        "dtype": dtype,
        "local_files_only": True,
        "trust_remote_code": False,
        "use_safetensors": True,
        "output_loading_info": True,
        **loading_options(info.config),
    }
    if device.type != "cpu":
        options["device_map"] = {"": device}
    try:
        with quiet():
            model, report = from_pretrained(folder, options, stage=STAGE, total=info.bytes, run=run)
    except torch.cuda.OutOfMemoryError as error:
        raise ResourceError(
            f"{device} ran out of memory while loading {folder.name}", remedy="--device cpu"
        ) from error
    except (SafetensorError, OSError, RuntimeError, ValueError, KeyError, ImportError) as error:
        raise _refusal(folder, error) from error
    missing = sorted(report.get("missing_keys", ()))
    wrong = sorted(str(item[0]) for item in report.get("mismatched_keys", ()))
    if missing or wrong:
        kind, names = ("missing", missing) if missing else ("of another shape", wrong)
        raise CheckpointError(
            f"{folder} lacks what the model needs: {len(names)} tensors are {kind}, "
            f"first {names[0]}",
            remedy="download the checkpoint again",
        )
    return model


def _refusal(folder: Path, error: Exception) -> StudioError:
    first = str(error).strip().splitlines()
    what = first[0] if first else type(error).__name__
    return CheckpointError(
        f"{folder} could not be loaded by transformers: {what}",
        remedy="seer inspect on the folder, or download it again",
    )


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
