"""A plan on a live model: masked and shrunk models must be one model."""

import dataclasses

import numpy as np
import pytest
import torch

from core.errors import PlanError
from core.planning.plan import Plan
from core.pruning import Rerouting, masked, shrink
from tests.core.live import KINDS, load_tiny
from tests.tiny import VOCABULARY


def some_plan(live, seed=0, drop=1):
    """Drop `drop` random experts per router group, `drop` per layer without groups."""
    rng = np.random.default_rng(seed)
    groups = max(live.info.n_group, 1)
    keep = []
    for count in live.experts:
        size = count // groups
        kept = [
            g * size + i
            for g in range(groups)
            for i in rng.permutation(size)[: size - drop].tolist()
        ]
        keep.append(tuple(sorted(kept)))
    return dataclasses.replace(Plan.keep_all(live.info), keep=tuple(keep))


def tokens(seed=0, shape=(3, 17)):
    return torch.from_numpy(np.random.default_rng(seed).integers(3, VOCABULARY, shape))


@torch.inference_mode()
def run(live, ids):
    """Logits, and every router's output in order."""
    seen = []
    handles = [
        layer.router.register_forward_hook(lambda _m, _i, out: seen.append(out))
        for layer in live.moe
    ]
    try:
        logits = live.model(input_ids=ids, use_cache=False).logits
    finally:
        for handle in handles:
            handle.remove()
    return logits, seen


@pytest.mark.parametrize("family", KINDS)
@pytest.mark.parametrize("top_k", [None, 1])
def test_masked_and_shrunk_models_agree_to_the_last_bit_of_routing(family, top_k, tmp_path):
    live = load_tiny(family, tmp_path)
    plan = some_plan(live)
    ids = tokens()
    with masked(live, plan, top_k=top_k):
        mask_logits, mask_routing = run(live, ids)
    shrink(live, plan, top_k=top_k)
    shrunk_logits, shrunk_routing = run(live, ids)
    for row, (wide, narrow) in enumerate(zip(mask_routing, shrunk_routing, strict=True)):
        keep = torch.tensor(plan.keep[row])
        if row == 0:  # later layers see what differs in the order of additions
            assert torch.equal(wide[0][..., keep], narrow[0])
            assert torch.equal(wide[1], narrow[1])
        assert torch.equal(wide[2], keep[narrow[2]])
        assert wide[2].shape[-1] == (top_k or live.info.top_k)
    torch.testing.assert_close(mask_logits, shrunk_logits, rtol=1e-6, atol=1e-6)
    assert live.experts == tuple(len(row) for row in plan.keep)


@pytest.mark.parametrize("family", ["mixtral", "gpt_oss", "granitemoe", "qwen3_moe"])
def test_masking_equals_minus_infinity_before_the_softmax(family, tmp_path, monkeypatch):
    live = load_tiny(family, tmp_path)
    plan, ids = some_plan(live, seed=1, drop=3), tokens()
    with masked(live, plan):
        ours, _ = run(live, ids)
    weights = {
        id(layer.router.weight): keep for layer, keep in zip(live.moe, plan.keep, strict=True)
    }
    plain = torch.nn.functional.linear

    def linear(x, weight, bias=None):
        out = plain(x, weight, bias)
        if id(weight) in weights:
            dropped = sorted(set(range(weight.shape[0])) - set(weights[id(weight)]))
            out[..., dropped] = -torch.inf
        return out

    monkeypatch.setattr(torch.nn.functional, "linear", linear)
    theirs, _ = run(live, ids)
    monkeypatch.undo()
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(ours, run(live, ids)[0], atol=1e-3)


@pytest.mark.parametrize("family", KINDS)
def test_a_shrunk_model_saves_and_reloads_in_stock_transformers(family, tmp_path):
    from transformers import AutoModelForCausalLM

    live = load_tiny(family, tmp_path)
    shrink(live, some_plan(live))
    expected, _ = run(live, tokens())
    live.model.save_pretrained(tmp_path / "small")
    stock = AutoModelForCausalLM.from_pretrained(tmp_path / "small").eval()
    with torch.inference_mode():
        logits = stock(input_ids=tokens(), use_cache=False).logits
    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", ["mixtral", "deepseek_v3"])
def test_a_mask_leaves_no_trace_even_after_an_error(family, tmp_path):
    live = load_tiny(family, tmp_path)
    before, _ = run(live, tokens())
    names = [name for name, _ in live.model.named_parameters()]
    with pytest.raises(KeyError), masked(live, some_plan(live), top_k=1):  # noqa: PT012
        assert not torch.equal(run(live, tokens())[0], before)
        raise KeyError
    assert torch.equal(run(live, tokens())[0], before)
    assert [name for name, _ in live.model.named_parameters()] == names


def test_a_prepared_mask_toggles_and_refuses_to_be_put_on_twice(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    rerouting = Rerouting(live, some_plan(live))
    with rerouting:
        first, _ = run(live, tokens())
        with pytest.raises(RuntimeError, match="on already"):
            rerouting.__enter__()
    with rerouting:
        assert torch.equal(run(live, tokens())[0], first)


def test_keeping_everything_changes_nothing(tmp_path):
    live = load_tiny("olmoe", tmp_path)
    before, _ = run(live, tokens())
    with masked(live, None):
        assert torch.equal(run(live, tokens())[0], before)
    shrink(live, Plan.keep_all(live.info))
    assert torch.equal(run(live, tokens())[0], before)


def test_ragged_plans_mask_and_shrink_alike_and_leave_the_config_alone(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    plan = dataclasses.replace(Plan.keep_all(live.info), keep=((0, 2, 5), (1, 2, 3, 4, 6)))
    with masked(live, plan):
        ours, _ = run(live, tokens())
    shrink(live, plan)
    torch.testing.assert_close(run(live, tokens())[0], ours, rtol=1e-6, atol=1e-6)
    assert live.experts == (3, 5)
    assert live.model.config.num_local_experts == 8


def test_plans_that_a_router_cannot_take_are_refused_before_anything_changes(tmp_path):
    live = load_tiny("deepseek_v3", tmp_path)
    keep = list(Plan.keep_all(live.info).keep)
    keep[0] = keep[0][1:]  # one group is short of an expert
    plan = dataclasses.replace(Plan.keep_all(live.info), keep=tuple(keep))
    with pytest.raises(PlanError, match="groups"):
        Rerouting(live, plan)
    with pytest.raises(PlanError, match="groups"):
        shrink(live, plan)
    assert live.experts == tuple(live.info.experts)


def test_too_few_survivors_and_too_large_a_top_k_are_refused(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    few = dataclasses.replace(Plan.keep_all(live.info), keep=((0,), (1,)))
    with pytest.raises(PlanError, match="chooses 2"):
        Rerouting(live, few)
    with pytest.raises(PlanError, match="Top-K 9 is above the 8"):
        Rerouting(live, None, top_k=9)


def test_a_model_is_shrunk_once(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    plan = some_plan(live)
    shrink(live, plan)
    with pytest.raises(PlanError, match="shrunk before"):
        shrink(live, plan)
