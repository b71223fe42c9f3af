"""What attention costs depends on heads, widths and windows of the config."""

from __future__ import annotations

import pytest

from core.checkpoint.geometry import read_geometry
from core.errors import CheckpointError
from core.families import read_moe_config
from tests.raw import deepseek_config, gpt_oss_config, mixtral_config


def windows(**more: object) -> tuple[int | None, ...]:
    config = mixtral_config(**more)
    return read_geometry(config, read_moe_config(config)).windows


def test_windows_follow_the_layer_types() -> None:
    config = gpt_oss_config(layers=4)
    geometry = read_geometry(config, read_moe_config(config))
    assert geometry.windows == (128, None, 128, None)
    assert (geometry.num_heads, geometry.num_kv_heads, geometry.qk_head_dim) == (64, 8, 64)


def test_one_window_holds_for_all_layers_unless_it_is_switched_off() -> None:
    assert windows(sliding_window=32) == (32, 32)
    assert windows(sliding_window=32, use_sliding_window=False) == (None, None)
    assert windows(sliding_window=None) == (None, None)
    assert windows() == (None, None)


def test_layers_without_attention_scores_have_no_window_at_all() -> None:
    assert windows(layer_types=["linear_attention", "full_attention"]) == (0, None)


@pytest.mark.parametrize(
    "words",
    [
        {"layers_block_type": ["linear_attention", "moe", "full_attention", "mamba"]},
        {"hybrid_override_pattern": "ME*-"},
        {"attn_type_list": [0, 0, 1, 0]},
        {"full_attn_idxs": [2]},
        {"attn_layer_period": 4, "attn_layer_offset": 2},
        {"full_attention_interval": 3},
    ],
)
def test_hybrids_say_in_many_words_which_layers_attend(words: dict[str, object]) -> None:
    assert windows(num_hidden_layers=4, sliding_window=None, **words) == (0, 0, None, 0)


def test_an_index_limits_how_many_tokens_are_looked_at() -> None:
    assert windows(layer_types=["indexed_attention"] * 2, index_topk=2048) == (2048, 2048)
    kinds = ["hybrid_sliding", "hybrid"]
    assert windows(layer_types=kinds, sliding_window_size=8) == (8, None)


def test_a_layer_may_have_two_attentions() -> None:
    config = mixtral_config(model_type="longcat_flash", num_layers=2, moe_topk=2)
    config["n_routed_experts"] = 8
    assert read_geometry(config, read_moe_config(config)).windows == (None,) * 4


def test_latent_attention_has_its_own_widths() -> None:
    config = deepseek_config()
    geometry = read_geometry(config, read_moe_config(config))
    assert (geometry.qk_head_dim, geometry.v_head_dim) == (192, 128)


@pytest.mark.parametrize("key", ["hidden_size", "num_attention_heads"])
def test_config_without_the_widths_is_refused(key: str) -> None:
    config = mixtral_config()
    del config[key]
    with pytest.raises(CheckpointError, match="hidden_size or num_attention_heads"):
        read_geometry(config, read_moe_config(config))
