"""Read config.json as it comes: any spelling of a key, text models nested in multimodal ones."""

from __future__ import annotations

from collections.abc import Mapping

# Where multimodal configs keep the language model, in the order in which they are tried; a dot
# leads into a section: Qwen3-Omni's thinker is a multimodal model itself.
TEXT_SECTIONS = ("text_config", "language_config", "llm_config", "thinker_config.text_config")


def text_section(config: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """The language model's part of a config and the keys it is under ("" for the file itself)."""
    for key in TEXT_SECTIONS:
        section = look_up(config, key)
        if isinstance(section, Mapping):
            return key, section
    return "", config


def look_up(config: Mapping[str, object], key: str) -> object:
    """The value under a key, whose dots lead into sections: "ffn_config.moe_top_k"."""
    value: object = config
    for word in key.split("."):
        value = value.get(word) if isinstance(value, Mapping) else None
    return value


def first_key(config: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    """The first of `keys` that the config has a value for; None when it has none of them."""
    return next((key for key in keys if look_up(config, key) is not None), None)


def whole(config: Mapping[str, object], keys: tuple[str, ...], default: int) -> int:
    """The integer under the first of `keys` that holds one, else `default`."""
    for key in keys:
        value = look_up(config, key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return default


def quantisation(config: Mapping[str, object]) -> str:
    """How a config says that its weights are packed, e.g. "fp8"; empty for plain weights."""
    found = config.get("quantization_config")
    method = found.get("quant_method") if isinstance(found, Mapping) else None
    return method if isinstance(method, str) else ""
