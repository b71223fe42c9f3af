"""The config class that reads a folder, where several model types share one class of model.

`AutoModelForCausalLM` reads the config first, by its model type, and hands it to the class. Called
on the class itself, `from_pretrained` reads config.json as the class's own config: a key that only
the other type knows (sarvam_moe's `num_experts`, of `Glm4MoeForCausalLM`) would be lost silently.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def config_class(folder: Path, stock: Any) -> Any:
    """The class of the config with which an auto class would build a model.

    Args:
        folder: A model folder with config.json.
        stock: The class of transformers that is built.

    Returns:
        The class that config.json's model type names; `stock`'s own where that is a part of it, as
        the language model's is of a multimodal config.
    """
    from transformers import AutoConfig

    found = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    own = stock.config_class
    return own if isinstance(found, own) or own in found.sub_configs.values() else type(found)
