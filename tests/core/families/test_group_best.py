"""How few experts a grouped router's stock code can rank where all of them are one group."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.checkpoint import inspect_model
from core.families import FAMILIES, known_model_types
from core.planning import Bounds, Plan, check_plan, keep_per_layer
from core.pruning import shrink, shrinking
from core.run import Run
from core.runtime import load_model
from tests.tiny import tiny_model, tiny_multimodal
from tests.tiny_towers import TOWERS

pytestmark = pytest.mark.timeout(600)

GROUPED = [name for name in known_model_types() if FAMILIES[name].group_keys]
QUICK = ("deepseek_v2", "deepseek_v3", "mistral4")
ONE_GROUP = {"n_group": 1, "topk_group": 1}
# Families whose files call it otherwise.
OTHER_KEY = {
    name: {"num_expert_group": 1, "topk_group": 1} for name in ("bailing_hybrid", "kimi_linear")
}


def of_one_group(family: str, root: Path) -> Path | None:
    """A tiny model whose experts are one group; None where it is only inside of another."""
    if FAMILIES[family].nested:
        whole = FAMILIES[family].multimodal
        return tiny_multimodal(whole, root, **ONE_GROUP) if whole in TOWERS else None
    return tiny_model(family, root, tokenizer=False, **OTHER_KEY.get(family, ONE_GROUP))


@pytest.mark.parametrize(
    "family",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in GROUPED],
)
def test_the_least_that_the_table_says_is_the_least_that_stock_code_runs_with(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = of_one_group(family, tmp_path)
    if folder is None:
        pytest.skip("no tiny model of it has one group")
    info = inspect_model(folder)
    assert info.n_group == 1
    assert info.group_best == FAMILIES[family].group_best
    plan = Plan.keep_all(info)

    def run_with(kept: int) -> None:
        few = plan.with_kept(
            plan.mask({(r, e) for r in range(len(plan.keep)) for e in range(kept)})
        )
        live = load_model(folder, device="cpu", dtype="float32", run=Run())
        monkeypatch.setattr(shrinking, "fitted", lambda _live, plan, _top_k: plan)
        shrink(live, few.with_top_k(1))
        with torch.inference_mode():
            live.model(input_ids=torch.arange(8)[None] + 3, use_cache=False)

    run_with(info.group_best)
    if info.group_best > 1:
        with pytest.raises(RuntimeError, match="out of range"):
            run_with(1)


def test_one_expert_of_such_a_router_is_refused_with_a_fix_and_no_rule_chooses_it(
    tmp_path: Path,
) -> None:
    folder = of_one_group("deepseek_v3", tmp_path)
    assert folder is not None
    info = inspect_model(folder)
    whole = Plan.keep_all(info).with_top_k(1)
    one = whole.with_kept(whole.mask({(row, 3) for row in range(len(whole.keep))}))
    (problem,) = [p for p in check_plan(one, info) if p.severity == "error"]
    assert problem.kind == "below_group_best"
    assert "best 2" in problem.text
    assert problem.fix is not None
    assert {len(row) for row in problem.fix().keep} == {2}
    assert all(3 in row for row in problem.fix().keep)
    kept = keep_per_layer(whole.kept_LE.astype(float), bounds=Bounds.of(whole, info), n=1)
    assert set(kept.sum(axis=1)) == {2}


def test_a_file_without_groups_of_a_family_that_may_have_none_keeps_one(tmp_path: Path) -> None:
    free = tiny_model("axk2", tmp_path, tokenizer=False, n_group=None, topk_group=None)
    assert inspect_model(free).group_best == 1
    live = load_model(free, device="cpu", dtype="float32", run=Run())
    plan = Plan.keep_all(live.info).with_top_k(1)
    shrink(live, plan.with_kept(plan.mask({(row, 0) for row in range(len(plan.keep))})))
    with torch.inference_mode():
        logits = live.model(input_ids=torch.arange(8)[None] + 3, use_cache=False).logits
    assert logits.isfinite().all()
