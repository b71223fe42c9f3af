"""Model types with routed experts that cannot be worked with, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ENCODER_DECODER = (
    "it is an encoder-decoder, and both stacks have experts; only causal language models are "
    "profiled and pruned"
)
_LOOPED = (
    "it runs some layers several times for each token with the same experts; a profile and a "
    "streamed pass take each layer once, so only the last time would count"
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
        "inkling2_loop": _LOOPED,
        "inkling2_loop_text": _LOOPED,
        "ernie4_5_vl_moe": (
            "one number in its config counts the experts for text and those for images, and text "
            "shows the use of the first kind only"
        ),
    }
)
