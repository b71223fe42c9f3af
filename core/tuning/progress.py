"""What a checkpoint of a tuning run remembers beside weights and optimiser."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(kw_only=True)
class Progress:
    """What a checkpoint remembers beside weights and optimiser.

    Attributes:
        tokens: Tokens that were trained on, up to the last report.
        seconds: Time that this took.
        best: The best validation perplexity.
        best_step: Where it was.
        waited: Validations since then.
        stopped: Whether the run stops because of them.
        reported: The step of the last report.
        loss: Sum of the losses of the steps since then.
        sums: Of the tokens since then: cross-entropy, entropy, KL, and how many.
        pending: The step's report as JSON, where its validation is still to come; else None.
    """

    tokens: int = 0
    seconds: float = 0.0
    best: float = math.inf
    best_step: int = 0
    waited: int = 0
    stopped: bool = False
    reported: int = 0
    loss: float = 0.0
    sums: tuple[float, ...] = ()
    pending: dict[str, object] | None = None

    def to_json(self) -> dict[str, object]:
        """JSON has no infinity."""
        return vars(self) | {"best": self.best if math.isfinite(self.best) else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Progress:
        """Read what `to_json` wrote."""
        known = {name: data[name] for name in vars(cls()) if name in data}
        best = known.get("best")
        sums = tuple(map(float, known.get("sums", ())))
        return cls(**(known | {"best": math.inf if best is None else best, "sums": sums}))
