from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.checkpoint.info import MtpInfo, inspect_model
from core.errors import PlanError
from core.planning import Plan, context_for_share, cost, paint, vram_estimate
from tests.values import made_info

CONFIG = Path(__file__).parents[3] / "resources" / "configs" / "mixtral-8x7b"


def quarter_dropped() -> Plan:
    mask = np.ones((4, 8), dtype=bool)
    mask[:, ::4] = False
    return paint(Plan.keep_all(made_info()), ~mask, keep=False)


def test_a_plan_that_keeps_everything_costs_what_the_headers_say() -> None:
    info = made_info()
    whole = cost(info, Plan.keep_all(info))
    assert whole == cost(info)
    assert whole.parameters == info.parameters
    assert whole.bytes == info.bytes


def test_dropping_saves_the_experts_and_their_router_rows_exactly() -> None:
    info, plan = made_info(), quarter_dropped()
    saved = cost(info).parameters.total - cost(info, plan).parameters.total
    assert saved == 8 * (info.expert_parameters[0] + info.router_parameters[0])
    assert cost(info).bytes - cost(info, plan).bytes == 2 * saved


def test_parts_add_up_to_the_total_under_any_plan() -> None:
    p = cost(made_info(), quarter_dropped()).parameters
    assert p.total == (
        p.routed_experts + p.shared_experts + p.router + p.attention + p.embedding + p.other
    )


def test_dropping_at_the_same_top_k_saves_no_expert_flops_and_a_lower_top_k_does() -> None:
    info, plan = made_info(), quarter_dropped()
    base, pruned, top_1 = cost(info), cost(info, plan), cost(info, top_k=1)
    assert pruned.flops.routed_experts == base.flops.routed_experts
    assert top_1.flops.routed_experts * 2 == base.flops.routed_experts
    assert top_1.parameters.total == base.parameters.total
    assert top_1.parameters.active < base.parameters.active


def test_flops_are_two_per_weight_that_a_token_meets() -> None:
    info = made_info()
    flops = cost(info, context=100).flops
    assert flops.routed_experts == 2 * 4 * 2 * info.expert_parameters[0]
    assert flops.router == 2 * info.parameters.router
    assert flops.attention_projections == 2 * info.parameters.attention
    assert flops.dense_mlp == 2 * info.dense_mlp_parameters
    assert flops.head == 2 * info.head_parameters
    assert flops.attention_scores == 2 * 4 * (4 + 4) * 100 * info.layers
    assert flops.total == sum(v for k, v in flops.to_json().items() if k != "total")


def test_attention_scores_stop_growing_at_the_window() -> None:
    info = made_info()
    windows = (None, 10, 10, 0)
    info = replace(info, geometry=replace(info.geometry, windows=windows))
    per_token = 2 * 4 * (4 + 4)
    assert cost(info, context=100).flops.attention_scores == per_token * (100 + 10 + 10)


def test_the_context_is_no_longer_than_the_model_takes() -> None:
    info = made_info()
    assert cost(info).context == 4096
    assert cost(replace(info, config={"max_position_embeddings": 1024})).context == 1024
    nested = replace(info, config={"text_config": {"max_position_embeddings": 512}})
    assert cost(nested).context == 512
    assert cost(nested, context=9000).context == 9000


def test_a_layer_below_top_k_is_counted_with_what_it_has() -> None:
    info = made_info()
    mask = np.zeros((4, 8), dtype=bool)
    mask[:, 0] = True
    plan = Plan.keep_all(info).with_kept(mask)
    assert cost(info, plan).flops.routed_experts * 2 == cost(info).flops.routed_experts


def test_prediction_layers_follow_a_uniform_plan() -> None:
    info = made_info()
    mtp = MtpInfo(layers=1, parameters=10_000, bytes=20_000, expert_bytes=(1_000,))
    with_mtp = replace(info, mtp=mtp, bytes=info.bytes + mtp.bytes)
    saved = cost(with_mtp).bytes - cost(with_mtp, quarter_dropped()).bytes
    assert saved == cost(info).bytes - cost(info, quarter_dropped()).bytes + 2 * 1_000


def test_a_plan_of_another_depth_is_refused() -> None:
    with pytest.raises(PlanError, match="4 MoE layers, the model 2"):
        cost(made_info(experts=(8, 8)), quarter_dropped())


def test_the_context_for_a_share_is_the_last_one_that_reaches_it() -> None:
    info = made_info()
    found = context_for_share(info, share=0.5)
    assert cost(info, context=found.context).expert_share >= 0.5
    assert cost(info, context=found.context + 1).expert_share < 0.5


def test_a_share_that_is_never_reached_has_no_context() -> None:
    assert context_for_share(made_info(), share=0.999).context is None
    info = made_info()
    no_scores = replace(info, geometry=replace(info.geometry, windows=(0,) * info.layers))
    assert context_for_share(no_scores, share=0.1).context is None


def test_more_context_and_more_experts_need_more_video_memory() -> None:
    info = made_info()
    small = vram_estimate(info, quarter_dropped(), context=100)
    large = vram_estimate(info, context=100)
    longer = vram_estimate(info, context=1000)
    assert small.weights == cost(info, quarter_dropped()).bytes
    assert small.low < large.low < longer.low
    assert all(v.weights < v.low < v.high for v in (small, large, longer))
    assert large.cache == info.layers * 100 * 2 * (4 + 4) * 2


@pytest.mark.skipif(not CONFIG.is_dir(), reason="the bundled config is not there yet")
@pytest.mark.timeout(300)
def test_mixtral_8x7b_has_46_7_billion_parameters_of_which_12_9_are_active() -> None:
    info = inspect_model(CONFIG)
    parameters = cost(info).parameters
    assert round(parameters.total / 1e9, 1) == 46.7
    assert round(parameters.active / 1e9, 1) == 12.9
    found = context_for_share(info)  # the paper: 55 % of FLOPs, 27 % saved by Top-1
    assert found.context is not None
    assert 25_000 < found.context < 35_000
    assert found.saved == pytest.approx(0.275, abs=0.001)
