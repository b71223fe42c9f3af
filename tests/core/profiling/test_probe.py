"""The probe against the formulas, and what must not change its numbers."""

import numpy as np
import pytest
import torch

from core.errors import InputError, ProfileError
from core.planning.plan import Plan
from core.profiling import profile_model
from core.profiling.probe import Probe
from core.profiling.profile import CONTEXT_BEFORE
from core.pruning import masked
from core.run import Run
from tests.core.live import KINDS, load_tiny, random_set
from tests.core.profiling.brute_force import brute_force

SUMS = ("soft_count", "gate_sum", "norm_sum", "norm_sq_sum", "gated_norm_sum", "entropy_sum")
EXACT = ("count", "tokens", "coactivation")
MAXIMA = ("norm_max", "peak_max")


def assert_same(a, b, *, rtol=0.0):
    """Every statistic equal: counts exactly, sums within rtol."""
    for name in EXACT:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    for name in (*SUMS, *MAXIMA):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=rtol, err_msg=name)


@pytest.mark.parametrize("family", KINDS)
def test_statistics_equal_a_float64_computation_from_the_formulas(family, tmp_path):
    live, texts = load_tiny(family, tmp_path), random_set(sequences=3)
    profile = profile_model(live, texts, run=Run())
    expected = brute_force(live, texts)
    for name in EXACT:
        np.testing.assert_array_equal(getattr(profile, name), expected[name], err_msg=name)
    for name in (*SUMS, *MAXIMA):
        np.testing.assert_allclose(getattr(profile, name), expected[name], rtol=2e-5, err_msg=name)
    assert profile.total_tokens == texts.tokens
    assert profile.count.sum() == texts.tokens * live.info.top_k * len(live.moe)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("family", ["mixtral", "gpt_oss"])
def test_the_probe_changes_no_bit_of_the_models_output_and_leaves_no_trace(family, dtype, tmp_path):
    live, texts = load_tiny(family, tmp_path, dtype=dtype), random_set()
    live.model.set_experts_implementation("grouped_mm")
    ids = torch.from_numpy(texts.batch(0).input_ids)
    attributes = [set(vars(layer.experts)) for layer in live.moe]

    def run(fn):
        with torch.inference_mode():
            return fn(input_ids=ids, use_cache=False)[0]

    before = run(live.model)
    with Probe(live, 1, Run()) as probe:
        probe.begin(texts.batch(0).mask)
        assert torch.equal(run(live.model), before)
    profile_model(live, texts, run=Run())
    assert torch.equal(run(live.model), before)
    assert live.model.config._experts_implementation == "grouped_mm"
    assert [set(vars(layer.experts)) for layer in live.moe] == attributes
    assert all(not layer.router._forward_hooks for layer in live.moe)


@pytest.mark.parametrize("family", ["mixtral", "deepseek_v3"])
def test_batch_size_and_order_change_nothing_beyond_rounding(family, tmp_path):
    live = load_tiny(family, tmp_path)
    profile = profile_model(live, random_set(), run=Run())
    for changes in ({"batch_size": 1}, {"batch_size": 5}, {"reverse": True}):
        other = profile_model(live, random_set(**changes), run=Run())
        assert_same(other, profile, rtol=1e-5)


def test_padding_is_never_counted_whatever_is_in_it(tmp_path):
    live = load_tiny("qwen3_moe", tmp_path)
    texts = random_set(batch_size=2)
    alone = random_set(batch_size=1)  # no batch has padding then
    assert any(not batch.mask.all() for batch in texts.batches())
    assert all(batch.mask.all() for batch in alone.batches())
    assert_same(
        profile_model(live, texts, run=Run()), profile_model(live, alone, run=Run()), rtol=1e-5
    )


def test_top_tokens_are_the_highest_gates_with_the_context_they_had(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set(sequences=8)
    seen = []
    handle = live.moe[1].experts.register_forward_pre_hook(
        lambda _m, args: seen.append((args[1].clone(), args[2].clone()))
    )
    profile = profile_model(live, texts, run=Run())
    handle.remove()
    expected = []
    for batch, (index_TK, gate_TK) in zip(texts.batches(), seen, strict=True):
        for t, k in np.argwhere(index_TK.numpy() == 3):
            b, s = divmod(int(t), batch.input_ids.shape[1])
            if batch.mask[b, s]:
                before = list(batch.input_ids[b, max(0, s - CONTEXT_BEFORE) : s + 1])
                expected.append((float(gate_TK[t, k]), batch.domain, before))
    expected.sort(key=lambda item: -item[0])
    assert len(expected) > 8
    for rank, (gate, domain, before) in enumerate(expected[:8]):
        assert profile.top_gate[1, 3, rank] == gate
        assert profile.top_domain[1, 3, rank] == domain
        context = profile.top_context[1, 3, rank]
        kept = context[: CONTEXT_BEFORE + 1]
        assert kept[kept >= 0].tolist() == before


def test_a_masked_model_is_profiled_in_the_originals_numbering(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    plan = Plan.keep_all(live.info).with_kept(
        np.array([[True] * 5 + [False] * 3, [False, True] * 4])
    )
    with masked(live, plan):
        profile = profile_model(live, texts, run=Run())
    dropped_LE = ~plan.kept_LE
    assert (profile.count[:, dropped_LE] == 0).all()
    assert (profile.soft_count[:, dropped_LE] == 0).all()
    assert profile.count.sum() == texts.tokens * 2 * 2
    assert np.isfinite(profile.entropy_sum).all()


def test_a_single_expert_per_token_fires_with_no_other(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    with masked(live, None, top_k=1):
        profile = profile_model(live, texts, run=Run())
    assert profile.top_k == 1
    for row in range(2):
        np.testing.assert_array_equal(
            profile.coactivation[row], np.diag(profile.count[:, row].sum(axis=0))
        )
    np.testing.assert_allclose(profile.gate_sum, profile.count)  # renormalised over one


def test_nan_weights_are_named_and_nothing_is_written(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    live.moe[1].experts.down_proj[4, 0, 0] = float("nan")
    output = tmp_path / "p.safetensors"
    with pytest.raises(ProfileError, match="expert 4 of layer 1 put out"):
        profile_model(live, texts, output=output, run=Run())
    assert not output.exists()
    live.moe[0].router.weight[0, 0] = float("inf")
    with pytest.raises(ProfileError, match="layer 0"):
        profile_model(live, texts, run=Run())


def test_token_ids_of_another_tokenizer_are_refused(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    texts.sequences_by_domain[0][0][3] = 9_999
    with pytest.raises(InputError, match="token id 9999, the model has 320"):
        profile_model(live, texts, run=Run())


def test_an_empty_set_is_refused(tmp_path):
    with pytest.raises(InputError, match="empty"):
        profile_model(load_tiny("mixtral", tmp_path), random_set(sequences=0), run=Run())


def test_bfloat16_models_are_profiled_in_float32_and_double(tmp_path):
    texts = random_set()
    low = profile_model(load_tiny("mixtral", tmp_path, dtype="bfloat16"), texts, run=Run())
    high = profile_model(load_tiny("mixtral", tmp_path), texts, run=Run())
    np.testing.assert_allclose(low.entropy_sum, high.entropy_sum, rtol=0.02)
    np.testing.assert_allclose(low.soft_count.sum(-1), high.tokens, rtol=1e-6)
