"""Two processes train one model as one process does."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.tuning import Work, work_folder
from tests.tiny import TEXT, tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[3]


def recipe(folder: Path, name: str, **arguments: object) -> Path:
    given = {
        "model": "models/mixtral", "source": ["prose.txt"], "output": name, "top_k": 1,
        "steps": 4, "seq_len": 16, "max_tokens": 2000, "lr": 0.01, "anneal_fraction": 1.0,
        "entropy_weight": 0.1, "eval_every": 2, "save_every": 2, "device": "cpu",
        "validation": ["prose.txt"], "validation_tokens": 200,
    }  # fmt: skip
    path = folder / f"{name}.json"
    job = {"seer_recipe": 1, "command": "tune", "arguments": given | arguments}
    path.write_text(json.dumps(job))
    return path


def run(
    path: Path, ranks: int, *words: str, module: str = "core", **environment: str
) -> list[subprocess.Popen]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launched = {
        "WORLD_SIZE": str(ranks), "LOCAL_WORLD_SIZE": str(ranks), "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true",
        "HF_HUB_OFFLINE": "1",
    }  # fmt: skip
    if ranks == 1:
        launched = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    processes = []
    for rank in range(ranks):
        own = {"RANK": str(rank), "LOCAL_RANK": str(rank)} if ranks > 1 else {}
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", module, "run", str(path), "--json", *words],
                cwd=ROOT,
                env=os.environ | launched | own | environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    return processes


def finished(processes: list[subprocess.Popen]) -> dict:
    outputs = [process.communicate(timeout=600) for process in processes]
    for process, (_, err) in zip(processes, outputs, strict=True):
        process.err = err
    for process, (_, err) in zip(processes, outputs, strict=True):
        assert process.returncode == 0, err
    assert all(not out for out, _ in outputs[1:]), "only the first process prints"
    return json.loads(outputs[0][0])


def test_two_gloo_processes_give_the_curve_of_one(tmp_path: Path) -> None:
    tiny_model("mixtral", tmp_path / "models")
    (tmp_path / "prose.txt").write_text(TEXT * 20)
    finished(run(recipe(tmp_path, "one", batch_size=4), 1))
    result = finished(run(recipe(tmp_path, "two", batch_size=2), 2))
    one, two = (Work(folder=work_folder(tmp_path / name)).curve() for name in ("one", "two"))
    assert result["steps"] == 4
    assert [r.step for r in one] == [r.step for r in two] == [0, 1, 2, 3, 4]
    for a, b in zip(one[1:], two[1:], strict=True):
        assert (a.tokens, a.k) == (b.tokens, b.k)
        assert a.loss == pytest.approx(b.loss, rel=1e-4)
        assert a.entropy == pytest.approx(b.entropy, rel=1e-4)
        assert a.grad_norm == pytest.approx(b.grad_norm, rel=1e-3)
    again = finished(
        run(recipe(tmp_path, "again", batch_size=2, work=".two.tuning"), 2, "--resume")
    )
    assert again["perplexity_after"] == pytest.approx(result["perplexity_after"], rel=1e-3)


FSDP = {
    "ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2", "FSDP_STATE_DICT_TYPE": "FULL_STATE_DICT",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP", "FSDP_RESHARD_AFTER_FORWARD": "true",
    "FSDP_TRANSFORMER_CLS_TO_WRAP": "MixtralDecoderLayer",
}  # fmt: skip


def test_a_sharded_model_is_trained_to_the_curve_of_one_process_and_resumed(
    tmp_path: Path,
) -> None:
    tiny_model("mixtral", tmp_path / "models")
    (tmp_path / "prose.txt").write_text(TEXT * 20)
    finished(run(recipe(tmp_path, "one", batch_size=4), 1))
    module = "tests.core.tuning.sharded"
    processes = run(recipe(tmp_path, "two", batch_size=2), 2, module=module, **FSDP)
    result = finished(processes)
    assert all("parameters are DTensor" in process.err for process in processes)
    one, two = (Work(folder=work_folder(tmp_path / name)).curve() for name in ("one", "two"))
    for a, b in zip(one[1:], two[1:], strict=True):
        assert a.loss == pytest.approx(b.loss, rel=1e-4)
        assert a.grad_norm == pytest.approx(b.grad_norm, rel=1e-3)
    work = Work(folder=work_folder(tmp_path / "two"))
    (work.checkpoint(4) / "done.json").unlink()  # as if it was killed after step 2
    path = recipe(tmp_path, "again", batch_size=2, work=".two.tuning")
    again = finished(run(path, 2, "--resume", module=module, **FSDP))
    assert again["final_loss"] == pytest.approx(result["final_loss"], rel=1e-5)
    assert again["perplexity_after"] == pytest.approx(result["perplexity_after"], rel=1e-4)
