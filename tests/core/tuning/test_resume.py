"""A killed run goes on to the same curve and the same weights."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.tuning import Work, work_folder
from tests.core.tuning.runs import tuned, weights

STEPS = {
    "steps": 6,
    "save_every": 2,
    "eval_every": 3,
    "train": "lora",
    "lora_rank": 2,
    "anneal_fraction": 1.0,
    "entropy_weight": 0.1,
    "grad_accum": 2,
    "batch_size": 3,
}


def killed(folder: Path, output: Path, step: int) -> None:
    words = [sys.executable, "-m", "tests.core.tuning.killed", folder, output, STEPS, step]
    root = Path(__file__).parents[3]
    done = subprocess.run([str(w) for w in words], cwd=root, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_that_was_killed_resumes_to_the_same_curve_and_weights(
    mixtral: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    killed(mixtral, out, step=5)
    work = Work(folder=work_folder(out))
    assert not out.exists()
    assert work.checkpoints() == (2, 4)
    # What a kill in the middle of writing a checkpoint leaves behind.
    work.checkpoint(6).mkdir()
    (work.checkpoint(6) / "trainable.safetensors").write_bytes(b"half")
    resumed = tuned(mixtral, out, changes=STEPS, resume=True)
    whole = tuned(mixtral, tmp_path / "whole", changes=STEPS)
    for one, two in zip(resumed.curve, whole.curve, strict=True):
        for name in ("step", "tokens", "loss", "ce", "entropy", "k", "learning_rate", "grad_norm"):
            np.testing.assert_equal(getattr(one, name), getattr(two, name), err_msg=name)
        assert one.validation_perplexity == two.validation_perplexity
    assert resumed.perplexity_before == whole.perplexity_before
    assert resumed.tokens == whole.tokens
    old, new = weights(out), weights(tmp_path / "whole")
    assert all((old[name] == new[name]).all() for name in new)


def test_a_run_is_not_resumed_with_other_options(mixtral: Path, tmp_path: Path) -> None:
    tuned(mixtral, tmp_path / "out", changes={"save_every": 1})
    with pytest.raises(InputError, match="other learning_rate"):
        tuned(
            mixtral,
            tmp_path / "other",
            changes={"save_every": 1, "learning_rate": 2e-2},
            work=work_folder(tmp_path / "out"),
            resume=True,
        )
