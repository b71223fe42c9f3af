"""Strided windows: each token once, with enough before it, against a loop token by token."""

import json
import math

import numpy as np
import pytest
import torch

from core.calibration import CalibrationOptions, Source, build_calibration, load_tokenizer
from core.errors import InputError
from core.evaluation import evaluate
from core.profiling import profile_model
from core.run import Run
from core.runtime import load_model
from tests.tiny import TEXT, tiny_model

WINDOW = 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model("mixtral", tmp_path_factory.mktemp("m"), shards=2)


def texts(folder, tmp_path, **options):
    lines = [json.dumps({"text": f"{n} {TEXT[: 90 + 37 * n]}"}) for n in range(4)]
    (tmp_path / "prose.jsonl").write_text("\n".join(lines))
    made = CalibrationOptions(
        sources=(Source(path_or_id=str(tmp_path / "prose.jsonl")),),
        seq_len=WINDOW,
        batch_size=3,
        **options,
    )
    return build_calibration(made, load_tokenizer(folder), run=Run())


@torch.inference_mode()
def token_by_token(live, stream: np.ndarray, stride: int) -> list[float]:
    """Loss of every token but the first, each from the window in which it is new."""
    losses = []
    for at in range(1, len(stream)):
        window = 0 if at < WINDOW else math.ceil((at + 1 - WINDOW) / stride)
        ids = torch.from_numpy(stream[window * stride : at])
        log_p = live.model(input_ids=ids[None], use_cache=False).logits[0, -1].double()
        losses.append(-float(log_p.log_softmax(-1)[stream[at]]))
    return losses


@pytest.mark.parametrize("pack", [True, False])
@pytest.mark.parametrize("stride", [5, 12])
def test_perplexity_is_that_of_a_loop_over_tokens(folder, tmp_path, stride, pack):
    live = load_model(folder, device="cpu", run=Run())
    long = texts(folder, tmp_path, pack=pack)
    whole = CalibrationOptions(
        sources=long.options.sources, seq_len=100_000, pack=pack, batch_size=1
    )
    streams = build_calibration(whole, load_tokenizer(folder), run=Run()).sequences_by_domain[0]
    losses = [loss for stream in streams for loss in token_by_token(live, stream, stride)]
    found = evaluate(live, texts(folder, tmp_path, pack=pack, stride=stride), run=Run())
    assert found.tokens == len(losses)
    expected = math.exp(sum(losses) / len(losses))
    assert found.perplexity["overall"] == pytest.approx(expected, rel=1e-5)
    plain = evaluate(live, long, run=Run())
    assert plain.perplexity["overall"] != pytest.approx(expected, rel=1e-3)


def test_every_token_is_new_once_with_enough_before_it(folder, tmp_path):
    made = texts(folder, tmp_path, stride=7)
    (rows,), (contexts,) = made.sequences_by_domain, made.context_by_domain
    assert contexts[0] == 0
    assert all(context >= WINDOW - 7 for context in contexts[1:])
    stream = np.concatenate([row[seen:] for row, seen in zip(rows, contexts, strict=True)])
    plain = texts(folder, tmp_path)
    np.testing.assert_array_equal(stream, np.concatenate(plain.sequences_by_domain[0]))
    assert made.fingerprint != plain.fingerprint
    assert texts(folder, tmp_path, stride=WINDOW).sequences == plain.sequences


def test_a_streamed_model_measures_strided_windows_alike(folder, tmp_path):
    made = texts(folder, tmp_path, stride=7)
    whole = evaluate(load_model(folder, device="cpu", run=Run()), made, run=Run())
    streamed = load_model(folder, device="cpu", dtype="float32", stream="always", run=Run())
    assert evaluate(streamed, made, run=Run()).perplexity == whole.perplexity


def test_strides_that_leave_gaps_and_strided_profiles_are_refused(folder, tmp_path):
    for stride in (0, WINDOW + 1):
        with pytest.raises(InputError, match="leaves gaps") as error:
            texts(folder, tmp_path, stride=stride)
        assert error.value.remedy == f"a stride from 1 to {WINDOW}"
    live = load_model(folder, device="cpu", run=Run())
    with pytest.raises(InputError, match="more than once"):
        profile_model(live, texts(folder, tmp_path, stride=7), output=None, run=Run())
