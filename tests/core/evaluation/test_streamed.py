"""A streamed measurement is the one in memory, masked and compared or not."""

from dataclasses import replace

import pytest

from core.errors import Cancelled, InputError
from core.evaluation import Evaluation, evaluate
from core.planning import Plan
from core.run import Progress, Run
from core.runtime import LiveModel, load_model
from tests.core.live import random_set
from tests.core.pruning.test_merging import merged_plan
from tests.tiny import tiny_model

TEXTS = random_set(sequences=5, seq_len=20, batch_size=2)


def load(folder, stream: str) -> LiveModel:
    return load_model(folder, device="cpu", dtype="float32", stream=stream, run=Run())


def some_plan(live: LiveModel) -> Plan:
    plan = Plan.keep_all(live.info)
    kept_LE = plan.kept_LE.copy()
    kept_LE[:, 1::4] = False
    return plan.with_kept(kept_LE)


def measured(live: LiveModel, reference: LiveModel | None = None, **options) -> Evaluation:
    found = evaluate(live, TEXTS, reference=reference, run=options.pop("run", Run()), **options)
    return replace(found, seconds=0)


@pytest.mark.parametrize("family", ["mixtral", "deepseek_v3", "gpt_oss"])
def test_perplexity_kl_and_agreement_are_those_of_the_model_in_memory(family, tmp_path):
    folder = tiny_model(family, tmp_path, shards=2, dtype="bfloat16", tokenizer=False)
    whole, streamed = load(folder, "never"), load(folder, "always")
    plan = some_plan(whole)
    assert measured(streamed) == measured(whole)
    assert measured(streamed).to_json()["streamed"]
    assert not measured(whole).to_json()["streamed"]
    assert measured(streamed, plan=plan) == measured(whole, plan=plan)
    compared = measured(streamed, streamed, plan=plan)
    assert compared == measured(whole, whole, plan=plan)
    assert compared.kl is not None
    assert compared.kl > 0
    assert measured(streamed, streamed) == measured(whole, whole)


@pytest.mark.parametrize(
    "family",
    [
        "gpt_oss",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("mixtral", "deepseek_v3", "dbrx")
        ),
    ],
)
def test_a_merged_plan_is_averaged_while_each_layer_is_there(family, tmp_path):
    folder = tiny_model(family, tmp_path, shards=2, dtype="bfloat16", tokenizer=False)
    whole, streamed = load(folder, "never"), load(folder, "always")
    plan = merged_plan(whole.info)
    assert plan.merged
    expected = measured(whole, whole, plan=plan)
    assert measured(streamed, streamed, plan=plan) == expected
    assert measured(streamed, streamed, plan=plan.with_merges([])) != expected
    assert measured(streamed) == measured(whole)


def test_masked_and_original_are_read_together(tmp_path):
    folder = tiny_model("olmoe", tmp_path, tokenizer=False)
    streamed = load(folder, "always")
    measured(streamed, streamed, plan=some_plan(streamed))
    assert streamed.stream.store.bytes_read == streamed.info.bytes


def test_either_of_two_models_may_be_the_streamed_one(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    other = tiny_model("mixtral", tmp_path, tokenizer=False, seed=1, name="other")
    whole, reference = load(folder, "never"), load(other, "never")
    plan = some_plan(whole)
    expected = measured(whole, reference, plan=plan)
    assert measured(load(folder, "always"), reference, plan=plan) == expected
    assert measured(whole, load(other, "always"), plan=plan) == expected


def test_two_streamed_models_are_refused(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    with pytest.raises(InputError, match="both streamed") as error:
        measured(load(folder, "always"), load(folder, "always"))
    assert "--plan" in error.value.remedy


def test_a_cancelled_measurement_takes_the_mask_off(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    streamed = load(folder, "always")
    box: list[Run] = []

    def on_event(event: object) -> None:
        if isinstance(event, Progress) and event.done > 0:
            box[0].cancel()

    box.append(Run(on_event))
    with pytest.raises(Cancelled):
        measured(streamed, streamed, plan=some_plan(streamed), run=box[0])
    assert measured(streamed) == measured(load(folder, "never"))
