"""The class that loads a folder, also when its layers keep different numbers of experts."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from core.checkpoint.files import CONFIG, read_json
from core.errors import UnsupportedModelError
from core.families import read_moe_config
from core.runtime.own_config import config_class


def model_class(folder: Path) -> Any:
    """The auto class, or for layers that differ the stock class extended by our own loader.

    The loader is this program's copy of the file that export puts beside the weights: code from
    the folder is never run.

    Raises:
        UnsupportedModelError: Layers differ and config.json names no stock class.
    """
    import transformers

    config = read_json(folder / CONFIG)
    moe = read_moe_config(config)
    if not moe.per_layer:  # some families override other things by layer, and can do that
        return getattr(transformers, moe.family.auto_class(config))
    name = moe.family.class_for(config)
    base = getattr(transformers, name, None)
    if not (isinstance(base, type) and issubclass(base, transformers.PreTrainedModel)):
        raise UnsupportedModelError(
            f"{folder.name} has a per_layer_config and names no class of transformers ({name!r})",
            remedy="a checkpoint exported by SEER Studio",
        )
    loader = importlib.import_module("resources.loader.modeling_seer")
    made = loader.ragged(base, moe.family.per_layer_key, moe.family.blocks)
    made.config_class = config_class(folder, base)
    return made
