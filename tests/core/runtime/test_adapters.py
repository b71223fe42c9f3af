"""What the exceptions among the families are there for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from core.planning import Plan
from core.profiling import profile_model
from core.pruning import masked, shrink
from core.run import Run
from tests.core.live import load_tiny, random_set
from tests.core.profiling.brute_force import brute_force
from tests.tiny import VOCABULARY

NAMES = ("count", "gate_sum", "norm_sum", "gated_norm_sum", "soft_count", "coactivation")


@torch.inference_mode()
def logits_of(live) -> torch.Tensor:
    ids = torch.from_numpy(np.random.default_rng(1).integers(3, VOCABULARY, (2, 15)))
    return live.model(input_ids=ids, use_cache=False).logits


@pytest.mark.timeout(600)  # the first one imports torch
def test_tokens_that_skip_zayas_experts_are_counted_for_none_of_them(tmp_path):
    live, texts = load_tiny("zaya", tmp_path), random_set(domains=("prose",))
    for layer in live.moe:
        layer.router.balancing_biases[-1] = 0.05
    profile, truth = profile_model(live, texts, run=Run()), brute_force(live, texts)
    for name in NAMES:
        np.testing.assert_allclose(getattr(profile, name), truth[name], rtol=1e-5, err_msg=name)
    chosen, pairs = int(profile.count.sum()), texts.tokens * len(live.moe)
    assert 0 < chosen < pairs  # some skip, some do not


def test_a_mask_moves_the_row_that_skips(tmp_path):
    live = load_tiny("zaya", tmp_path)
    for layer in live.moe:
        layer.router.balancing_biases[-1] = 0.05
    keep = tuple(tuple(i for i in range(8) if i % 3) for _ in live.moe)
    plan = dataclasses.replace(Plan.keep_all(live.info), keep=keep)
    with masked(live, plan):
        expected = logits_of(live)
        assert {layer.router.config.num_experts for layer in live.moe} == {5}
    assert {layer.router.config.num_experts for layer in live.moe} == {8}
    shrink(live, plan)
    torch.testing.assert_close(logits_of(live), expected, rtol=1e-6, atol=1e-6)


def test_longcats_zero_compute_experts_are_chosen_and_have_no_rows(tmp_path):
    live, texts = load_tiny("longcat_flash", tmp_path), random_set(domains=("prose",))
    profile = profile_model(live, texts, run=Run())
    assert profile.count.shape[-1] == live.experts[0] == 8
    pairs = texts.tokens * live.info.top_k * len(live.moe)
    assert 0 < profile.count.sum() < pairs
    # Their share of the softmax is nobody's.
    assert profile.soft_count.sum() < texts.tokens * len(live.moe) * 0.999


@pytest.mark.parametrize("family", ["dbrx", "jetmoe", "llama4_text", "longcat_flash", "zaya"])
def test_a_probe_changes_nothing_that_the_model_computes_and_leaves_no_trace(family, tmp_path):
    live, texts = load_tiny(family, tmp_path), random_set(domains=("prose",))
    before = logits_of(live)
    attributes = [set(vars(module)) for module in live.model.modules()]
    profile_model(live, texts, run=Run())
    assert [set(vars(module)) for module in live.model.modules()] == attributes
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in live.model.modules()]
    assert sum(hooks) == 0
    assert torch.equal(logits_of(live), before)


@pytest.mark.parametrize("family", ["dbrx", "jetmoe", "llama4_text", "longcat_flash", "zaya"])
def test_a_profile_under_a_mask_has_the_originals_numbers_and_none_of_the_dropped(family, tmp_path):
    live, texts = load_tiny(family, tmp_path), random_set(domains=("prose",))
    keep = tuple(tuple(range(2 + row % 2, count)) for row, count in enumerate(live.experts))
    plan = dataclasses.replace(Plan.keep_all(live.info), keep=keep)
    with masked(live, plan):
        profile = profile_model(live, texts, run=Run())
    for row, kept in enumerate(keep):
        dropped = [e for e in range(live.experts[row]) if e not in kept]
        assert profile.count[0, row, dropped].sum() == 0
        assert profile.soft_count[0, row, dropped].sum() == 0
        assert profile.count[0, row, list(kept)].sum() > 0
