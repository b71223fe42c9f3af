"""Stock transformers loads what was written, and it is the masked original to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.errors import CheckpointError
from core.export.reload import check_names, check_reload
from core.run import Run
from tests.core.export.plans import export, odd, plan_of
from tests.core.live import KINDS
from tests.raw import mixtral, mixtral_config, write_folder
from tests.tiny import tiny_model

pytestmark = pytest.mark.timeout(600)  # the first one imports torch


def scattered(count: int) -> Sequence[int]:
    """Half of the experts, as many from each group of four."""
    return [i for i in range(count) if i % 4 in {1, 2}]


@pytest.mark.parametrize("model_type", KINDS)
def test_exported_model_has_the_masked_models_logits(model_type: str, tmp_path: Path) -> None:
    folder = tiny_model(model_type, tmp_path, shards=3)
    plan = plan_of(folder, scattered)
    export(folder, tmp_path / "out", plan)
    check = check_reload(tmp_path / "out", source=folder, plan=plan, device="cpu", run=Run())
    assert check.complete
    assert (check.max_difference, check.top1_agreement, check.tokens) == (0.0, 1.0, 128)


def test_comparison_sees_another_choice_of_experts(tmp_path: Path) -> None:
    folder = tiny_model("mixtral", tmp_path)
    export(folder, tmp_path / "out", plan_of(folder, odd))
    other = plan_of(folder, scattered)
    check = check_reload(tmp_path / "out", source=folder, plan=other, device="cpu", run=Run())
    assert check.max_difference is not None
    assert check.max_difference > 1e-3


def test_lower_top_k_reaches_the_reloaded_model(tmp_path: Path) -> None:
    from transformers import AutoConfig

    folder = tiny_model("qwen3_moe", tmp_path)
    plan = plan_of(folder, odd, top_k=1)
    export(folder, tmp_path / "out", plan)
    assert AutoConfig.from_pretrained(tmp_path / "out").num_experts_per_tok == 1
    check = check_reload(tmp_path / "out", source=folder, plan=plan, device="cpu", run=Run())
    assert check.max_difference == 0.0


def test_tokenizer_reloads_from_the_export(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    folder = tiny_model("olmoe", tmp_path)
    export(folder, tmp_path / "out")
    text = "The router sends 한국어 tokens."
    ids = [AutoTokenizer.from_pretrained(f)(text).input_ids for f in (folder, tmp_path / "out")]
    assert ids[0] == ids[1]


def test_missing_and_unexpected_tensors_are_named(tmp_path: Path) -> None:
    tensors = [raw for raw in mixtral() if "layers.1.self_attn.q_proj" not in raw.name]
    stranger = tensors[-1]._replace(name="model.layers.0.stranger.weight")
    config = mixtral_config(num_key_value_heads=2, head_dim=32)
    folder = write_folder(tmp_path / "model", config, [*tensors, stranger])
    check = check_names(folder)
    assert "model.layers.1.self_attn.q_proj.weight" in check.missing
    assert check.unexpected == ("model.layers.0.stranger.weight",)
    assert not check.complete


def test_folder_that_transformers_cannot_load_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model", {"model_type": "no_such_type"}, mixtral())
    with pytest.raises(CheckpointError, match="stock transformers cannot load"):
        check_names(folder)
