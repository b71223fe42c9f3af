"""The table has every family of transformers: the list is computed, so a new one fails here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.families import FAMILIES, REFUSED

pytestmark = pytest.mark.timeout(600)  # the first one imports transformers

# Files that are no sign of routed experts although they have a word of them.
DENSE = {"bamba": "a comment of the model that it was derived from"}


def config_has_experts(config: type) -> bool:
    """Whether a config class, or that of its language model, has a number of experts."""
    classes = [config, *getattr(config, "sub_configs", {}).values()]
    for each in classes:
        if not dataclasses.is_dataclass(each):  # AutoConfig stands for any
            continue
        names = {field.name for field in dataclasses.fields(each)}
        if any("expert" in name for name in {*names, *getattr(each, "attribute_map", {})}):
            return True
    return False


def code_has_experts(model_type: str) -> bool:
    """Whether the modelling file has a class of experts."""
    import transformers
    from transformers.models.auto.configuration_auto import model_type_to_module_name

    name = model_type_to_module_name(model_type)
    path = Path(transformers.__file__).parent / "models" / name / f"modeling_{name}.py"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return "use_experts_implementation" in text or "Experts(nn.Module)" in text


def routed(names: Mapping[str, object]) -> set[str]:
    """Model types of a mapping that have routed experts, by their config or by their code."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    found = set()
    for model_type in names:
        config = CONFIG_MAPPING[model_type]
        if config_has_experts(config) or code_has_experts(model_type):
            found.add(model_type)
    return found - DENSE.keys()


def test_every_causal_language_model_with_routed_experts_has_a_row_or_a_reason() -> None:
    from transformers.models.auto import modeling_auto

    names = modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    known = {*FAMILIES, *(row.multimodal for row in FAMILIES.values()), *REFUSED}
    found = routed(names)
    assert found - known == set()
    assert len(found) > 55


def test_every_row_is_of_a_causal_language_model_with_routed_experts() -> None:
    from transformers.models.auto import modeling_auto

    names = modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    assert set(FAMILIES) - routed(names) == set()
    multimodal = {row.multimodal for row in FAMILIES.values()} - {""}
    assert multimodal - set(names) == set()


def test_multimodal_rows_name_the_class_that_the_auto_class_takes() -> None:
    from transformers.models.auto import modeling_auto

    names = modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    for row in FAMILIES.values():
        if row.multimodal:
            assert row.causal_class == names[row.multimodal], row.model_type


def test_other_models_with_routed_experts_are_refused_by_name() -> None:
    from transformers.models.auto import modeling_auto

    causal = set(modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)
    others = {
        model_type
        for kind in ("IMAGE_TEXT_TO_TEXT", "SEQ_TO_SEQ_CAUSAL_LM", "MULTIMODAL_LM", "MASKED_LM")
        for model_type in getattr(modeling_auto, f"MODEL_FOR_{kind}_MAPPING_NAMES")
        if model_type not in causal
    }
    assert routed(dict.fromkeys(others)) - REFUSED.keys() == set()
