"""Every family of the table: Top-K is turned, faded, tuned and written."""

from pathlib import Path

import pytest
import torch

from core.checkpoint import Checkpoint, inspect_model, read_layout
from core.families import Role, known_model_types, read_moe_config
from core.run import Run
from core.runtime import load_model
from core.tuning import TopK
from core.tuning.dial import TopKDial
from tests.core.tuning.runs import tiny, tuned, weights
from tests.tiny import FAMILIES as TINY

TYPES = [name for name in known_model_types() if name in TINY]


def logits(live, top_k: TopK, dial: TopKDial) -> torch.Tensor:
    ids = torch.arange(3, 43).reshape(2, 20)
    dial.turn(top_k)
    with torch.no_grad():
        return live.model(input_ids=ids, use_cache=False).logits


@pytest.mark.parametrize("model_type", TYPES)
def test_a_fading_gate_joins_two_top_ks_without_a_jump(model_type: str, tmp_path: Path) -> None:
    live = load_model(tiny(model_type, tmp_path), device="cpu", run=Run())
    highest = live.info.top_k
    with TopKDial(live, 1, Run()) as dial:
        at = {k: logits(live, TopK(k, 1.0), dial) for k in range(1, highest + 1)}
        for k in range(2, highest + 1):
            nearly = logits(live, TopK(k, 1e-6), dial)
            torch.testing.assert_close(nearly, at[k - 1], rtol=1e-3, atol=1e-4)
            half = logits(live, TopK(k, 0.5), dial)
            assert not torch.allclose(half, at[k - 1], atol=1e-3)
            assert not torch.allclose(half, at[k], atol=1e-3)
        torch.testing.assert_close(logits(live, TopK(highest, 1.0), dial), at[highest])


@pytest.mark.parametrize("model_type", TYPES)
def test_every_family_is_tuned_to_top_1_and_written_for_stock_transformers(
    model_type: str, tmp_path: Path
) -> None:
    folder = tiny(model_type, tmp_path)
    result = tuned(folder, tmp_path / "out", changes={"anneal_fraction": 1.0})
    info = inspect_model(tmp_path / "out")
    assert (result.top_k, info.top_k) == (1, 1)
    assert result.verified
    assert result.perplexity_after != result.perplexity_before
    before, after = weights(folder), weights(tmp_path / "out")
    assert set(before) == set(after)
    layout = read_layout(
        Checkpoint.open(folder).tensors, read_moe_config(Checkpoint.open(folder).config)
    )
    changed = {name for name in before if (before[name] != after[name]).any()}
    roles = {layout.places[name].role for name in changed}
    assert roles in ({Role.ROUTER, Role.EXPERT}, {Role.ROUTER, Role.EXPERTS})
