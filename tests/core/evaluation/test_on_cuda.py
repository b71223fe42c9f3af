"""On a GPU: the same measurements as on the CPU, in float32."""

import pytest
import torch

from core.calibration import load_tokenizer
from core.evaluation import evaluate
from core.evaluation.speed import SpeedOptions
from core.evaluation.tasks import Item, Task
from core.evaluation.tasks.score import run_tasks
from core.evaluation.timing import compare_speed, prompt_ids
from core.run import Run
from core.runtime import load_model
from tests.core.live import random_set
from tests.tiny import tiny_model

pytestmark = pytest.mark.cuda


@pytest.fixture
def pair(tmp_path):
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    folder = tiny_model("mixtral", tmp_path)
    return [
        load_model(folder, device=device, dtype="float32", run=Run()) for device in ("cpu", "cuda")
    ]


def test_perplexity_and_kl_are_the_cpu_s(pair):
    cpu, cuda = (evaluate(m, random_set(), reference=m, top_k=1, run=Run()) for m in pair)
    assert cuda.perplexity == pytest.approx(dict(cpu.perplexity), rel=1e-4)
    assert cuda.kl == pytest.approx(cpu.kl, rel=1e-3)
    crossed = evaluate(pair[0], random_set(), reference=pair[1], run=Run())
    assert crossed.kl == pytest.approx(0, abs=1e-5)


def test_questions_are_answered_as_on_the_cpu(pair):
    items = tuple(Item(context=f"{n} + 1 =", choices=(" 1", " 2", " dog"), answer=1) for n in "123")
    tokenizer = load_tokenizer(pair[0].folder)
    found = [run_tasks(m, [Task(name="q", items=items)], tokenizer, run=Run())[0] for m in pair]
    assert found[0]["q"].right == found[1]["q"].right


def test_both_models_are_timed(pair):
    options = SpeedOptions(context=16, new_tokens=2, rounds=2)
    prompt = prompt_ids(load_tokenizer(pair[0].folder), options, pair[0].vocabulary)
    found = compare_speed(pair[1], pair[1], prompt, options, run=Run())
    assert found.after.place == "float32 on cuda:0"
    assert found.after.decode > 0
