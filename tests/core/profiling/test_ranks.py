"""Several real processes over gloo give what one gives, and end together when one fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import InputError
from core.profiling import load_profile
from core.runtime.ranks import Ranks
from tests.tiny import TEXT, tiny_model

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory) -> dict:
    """What the ranks of every scenario came to; torch starts once for all of them."""
    folder = tmp_path_factory.mktemp("ranks")
    tiny_model("qwen3_moe", folder, shards=2)
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.rank_jobs", str(folder)],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def without_time(found: dict) -> dict:
    left_out = ("seconds", "streamed", "notes")
    return {name: value for name, value in found.items() if name not in left_out}


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("stream", ["never", "always"])
def test_ranks_give_the_profile_of_one_process_to_the_last_bit(stream, size, scenarios):
    one = without_time(scenarios["profile never 1"][0])
    assert one["batches"] == 8
    assert [without_time(rank) for rank in scenarios[f"profile {stream} {size}"]] == [one] * size
    assert all(r["streamed"] == (stream == "always") for r in scenarios[f"profile {stream} {size}"])


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("stream", ["never", "always"])
def test_ranks_measure_what_one_process_measures_to_the_last_bit(stream, size, scenarios):
    one = without_time(scenarios["evaluate never 1"][0])
    assert one["kl"] > 0
    assert [without_time(rank) for rank in scenarios[f"evaluate {stream} {size}"]] == [one] * size


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("stream", ["never", "always"])
def test_ranks_answer_what_one_process_answers(stream, size, scenarios):
    one = without_time(scenarios["tasks never 1"][0])
    assert len(one["right"]) == 7
    assert [without_time(rank) for rank in scenarios[f"tasks {stream} {size}"]] == [one] * size


@pytest.mark.parametrize("stream", ["never", "always"])
def test_an_error_on_one_rank_ends_all_and_another_number_of_ranks_goes_on(stream, scenarios):
    words = [rank["error"] for rank in scenarios[f"fails {stream}"]]
    assert words[0] == "rank 1 of 2: the disk of this rank is on fire; try: water"
    assert words[1] == "the disk of this rank is on fire; try: water"
    one = without_time(scenarios["profile never 1"][0])
    assert [without_time(rank) for rank in scenarios[f"resumed {stream}"]] == [one] * 3
    assert scenarios[f"left {stream}"] == [f"{stream}.safetensors"]


def test_ranks_that_stream_go_on_between_two_layers(scenarios):
    assert [rank.get("cancelled") for rank in scenarios["stopped between layers"]] == [True, True]
    waiting = [name for name in scenarios["waiting"] if ".waiting-" in name]
    assert len(waiting) == 2  # one of each rank, and none of an earlier layer
    one = without_time(scenarios["profile never 1"][0])
    again = scenarios["gone on between layers"]
    assert [without_time(rank) for rank in again] == [one, one]
    notes = [note for rank in again for note in rank["notes"] if "at layer" in note]
    assert notes in (["going on at layer 2"] * 2, ["going on at layer 1"] * 2)
    assert scenarios["left between layers"] == ["layers.safetensors"]


def test_a_cancel_on_one_rank_ends_all_and_one_process_goes_on(scenarios):
    assert [rank.get("cancelled") for rank in scenarios["cancelled"]] == [True, True]
    one = without_time(scenarios["profile never 1"][0])
    assert without_time(scenarios["gone on alone"][0]) == one


def test_a_killed_rank_is_noticed_by_the_other_at_once(scenarios):
    survivor, killed = scenarios["killed"]
    assert killed is None
    assert "rank 0 of 2 lost the others" in survivor["error"]
    assert survivor["seconds"] < 30


def test_ranks_that_read_other_texts_are_refused(scenarios):
    assert all("another model or other text" in rank["error"] for rank in scenarios["other text"])


def test_a_launcher_that_contradicts_itself_is_refused():
    words = {"RANK": "2", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}
    with pytest.raises(InputError, match="RANK is 2 of WORLD_SIZE 2"):
        Ranks.of_environment(words)
    with pytest.raises(InputError, match="no number"):
        Ranks.of_environment(words | {"RANK": "first"})
    assert Ranks.of_environment({}).alone


def test_torchrun_profiles_with_one_voice(tmp_path):
    model = tiny_model("mixtral", tmp_path)
    text, output = tmp_path / "prose.txt", tmp_path / "two.safetensors"
    text.write_text("\n\n".join(f"{n}. {TEXT}" for n in range(20)))
    torchrun = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "core"]
    words = ["profile", model, "--source", text, "--max-tokens", "1000", "--seq-len", "32"]
    two = subprocess.run(
        [sys.executable, "-m", *torchrun, *map(str, words), "-o", str(output), "--json"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert two.returncode == 0, two.stderr
    said = json.loads(two.stdout)
    assert (said["ranks"], said["tokens"]) == (2, 1000)
    assert two.stderr.count("loading mixtral") == 1
    profile = load_profile(output)
    assert profile.complete
    assert (profile.count[profile.count >= 0].sum(), profile.sequences) == (2 * 2 * 1000, 32)
