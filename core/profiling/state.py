"""Where a profiling pass stands, and what its profile says about itself."""

from __future__ import annotations

import datetime as dt
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from core import __version__
from core.calibration.source import readable
from core.profiling import partial
from core.profiling.forward import observe
from core.profiling.options import ProfileOptions
from core.profiling.probe import Probe
from core.profiling.profile import Profile
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.memory import peak_rss_bytes
from core.runtime.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from core.calibration import CalibrationSet

STAGE = "profile"
SNAPSHOT = "profile"
# Snapshots and saves may take this share of the time, however large the model.
OVERHEAD = 0.02


@cache
def versions() -> Mapping[str, str]:
    """What the numbers may depend on besides the model and the text."""
    found = {name: version(name) for name in ("torch", "transformers", "numpy")}
    return found | {"python": platform.python_version(), "seer_studio": __version__}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a profile says about itself besides numbers."""

    live: LiveModel
    calibration: CalibrationSet
    options: Mapping[str, object]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, live: LiveModel, calibration: CalibrationSet) -> Facts:
        """What can be said before the pass."""
        made = calibration.options
        names = ("max_tokens", "seq_len", "batch_size", "seed", "pack", "chat_template")
        options: dict[str, object] = {name: getattr(made, name) for name in names}
        options["dtype"] = str(live.dtype).removeprefix("torch.")
        options["device"] = live.device.type
        return cls(live=live, calibration=calibration, options=options, versions=versions())

    @property
    def like(self) -> partial.Like:
        """What a stopped pass must share with this one to be gone on with."""
        return partial.Like(
            model_fingerprint=self.live.info.fingerprint,
            experts=self.live.experts,
            calibration=self.calibration.fingerprint,
            options=self.options,
        )


@dataclass(kw_only=True)
class Pass:
    """Where a pass stands."""

    probe: Probe
    facts: Facts
    options: ProfileOptions
    output: Path | None
    ranks: Ranks = ALONE
    batches: int = 0
    sequences: int = 0
    tokens: int = 0
    seconds: float = 0.0
    saved: int = 0
    snapshot_due: float = field(default_factory=time.monotonic)
    save_due: float = field(default_factory=time.monotonic)

    def restore(self, earlier: Profile) -> None:
        """Go on from what a stopped pass has seen."""
        self.probe.restore(earlier)
        self.seconds = earlier.seconds
        self.probe.top_k = earlier.top_k

    def count(self, batches: range) -> None:
        """Note that batches are through, whichever rank took them."""
        for index in batches:
            batch = self.facts.calibration.batch(index)
            self.sequences += len(batch.input_ids)
            self.tokens += batch.tokens

    def step(self, run: Run) -> None:
        """One batch on each rank: observe, count, report, save now and then."""
        calibration, ranks = self.facts.calibration, self.ranks
        taken = range(self.batches, min(self.batches + ranks.size, len(calibration)))
        run.check()
        began = time.monotonic()
        if ranks.rank < len(taken):
            observe(self.facts.live, self.probe, calibration.batch(taken[ranks.rank]))
        else:
            self.probe.absent()
        self.batches = taken.stop
        self.count(taken)
        self.seconds += time.monotonic() - began
        run.progress(STAGE, self.tokens, calibration.tokens, "tokens")
        self.snapshot(run)
        if self.batches - self.saved >= self.options.group and self.due():
            self.keep()

    def due(self) -> bool:
        """Whether the leader wants to save."""
        return bool(self.ranks.agree(int(time.monotonic() >= self.save_due))[0][0])

    def keep(self) -> None:
        """Save what was seen, for a later `resume`."""
        if self.output is None or self.batches == self.saved:
            return
        began = time.monotonic()
        seen = self.profile()
        self.saved = self.batches  # on every rank, also if the leader cannot write
        if self.ranks.leads:
            partial.save(self.output, seen)
        self.save_due = due(began, 0.0)

    def whole(self) -> Profile:
        """What was seen by all ranks, on all ranks."""
        profile, ranks = self.profile(), self.ranks
        if ranks.alone:
            return profile
        peaks = torch.tensor([profile.peak_rss_bytes, profile.peak_device_bytes])
        rss, on_device = ranks.leaders(ranks.highest(peaks)).tolist()
        arrays = {
            name: ranks.leaders(torch.from_numpy(np.array(array))).numpy()
            for name, array in profile.arrays.items()
        }
        top_k = max(note[0] for note in ranks.agree(profile.top_k))
        return replace(
            profile,
            top_k=top_k,
            peak_rss_bytes=rss,
            peak_device_bytes=on_device,
            **arrays,
        )

    def profile(self) -> Profile:
        """What was seen so far: by this process, or at the leader by all, who ask together."""
        live, calibration = self.facts.live, self.facts.calibration
        on_cuda = live.device.type == "cuda"
        return Profile(
            model_fingerprint=live.info.fingerprint,
            model_type=live.info.model_type,
            layer_ids=live.layer_ids,
            experts=live.experts,
            top_k=self.probe.top_k or live.info.top_k,
            domains=calibration.domains,
            sources=tuple(readable(str(source)) for source in calibration.options.sources),
            options={**self.facts.options, "model": str(live.folder)},  # for `seer plan`
            versions=self.facts.versions,
            calibration=calibration.fingerprint,
            batches=self.batches,
            batches_total=len(calibration),
            sequences=self.sequences,
            seconds=self.seconds,
            streamed=live.stream is not None,
            peak_rss_bytes=peak_rss_bytes(),
            made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            peak_device_bytes=torch.cuda.max_memory_allocated(live.device) if on_cuda else 0,
            **self.probe.arrays(),
        )

    def snapshot(self, run: Run) -> None:
        """Hand out what was seen so far, now and then; several ranks would have to meet for it."""
        began = time.monotonic()
        if began < self.snapshot_due or not self.ranks.alone:
            return
        run.snapshot(SNAPSHOT, self.profile())
        self.snapshot_due = due(began, self.options.snapshot_seconds)


def due(began: float, least: float) -> float:
    """When to do again what took from `began` until now."""
    now = time.monotonic()
    return max(began + least, now + (now - began) / OVERHEAD)
