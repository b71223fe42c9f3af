"""Multimodal types without a row: known by the language model that they wrap, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
import transformers

from core.export import ExportOptions, export_checkpoint
from core.pruning import masked
from core.run import Run
from tests.core.families.test_merged import load, logits_of, merged_plan, streamed_logits
from tests.tiny import COMMON, FAMILIES, randomize

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SMALL: Mapping[str, object] = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
PATCHES: Mapping[str, object] = {**SMALL, "image_size": 16, "patch_size": 8}
CLIP: Mapping[str, object] = {**PATCHES, "model_type": "clip_vision_model"}
SIGLIP: Mapping[str, object] = {**PATCHES, "model_type": "siglip_vision_model"}


@pytest.mark.parametrize(
    ("wrapper", "text", "vision"),
    [
        ("mistral3", "mistral4", {**SMALL, "model_type": "pixtral", "head_dim": 8}),
        ("llava", "mixtral", CLIP),
        ("llava_next", "qwen2_moe", CLIP),
        ("internvl", "gpt_oss", {**SMALL, "image_size": [16, 16], "patch_size": [8, 8]}),
        ("aya_vision", "cohere2_moe", SIGLIP),
        ("llava_onevision", "deepseek_v3", SIGLIP),
    ],
)
def test_a_wrapped_language_model_is_merged_ragged_exported_and_streamed(
    wrapper: str, text: str, vision: Mapping[str, object], tmp_path: Path
) -> None:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    language = {**COMMON, **FAMILIES[text], "model_type": text}
    config = CONFIG_MAPPING[wrapper](text_config=language, vision_config=dict(vision))
    model = transformers.AutoModelForImageTextToText.from_config(config).eval()
    randomize(model)
    model.save_pretrained(tmp_path / "model")
    live = load(tmp_path / "model")
    assert live.info.model_type == text
    assert live.info.auto_class == "AutoModelForImageTextToText"
    plan = merged_plan(live.info, ragged=True)
    with masked(live, plan):
        expected = logits_of(live)
    assert torch.equal(streamed_logits(tmp_path / "model", plan), expected)
    export_checkpoint(tmp_path / "model", ExportOptions(plan=plan, output=tmp_path / "out"), Run())
    written = logits_of(load(tmp_path / "out"))
    torch.testing.assert_close(written, expected, rtol=1e-5, atol=1e-5)
