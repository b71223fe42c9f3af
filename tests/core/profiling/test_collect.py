"""The pass: progress, snapshots, cancelling, resuming after a kill."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, ProfileError
from core.profiling import ProfileOptions, load_profile, partial_path, profile_model
from core.profiling.profile import ARRAY_NAMES, Profile
from core.run import Progress, Run, Snapshot
from tests.core.live import load_tiny, random_set

EVERY_BATCH = ProfileOptions(group=1, snapshot_seconds=0.0)


def assert_identical(a: Profile, b: Profile) -> None:
    for name in ARRAY_NAMES:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    assert a.fingerprint == b.fingerprint


class Stopper:
    """Cancels a run at its n-th check, and keeps the events."""

    def __init__(self, after: int | None = None) -> None:
        self.events: list[object] = []
        self.run = Run(self.events.append)
        self._check, self._left = self.run.check, after
        if after is not None:
            self.run.check = self.check  # type: ignore[method-assign]

    def check(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.run.cancel()
        self._check()


def test_progress_ends_at_all_tokens_and_snapshots_are_growing_profiles(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    watch = Stopper()
    profile = profile_model(live, texts, options=EVERY_BATCH, run=watch.run)
    progress = [event for event in watch.events if isinstance(event, Progress)]
    assert [progress[0].done, progress[-1].done] == [0, texts.tokens]
    assert progress[-1].total == texts.tokens
    shots = [event.value for event in watch.events if isinstance(event, Snapshot)]
    assert shots
    assert all(isinstance(shot, Profile) and shot.complete in (False, True) for shot in shots)
    totals = [shot.total_tokens for shot in shots]
    assert totals == sorted(totals)
    assert totals[0] < profile.total_tokens
    assert profile.complete


def test_a_snapshot_is_a_copy_that_later_batches_do_not_change(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    seen = []

    def keep(event: object) -> None:
        if isinstance(event, Snapshot):
            seen.append((event.value, event.value.fingerprint, event.value.count.copy()))

    profile_model(live, texts, options=EVERY_BATCH, run=Run(keep))
    first, _, count = seen[0]
    np.testing.assert_array_equal(first.count, count)


@pytest.mark.parametrize("after", [1, 2, 5, 12])
def test_cancelling_stops_within_a_batch_and_resuming_gives_the_same_profile(after, tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    whole = profile_model(live, texts, run=Run())
    output = tmp_path / "p.safetensors"
    with pytest.raises(Cancelled):
        profile_model(live, texts, output=output, run=Stopper(after).run)
    assert not output.exists()
    checks_per_batch = 1 + len(live.moe)
    done = (after - 1) // checks_per_batch
    assert partial_path(output).exists() == (done > 0)
    if done:
        assert load_profile(partial_path(output)).batches == done
    watch = Stopper()
    resumed = profile_model(live, texts, output=output, resume=True, run=watch.run)
    assert_identical(resumed, whole)
    assert_identical(load_profile(output), whole)
    assert not partial_path(output).exists()
    batches = [event for event in watch.events if isinstance(event, Progress)]
    assert len(batches) - 1 == len(texts) - done


def test_resuming_with_other_options_is_refused_by_name(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    output = tmp_path / "p.safetensors"
    with pytest.raises(Cancelled):
        profile_model(live, texts, output=output, run=Stopper(8).run)
    with pytest.raises(ProfileError, match="another calibration text"):
        profile_model(live, random_set(seed=1), output=output, resume=True, run=Run())
    low = load_tiny("mixtral", tmp_path, dtype="bfloat16")
    with pytest.raises(ProfileError, match="another dtype"):
        profile_model(low, texts, output=output, resume=True, run=Run())
    assert profile_model(live, random_set(seed=1), output=output, run=Run()).complete
    assert not partial_path(output).exists()


def test_a_damaged_partial_starts_over_with_a_warning(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    output = tmp_path / "p.safetensors"
    partial_path(output).write_bytes(b"nothing")
    watch = Stopper()
    profile = profile_model(live, texts, output=output, resume=True, run=watch.run)
    assert profile.complete
    assert any("starting over" in getattr(event, "text", "") for event in watch.events)


CHILD = """
import sys, pathlib, os, signal
sys.path.insert(0, {root!r})
from tests.core.live import load_tiny, random_set
from core.profiling import ProfileOptions, partial_path, profile_model
from core.run import Progress, Run
seen = [0]
def on_event(event):
    if isinstance(event, Progress):
        seen[0] += 1
        if seen[0] == 4:
            os.kill(os.getpid(), signal.SIGKILL)
folder = pathlib.Path({folder!r})
profile_model(load_tiny("mixtral", folder), random_set(), output=folder / "p.safetensors",
              options=ProfileOptions(group=1), run=Run(on_event))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_pass_resumes_to_the_same_profile(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    root = str(Path(__file__).parents[3])
    code = textwrap.dedent(CHILD.format(root=root, folder=str(tmp_path)))
    killed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    output = tmp_path / "p.safetensors"
    assert not output.exists()
    assert 0 < load_profile(partial_path(output)).batches < len(texts)
    resumed = profile_model(live, texts, output=output, resume=True, run=Run())
    assert_identical(resumed, profile_model(live, texts, run=Run()))


def test_the_profile_says_what_it_was_made_from(tmp_path):
    live, texts = load_tiny("gpt_oss", tmp_path), random_set()
    profile = profile_model(live, texts, run=Run())
    assert profile.model_fingerprint == live.info.fingerprint
    assert profile.calibration == texts.fingerprint
    assert profile.sources == ("prose=demo", "code=demo")
    assert profile.options["seq_len"] == 12
    assert profile.options["dtype"] == "float32"
    assert profile.top_k == live.info.top_k
    assert profile.sequences == texts.sequences
    assert profile.peak_rss_bytes > 0
    assert {"torch", "transformers", "numpy", "python"} <= set(profile.versions)
