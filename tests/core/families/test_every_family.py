"""What must hold for every family that transformers has, whatever its blocks look like."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from core.checkpoint import Checkpoint, TensorRef, read_layout
from core.checkpoint.info import describe
from core.errors import Parked, PlanError
from core.export import ExportOptions, export_checkpoint
from core.families import FAMILIES, Family, known_model_types, read_moe_config
from core.planning import Plan, loads_anywhere
from core.profiling import profile_model
from core.pruning import masked, shrink
from core.run import Run
from core.runtime import load_model
from tests.core.live import random_set
from tests.core.profiling.brute_force import brute_force
from tests.tiny import VOCABULARY, tiny_model, tiny_multimodal
from tests.tiny_towers import TOWERS

pytestmark = pytest.mark.timeout(600)  # the first one imports torch

# Language models that transformers loads by themselves; others are inside of a multimodal one.
ALONE = tuple(name for name in known_model_types() if not FAMILIES[name].nested)
# In the default run one of each kind: native hybrids, exceptions with code, odd routers.
SOME = ("mixtral", "deepseek_v4", "gemma4", "hy_v4", "jetmoe", "llama4_text", "zaya")
SOME_OF_ALL = [
    family if family in SOME else pytest.param(family, marks=pytest.mark.slow)
    for family in (*ALONE, *TOWERS)
]

SUMS = ("soft_count", "gate_sum", "norm_sum", "norm_sq_sum", "gated_norm_sum", "entropy_sum")
MAXIMA = ("norm_max", "peak_max")
COUNTS = ("count", "tokens", "coactivation")


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Threads only wait for each other over models as small as these."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory):
    """Tiny models by family, each built and saved once."""
    root = tmp_path_factory.mktemp("families")

    def folder(model_type: str) -> Path:
        path = root / model_type
        if path.exists():
            return path
        if model_type in TOWERS:
            return tiny_multimodal(model_type, root)
        return tiny_model(model_type, root, tokenizer=False)

    return folder


def load(folder: Path):
    return load_model(folder, device="cpu", dtype="float32", run=Run())


def tokens() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(3, VOCABULARY, (2, 11)))


@torch.inference_mode()
def logits_of(model) -> torch.Tensor:
    return model(input_ids=tokens(), use_cache=False).logits


def first_name(state: Mapping[str, torch.Tensor], tensor: torch.Tensor) -> str:
    """The name of a tensor, of which a tied one has two."""
    return next(name for name, other in state.items() if other is tensor)


def check_headers(live, folder: Path) -> None:
    """What inspection says is the live model, under the file's names and under the live ones."""
    info = live.info
    every = live.model.state_dict(keep_vars=True)
    state = {name: t for name, t in every.items() if name == first_name(every, t)}
    hashed = [f"layers {list(info.hash_layers)} route by a hash"] if info.hash_layers else []
    assert [text[: len(hashed[0])] for text in info.problems] == hashed
    assert info.parameters.total == sum(tensor.numel() for tensor in state.values())
    for row, layer in enumerate(live.moe):
        tensors = {
            id(tensor): tensor.numel()
            for path in layer.expert_paths
            for tensor in live.model.get_submodule(path).parameters()
        }
        # Up-projections of zero-compute experts; a norm that experts share.
        spare = info.model_type in {"longcat_flash", "muse_spark_text"}
        own = info.expert_parameters[row] * info.experts[row]
        assert own < sum(tensors.values()) if spare else own == sum(tensors.values())
        assert 0 < info.router_parameters[row] * info.experts[row] <= info.parameters.router
    refs = {
        name: TensorRef(name, "", "F32", tuple(tensor.shape), 0, 4 * tensor.numel())
        for name, tensor in state.items()
    }
    checkpoint = Checkpoint.open(folder)
    moe = read_moe_config(checkpoint.config)
    built = describe(checkpoint, refs, moe, read_layout(refs, moe))
    assert built.problems == info.problems
    assert (built.experts, built.moe_layers) == (info.experts, info.moe_layers)
    kinds = ("routed_experts", "shared_experts", "router", "attention", "embedding", "active")
    for kind in kinds:
        same = getattr(built.parameters, kind) == getattr(info.parameters, kind)
        assert same or info.model_type == "longcat_flash", kind


def some_plan(info) -> Plan:
    """Drop one expert of each group, another one in each layer; hash layers keep theirs."""
    groups = max(info.n_group, 1)
    keep = []
    for row, (layer, count) in enumerate(zip(info.moe_layers, info.experts, strict=True)):
        size = count // groups
        whole = layer in info.hash_layers
        kept = [i for i in range(count) if whole or i % size != (row + 1) % size]
        keep.append(tuple(kept))
    return dataclasses.replace(Plan.keep_all(info), keep=tuple(keep))


@pytest.mark.parametrize("family", [*ALONE, *TOWERS])
def test_profile_equals_a_float64_computation_and_export_is_the_masked_model(
    family: str, models, tmp_path: Path
) -> None:
    folder = models(family)
    live = load(folder)
    row = FAMILIES[live.info.model_type]
    if (family in FAMILIES or row.nested) and not in_part(family, row):
        check_headers(live, folder)
    texts = random_set(domains=("prose",), sequences=2, seq_len=11)
    profile = profile_model(live, texts, run=Run())
    truth = brute_force(live, texts)
    for name in COUNTS:
        np.testing.assert_array_equal(getattr(profile, name), truth[name], err_msg=name)
    for name in (*SUMS, *MAXIMA):
        np.testing.assert_allclose(
            getattr(profile, name), truth[name], rtol=2e-4, atol=2e-6, err_msg=name
        )

    plan = some_plan(live.info)
    original = logits_of(live.model)
    with masked(live, plan):
        expected = logits_of(live.model)
    assert torch.equal(logits_of(live.model), original)
    assert not torch.allclose(expected, original, atol=1e-3)
    export_checkpoint(folder, ExportOptions(plan=plan, output=tmp_path / "out"), Run())
    smaller = load(tmp_path / "out")
    assert smaller.experts == tuple(len(keep) for keep in plan.keep)
    torch.testing.assert_close(logits_of(smaller.model), expected, rtol=1e-5, atol=1e-5)
    if loads_anywhere(plan):
        auto_class = getattr(transformers, live.info.auto_class)
        stock = auto_class.from_pretrained(tmp_path / "out").eval()
        torch.testing.assert_close(logits_of(stock), expected, rtol=1e-5, atol=1e-5)

    shrink(live, plan)
    torch.testing.assert_close(logits_of(live.model), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", SOME_OF_ALL)
def test_the_least_top_k_reaches_the_exported_model_or_is_refused_with_the_reason(
    family: str, models, tmp_path: Path
) -> None:
    folder = models(family)
    live = load(folder)
    least = FAMILIES[live.info.model_type].least_top_k
    plan = dataclasses.replace(Plan.keep_all(live.info), top_k=least)
    options = ExportOptions(plan=plan, output=tmp_path / "out")
    reason = FAMILIES[live.info.model_type].fixed_top_k
    if reason:
        for apply in (
            lambda: export_checkpoint(folder, options, Run()),
            lambda: masked(live, plan).__enter__(),
        ):
            with pytest.raises(PlanError, match=reason):
                apply()
        return
    original = logits_of(live.model)
    with masked(live, plan):
        expected = logits_of(live.model)
    if live.info.top_k > least:
        assert not torch.allclose(expected, original, atol=1e-3)
    export_checkpoint(folder, options, Run())
    torch.testing.assert_close(
        logits_of(load(tmp_path / "out").model), expected, rtol=1e-5, atol=1e-5
    )


def in_part(family: str, row: Family) -> bool:
    """Whether the checkpoint holds other models besides the one that is run."""
    return row.part and family == row.multimodal


def ragged_plan(info) -> Plan:
    """Layers that keep different numbers: every other layer loses another expert per group."""
    even = some_plan(info)
    groups = max(info.n_group, 1)
    keep = []
    for row, (kept, count) in enumerate(zip(even.keep, even.experts, strict=True)):
        size, whole = count // groups, len(kept) == count
        keep.append(tuple(i for i in kept if whole or row % 2 or i % size != (row + 2) % size))
    return dataclasses.replace(even, keep=tuple(keep))


@pytest.mark.parametrize("family", SOME_OF_ALL)
def test_a_ragged_plan_reloads_as_the_masked_model_or_is_refused_with_the_reason(
    family: str, models, tmp_path: Path
) -> None:
    folder = models(family)
    live = load(folder)
    plan = ragged_plan(live.info)
    assert not plan.uniform
    options = ExportOptions(plan=plan, output=tmp_path / "out")
    row = FAMILIES[live.info.model_type]
    reason = row.never_ragged or "of several models" * in_part(family, row)
    if reason:
        with pytest.raises(PlanError, match=reason):
            export_checkpoint(folder, options, Run())
        return
    with masked(live, plan):
        expected = logits_of(live.model)
    export_checkpoint(folder, options, Run())
    smaller = load(tmp_path / "out")
    assert smaller.experts == tuple(len(keep) for keep in plan.keep)
    torch.testing.assert_close(logits_of(smaller.model), expected, rtol=1e-5, atol=1e-5)
    shrink(live, plan)
    torch.testing.assert_close(logits_of(live.model), expected, rtol=1e-5, atol=1e-5)


def profile_with_a_pause(folder: Path, texts, output: Path):
    """Paused in the middle of the last layer, which must have left alone what it was given."""
    live = load_model(folder, device="cpu", dtype="float32", stream="always", run=Run())
    run = Run()
    live.moe[-1].router.register_forward_pre_hook(lambda *_: run.pause(park=True))
    with pytest.raises(Parked):
        profile_model(live, texts, output=output, run=run)
    again = load_model(folder, device="cpu", dtype="float32", stream="always", run=Run())
    return profile_model(again, texts, output=output, resume=True, run=Run())


@pytest.mark.parametrize("family", SOME_OF_ALL)
def test_a_streamed_pass_gives_the_bits_of_one_in_memory(
    family: str, models, tmp_path: Path
) -> None:
    folder = models(family)
    texts = random_set(domains=("prose",), sequences=2, seq_len=11)
    in_memory = load(folder)
    # Files are mapped where they are, and the last bit of a product depends on the alignment.
    for tensor in (*in_memory.model.parameters(), *in_memory.model.buffers()):
        tensor.data = tensor.data.clone()
    whole = profile_model(in_memory, texts, run=Run())
    live = load_model(folder, device="cpu", dtype="float32", stream="always", run=Run())
    streamed = profile_model(live, texts, run=Run())
    paused = profile_with_a_pause(folder, texts, tmp_path / "paused.safetensors")
    assert paused.fingerprint == streamed.fingerprint
    for name in (*COUNTS, *SUMS, *MAXIMA):
        np.testing.assert_array_equal(getattr(streamed, name), getattr(whole, name), err_msg=name)


def test_a_top_k_that_is_listed_for_each_layer_is_lowered_to_one_number(tmp_path: Path) -> None:
    folder = tiny_model("hunyuan_v1_moe", tmp_path, tokenizer=False, moe_topk=[3, 3])
    live = load(folder)
    assert live.info.top_k == 3
    plan = dataclasses.replace(some_plan(live.info), top_k=2)
    with masked(live, plan):
        expected = logits_of(live.model)
    export_checkpoint(folder, ExportOptions(plan=plan, output=tmp_path / "out"), Run())
    smaller = load(tmp_path / "out")
    assert (smaller.info.top_k, smaller.experts) == (2, (7, 7))
    torch.testing.assert_close(logits_of(smaller.model), expected, rtol=1e-5, atol=1e-5)
    shrink(live, plan)
    torch.testing.assert_close(logits_of(live.model), expected, rtol=1e-5, atol=1e-5)
