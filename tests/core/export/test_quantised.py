"""Quantised checkpoints as the hub has them: counted unpacked, sliced by bytes, loadable after."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from core.checkpoint import TensorRef, inspect_model
from core.checkpoint.tally import weights_in
from core.errors import CheckpointError, InputError, UnsupportedModelError
from core.export.reload import check_reload
from core.profiling import profile_model
from core.run import Run
from core.runtime import load_model
from tests.core.export.plans import export, odd, plan_of
from tests.core.live import random_set
from tests.quantised import LAYOUTS, quantised
from tests.raw import Raw, mixtral, mixtral_config, tensor_bytes, write_folder

EXPERT = re.compile(r"\.experts\.(\d+)\.")
FUSED_OR_ROUTER = re.compile(r"\.(experts\.(gate_up|down)_proj\w*|gate\.\w+|router\.\w+)$")


def sliced(folder: Path, keep: list[int], experts: int) -> dict:
    """What an export must hold, by names and NumPy alone."""
    expected = {}
    for name, (dtype, shape, data) in tensor_bytes(folder).items():
        one = EXPERT.search(name)
        if one is not None:
            if int(one[1]) in keep:
                new = EXPERT.sub(f".experts.{keep.index(int(one[1]))}.", name)
                expected[new] = (dtype, shape, data)
        elif FUSED_OR_ROUTER.search(name):
            rows = np.frombuffer(data, np.uint8).reshape(experts, -1)[keep]
            expected[name] = (dtype, (len(keep), *shape[1:]), rows.tobytes())
        else:
            expected[name] = (dtype, shape, data)
    return expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_quantised_checkpoint_counts_as_the_plain_one_and_is_sliced_by_bytes(layout, tmp_path):
    folder = quantised(layout, tmp_path)
    info, plain = inspect_model(folder), inspect_model(tmp_path / "plain")
    assert info.parameters == plain.parameters
    assert info.expert_parameters == plain.expert_parameters
    assert info.bytes < plain.bytes
    assert not info.problems
    out = tmp_path / "out"
    result = export(folder, out)
    assert result.verified
    keep = list(odd(info.experts[0]))
    assert tensor_bytes(out) == sliced(folder, keep, info.experts[0])
    after = inspect_model(out)
    assert after.experts == tuple(count // 2 for count in info.experts)
    assert after.parameters.routed_experts * 2 == info.parameters.routed_experts
    before, written = (json.loads((f / "config.json").read_text()) for f in (folder, out))
    assert written["quantization_config"] == before["quantization_config"]


@pytest.mark.parametrize("layout", ["fp8", "mxfp4", "pack"])
def test_stock_transformers_unpacks_the_export_to_the_masked_models_logits(layout, tmp_path):
    folder = quantised(layout, tmp_path)
    plan = plan_of(folder, odd)
    export(folder, tmp_path / "out", plan)
    check = check_reload(tmp_path / "out", source=folder, plan=plan, device="cpu", run=Run())
    assert check.complete
    assert check.max_difference == 0


@pytest.mark.parametrize("layout", ["fp8", "fp8_f32", "pack"])
def test_quantised_models_are_profiled_alike_in_memory_and_streamed(layout, tmp_path):
    folder = quantised(layout, tmp_path)
    whole, streamed = (
        load_model(folder, device="cpu", stream=stream, run=Run()) for stream in ("never", "always")
    )
    texts = random_set(sequences=3)
    profiles = [profile_model(live, texts, run=Run()) for live in (whole, streamed)]
    assert profiles[0].fingerprint == profiles[1].fingerprint
    assert streamed.stream.store.bytes_read == streamed.info.bytes
    plain = load_model(tmp_path / "plain", device="cpu", dtype="bfloat16", run=Run())
    count = profile_model(plain, texts, run=Run()).count
    # Rounding moves some choices of experts, but it is the same model.
    assert abs(profiles[0].count - count).sum() < 0.4 * count.sum()


@pytest.mark.parametrize(
    ("layout", "words"),
    [("gptq", "needs a package that is missing"), ("nvfp4", "cannot run weights")],
)
def test_weights_that_cannot_be_run_are_refused_by_name_with_the_way_round(layout, words, tmp_path):
    folder = quantised(layout, tmp_path)
    for stream in ("never", "always"):
        with pytest.raises(UnsupportedModelError, match=words) as caught:
            load_model(folder, device="cpu", stream=stream, run=Run())
        assert "--force" in caught.value.remedy
    # That way: a plan of the plain model slices this one.
    plan = plan_of(tmp_path / "plain", odd)
    assert export(folder, tmp_path / "out", plan, force=True).verified


def test_fp8_is_not_unpacked_to_another_dtype_than_its_other_tensors_have(tmp_path):
    folder = quantised("fp8", tmp_path)
    with pytest.raises(InputError, match="unpacked to bfloat16, not to float32"):
        load_model(folder, device="cpu", dtype="float32", run=Run())


def test_nf4_weights_are_two_to_the_byte():
    words = {"weight": "U8", "weight.absmax": "U8", "weight.quant_map": "F32"}
    refs = [TensorRef(f"q.{word}", "f", dtype, (64, 1), 0, 64) for word, dtype in words.items()]
    assert [weights_in(ref, 4) for ref in refs] == [128, 0, 0]
    assert weights_in(refs[0], None) == 64


MIXTRAL_MOE = "model.layers.0.block_sparse_moe"


def packed_across() -> list[Raw]:
    """Fused experts of which eight share each number."""
    others = [raw for raw in mixtral(layers=1) if ".experts." not in raw.name]
    return [
        *others,
        Raw(f"{MIXTRAL_MOE}.experts.gate_up_proj_qweight", "I32", (1, 64, 96)),
        Raw(f"{MIXTRAL_MOE}.experts.gate_up_proj_scales", "F16", (8, 64)),
    ]


@pytest.mark.parametrize(
    ("config", "tensors", "words"),
    [
        (
            mixtral_config(layers=1),
            packed_across(),
            "[1, 64, 96] does not count 8 experts: packed across experts",
        ),
        (mixtral_config(experts=16), mixtral(), "layer 0 has 8 experts, config.json says 16"),
        (mixtral_config(layers=3), mixtral(), "1 of 3 layers have no tensors, 2 first"),
        (
            mixtral_config(),
            [raw._replace(name=raw.name.replace("block_sparse_moe", "ffn")) for raw in mixtral()],
            "no layer has routed experts under the names",
        ),
    ],
    ids=["packed across experts", "fewer experts", "fewer layers", "other names"],
)
def test_tensors_that_config_or_layout_forbid_to_slice_are_named(config, tensors, words, tmp_path):
    folder = write_folder(tmp_path / "model", config, tensors)
    assert any(words in problem for problem in inspect_model(folder).problems)
    with pytest.raises(CheckpointError, match=re.escape(words)):
        export(folder, tmp_path / "out", plan_of(folder, range))
    assert not (tmp_path / "out").exists()


def test_an_index_that_looks_in_the_wrong_file_is_refused(tmp_path):
    folder = write_folder(tmp_path / "model", mixtral_config(), mixtral(), shards=3)
    file = folder / "model.safetensors.index.json"
    index = json.loads(file.read_text())
    index["weight_map"]["lm_head.weight"] = "model-00003-of-00003.safetensors"
    file.write_text(json.dumps(index))
    with pytest.raises(CheckpointError, match=r"'lm_head.weight' is in model-00001-of-00003"):
        inspect_model(folder)


def test_hundreds_of_shards_and_a_tied_head_are_sliced_as_one_file_is(tmp_path):
    tied = mixtral_config(tie_word_embeddings=True, layers=4)
    tensors = [raw for raw in mixtral(layers=4) if raw.name != "lm_head.weight"]
    many = write_folder(tmp_path / "many", tied, tensors, shards=len(tensors))
    one = write_folder(tmp_path / "one", tied, tensors)
    assert len(list(many.glob("*.safetensors"))) == len(tensors) > 100
    for name, folder in (("a", many), ("b", one)):
        export(folder, tmp_path / name, plan_of(folder, odd))
    assert tensor_bytes(tmp_path / "a") == tensor_bytes(tmp_path / "b")
    assert "lm_head.weight" not in tensor_bytes(tmp_path / "a")
    assert inspect_model(tmp_path / "a").geometry.tied


@pytest.mark.parametrize("drop", [False, True])
def test_further_token_layers_apart_from_the_decoder_follow_or_go(drop, tmp_path):
    extra = [
        raw._replace(name=raw.name.replace("model.", "mtp.", 1))
        for raw in mixtral(layers=1)
        if raw.name.startswith("model.layers.0.")
    ]
    config = mixtral_config(num_nextn_predict_layers=1)
    tensors = [*mixtral(), *extra, Raw("mtp.fc.weight", "BF16", (64, 128))]
    folder = write_folder(tmp_path / "model", config, tensors)
    assert inspect_model(folder).mtp is not None
    export(folder, tmp_path / "out", drop_mtp=drop)
    written = json.loads((tmp_path / "out" / "config.json").read_text())
    assert written["num_nextn_predict_layers"] == (0 if drop else 1)
    before, after = tensor_bytes(folder), tensor_bytes(tmp_path / "out")
    mtp = sorted(name for name in after if name.startswith("mtp."))
    if drop:
        assert not mtp
        return
    name = "mtp.layers.0.block_sparse_moe.experts.{}.w2.weight"
    assert after[name.format(1)] == before[name.format(3)]
    assert after["mtp.layers.0.block_sparse_moe.gate.weight"][1] == (4, 64)
    assert after["mtp.fc.weight"] == before["mtp.fc.weight"]
