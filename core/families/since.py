"""Which version of transformers is the first with a model type, where older ones are used too."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Of language models and of multimodal ones; what the oldest version allowed has is not here.
SINCE: Mapping[str, str] = MappingProxyType(
    {
        "lara_mini": "5.24.0",
        "sarvam_mla": "5.24.0",
        "sarvam_moe": "5.24.0",
    }
)
