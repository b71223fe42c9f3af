"""Every family of the table: Top-K is turned, faded, tuned and written."""

from pathlib import Path

import pytest
import torch

from core.checkpoint import Checkpoint, inspect_model, read_layout
from core.errors import InputError, UnsupportedModelError
from core.families import FAMILIES, Role, known_model_types, read_moe_config
from core.run import Run
from core.runtime import load_model
from core.tuning import TopK
from core.tuning.dial import TopKDial
from tests.core.tuning.runs import tiny, tuned, weights

pytestmark = pytest.mark.timeout(600)  # the first one imports torch

# In the default run one of each kind; the others are slow only by their number.
SOME = ("mixtral", "deepseek_v3", "dbrx")
LOWERED = [family for family in known_model_types() if not FAMILIES[family].fixed_top_k]
SOME_OF_ALL = [
    family if family in SOME else pytest.param(family, marks=pytest.mark.slow) for family in LOWERED
]


def logits(live, top_k: TopK, dial: TopKDial) -> torch.Tensor:
    ids = torch.arange(3, 43).reshape(2, 20)
    dial.turn(top_k)
    with torch.no_grad():
        return live.model(input_ids=ids, use_cache=False).logits


@pytest.mark.parametrize("model_type", SOME_OF_ALL)
def test_a_fading_gate_joins_two_top_ks_without_a_jump(model_type: str, tmp_path: Path) -> None:
    live = load_model(tiny(model_type, tmp_path), device="cpu", dtype="float32", run=Run())
    highest, least = live.info.top_k, FAMILIES[model_type].least_top_k
    with TopKDial(live, least, Run()) as dial:
        at = {k: logits(live, TopK(k, 1.0), dial) for k in range(least, highest + 1)}
        for k in range(least + 1, highest + 1):
            nearly = logits(live, TopK(k, 1e-6), dial)
            torch.testing.assert_close(nearly, at[k - 1], rtol=1e-3, atol=1e-4)
            half = logits(live, TopK(k, 0.5), dial)
            assert not torch.allclose(half, at[k - 1], atol=1e-3)
            assert not torch.allclose(half, at[k], atol=1e-3)
        torch.testing.assert_close(logits(live, TopK(highest, 1.0), dial), at[highest])


@pytest.mark.parametrize("model_type", SOME_OF_ALL)
def test_every_family_is_tuned_to_its_least_top_k_and_written_for_stock_transformers(
    model_type: str, tmp_path: Path
) -> None:
    folder, least = tiny(model_type, tmp_path), FAMILIES[model_type].least_top_k
    changes = {"anneal_fraction": 1.0, "top_k": least, "steps": 2}
    result = tuned(folder, tmp_path / "out", changes=changes)
    assert (result.top_k, inspect_model(tmp_path / "out").top_k) == (least, least)
    assert result.verified
    assert result.perplexity_after != result.perplexity_before
    before, after = weights(folder), weights(tmp_path / "out")
    assert set(before) == set(after)
    source = Checkpoint.open(folder)
    layout = read_layout(source.tensors, read_moe_config(source.config))
    changed = {name for name in before if (before[name] != after[name]).any()}
    roles = {layout.places[name].role for name in changed}
    assert Role.ROUTER in roles
    assert roles <= {Role.ROUTER, Role.ROUTER_BODY, Role.EXPERT, Role.EXPERTS}
    assert len(roles) > 1


@pytest.mark.slow
@pytest.mark.parametrize("model_type", known_model_types())
def test_lora_follows_the_experts_of_every_family(model_type: str, tmp_path: Path) -> None:
    folder = tiny(model_type, tmp_path)
    top_k = inspect_model(folder).top_k
    changes = {"train": "lora", "lora_rank": 2, "top_k": top_k, "steps": 2}
    if FAMILIES[model_type].flattened:
        with pytest.raises(UnsupportedModelError, match="no matrices that LoRA could follow"):
            tuned(folder, tmp_path / "out", changes=changes)
        return
    result = tuned(folder, tmp_path / "out", changes=changes)
    before, after = weights(folder), weights(tmp_path / "out")
    changed = {name for name in before if (before[name] != after[name]).any()}
    source = Checkpoint.open(folder)
    places = read_layout(source.tensors, read_moe_config(source.config)).places
    assert {places[name].role for name in changed} & {Role.EXPERT, Role.EXPERTS}
    assert result.verified


@pytest.mark.parametrize("model_type", [n for n in known_model_types() if n not in LOWERED])
def test_families_whose_top_k_is_fixed_say_why(model_type: str, tmp_path: Path) -> None:
    folder = tiny(model_type, tmp_path)
    with pytest.raises(InputError, match=FAMILIES[model_type].fixed_top_k):
        tuned(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()
