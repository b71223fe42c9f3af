"""`seer cost --share`: where the experts fall to a share of the work, and the curve around it."""

from core.checkpoint import inspect_model
from core.planning import context_for_share
from tests.core.cli.conftest import Seer


def test_the_share_asked_for_is_found_on_the_curve(seer: Seer, model):
    whole = seer("cost", model, "--json").json
    curve = whole["share_curve"]
    share = (curve[5]["expert_share"] + curve[6]["expert_share"]) / 2
    found = seer("cost", model, "--share", share, "--json").json["context_for_share"]
    expected = context_for_share(inspect_model(model), share=share)
    assert (found["context"], found["saved_by_top_1"]) == (expected.context, expected.saved)
    assert curve[5]["context"] <= found["context"] < curve[6]["context"]
    assert (
        f"experts are {100 * share:.1f} % of the FLOPs" in seer("cost", model, "--share", share).err
    )
    one = seer("cost", model, "--top-k", 1, "--json").json["share_curve"]
    assert all(point["saved_by_top_1"] == 0 for point in one)
    assert seer("cost", model, "--share", 1.5).code == 1
