"""The bundled questions: reproducible, and answered by the bundled model far above chance."""

import json

import pytest

from core.calibration import load_tokenizer
from core.evaluation.tasks import load_task
from core.evaluation.tasks.score import run_tasks
from core.run import Run
from core.runtime import load_model
from resources import demo_model_dir, demo_tasks_dir
from resources.demo.make import tasks
from resources.demo.make.sources import DOMAINS
from resources.demo.make.train import Options


def test_the_command_makes_the_shipped_questions_again():
    for domain in DOMAINS:
        lines = (demo_tasks_dir() / f"{domain}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == tasks.questions(domain, Options.seed)
    assert "CC0-1.0" in (demo_tasks_dir() / "LICENSES.md").read_text(encoding="utf-8")


@pytest.mark.timeout(600)  # a machine that does much else takes its time
def test_the_demo_model_answers_well_above_chance():
    task = load_task("demo", limit=60)
    live = load_model(demo_model_dir(), device="cpu", run=Run())
    found, _ = run_tasks(live, [task], load_tokenizer(demo_model_dir()), run=Run())
    result = found["demo"]
    assert result.accuracy > result.chance + 3 * result.stderr
    assert len(result.by_subject) == 6
