"""lm-evaluation-harness over a live model; without it, a clear error before anything is loaded."""

import json
import sys

import pytest

from core.calibration import load_tokenizer
from core.errors import InputError
from core.evaluation.lm_eval_adapter import HarnessOptions, check_harness, run_harness
from core.evaluation.tasks import Item, Task
from core.evaluation.tasks.score import run_tasks
from core.run import Run
from core.runtime import load_model
from core.runtime.ranks import Ranks
from tests.tiny import TEXT, tiny_model

QUIZ = """\
task: seer_quiz
dataset_path: json
dataset_kwargs: {{data_files: {{test: {path}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{context}}}}"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: answer
target_delimiter: " "
metric_list: [{{metric: acc}}]
"""


def test_without_the_harness_the_remedy_is_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    with pytest.raises(InputError, match="lm-eval is not installed") as error:
        check_harness(HarnessOptions(tasks=("hellaswag",)))
    assert error.value.remedy == "pip install 'seer-studio[lm-eval]'"


def test_several_ranks_are_refused():
    with pytest.raises(InputError, match="one process, here are 2"):
        check_harness(HarnessOptions(tasks=("hellaswag",)), Ranks(rank=0, size=2))


@pytest.mark.slow
@pytest.mark.parametrize("stream", ["never", "always"])
def test_the_harness_gets_the_accuracy_of_our_own_tasks(tmp_path, stream):
    pytest.importorskip("lm_eval")
    folder = tiny_model("mixtral", tmp_path)
    words = TEXT.split()
    rows = [
        {"context": " ".join(words[n : n + 6]), "choices": ["router", "dog", "1"], "answer": n % 3}
        for n in range(8)
    ]
    (tmp_path / "quiz.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "quiz.yaml").write_text(QUIZ.format(path=tmp_path / "quiz.jsonl"))
    live = load_model(folder, device="cpu", dtype="float32", stream=stream, run=Run())
    tokenizer = load_tokenizer(folder)
    options = HarnessOptions(tasks=("seer_quiz",), include=tmp_path)
    items = tuple(
        Item(
            context=row["context"],
            choices=tuple(f" {choice}" for choice in row["choices"]),
            answer=row["answer"],
        )
        for row in rows
    )
    for top_k in (None, 1):
        found = run_harness(live, tokenizer, options, top_k=top_k, run=Run())
        ours, _ = run_tasks(
            live, [Task(name="quiz", items=items)], tokenizer, top_k=top_k, run=Run()
        )
        assert found["seer_quiz"]["acc"] == pytest.approx(ours["quiz"].accuracy)
    with pytest.raises(InputError, match="no task 'nothing'"):
        run_harness(live, tokenizer, HarnessOptions(tasks=("nothing",)), run=Run())
