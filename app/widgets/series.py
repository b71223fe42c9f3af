"""One curve of one run: steps and values, and their moving average."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# After this many times its memory an average has forgotten all but e⁻⁸.
LENGTHS = 8
NOTHING = np.zeros(0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """One curve of one run.

    Attributes:
        name: Of the run, for the readout.
        x: Steps, ascending, [N].
        y: Values, [N]; NaN leaves a gap.
        tone: Which of the theme's colours: 0 is the accent, the run that is looked at.
        smooth: Whether a smoothed curve is laid over the raw one.
        stairs: Whether a value holds until the next one.
        dashed: For what is planned rather than measured.
    """

    name: str
    x: Array = field(default_factory=lambda: NOTHING)
    y: Array = field(default_factory=lambda: NOTHING)
    tone: int = 0
    smooth: bool = False
    stairs: bool = False
    dashed: bool = False

    @cached_property
    def soft(self) -> Array:
        """The values, smoothed where that was asked for."""
        return smoothed(self.y) if self.smooth else self.y

    def at(self, x: float) -> float | None:
        """The value at the last point at or before x, or None before the first."""
        index = int(np.searchsorted(self.x, x, side="right")) - 1
        return None if index < 0 else _finite(self.y[index])

    @property
    def newest(self) -> float | None:
        """The last value, smoothed where that was asked for; None without one."""
        return _finite(self.soft[-1]) if len(self.x) else None


def _filtered(rows: Array, kernel: Array) -> Array:
    """Each row convolved with a kernel, as long as the row; by FFT, which is 20 times as fast."""
    length = rows.shape[-1]
    size = 1 << (length + len(kernel) - 2).bit_length()
    spectrum = np.fft.rfft(rows, size) * np.fft.rfft(kernel, size)
    return np.fft.irfft(spectrum, size)[..., :length]


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def smoothed(y: Array) -> Array:
    """Exponential moving average without the pull towards zero at the start; NaN does not count.

    s_n = Σ_k w^k y_{n−k} / Σ_k w^k, over the k whose y is finite and whose w^k matters;
    w = 1 − 1/m, and the memory m grows from 10 to 50 points with the length of the curve.
    """
    if not len(y):
        return y
    memory = min(max(len(y) / 100, 10), 50)
    finite = np.isfinite(y)
    kernel = (1 - 1 / memory) ** np.arange(min(len(y), int(LENGTHS * memory)))
    total, norm = _filtered(np.stack([np.where(finite, y, 0.0), finite]), kernel)
    # What is longer past than the kernel left nothing but its rounding.
    known = norm > max(kernel[-1], 1e-9) / 2
    return np.divide(total, norm, out=np.full(len(y), np.nan), where=known)
