"""Both models are timed in every round, on the same text, and a plan is really removed."""

import numpy as np
import pytest

from core.calibration import load_tokenizer
from core.errors import Cancelled, InputError
from core.evaluation import timing
from core.evaluation.speed import Speed, SpeedOptions
from core.evaluation.timing import compare_speed, prompt_ids
from core.run import Progress, Run
from core.runtime import load_model
from tests.tiny import tiny_model

OPTIONS = SpeedOptions(batch_size=2, context=20, new_tokens=3, rounds=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model("mixtral", tmp_path_factory.mktemp("m"), shards=2)


def load(folder, **options):
    return load_model(folder, device="cpu", run=Run(), **options)


def prompt(folder):
    return prompt_ids(load_tokenizer(folder), OPTIONS, 320)


def test_rates_and_ratios_are_those_of_the_times(folder, monkeypatch):
    clock, seconds = [0.0], {}
    monkeypatch.setattr(timing, "_now", lambda live: clock[0])
    before, after = load(folder), load(folder)
    order = []
    for name, live, pace in (("before", before, 2.0), ("after", after, 1.0)):
        seconds[name] = pace

        def tick(_module, args, kwargs, name=name, pace=pace):
            width = kwargs["input_ids"].shape[1]
            order.append((name, width))
            clock[0] += pace * (10 if width == 20 else 1)

        live.model.register_forward_pre_hook(tick, with_kwargs=True)
    found = compare_speed(before, after, prompt(folder), OPTIONS, run=Run())
    assert (found.before.prefill, found.after.prefill) == (2 * 20 / 20, 2 * 20 / 10)
    assert (found.before.decode, found.after.decode) == (2 * 3 / 6, 2 * 3 / 3)
    assert (found.before.first_token, found.before.per_token) == (20, 2)
    assert (found.after.prefill_ratio, found.after.decode_ratio) == (2, 2)
    assert found.prefill_ratios == (2, 2, 2)
    prefills = [name for name, width in order if width == 20]
    assert prefills == ["after", "before", "before", "after"] * 2  # each first in turn, 1 warms up
    assert Speed.from_json(found.after.to_json()) == found.after


def test_prompts_are_text_of_the_wanted_shape_repeated_where_it_is_short(folder):
    found = prompt_ids(
        load_tokenizer(folder), SpeedOptions(batch_size=3, context=50), vocabulary=100
    )
    assert found.shape == (3, 50)
    assert found.max() < 100
    assert len(np.unique(found)) > 20


def test_streamed_models_and_prompts_too_long_are_refused(folder):
    streamed = load(folder, stream="always")
    with pytest.raises(InputError, match="its speed would be the disk's"):
        compare_speed(streamed, None, prompt(folder), OPTIONS, run=Run())
    long = SpeedOptions(context=300, new_tokens=1)
    with pytest.raises(InputError, match="301 tokens are more than the 256"):
        compare_speed(load(folder), None, np.ones((1, 300), dtype=np.int64), long, run=Run())


def test_a_run_is_cancelled_between_two_tokens(folder):
    box: list[Run] = []

    def stop(event: object) -> None:
        if isinstance(event, Progress) and event.done == 1:
            box[0].cancel()

    box.append(Run(stop))
    with pytest.raises(Cancelled):
        compare_speed(load(folder), None, prompt(folder), OPTIONS, run=box[0])
