"""A streamed profile is the profile in memory, to the last bit, also after a stop."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import Cancelled, ProfileError, ResourceError
from core.profiling import load_profile, partial, profile_model, state
from core.run import Note, Progress, Run, Snapshot
from core.runtime import device, load_model, streaming_plan
from core.runtime import streaming_state as states
from tests.core.live import KINDS, random_set
from tests.tiny import tiny_model

SMALL = {"sequences": 5, "seq_len": 20, "batch_size": 2}


def load(folder, stream: str = "always", run: Run | None = None, dtype: str = "float32"):
    return load_model(folder, device="cpu", dtype=dtype, stream=stream, run=run or Run())


@pytest.fixture
def saves_every_layer(monkeypatch):
    monkeypatch.setattr(state, "OVERHEAD", 1e9)


@pytest.mark.parametrize("family", KINDS)
def test_the_profile_of_each_family_is_that_of_the_model_in_memory(family, tmp_path):
    folder = tiny_model(family, tmp_path, shards=2, dtype="bfloat16", tokenizer=False)
    texts = random_set(**SMALL)
    whole = profile_model(load(folder, "never", dtype="bfloat16"), texts, run=Run())
    streamed = profile_model(load(folder, dtype="bfloat16"), texts, run=Run())
    assert streamed.fingerprint == whole.fingerprint
    assert streamed.streamed
    assert not whole.streamed
    assert (streamed.sequences, streamed.batches) == (whole.sequences, whole.batches)


def cancel_when(run_box: list[Run], tokens: int):
    def on_event(event: object) -> None:
        if isinstance(event, Progress) and event.stage == "profile" and event.done >= tokens:
            run_box[0].cancel()

    return on_event


def stopped(folder, texts, output, tokens: int, **options) -> None:
    """Profile until some tokens are reported, then cancel."""
    box: list[Run] = []
    box.append(Run(cancel_when(box, tokens)))
    with pytest.raises(Cancelled):
        profile_model(load(folder), texts, output=output, run=box[0], **options)


@pytest.mark.parametrize("share", [0.3, 0.55, 0.8])
@pytest.mark.parametrize("family", ["qwen3_moe", "gpt_oss"])
def test_a_stopped_pass_goes_on_at_its_last_layer(family, share, tmp_path, saves_every_layer):
    options = {"num_hidden_layers": 5}
    if family == "qwen3_moe":
        options["mlp_only_layers"] = [1]
    folder = tiny_model(family, tmp_path, tokenizer=False, **options)
    texts = random_set(**SMALL)
    output = tmp_path / "profile.safetensors"
    stopped(folder, texts, output, int(texts.tokens * share))
    assert partial.waiting_name(load_profile(partial.partial_path(output))) is not None
    live, events = load(folder), []
    before = live.stream.store.bytes_read
    resumed = profile_model(live, texts, output=output, resume=True, run=Run(events.append))
    whole = profile_model(load(folder, "never"), texts, run=Run())
    assert resumed.fingerprint == whole.fingerprint
    assert (resumed.sequences, resumed.batches) == (whole.sequences, whole.batches)
    layers = live.stream.store.layers
    skipped = int(share * 5) - 1
    assert live.stream.store.bytes_read - before <= sum(x.stored_bytes for x in layers[skipped:])
    assert any(isinstance(e, Note) and "going on at layer" in e.text for e in events)
    assert {path.name for path in tmp_path.iterdir()} == {family, output.name}


def test_a_stopped_pass_of_several_groups_keeps_whole_groups(
    tmp_path, monkeypatch, saves_every_layer
):
    folder = tiny_model("olmoe", tmp_path, tokenizer=False)
    texts = random_set(**SMALL)
    real = streaming_plan.plan_stream

    def two_at_once(*args, **kwargs):
        import dataclasses

        return dataclasses.replace(real(*args, **kwargs), at_once=2)

    monkeypatch.setattr("core.runtime.streaming_model.plan_stream", two_at_once)
    output = tmp_path / "profile.safetensors"
    stopped(folder, texts, output, int(texts.tokens * 0.6))
    kept = load_profile(partial.partial_path(output))
    assert 0 < kept.batches < kept.batches_total
    resumed = profile_model(load(folder), texts, output=output, resume=True, run=Run())
    whole = profile_model(load(folder, "never"), texts, run=Run())
    assert resumed.fingerprint == whole.fingerprint


def test_a_pass_in_memory_starts_over_where_a_streamed_one_was_within_a_group(
    tmp_path, saves_every_layer
):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=4)
    texts = random_set(**SMALL)
    output = tmp_path / "profile.safetensors"
    stopped(folder, texts, output, texts.tokens // 2)
    events = []
    live = load(folder, "never")
    profile = profile_model(live, texts, output=output, resume=True, run=Run(events.append))
    assert profile.fingerprint == profile_model(live, texts, run=Run()).fingerprint
    assert any(isinstance(e, Note) and "starting over" in e.text for e in events)


def test_a_pass_whose_waiting_batches_are_gone_starts_over(tmp_path, saves_every_layer):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=4)
    texts = random_set(**SMALL)
    output = tmp_path / "profile.safetensors"
    stopped(folder, texts, output, texts.tokens // 2)
    (waiting,) = tmp_path.glob(".profile.safetensors.waiting-*")
    waiting.write_bytes(waiting.read_bytes()[:100])
    events = []
    profile = profile_model(load(folder), texts, output=output, resume=True, run=Run(events.append))
    whole = profile_model(load(folder, "never"), texts, run=Run())
    assert profile.fingerprint == whole.fingerprint
    assert any(isinstance(e, Note) and e.level == "warning" for e in events)


def test_a_stopped_pass_of_other_text_is_refused(tmp_path, saves_every_layer):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=4)
    output = tmp_path / "profile.safetensors"
    texts = random_set(**SMALL)
    stopped(folder, texts, output, texts.tokens // 2)
    with pytest.raises(ProfileError, match="another calibration text"):
        profile_model(
            load(folder), random_set(seed=1, **SMALL), output=output, resume=True, run=Run()
        )


def test_a_full_disk_costs_the_resume_within_a_group_and_not_the_pass(
    tmp_path, monkeypatch, saves_every_layer
):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(states, "save_file", full)
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=4)
    texts = random_set(**SMALL)
    events = []
    output = tmp_path / "profile.safetensors"
    profile = profile_model(load(folder), texts, output=output, run=Run(events.append))
    assert profile.complete
    warnings = [e.text for e in events if isinstance(e, Note) and e.level == "warning"]
    assert len(warnings) == 1
    assert "No space left" in warnings[0]


def test_the_memory_plan_is_said_before_the_first_layer(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    events = []
    texts = random_set(**SMALL)
    profile_model(load(folder), texts, run=Run(events.append))
    said = [e.text for e in events if isinstance(e, Note)]
    assert "2 layers" in said[0]
    assert "one pass over the checkpoint" in said[0]
    assert "free on cpu" in said[0]


def test_progress_grows_to_all_tokens_and_rows_fill_one_by_one(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=4)
    events = []
    texts = random_set(**SMALL)
    profile_model(load(folder), texts, run=Run(events.append))
    done = [e.done for e in events if isinstance(e, Progress) and e.stage == "profile"]
    assert done == sorted(done)
    assert done[-1] == texts.tokens
    first = next(e.value for e in events if isinstance(e, Snapshot))
    assert first.tokens[:, 0].sum() > 0
    assert first.tokens[:, -1].sum() == 0


def test_a_pass_that_cannot_hold_one_batch_is_refused_with_both_numbers(tmp_path, monkeypatch):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    live = load(folder)
    monkeypatch.setattr(device, "free_ram_bytes", lambda: 200_000)
    with pytest.raises(ResourceError, match=r"needs 0\.\d MB of RAM .* 0\.2 MB are free") as error:
        profile_model(live, random_set(**SMALL), run=Run())
    assert "--batch-size" in error.value.remedy


KILLED = """
import sys
from pathlib import Path
from core.profiling import state, profile_model
from core.run import Progress, Run
from core.runtime import load_model
from tests.core.live import random_set
state.OVERHEAD = 1e9
folder, output = map(Path, sys.argv[1:])
def show(event):
    if isinstance(event, Progress) and event.stage == "profile":
        print(event.done, flush=True)
live = load_model(folder, device="cpu", dtype="float32", stream="always", run=Run())
texts = random_set(sequences=40, seq_len=20, batch_size=2)
profile_model(live, texts, output=output, run=Run(show))
"""


@pytest.mark.slow
def test_a_killed_pass_goes_on_and_gives_the_same_profile(tmp_path):
    folder = tiny_model("qwen2_moe", tmp_path, tokenizer=False, num_hidden_layers=8)
    texts = random_set(sequences=40, seq_len=20, batch_size=2)
    output = tmp_path / "profile.safetensors"
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), str(output)],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) > texts.tokens // 2:
            break
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    process.wait()
    time.sleep(0.1)
    assert not output.exists()
    events = []
    live = load(folder)
    resumed = profile_model(live, texts, output=output, resume=True, run=Run(events.append))
    whole = profile_model(load(folder, "never"), texts, run=Run())
    assert resumed.fingerprint == whole.fingerprint
    assert any(isinstance(e, Note) and "going on at layer" in e.text for e in events)
    assert sorted(path.name for path in tmp_path.iterdir()) == [output.name, "qwen2_moe"]


def test_a_streamed_pass_says_which_layer_it_is_in(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=3)
    events = []
    profile_model(load(folder), random_set(**SMALL), run=Run(events.append))
    seen = [e.layer for e in events if isinstance(e, Progress) and e.stage == "profile"]
    assert {layer for layer in seen if layer is not None} == {(1, 3), (2, 3), (3, 3)}
    events.clear()
    profile_model(load(folder, "never"), random_set(**SMALL), run=Run(events.append))
    assert all(e.layer is None for e in events if isinstance(e, Progress))
