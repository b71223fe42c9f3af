"""`seer speed`: what is timed is really smaller, and what cannot be timed is said."""

from core.checkpoint import inspect_model
from core.planning import Plan
from tests.core.cli.conftest import Seer

SHORT = ("--context", 16, "--new-tokens", 2, "--rounds", 2)


def test_a_plan_is_timed_against_the_original_in_one_run(seer: Seer, model, tmp_path, monkeypatch):
    from core.evaluation import timing

    plan = Plan.keep_all(inspect_model(model))
    kept_LE = plan.kept_LE.copy()
    kept_LE[:, :4] = False
    plan.with_kept(kept_LE).save(tmp_path / "plan.json")
    timed = []
    original = timing.compare_speed
    monkeypatch.setattr(
        timing,
        "compare_speed",
        lambda *a, **k: timed.extend([a[0].experts, a[1].experts]) or original(*a, **k),
    )
    found = seer("speed", model, "--plan", tmp_path / "plan.json", *SHORT, "--json").json
    assert timed == [(8, 8), (4, 4)]
    assert found["ratio"]["prefill"]["median"] > 0
    assert found["after"]["rounds"] == 2
    assert "ratio of pairs" in seer("speed", model, "--top-k", 1, *SHORT).out


def test_a_model_alone_and_two_checkpoints_are_timed(seer: Seer, model):
    alone = seer("speed", model, *SHORT, "--json").json
    assert alone["after"] is None
    assert alone["ratio"] == {"prefill": None, "decode": None}
    both = seer("speed", model, "--against", model, *SHORT, "--json").json
    assert both["after"]["prefill_ratio"] == both["ratio"]["prefill"]["median"]
    assert seer("speed", model, "--against", model, "--top-k", 1).code == 2
