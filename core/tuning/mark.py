"""Where a step began: a run that is paused in its middle leaves the state of the step before.

Weights, optimiser and schedule change when a step ends; until then only the sums for the next
report and the random state have moved on.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch


@dataclass(frozen=True, kw_only=True, eq=False)
class StepMark:
    """What the beginning of a step has to be put back to.

    Attributes:
        step: Steps that were done.
        sums: Of the tokens since the last report.
        loss: Sum of the losses since then.
        randomness: States of the generators of Python, numpy, torch and its CUDA devices.
    """

    step: int
    sums: torch.Tensor
    loss: torch.Tensor
    randomness: tuple[Any, ...]

    @classmethod
    def of(cls, step: int, sums: torch.Tensor, loss: torch.Tensor) -> StepMark:
        """The state now: a few kilobytes, and no wait for the device."""
        cuda = torch.cuda.is_available() and torch.cuda.is_initialized()
        states = (
            random.getstate(),
            np.random.get_state(),  # noqa: NPY002 - the generator that others use
            torch.get_rng_state(),
            torch.cuda.get_rng_state_all() if cuda else None,
        )
        return cls(step=step, sums=sums.clone(), loss=loss.clone(), randomness=states)

    def put_back(self, sums: torch.Tensor, loss: torch.Tensor) -> None:
        """Undo what the step has done so far."""
        sums.copy_(self.sums)
        loss.copy_(self.loss)
        python, numpy, cpu, cuda = self.randomness
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002 - likewise
        torch.set_rng_state(cpu)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)
