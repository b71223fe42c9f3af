"""The terms of the loss against what can be computed in another way."""

import math

import pytest
import torch

from core.run import Run
from core.runtime import load_model
from core.tuning import TopK, loss
from core.tuning.dial import TopKDial, blended

SCORES = ("softmax", "sigmoid", "sqrtsoftplus")


@pytest.mark.parametrize("score", SCORES)
def test_the_gradient_of_the_entropy_is_that_of_finite_differences(score: str) -> None:
    z = torch.randn(5, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    z.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: loss.router_entropy(x, score), (z,))


@pytest.mark.parametrize("score", SCORES)
def test_the_entropy_is_minus_the_mean_log_of_the_normalised_score(score: str) -> None:
    z = torch.tensor([[0.5, -1.0, 2.0]], dtype=torch.float64)
    of = {
        "softmax": math.exp,
        "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
        "sqrtsoftplus": lambda x: math.sqrt(math.log1p(math.exp(x))),
    }[score]
    s = [of(x) for x in z[0].tolist()]
    p = [x / sum(s) for x in s]
    expected = -sum(x * math.log(x) for x in p)
    assert float(loss.router_entropy(z, score)) == pytest.approx(expected, rel=1e-12)


def test_a_ruled_out_row_adds_nothing_to_the_entropy_and_its_gradient_is_a_number() -> None:
    z = torch.tensor([[0.3, -torch.inf, 1.0]], requires_grad=True)
    entropy = loss.router_entropy(z, "softmax")
    alone = loss.router_entropy(torch.tensor([[0.3, 1.0]]), "softmax")
    torch.testing.assert_close(entropy, alone)


def test_only_tokens_with_a_next_one_count() -> None:
    ids = torch.tensor([[5, 6, 7, 8], [9, 10, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    target, counted = loss.next_tokens(ids, mask)
    assert target.tolist() == [6, 7, 8, -100, 10, -100, -100, -100]
    assert counted.tolist() == [True, True, True, False, True, False, False, False]


def test_kl_over_all_candidates_is_the_whole_kl_and_over_few_at_most_that() -> None:
    generator = torch.Generator().manual_seed(1)
    teacher, student = (torch.randn(1, 6, 40, generator=generator) for _ in range(2))
    log_q = loss.log_probabilities(student)
    counted = torch.tensor([True] * 5 + [False])
    whole = float(loss.kl_sum(teacher, log_q, counted))
    p, q = (x[0, :5].double().softmax(-1) for x in (teacher, student))
    assert whole == pytest.approx(float((p * (p / q).log()).sum()), rel=1e-5)
    found = [
        float(loss.candidates_kl_sum(*loss.top_candidates(teacher[0], n), log_q, counted))
        for n in (1, 5, 20, 40)
    ]
    assert found == sorted(found)
    assert found[-1] == pytest.approx(whole, rel=1e-4)


def test_gates_between_two_top_ks_are_blended_by_expert() -> None:
    two = (torch.zeros(1, 3), torch.tensor([[0.3, 0.7]]), torch.tensor([[2, 0]]))
    one = (torch.zeros(1, 3), torch.tensor([[1.0]]), torch.tensor([[0]]))
    _, gates, index = blended(two, one, 0.25, without=0)
    torch.testing.assert_close(gates, torch.tensor([[0.25 * 0.3, 0.25 * 0.7 + 0.75]]))
    assert index.tolist() == [[2, 0]]


def router_gradient(live, dial: TopKDial, top_k: TopK) -> float:
    """Size of the routers' gradient from the language-model loss."""
    ids = torch.arange(3, 35).reshape(2, 16)
    for layer in live.moe:
        layer.router.requires_grad_(requires_grad=True)
        layer.router.zero_grad()
    dial.turn(top_k)
    logits = live.model(input_ids=ids, use_cache=False).logits
    target, _ = loss.next_tokens(ids, torch.ones_like(ids))
    loss.cross_entropy_sum(loss.log_probabilities(logits), target).backward()
    return max(float(p.grad.abs().max()) for m in live.moe for p in m.router.parameters())


def test_a_renormalised_top_1_leaves_the_router_without_gradient_and_a_fading_gate_does_not(
    mixtral,
) -> None:
    live = load_model(mixtral, device="cpu", run=Run())
    with TopKDial(live, 1, Run()) as dial:
        whole = router_gradient(live, dial, TopK(2, 1.0))
        assert router_gradient(live, dial, TopK(1, 1.0)) < 1e-4 * whole
        assert router_gradient(live, dial, TopK(2, 0.1)) > 1e-2 * whole
        assert dial.constant_gates


def test_a_top_1_gate_that_is_a_probability_keeps_the_gradient(tmp_path) -> None:
    from tests.core.tuning.runs import tiny

    live = load_model(tiny("olmoe", tmp_path), device="cpu", run=Run())
    with TopKDial(live, 1, Run()) as dial:
        assert router_gradient(live, dial, TopK(1, 1.0)) > 1e-3
        assert dial.constant_gates is False
