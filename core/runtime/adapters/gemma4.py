"""Gemma 4: its router returns probabilities where others return logits.

Reason for code: their logarithm is a logit of the same softmax, and a dropped expert's is zero.
"""

from __future__ import annotations

from typing import Any

import torch

from core.runtime.contract import Contract, Layer


class Gemma4(Contract):
    """See the module."""

    fill = 0.0

    def logits(self, layer: Layer, output: Any) -> torch.Tensor:
        """Log p, whose softmax is p."""
        return super().logits(layer, output).log()
