"""Multiple choice against a computation by hand; batches, streams and kills change nothing."""

import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.calibration import load_tokenizer
from core.errors import Cancelled, InputError, StudioError
from core.evaluation import forward as heads
from core.evaluation.kept import Waits
from core.evaluation.tasks import Item, Task
from core.evaluation.tasks import score as module
from core.evaluation.tasks.requests import questions_of
from core.evaluation.tasks.score import TaskOptions, run_tasks
from core.planning import Plan
from core.pruning import masked
from core.run import Note, Progress, Run
from core.runtime import load_model
from core.runtime.streaming_loader import Loader
from tests.core.pausing import ParkAt, paused
from tests.tiny import TEXT, tiny_model


def questions(count: int = 12) -> Task:
    """Contexts of several lengths; choices of one token, of several, and across a token."""
    words = TEXT.split()
    items = []
    for n in range(count):
        context = " ".join(words[n : n + 3 + n % 7])
        choices = (
            ("1", "2", "3", "4")
            if n % 3 == 0
            else (" the router", " 17 * 4", " lazy dog jumps over")
            if n % 3 == 1
            else ("니다", "s", " expert")
        )
        items.append(
            Item(
                context=context, choices=choices, answer=n // 3 % 3, subject=("even", "odd")[n % 2]
            )
        )
    return Task(name="mine", items=tuple(items))


TASK = questions()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model("mixtral", tmp_path_factory.mktemp("m"), shards=2)


@pytest.fixture(scope="module")
def live(folder):
    return load_model(folder, device="cpu", run=Run())


@pytest.fixture(scope="module")
def tokenizer(folder):
    return load_tokenizer(folder)


def some_plan(live) -> Plan:
    plan = Plan.keep_all(live.info)
    kept_LE = plan.kept_LE.copy()
    kept_LE[:, 1::4] = False
    return plan.with_kept(kept_LE)


@torch.inference_mode()
def by_hand(live, tokenizer, task: Task) -> list[list[float]]:
    """Each choice by itself in float64, behind the tokens that the item's texts have in common."""
    found = []
    for item in task.items:
        texts = [item.context, *(item.context + choice for choice in item.choices)]
        ids = [tokenizer(text)["input_ids"] for text in texts]
        start = next(
            (i for i, column in enumerate(zip(*ids, strict=False)) if len(set(column)) > 1),
            min(map(len, ids)),
        )
        scores = []
        for row in ids[1:]:
            log_p = live.model(torch.tensor([row])).logits[0].double().log_softmax(-1)
            scores.append(sum(float(log_p[i - 1, row[i]]) for i in range(start, len(row))))
        found.append(scores)
    return found


def answers(live, tokenizer, **changes):
    options = changes.pop("options", TaskOptions())
    found, _ = run_tasks(
        live,
        [changes.pop("task", TASK)],
        tokenizer,
        options=options,
        run=changes.pop("run", Run()),
        **changes,
    )
    return found["mine"]


def scores_in(folder) -> dict[int, list[float]]:
    (path,) = folder.glob("*.jsonl")
    return {row[0]: row[1:] for row in map(json.loads, path.read_text().splitlines()) if row}


def test_log_likelihoods_and_accuracy_equal_a_computation_by_hand(live, tokenizer, tmp_path):
    found = answers(live, tokenizer, options=TaskOptions(cache=tmp_path))
    expected = by_hand(live, tokenizer, TASK)
    scores = scores_in(tmp_path)
    for index, values in enumerate(expected):
        assert scores[index] == pytest.approx(values, abs=1e-4)
    right = [int(np.argmax(v)) == i.answer for v, i in zip(expected, TASK.items, strict=True)]
    accuracy = sum(right) / 12
    assert found.accuracy == accuracy
    assert found.right == tuple(right)
    assert 0 < accuracy < 1
    assert found.stderr == pytest.approx(math.sqrt(accuracy * (1 - accuracy) / 11))
    assert found.chance == pytest.approx((4 / 4 + 8 / 3) / 12)
    assert found.by_subject["even"] == (sum(right[::2]) / 6, 6)


def test_normalised_scores_are_divided_by_the_choices_bytes(live, tokenizer):
    found = answers(live, tokenizer, options=TaskOptions(normalised=True))
    best = [
        int(np.argmax([v / len(c.encode()) for v, c in zip(values, item.choices, strict=True)]))
        for values, item in zip(by_hand(live, tokenizer, TASK), TASK.items, strict=True)
    ]
    right = [at == item.answer for at, item in zip(best, TASK.items, strict=True)]
    assert found.accuracy == found.accuracy_normalised == sum(right) / 12
    plain = answers(live, tokenizer)
    assert plain.accuracy_normalised == found.accuracy
    assert plain.fingerprint != found.fingerprint


def test_choices_of_one_token_share_one_row(tokenizer):
    items = questions_of(TASK.items, tokenizer, longest=None, run=Run())
    assert len(items[0].rows) == 1
    assert len(items[0].rows[0].last) == 4
    assert len(items[1].rows) == 3


def test_choices_that_begin_alike_or_merge_with_the_context_are_scored_from_one_place(tokenizer):
    item = Item(context="said", choices=(" 1", " 12", ""), answer=0)
    (asked,) = questions_of([item], tokenizer, longest=None, run=Run())
    assert all(len(row.ids) > row.start >= 1 for row in asked.rows)
    assert len({row.ids[: row.start] for row in asked.rows}) == 1


@pytest.mark.parametrize("batch_size", [1, 5, 100])
def test_batches_and_pieces_of_the_vocabulary_change_nothing(
    live, tokenizer, batch_size, tmp_path, monkeypatch
):
    answers(live, tokenizer, options=TaskOptions(cache=tmp_path / "a"))
    monkeypatch.setattr(heads, "LOGITS_BYTES", 3 * 4 * live.vocabulary)
    answers(live, tokenizer, options=TaskOptions(cache=tmp_path / "b", batch_size=batch_size))
    one, other = scores_in(tmp_path / "a"), scores_in(tmp_path / "b")
    for index in one:
        assert other[index] == pytest.approx(one[index], abs=1e-4)


def test_a_plan_is_masked_and_the_original_is_asked_the_same(live, tokenizer, tmp_path):
    plan = some_plan(live)
    found, original = run_tasks(
        live,
        [TASK],
        tokenizer,
        reference=live,
        plan=plan,
        options=TaskOptions(cache=tmp_path),
        run=Run(),
    )
    assert original["mine"] == answers(live, tokenizer)
    with masked(live, plan):
        expected = by_hand(live, tokenizer, TASK)
    best = [int(np.argmax(values)) for values in expected]
    assert found["mine"].right == tuple(
        at == item.answer for at, item in zip(best, TASK.items, strict=True)
    )
    one, other = (path.read_text() for path in tmp_path.iterdir())
    assert one != other


@pytest.mark.parametrize("planned", [False, True])
def test_a_streamed_model_answers_as_the_one_in_memory(folder, live, tokenizer, planned, tmp_path):
    streamed = load_model(folder, device="cpu", dtype="float32", stream="always", run=Run())
    plan = some_plan(live) if planned else None
    for model, name in ((live, "whole"), (streamed, "streamed")):
        run_tasks(
            model,
            [TASK],
            tokenizer,
            reference=model,
            plan=plan,
            options=TaskOptions(cache=tmp_path / name),
            run=Run(),
        )
    one, other = (
        sorted(p.read_text() for p in (tmp_path / n).iterdir()) for n in ("whole", "streamed")
    )
    assert len(one) == (2 if planned else 1)
    assert one == other
    assert streamed.stream.store.bytes_read == streamed.info.bytes  # both states in one pass


def test_a_cancelled_run_goes_on_where_it_stopped(live, tokenizer, tmp_path, monkeypatch):
    box: list[Run] = []

    def stop(event: object) -> None:
        if isinstance(event, Progress) and event.done >= 5:
            box[0].cancel()

    box.append(Run(stop))
    options = TaskOptions(cache=tmp_path, batch_size=3)
    with pytest.raises(Cancelled):
        answers(live, tokenizer, options=options, run=box[0])
    kept = len(scores_in(tmp_path))
    assert 5 <= kept < 12
    seen, notes = [], []
    original = module.forward
    monkeypatch.setattr(module, "forward", lambda *a: seen.append(a) or original(*a))
    log = Run(lambda event: notes.append(event.text) if isinstance(event, Note) else None)
    found = answers(live, tokenizer, options=options, run=log)
    assert found == answers(live, tokenizer)
    assert f"{kept} of 12 questions were answered before" in notes
    seen.clear()
    assert answers(live, tokenizer, options=options) == found
    assert not seen  # all of it was known


def test_a_killed_process_leaves_scores_that_the_next_one_uses(folder, live, tokenizer, tmp_path):
    code = f"""
import os, signal
from pathlib import Path
from core.calibration import load_tokenizer
from core.evaluation.tasks.score import TaskOptions, run_tasks
from core.run import Progress, Run
from core.runtime import load_model
from tests.core.evaluation.tasks.test_score import TASK
folder = Path({str(folder)!r})
def kill(event):
    if isinstance(event, Progress) and event.stage == "tasks" and event.done >= 5:
        os.kill(os.getpid(), signal.SIGKILL)
run_tasks(load_model(folder, device="cpu", run=Run()), [TASK], load_tokenizer(folder),
          options=TaskOptions(cache=Path({str(tmp_path)!r}), batch_size=3), run=Run(kill))
"""
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    (path,) = tmp_path.glob("*.jsonl")
    path.write_text(path.read_text() + "[11, -3.")  # as if killed in the middle of a line
    found = answers(live, tokenizer, options=TaskOptions(cache=tmp_path))
    assert found == answers(live, tokenizer)


def test_other_weights_another_plan_or_other_questions_never_share_scores(
    live, tokenizer, tmp_path
):
    options = TaskOptions(cache=tmp_path)
    answers(live, tokenizer, options=options)
    answers(live, tokenizer, options=options, plan=some_plan(live))
    answers(live, tokenizer, options=options, top_k=1)
    answers(live, tokenizer, options=options, task=replace(TASK, items=TASK.items[1:]))
    assert len(list(tmp_path.iterdir())) == 4
    weights = min(live.folder.glob("*.safetensors"))
    os.utime(weights, ns=(1, 1))
    answers(live, tokenizer, options=options)
    assert len(list(tmp_path.iterdir())) == 5


def test_a_context_too_long_for_the_model_loses_its_beginning(live, tokenizer):
    item = Item(context=f"{TEXT} {TEXT}", choices=(" A", " expert"), answer=0)
    (asked,) = questions_of([item], tokenizer, longest=256, run=Run())
    assert asked.longest == 256
    assert asked.cut > 0
    notes = []
    log = Run(lambda event: notes.append(event.text) if isinstance(event, Note) else None)
    answers(live, tokenizer, task=Task(name="mine", items=(item,)), run=log)
    assert "1 questions are longer than the model takes: cut on the left" in notes
    with pytest.raises(InputError, match="the model takes 4"):
        questions_of([replace(item, choices=(TEXT, "x"))], tokenizer, longest=4, run=Run())


def test_nan_weights_two_tasks_of_one_name_and_an_unwritable_cache_are_clear_errors(
    tokenizer, live, tmp_path
):
    with pytest.raises(InputError, match="two tasks are called 'mine'"):
        run_tasks(live, [TASK, TASK], tokenizer, run=Run())
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="cannot keep scores") as error:
        answers(live, tokenizer, options=TaskOptions(cache=tmp_path / "file"))
    assert "--no-cache" in error.value.remedy
    broken = load_model(tiny_model("mixtral", tmp_path), device="cpu", run=Run())
    broken.moe[0].experts.down_proj.fill_(float("nan"))
    with pytest.raises(StudioError, match="NaN on question"):
        answers(broken, tokenizer)


def test_a_streamed_pass_that_is_paused_at_any_time_goes_on_with_what_was_not_answered(
    folder, tokenizer, tmp_path, monkeypatch
):
    def wait(self, layer):  # how often a run looks meanwhile depends on the machine
        self.begin(layer)
        self._ahead.pop(layer).result()
        return 0.0

    monkeypatch.setattr(Loader, "wait", wait)

    def work(run: Run, name: str, waits: Waits):
        streamed = load_model(folder, device="cpu", dtype="float32", stream="always", run=Run())
        options = TaskOptions(batch_size=12, cache=tmp_path / name)
        return run_tasks(
            streamed, [TASK], tokenizer, reference=streamed, plan=some_plan(streamed),
            options=options, waits=waits, run=run,
        )  # fmt: skip

    class Counts(ParkAt):
        before = 0  # looks before the model runs: questions are made anew each time

        def emit(self, event):
            if isinstance(event, Progress) and not self.before:
                self.before = self.checks
            super().emit(event)

    run = Counts()
    whole, count, before = work(run, "whole", Waits()), run.checks, run.before
    assert count - before > 12
    expected = sorted(path.read_text() for path in (tmp_path / "whole").iterdir())
    for at in range(before + 1, count + 1, 2):
        waits = Waits()
        paused(lambda run, at=at, waits=waits: work(run, f"{at}", waits), at)
        again = ParkAt()
        assert work(again, f"{at}", waits) == whole
        assert again.checks <= count - at + before + 3, "more was done again than one batch's layer"
        assert sorted(p.read_text() for p in (tmp_path / f"{at}").iterdir()) == expected
