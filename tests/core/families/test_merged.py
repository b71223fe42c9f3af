"""Merged plans on every family: masked is shrunk is exported, reloaded and streamed, ragged too."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.export import ExportOptions, export_checkpoint
from core.export.reload import check_names
from core.families import FAMILIES, known_model_types
from core.planning import Merge, Plan, loads_anywhere
from core.pruning import masked, shrink
from core.pruning.by_layer import StreamedMask
from core.run import Run
from core.runtime import load_model
from core.runtime.streaming_crew import Watcher
from tests.tiny import VOCABULARY, tiny_model, tiny_multimodal
from tests.tiny_towers import TOWERS

pytestmark = pytest.mark.timeout(600)  # the first one imports torch

ALONE = tuple(name for name in known_model_types() if not FAMILIES[name].nested)
# In the default run: several rows of a matrix for each expert, and a router of two groups.
QUICK = ("dbrx", "glm4v_moe")
EVERY = [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
    for name in (*ALONE, *TOWERS)
]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Threads only wait for each other over models as small as these."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def build(family: str, root: Path) -> Path:
    """bfloat16, as checkpoints are: a mean has to be rounded."""
    if family in TOWERS:
        return tiny_multimodal(family, root)
    return tiny_model(family, root, tokenizer=False, dtype="bfloat16")


def merged_plan(info, *, ragged: bool = False) -> Plan:
    """In each router group one expert is merged into the first and the one before it is dropped.

    A ragged plan keeps the one before in every other layer. Hash-routed layers keep all.
    """
    plan, groups = Plan.keep_all(info), max(info.n_group, 1)
    kept_LE, rows = plan.kept_LE.copy(), []
    for row, (layer, count) in enumerate(zip(info.moe_layers, plan.experts, strict=True)):
        size, merges = count // groups, []
        for group in range(groups if layer not in info.hash_layers else 0):
            first, last = group * size, (group + 1) * size - 1
            kept_LE[row, last] = False
            if size > 4 and not (ragged and row % 2):
                kept_LE[row, last - 1] = False
            merges.append(Merge.of(first, {first: 3.0, last: 1.0 + row}))
        rows.append(merges)
    return plan.with_kept(kept_LE).with_merges(rows)


def load(folder: Path, stream: str = "never"):
    return load_model(folder, device="cpu", dtype="float32", stream=stream, run=Run())


@torch.inference_mode()
def logits_of(live) -> torch.Tensor:
    ids = torch.arange(2 * 13).reshape(2, 13) * 7 % (VOCABULARY - 3) + 3
    return live.model(input_ids=ids, use_cache=False).logits


def streamed_logits(folder: Path, plan: Plan) -> torch.Tensor:
    """The merged plan's logits of a streamed model, each layer averaged while it is there."""
    live = load(folder, "always")
    mask, found = StreamedMask(live, plan), []

    class Masks(Watcher[int]):
        def enter(self, _item: int, layer: int, /) -> None:
            self.on = mask.on(layer)
            self.on.__enter__()

        def leave(self, _item: int, _layer: int, /) -> None:
            self.on.__exit__(None, None, None)

        def layer_done(self, _position: object, /) -> None:
            mask.forget()

    live.stream.drive(
        [0], lambda _: found.append(logits_of(live)), at_once=1, watcher=Masks(), run=Run()
    )
    return found[0]


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize("ragged", [False, True], ids=["uniform", "ragged"])
def test_merged_is_masked_is_shrunk_is_exported_is_streamed(
    family: str, ragged: bool, tmp_path: Path
) -> None:
    folder = build(family, tmp_path)
    live = load(folder)
    plan = merged_plan(live.info, ragged=ragged)
    row = FAMILIES[live.info.model_type]
    part = row.part and family == row.multimodal
    if ragged and (plan.uniform or row.never_ragged or part):
        pytest.skip("no such plan")
    assert plan.merged
    plain = logits_of(live)
    with masked(live, plan):
        mean = logits_of(live)
    with masked(live, plan.with_merges([])):
        dropped = logits_of(live)
    assert torch.equal(logits_of(live), plain)
    # With one choice per token the averaged experts of a tiny model may not be chosen at all.
    assert live.info.top_k == 1 or not torch.allclose(mean, dropped, atol=1e-4)
    torch.testing.assert_close(streamed_logits(folder, plan), mean, rtol=1e-5, atol=1e-5)

    result = export_checkpoint(folder, ExportOptions(plan=plan, output=tmp_path / "out"), Run())
    assert result.verified
    assert result.uniform == loads_anywhere(plan)
    assert check_names(tmp_path / "out").complete
    torch.testing.assert_close(logits_of(load(tmp_path / "out")), mean, rtol=1e-5, atol=1e-5)
    shrink(live, plan)
    torch.testing.assert_close(logits_of(live), mean, rtol=1e-5, atol=1e-5)
