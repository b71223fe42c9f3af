"""Perplexity and agreement against a float64 computation, and what must not change them."""

import json
import math

import numpy as np
import pytest
import torch

from core.errors import Cancelled, InputError, StudioError
from core.evaluation import Evaluation, evaluate
from core.evaluation import forward as module
from core.planning.plan import Plan
from core.pruning import masked, shrink
from core.run import Progress, Run, Snapshot
from tests.core.live import load_tiny, random_set


@torch.inference_mode()
def log_probabilities(live, ids: np.ndarray) -> np.ndarray:
    """log p [S-1, V] of one sequence by itself, in float64."""
    logits = live.model(input_ids=torch.from_numpy(ids)[None], use_cache=False).logits[0, :-1]
    return logits.double().log_softmax(-1).numpy()


def by_hand(live, texts):
    """Sum of losses and tokens per domain, one sequence after the other, no padding anywhere."""
    sums = []
    for rows in texts.sequences_by_domain:
        losses = [-log_probabilities(live, ids)[np.arange(len(ids) - 1), ids[1:]] for ids in rows]
        sums.append((sum(float(loss.sum()) for loss in losses), sum(len(loss) for loss in losses)))
    return sums


def some_plan(live) -> Plan:
    kept_LE = np.ones((2, 8), dtype=bool)
    kept_LE[0, [1, 4]] = kept_LE[1, [0, 7]] = False
    return Plan.keep_all(live.info).with_kept(kept_LE)


def test_perplexity_is_exp_of_the_mean_loss_within_each_domain_and_over_all_tokens(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    result = evaluate(live, texts, run=Run())
    sums = by_hand(live, texts)
    for name, (loss, tokens) in zip(texts.domains, sums, strict=True):
        assert result.perplexity[name] == pytest.approx(math.exp(loss / tokens), rel=1e-5)
        assert result.tokens_by_domain[name] == tokens
    total = sum(loss for loss, _ in sums) / sum(tokens for _, tokens in sums)
    assert result.perplexity["overall"] == pytest.approx(math.exp(total), rel=1e-5)
    assert list(result.perplexity) == ["overall", *texts.domains]
    assert result.tokens == texts.tokens - texts.sequences
    assert result.kl is None


def test_kl_and_agreement_with_the_unmasked_model_equal_a_computation_by_hand(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    plan = some_plan(live)
    result = evaluate(live, texts, reference=live, plan=plan, run=Run())
    kl, same, n = 0.0, 0, 0
    for rows in texts.sequences_by_domain:
        for ids in rows:
            log_p = log_probabilities(live, ids)
            with masked(live, plan):
                log_q = log_probabilities(live, ids)
            kl += float((np.exp(log_p) * (log_p - log_q)).sum())
            same += int((log_p.argmax(-1) == log_q.argmax(-1)).sum())
            n += len(log_p)
    assert result.kl == pytest.approx(kl / n, rel=1e-4)
    assert result.kl > 1e-3
    assert result.top1_agreement == pytest.approx(same / n)
    assert result.top1_agreement < 1
    plain = evaluate(live, texts, run=Run())
    assert result.reference_perplexity == pytest.approx(dict(plain.perplexity), rel=1e-6)
    assert result.perplexity["overall"] != pytest.approx(plain.perplexity["overall"], rel=1e-4)
    weights = [result.tokens_by_domain[name] / n for name in texts.domains]
    kls = [result.kl_by_domain[name] for name in texts.domains]
    assert result.kl == pytest.approx(sum(w * k for w, k in zip(weights, kls, strict=True)))


def test_masked_equals_shrunk_against_a_second_copy_of_the_original(tmp_path):
    live, original = load_tiny("qwen2_moe", tmp_path), load_tiny("qwen2_moe", tmp_path)
    texts, plan = random_set(), some_plan(live)
    ours = evaluate(live, texts, reference=live, plan=plan, run=Run())
    shrink(live, plan)
    theirs = evaluate(live, texts, reference=original, run=Run())
    assert ours.kl == pytest.approx(theirs.kl, rel=1e-4)
    assert ours.perplexity == pytest.approx(dict(theirs.perplexity), rel=1e-6)


def test_a_model_is_identical_to_itself(tmp_path):
    live, texts = load_tiny("gpt_oss", tmp_path), random_set()
    result = evaluate(live, texts, reference=live, run=Run())
    assert (result.kl, result.top1_agreement) == (0.0, 1.0)
    assert result.perplexity == result.reference_perplexity


def test_top_k_alone_changes_the_model_and_is_undone(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    before = evaluate(live, texts, run=Run())
    lowered = evaluate(live, texts, reference=live, top_k=1, run=Run())
    assert lowered.kl > 1e-3
    assert evaluate(live, texts, run=Run()).perplexity == before.perplexity


@pytest.mark.parametrize("changes", [{"batch_size": 1}, {"batch_size": 5}, {"reverse": True}])
def test_batching_changes_nothing_beyond_rounding(changes, tmp_path):
    live = load_tiny("mixtral", tmp_path)
    one = evaluate(live, random_set(), run=Run())
    other = evaluate(live, random_set(**changes), run=Run())
    assert other.perplexity == pytest.approx(dict(one.perplexity), rel=1e-6)


def test_a_large_vocabulary_is_measured_in_pieces_with_the_same_result(tmp_path, monkeypatch):
    live, texts = load_tiny("mixtral", tmp_path), random_set(batch_size=5)
    whole = evaluate(live, texts, reference=live, top_k=1, run=Run())
    monkeypatch.setattr(module, "LOGITS_BYTES", 3 * 4 * live.vocabulary)
    pieces = evaluate(live, texts, reference=live, top_k=1, run=Run())
    assert pieces.perplexity == pytest.approx(dict(whole.perplexity), rel=1e-6)
    assert pieces.kl == pytest.approx(whole.kl, rel=1e-5)
    assert pieces.tokens == whole.tokens


def test_logits_in_bfloat16_are_upcast_before_the_loss(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path, dtype="bfloat16"), random_set()
    result = evaluate(live, texts, run=Run())
    sums = by_hand(live, random_set())
    mean = sum(loss for loss, _ in sums) / sum(tokens for _, tokens in sums)
    # What is left is the model's own bf16 rounding under padding.
    assert result.perplexity["overall"] == pytest.approx(math.exp(mean), rel=3e-3)


def test_cancelling_stops_in_the_middle_of_a_batch_and_takes_the_mask_off(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    before = evaluate(live, texts, run=Run())
    run = Run()
    check, left = run.check, [5]

    def counted() -> None:
        left[0] -= 1
        if left[0] == 0:
            run.cancel()
        check()

    run.check = counted
    with pytest.raises(Cancelled):
        evaluate(live, texts, reference=live, plan=some_plan(live), run=run)
    assert all(not layer.router._forward_pre_hooks for layer in live.moe)
    assert evaluate(live, texts, run=Run()).perplexity == before.perplexity


def test_progress_and_snapshots_come_while_it_runs(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    events = []
    evaluate(live, texts, run=Run(events.append))
    progress = [event.done for event in events if isinstance(event, Progress)]
    assert progress[0] == 0
    assert progress[-1] == texts.tokens
    shots = [event.value for event in events if isinstance(event, Snapshot)]
    assert shots
    assert isinstance(shots[0], Evaluation)


def test_json_is_the_contracts_and_has_no_infinity(tmp_path):
    live, texts = load_tiny("mixtral", tmp_path), random_set()
    data = evaluate(live, texts, reference=live, top_k=1, run=Run()).to_json()
    assert set(data) >= {"perplexity", "tokens", "kl", "top1_agreement", "tasks"}
    broken = Evaluation(perplexity={"overall": math.inf}, tokens=1, kl=math.inf).to_json()
    assert json.loads(json.dumps(broken, allow_nan=False))["perplexity"] == {"overall": None}


def test_nan_weights_empty_texts_and_foreign_tokens_are_clear_errors(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    with pytest.raises(InputError, match="empty"):
        evaluate(live, random_set(sequences=0), run=Run())
    with pytest.raises(InputError, match="no sequence"):
        evaluate(live, random_set(seq_len=1, padded=False), run=Run())
    with pytest.raises(InputError, match="called 'overall'"):
        evaluate(live, random_set(domains=("overall",)), run=Run())
    foreign = random_set()
    foreign.sequences_by_domain[1][0][0] = 320
    with pytest.raises(InputError, match="token id 320"):
        evaluate(live, foreign, run=Run())
    live.moe[0].experts.down_proj.fill_(float("nan"))
    with pytest.raises(StudioError, match="put out NaN on text of domain 'prose'"):
        evaluate(live, random_set(), run=Run())
