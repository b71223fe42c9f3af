"""Model types with routed experts that cannot be worked with, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ENCODER_DECODER = (
    "it is an encoder-decoder, and both stacks have experts; only causal language models are "
    "profiled and pruned"
)
_MULTIMODAL = (
    "transformers loads it as an image-and-text model only, and has no causal language model class "
    "for it"
)
_NOT_CAUSAL = "it does not predict the next token, so there is no routing of a text to observe"

REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "nllb-moe": _ENCODER_DECODER,
        "switch_transformers": _ENCODER_DECODER,
        "doge": (
            "its experts are rows of an embedding table that queries retrieve by product keys, "
            "16,384 of one vector each: there is no expert network to drop"
        ),
        "diffusion_gemma": _NOT_CAUSAL,
        "openai_privacy_filter": _NOT_CAUSAL,
        **dict.fromkeys(
            (
                "aria",
                "deepseek_ocr2",
                "ernie4_5_vl_moe",
                "glm4v_moe",
                "glm5_next",
                "inkling2",
                "inkling_mm_model",
                "minimax_m3_vl",
                "mistral4",
                "mistral_large4",
                "muse_spark",
                "qwen3_omni_moe",
                "qwen3_omni_moe_thinker",
                "qwen3_vl_moe",
                "step3p7",
                "unlimited_ocr",
            ),
            _MULTIMODAL,
        ),
    }
)
