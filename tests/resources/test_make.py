"""The scripts that make the demo model: their mathematics is the stock model's."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from resources.demo.make import arithmetic, data, export, extract, texts
from resources.demo.make.bigram import Bigram
from resources.demo.make.network import Network, Shape, initialise
from resources.demo.make.optimiser import Optimiser, orthogonal
from resources.demo.make.sources import DOMAINS
from resources.demo.make.train import Options, train

TINY = Shape(layers=2, experts=4, hidden=32, ffn=24, heads=2, vocabulary=64)


@pytest.fixture
def flat() -> torch.Tensor:
    weights = torch.zeros(TINY.size())
    initialise(TINY, weights, seed=3)
    return weights + 0.1 * torch.randn(weights.shape, generator=torch.Generator().manual_seed(4))


def test_loss_and_gradients_are_those_of_the_stock_model(flat):
    stock = export.model(TINY, flat)
    grads = torch.zeros_like(flat)
    windows = torch.randint(3, 64, (3, 151), generator=torch.Generator().manual_seed(0))
    loss, objective, use_LE = Network(TINY, flat, grads, length=150).loss(windows, 0.0, 0.0)
    objective.backward()
    logits = stock(input_ids=windows[:, :-1]).logits
    expected = F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
    expected.backward()
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(use_LE.sum(1), torch.ones(2))
    ours, theirs = TINY.views(grads), dict(stock.named_parameters())
    for name, stock_name in {
        "embed": "model.embed_tokens.weight",
        "norm": "model.norm.weight",
        "0.up": "model.layers.0.mlp.experts.gate_up_proj",
        "1.down": "model.layers.1.mlp.experts.down_proj",
        "0.router": "model.layers.0.mlp.gate.weight",
        "1.norm2": "model.layers.1.post_attention_layernorm.weight",
    }.items():
        torch.testing.assert_close(ours[name], theirs[stock_name].grad, rtol=1e-3, atol=1e-6)
    q = theirs["model.layers.0.self_attn.q_proj.weight"].grad
    torch.testing.assert_close(ours["0.qkv"][0], q, rtol=1e-3, atol=1e-6)


def test_an_unused_expert_gets_no_gradient(flat):
    TINY.views(flat)["0.router"].zero_()
    TINY.views(flat)["0.router"][:2, 0] = 50.0  # ties among the rest never win
    grads = torch.zeros_like(flat)
    network = Network(TINY, flat, grads, length=8)
    _, objective, use_LE = network.loss(torch.randint(0, 64, (1, 9)), 0.0, 0.0)
    objective.backward()
    for expert in range(4):
        assert (use_LE[0, expert] > 0) == bool(TINY.views(grads)["0.up"][expert].abs().sum() > 0)


def test_orthogonal_brings_all_singular_values_near_one():
    for shape in ((2, 48, 32), (2, 32, 48), (1, 32, 32)):
        x = torch.randn(shape, generator=torch.Generator().manual_seed(1))
        values = torch.linalg.svdvals(orthogonal(x))
        assert values.max() < 1.3
        assert values.median() > 0.6


def test_two_ranks_own_every_parameter_once():
    weights, state = torch.zeros(TINY.size()), torch.zeros(2, TINY.size())
    owned = [
        name
        for rank in range(2)
        for name in Optimiser(TINY, weights, state, rank=rank, ranks=2, muon=True).names()
    ]
    assert sorted(owned) == sorted(TINY.parameters())


def test_the_order_is_a_function_of_the_seed_and_covers_an_epoch():
    streams = [np.arange(2_000, dtype=np.uint16) for _ in DOMAINS]

    def order(seed: int) -> list[list[int]]:
        made = data.Order(streams, length=16, sequences=300, seed=seed)
        return [made.window(n).tolist() for n in range(300)]

    assert order(0) == order(0)
    assert order(0) != order(1)
    assert all(window == list(range(window[0], window[0] + 17)) for window in order(0))


def test_the_learning_rate_rises_stays_and_falls_to_nothing():
    options = Options(tokens=1_000 * 512 * 16, warmup=10, decay=0.3)
    factors = [options.lr_factor(step) for step in range(options.steps + 1)]
    assert factors[0] < factors[5] < factors[10] == factors[699] == 1.0
    assert factors[700:] == sorted(factors[700:], reverse=True)
    assert factors[-1] == 0.0
    assert options.balance_weight(0) == 0.005
    assert options.balance_weight(900) == 0.001


def test_the_balance_weight_never_jumps():
    options = Options()
    weights = [options.balance_weight(step) for step in range(options.steps)]
    assert max(np.abs(np.diff(weights))) < 0.0021  # one step down, then a slope


def test_paragraphs_met_before_are_dropped():
    seen: set[bytes] = set()
    assert texts._unseen(["One  two", "three"], seen) == ["One  two", "three"]
    assert texts._unseen(["one two", "four"], seen) == ["four"]


def test_shipped_documents_come_before_training_and_long_ones_stay_in_training():
    documents = ["x" * 400 + str(i) for i in range(2_000)] + ["y" * 20_000]
    splits = texts._split("python", documents, seed=0)
    assert sum(map(len, splits.values())) == len(documents)
    assert "y" * 20_000 in splits["train"]
    assert not set(splits["heldout"]) & set(splits["calibration"])


def test_arithmetic_is_right():
    rng = random.Random(0)
    sums = 0
    for _ in range(50):
        for a, sign, b, result in re.findall(
            r"^(\d+) ([-+*]) (\d+) = (\d+)$", arithmetic.document(rng), re.MULTILINE
        ):
            assert {"+": int(a) + int(b), "-": int(a) - int(b), "*": int(a) * int(b)}[sign] == int(
                result
            )
            sums += 1
    assert sums > 100


def test_markup_and_navigation_leave_the_paragraphs():
    page = (
        "<html><head><title>x</title></head><nav><p>a menu that is long enough to stay</p></nav>"
        "<body><p>The first <b>paragraph</b> of<br>the page.</p><p>Prev</p>"
        "<script>var code = 'of the page and no text';</script></body></html>"
    )
    assert extract._prose(page, korean=False) == ["The first paragraph of the page."]


def test_english_paragraphs_leave_korean_manuals():
    page = "<p>이 문단은 한국어로 쓰였습니다.</p><p>This one was never translated.</p>"
    assert extract._prose(page, korean=True) == ["이 문단은 한국어로 쓰였습니다."]


def test_licence_headers_leave_code():
    code = "/* Copyright: somebody */\n\nint a;\n\n\nint b;\n"
    assert extract._code(code) == ["int a;", "int b;"]


def test_a_bigram_model_sums_to_one_and_learns_a_cycle():
    stream = np.tile(np.arange(4, dtype=np.uint16), 500)
    model = Bigram(stream, vocabulary=8)
    for v in (0, 7):  # one that was seen and one that was not
        every = model._probability(np.full(8, v), np.arange(8))
        assert every.sum() == pytest.approx(1.0)
    assert model.perplexity([np.arange(4).repeat(1)]) < 1.02


@pytest.mark.slow  # three runs of two processes, which import torch
@pytest.mark.timeout(600)
def test_training_that_was_resumed_equals_training_that_was_not(tmp_path):
    def train_for(name: str, steps: int) -> torch.Tensor:
        folder = tmp_path / name / "train"
        folder.mkdir(parents=True, exist_ok=True)
        for i, domain in enumerate(DOMAINS):
            tokens = np.random.default_rng(i).integers(0, 64, size=2_000)
            np.save(folder / f"{domain}.npy", tokens.astype(np.uint16))
        options = Options(tokens=steps * 4 * 32, length=32, batch=4, warmup=2, decay=0.1)
        return train(tmp_path / name, options, TINY).clone()

    straight = train_for("straight", 8)
    half = train_for("resumed", 4)
    resumed = train_for("resumed", 8)
    assert not torch.equal(half, resumed)
    assert torch.equal(straight, resumed)
    with pytest.raises(ValueError, match="seed 0"):
        train(tmp_path / "resumed", Options(seed=1), TINY)
