"""How a profiling pass goes about its work; what it observes is the calibration set's matter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ProfileOptions:
    """Options of one pass that change no number in its result.

    Attributes:
        group: Batches between two saves of what a killed run resumes from.
        snapshot_seconds: Least time between two snapshots.
    """

    group: int = 8
    snapshot_seconds: float = 0.25
