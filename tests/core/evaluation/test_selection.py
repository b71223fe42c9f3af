"""Every policy that measures, on a tiny live model."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import Cancelled, InputError, PlanError
from core.evaluation import iterative as iterative_module
from core.evaluation.ledger import Ledger
from core.evaluation.losses import Losses
from core.evaluation.merging import gather, similarities
from core.evaluation.selection import POLICIES, SelectOptions, select_plan
from core.planning import Bounds, Locks, Plan, keep_per_layer
from core.profiling import profile_model
from core.run import Progress, Run
from core.scoring import score
from tests.core.live import load_tiny, random_set


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    live = load_tiny("mixtral", tmp_path_factory.mktemp("models"))
    texts = random_set(sequences=2, batch_size=2)
    return live, texts, profile_model(live, texts, run=Run())


MADE: dict[str, object] = {}  # what was chosen before, by what was asked for


def choose(subject, policy, *, start=None, ledger=None, run=None, again=False, **options):
    live, texts, observed = subject
    settings = {"keep": 5, "scope": "global", "rounds": 3, **options}
    asked = f"{policy} {settings} {start and start.fingerprint}"
    if again or ledger or run or asked not in MADE:
        MADE[asked] = _choose(live, observed, texts, start, policy, ledger, run, settings)
    return MADE[asked]


def _choose(live, observed, texts, *rest):
    start, policy, ledger, run, settings = rest
    return select_plan(
        live,
        observed,
        texts,
        start or Plan.keep_all(live.info),
        SelectOptions(policy=policy, **settings),
        ledger=ledger,
        run=run or Run(),
    )


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_keeps_the_size_the_locks_and_says_how(subject, policy):
    live, _, observed = subject
    locks = Locks(keep=frozenset({(0, 3)}), drop=frozenset({(1, 2)}))
    start = Plan.keep_all(live.info).with_locks(locks)
    found = choose(subject, policy, start=start, keep=7)
    plan = found.plan
    assert plan.kept_L.sum() == 14
    assert plan.kept_L.min() >= 2
    assert plan.kept_LE[0, 3]
    assert not plan.kept_LE[1, 2]
    assert plan.made_by.options["policy"] == policy
    assert plan.made_by.profile == observed.fingerprint
    assert plan.locks == locks
    if policy == "iterative":
        assert found.kl is None
    else:
        assert plan.made_by.options["kl"] == found.kl > 0
        assert Plan.from_json(plan.to_json()) == plan


def test_experts_can_be_ranked_by_what_the_model_loses_without_each(subject):
    live, *_ = subject
    found = choose(subject, "allocate", keep=6, rank="loss")
    assert found.plan.made_by.options["rank"] == "loss"
    assert found.measured > choose(subject, "allocate", keep=6).measured
    start = Plan.keep_all(live.info)
    with Losses(live, subject[1], run=Run()) as losses:
        for row, keep in enumerate(found.plan.keep):
            alone = {}
            for expert in range(8):
                mask = start.exists_LE.copy()
                mask[row, expert] = False
                alone[expert] = losses.of(mask).kl
            best = sorted(alone, key=alone.get, reverse=True)[: len(keep)]
            assert set(best) == set(keep)


@pytest.mark.parametrize("policy", ["iterative", "joint"])
def test_the_layer_scope_keeps_as_many_everywhere(subject, policy):
    assert choose(subject, policy, scope="layer", keep=7).plan.kept_L.tolist() == [7, 7]


@pytest.mark.slow
def test_joint_is_better_than_the_score_and_merging_is_no_worse(subject):
    live, texts, observed = subject
    start = Plan.keep_all(live.info)
    bounds = Bounds.of(start, live.info)
    scored = keep_per_layer(score(observed, "weighted-ean-sum"), bounds=bounds, n=5)
    with Losses(live, texts, run=Run()) as losses:
        single = losses.of(scored).kl
    uniform = choose(subject, "joint", scope="layer", exchanges=1)
    free = choose(subject, "joint", exchanges=1)
    merged = choose(subject, "merge", exchanges=1)
    assert uniform.kl < single
    assert free.kl <= uniform.kl * 1.05
    assert merged.kl <= free.kl
    assert merged.plan.kept_LE.tolist() == free.plan.kept_LE.tolist()


@pytest.mark.slow
def test_exchanges_only_better_the_measured_loss(subject):
    plain = choose(subject, "joint", exchanges=0, step=6)
    better = choose(subject, "joint", exchanges=3, step=6)
    assert better.kl <= plain.kl


def test_iterative_profiles_what_is_left_before_each_round(subject, monkeypatch):
    seen = []
    real = iterative_module._profile

    def watched(live, texts, plan, run):
        profile = real(live, texts, plan, run)
        seen.append((plan.kept_LE.copy(), profile.count.sum(axis=0)))
        return profile

    monkeypatch.setattr(iterative_module, "_profile", watched)
    done = []
    run = Run(lambda e: isinstance(e, Progress) and done.append((e.done, e.total)))
    found = choose(subject, "iterative", scope="layer", run=run)
    assert [int(kept.sum(axis=1)[0]) for kept, _ in seen] == [7, 6]
    for kept, count in seen:
        assert (count[~kept] == 0).all()
        assert (count.sum(axis=1) == 2 * subject[2].tokens.sum(axis=0)).all()
        assert (found.plan.kept_LE <= kept).all()
    assert done[-1][0] == done[-1][1] == 2 * subject[1].tokens


@pytest.mark.parametrize("policy", ["joint", "allocate"])
def test_a_stopped_choice_goes_on_and_ends_the_same(subject, policy, tmp_path):
    whole = choose(subject, policy, keep=6)
    path = tmp_path / "ledger"
    run = Run(lambda e: run.cancel() if isinstance(e, Progress) and e.done > 4 else None)
    with pytest.raises(Cancelled):
        choose(subject, policy, keep=6, ledger=Ledger(path, key="k"), run=run)
    assert path.exists()
    again = choose(subject, policy, keep=6, ledger=Ledger(path, key="k", resume=True))
    assert again.plan == whole.plan
    assert again.recalled > 0
    assert again.passes < whole.passes
    assert not path.exists()


def test_similarity_is_a_cosine_of_what_experts_do_where_they_are_wanted(subject):
    live, texts, _ = subject
    for found in similarities(live, texts, tokens=50, run=Run()):
        np.testing.assert_allclose(found, found.T)
        np.testing.assert_allclose(np.diag(found), 1, atol=1e-6)
        assert (np.abs(found) <= 1 + 1e-6).all()


def test_gathering_puts_every_dropped_expert_into_its_most_similar_one(subject):
    live, texts, observed = subject
    plan = choose(subject, "joint", keep=6).plan
    similarity = similarities(live, texts, tokens=50, run=Run())
    merged = gather(plan, similarity, score(observed, "actual-count"))
    assert merged.merged == merged.dropped
    for row, keep in enumerate(plan.keep):
        for expert in set(range(8)) - set(keep):
            group = merged.merge_of(row, expert)
            assert group.into == max(keep, key=lambda e: similarity[row][expert, e])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"policy": "best"}, "no policy 'best'"),
        ({"scope": "layer", "policy": "allocate"}, "different numbers"),
        ({"keep": None, "total": 10, "scope": "layer"}, "for --scope global"),
        ({"total": 10}, "per layer or in all"),
        ({"rounds": 0}, "begin at 1"),
        ({"rank": "name"}, "cannot rank by"),
        ({"keep": None, "total": 100}, "cannot keep 100 of 16"),
        ({"keep": 1}, "chooses 2 experts"),
        ({"metric": "best"}, "no metric"),
    ],
)
def test_what_cannot_be_chosen_is_refused(subject, options, said):
    policy = options.pop("policy", "joint")
    with pytest.raises((InputError, PlanError), match=said):
        choose(subject, policy, **options)


@pytest.mark.parametrize(
    ("policy", "scope"),
    [("joint", "layer"), ("joint", "global"), ("merge", "layer"), ("allocate", "global")],
)
def test_locks_win_over_the_size_as_they_do_without_measuring(subject, policy, scope):
    live, *_ = subject
    every = frozenset((0, e) for e in range(8))
    start = Plan.keep_all(live.info).with_locks(Locks(keep=every))
    found = choose(subject, policy, start=start, scope=scope, keep=6, floor=6)
    assert found.plan.kept_L.tolist() == [8, 6]


def test_quantised_experts_are_not_merged_and_nobody_waits_to_hear_it(subject):
    live, *_ = subject
    packed = {**live.info.config, "quantization_config": {"quant_method": "mxfp4"}}
    info, start = replace(live.info, config=packed), Plan.keep_all(live.info)
    SelectOptions(policy="joint", keep=5).check(start, info)
    with pytest.raises(InputError, match=r"quantised \(mxfp4\) and cannot be averaged") as caught:
        SelectOptions(policy="merge", keep=5).check(start, info)
    assert "--policy joint" in caught.value.remedy
