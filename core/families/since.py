"""Which version of transformers is the first with a model type, where older ones are used too."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Of language models and of multimodal ones; what the oldest version allowed has is not here.
SINCE: Mapping[str, str] = MappingProxyType(
    {
        "hy_v4_vl": "5.24.0",
        "hy_v4_vl_text": "5.24.0",
        "inkling2_loop": "5.24.0",
        "inkling2_loop_text": "5.24.0",
        "lara_mini": "5.24.0",
        "sarvam_mla": "5.24.0",
        "sarvam_moe": "5.24.0",
    }
)
