"""The family table names tensors as checkpoints do."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import CheckpointError, UnsupportedModelError
from core.families import (
    FAMILIES,
    Role,
    family_for,
    known_model_types,
    read_moe_config,
    support_table,
)
from core.run import Run
from tests.raw import mixtral, mixtral_config, write_folder


def test_unknown_model_type_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(UnsupportedModelError) as caught:
        family_for({"model_type": "gpt2"})
    assert "'gpt2'" in caught.value.what
    for name in known_model_types():
        assert name in caught.value.remedy


def test_a_mistyped_model_type_is_told_the_nearest_ones() -> None:
    with pytest.raises(UnsupportedModelError) as caught:
        family_for({"model_type": "qwen3moe"})
    assert caught.value.remedy.startswith("qwen3_moe")


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"model_type": "nllb-moe"}, "encoder-decoder"),
        ({"model_type": "doge"}, "embedding table"),
        ({"model_type": "ernie4_5_vl_moe", "text_config": {"model_type": "x"}}, "those for images"),
        ({"model_type": "inkling2_loop", "text_config": {"num_hidden_layers": 2}}, "several times"),
        ({"model_type": "inkling2_loop_text"}, "several times"),
        ({"model_type": "qwen3_vl_moe_text"}, "inside of 'qwen3_vl_moe' only"),
    ],
)
def test_what_cannot_work_is_refused_by_name_with_the_reason(config, why) -> None:
    with pytest.raises(UnsupportedModelError, match=why) as caught:
        family_for(config)
    assert config["model_type"] in caught.value.what


def test_the_support_table_has_every_family_and_says_what_is_not_possible() -> None:
    rows = {row.model_type: row for row in support_table()}
    assert tuple(rows) == known_model_types()
    assert (rows["phimoe"].least_top_k, rows["longcat_flash"].least_top_k) == (None, 2)
    assert not rows["dbrx"].ragged
    assert not rows["jetmoe"].stock
    assert all(row.remarks for row in rows.values() if not (row.ragged and row.stock))


def test_a_config_may_name_another_score_function() -> None:
    text = {"model_type": "cohere2_moe", "num_hidden_layers": 2, "expert_selection_fn": "sigmoid"}
    assert read_moe_config(text).routing == "sigmoid after top-k"
    del text["expert_selection_fn"]
    assert read_moe_config(text).routing == "softmax after top-k"


def test_config_without_model_type_is_refused() -> None:
    with pytest.raises(UnsupportedModelError, match="without model_type"):
        family_for({"hidden_size": 3})


def test_text_model_nested_in_a_multimodal_config_is_found() -> None:
    config = {"model_type": "some_vision_model", "text_config": mixtral_config(experts=6)}
    moe = read_moe_config(config)
    assert (moe.family.model_type, moe.section, moe.experts) == ("mixtral", "text_config", 6)


@pytest.mark.parametrize("key", ["num_experts", "num_local_experts", "n_routed_experts"])
def test_any_spelling_of_the_expert_count_is_read(key: str) -> None:
    config = mixtral_config()
    del config["num_local_experts"]
    assert read_moe_config(config | {key: 5}).experts == 5


def test_missing_expert_count_falls_back_to_the_config_class() -> None:
    config = mixtral_config()
    del config["num_local_experts"]
    assert read_moe_config(config).experts == 8


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("num_hidden_layers", 0),
        ("num_hidden_layers", -3),
        ("num_hidden_layers", 10**9),
        ("num_local_experts", 10**12),
        ("num_experts_per_tok", 9),
        ("num_hidden_layers", True),
    ],
)
def test_impossible_numbers_are_refused(key: str, value: object) -> None:
    with pytest.raises(CheckpointError):
        read_moe_config(mixtral_config(**{key: value}))


@pytest.mark.parametrize(
    ("model_type", "rest", "role", "expert"),
    [
        ("mixtral", "block_sparse_moe.experts.13.w2.weight", Role.EXPERT, 13),
        ("mixtral", "mlp.experts.gate_up_proj", Role.EXPERTS, None),
        ("mixtral", "block_sparse_moe.gate.weight", Role.ROUTER, None),
        ("qwen2_moe", "mlp.shared_expert_gate.weight", Role.SHARED, None),
        ("qwen3_moe", "mlp.gate_proj.weight", Role.DENSE, None),
        ("qwen3_moe", "mlp.experts.7.down_proj.qweight", Role.EXPERT, 7),
        ("deepseek_v3", "mlp.experts.255.up_proj.weight_scale_inv", Role.EXPERT, 255),
        ("deepseek_v3", "mlp.gate.e_score_correction_bias", Role.ROUTER, None),
        ("deepseek_v3", "mlp.shared_experts.up_proj.weight", Role.SHARED, None),
        ("gpt_oss", "mlp.experts.down_proj_blocks", Role.EXPERTS, None),
        ("gpt_oss", "mlp.router.bias", Role.ROUTER, None),
        ("granitemoe", "block_sparse_moe.input_linear.weight", Role.EXPERTS, None),
        ("granitemoe", "block_sparse_moe.router.layer.weight", Role.ROUTER, None),
        ("olmoe", "self_attn.q_norm.weight", Role.ATTENTION, None),
        ("olmoe", "mlp.expertsish.3.weight", Role.DENSE, None),
        ("olmoe", "mlp.experts.٣.weight", Role.EXPERTS, None),
    ],
)
def test_names_have_their_roles(model_type: str, rest: str, role: Role, expert: int | None) -> None:
    found, number, (start, end) = FAMILIES[model_type].role_of(rest)
    assert (found, number) == (role, expert)
    assert rest[start:end] == ("" if expert is None else str(expert))


def hunyuan(**changes: object) -> dict[str, object]:
    """Hunyuan-A13B's config lists what each layer chooses."""
    said = {"model_type": "hunyuan_v1_moe", "num_hidden_layers": 4, "num_experts": 64}
    return {**said, "moe_topk": [8, 8, 8, 8], "moe_intermediate_size": [3072] * 4, **changes}


def test_a_number_that_is_listed_for_each_layer_is_read_where_all_are_alike() -> None:
    moe = read_moe_config(hunyuan())
    assert (moe.layers, moe.experts, moe.top_k) == (4, 64, 8)
    assert read_moe_config(hunyuan(num_experts=[32] * 4)).experts == 32


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"moe_topk": [8, 8, 4, 8]}, r"4 to 8 for single layers under moe_topk"),
        ({"num_experts": [64, 32, 64, 64]}, r"32 to 64 for single layers under num_experts"),
        ({"moe_topk": [8, "x", 8, 8]}, r"config.json says"),
        ({"moe_topk": []}, r"config.json says"),
    ],
)
def test_numbers_that_differ_between_layers_are_refused_and_not_taken_for_the_default(
    changes: dict[str, object], said: str
) -> None:
    with pytest.raises(CheckpointError, match=said):
        read_moe_config(hunyuan(**changes))


def test_a_model_that_the_installed_transformers_lacks_says_which_one_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers.models.auto import configuration_auto

    from core.runtime import load_model

    folder = write_folder(tmp_path, mixtral_config() | {"model_type": "sarvam_mla"}, mixtral())
    monkeypatch.setattr(configuration_auto, "CONFIG_MAPPING", {})
    with pytest.raises(UnsupportedModelError, match=r"sarvam_mla needs transformers 5\.24\.0 or"):
        load_model(folder, device="cpu", run=Run())
