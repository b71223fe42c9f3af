"""A plan that merges, on a live model: masked, shrunk, exported and reloaded are one model."""

import numpy as np
import pytest
import torch

from core.errors import CheckpointError, PlanError
from core.export import averages
from core.export.reload import check_reload
from core.export.slices import OutTensor, Range
from core.planning import Merge, Plan
from core.pruning import masked, shrink
from core.run import Run
from tests.core.export.plans import export
from tests.core.export.test_bytes import SMALL_GPT_OSS
from tests.core.live import load_tiny
from tests.raw import gpt_oss, gpt_oss_config, write_folder
from tests.tiny import VOCABULARY, tiny_model

MODELS = (
    ("mixtral", "bfloat16"),
    pytest.param("mixtral", "float32", marks=pytest.mark.slow),
    ("qwen3_moe", "bfloat16"),
    ("gpt_oss", "bfloat16"),
    ("deepseek_v3", "float16"),
)


def merged_plan(info) -> Plan:
    """The last two of each router group go: one into the first, one is dropped."""
    plan, groups = Plan.keep_all(info), max(info.n_group, 1)
    kept_LE, rows = plan.kept_LE.copy(), []
    for row, count in enumerate(plan.experts):
        size = count // groups
        merges = []
        for group in range(groups):
            first, last = group * size, (group + 1) * size - 1
            kept_LE[row, [last - 1, last] if size > 4 else [last]] = False
            merges.append(Merge.of(first, {first: 3.0, last: 1.0 + row}))
        rows.append(merges)
    return plan.with_kept(kept_LE).with_merges(rows)


@torch.inference_mode()
def logits(live) -> torch.Tensor:
    ids = torch.from_numpy(np.random.default_rng(0).integers(3, VOCABULARY, (3, 17)))
    return live.model(input_ids=ids, use_cache=False).logits


@pytest.mark.parametrize(("family", "dtype"), MODELS)
def test_merged_is_shrunk_is_exported_and_reloaded(family, dtype, tmp_path):
    folder = tiny_model(family, tmp_path, dtype=dtype, shards=2)
    live = load_tiny(family, tmp_path)
    plan = merged_plan(live.info)
    before = {name: tensor.clone() for name, tensor in live.model.state_dict().items()}
    plain = logits(live)
    with masked(live, plan):
        mean = logits(live)
    with masked(live, plan.with_merges([])):
        dropped = logits(live)
    assert not torch.allclose(mean, dropped, atol=1e-3), "averaging changes the model"
    assert torch.equal(logits(live), plain)
    after = live.model.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    shrink(live, plan)
    torch.testing.assert_close(logits(live), mean, rtol=1e-5, atol=1e-5)
    result = export(folder, tmp_path / "out", plan)
    assert result.verified
    assert not list((tmp_path / "out").glob("*.part"))
    check = check_reload(tmp_path / "out", source=folder, plan=plan, device="cpu", run=Run())
    assert check.complete
    assert check.max_difference < 1e-4


def test_the_mean_is_weighted_by_the_shares(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    plan = merged_plan(live.info)
    experts = live.moe[1].experts
    whole = experts.down_proj.clone()
    with masked(live, plan):
        expected = 0.6 * whole[0].double() + 0.4 * whole[7].double()
        torch.testing.assert_close(experts.down_proj[0].double(), expected, rtol=1e-6, atol=1e-7)
        assert torch.equal(experts.down_proj[1:], whole[1:])


def test_every_bfloat16_and_float16_is_rounded_as_torch_rounds():
    values = torch.cat(
        [torch.randn(20_000), 1e5 * torch.randn(2000), torch.tensor([0.0, -0.0, torch.inf])]
    )
    halfway = (torch.arange(0, 60_000, dtype=torch.int32) * 0x8000).view(torch.float32)
    values = torch.cat([values, halfway, torch.tensor([torch.nan])])
    for name, dtype in (("BF16", torch.bfloat16), ("F16", torch.float16)):
        ours = averages._encoded(values.numpy(), name)
        theirs = values.to(dtype)
        mine = torch.frombuffer(bytearray(ours), dtype=dtype)
        same = (mine.view(torch.int16) == theirs.view(torch.int16)) | (
            mine.isnan() & theirs.isnan()
        )
        assert bool(same.all())
        back = averages._decoded(ours, name)
        np.testing.assert_array_equal(back, mine.float().numpy())


def test_a_wrong_average_does_not_pass_verification(tmp_path, monkeypatch):
    folder = tiny_model("mixtral", tmp_path, dtype="bfloat16")
    plan = merged_plan(load_tiny("mixtral", tmp_path).info)
    real = averages.Average.block
    calls = []

    def broken(self, read, at, size):
        calls.append(1)
        block = real(self, read, at, size)
        return block if len(calls) > 1 else bytes(len(block))  # a bad write, a good check

    monkeypatch.setattr(averages.Average, "block", broken)
    with pytest.raises(CheckpointError, match="differs from its source"):
        export(folder, tmp_path / "out", plan)
    assert not (tmp_path / "out").exists()


def test_quantised_experts_are_refused_by_name_with_the_remedy(tmp_path):
    from core.checkpoint import inspect_model

    config = gpt_oss_config(layers=2, experts=8, **SMALL_GPT_OSS)
    folder = write_folder(tmp_path / "model", config, gpt_oss(config))
    info = inspect_model(folder)
    with pytest.raises(CheckpointError, match=r"blocks is U8: quantised") as caught:
        export(folder, tmp_path / "out", merged_plan(info))
    assert "dropping instead of merging" in caught.value.remedy
    assert not (tmp_path / "out").exists()


def test_a_streamed_model_refuses_to_merge(tmp_path):
    from core.runtime import load_model

    folder = tiny_model("mixtral", tmp_path)
    live = load_model(folder, device="cpu", stream="always", run=Run())
    with pytest.raises(PlanError, match="streamed"), masked(live, merged_plan(live.info)):
        pass


def test_a_tensor_is_looked_up_among_the_averages_inside_of_it_only(monkeypatch):
    """Not among all of its file: a large model has tens of thousands of both."""
    seen, real = [], averages._split

    def counted(r, targets, places):
        seen.append(len(targets))
        return real(r, targets, places)

    monkeypatch.setattr(averages, "_split", counted)
    tensors = [
        OutTensor(f"t{i}", "F32", (4, 2), (Range("f", 32 * i, 32 * i + 32),)) for i in range(50)
    ]
    # The second half of every other tensor, and all of the last one.
    places = {Range("f", 64 * i + 16, 64 * i + 32): Range("/a", i, i + 16) for i in range(25)}
    places[Range("f", 32 * 49, 32 * 50)] = Range("/a", 900, 932)
    found = averages.substituted(tensors, places)
    assert seen == [1, 0] * 24 + [1, 1]
    assert found[2].ranges == (Range("f", 64, 80), Range("/a", 1, 17))
    assert found[3] == tensors[3]
    assert found[49].ranges == (Range("/a", 900, 932),)
