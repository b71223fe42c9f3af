"""The table has every family of transformers: the list is computed, so a new one fails here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.version import Version

from core.families import FAMILIES, REFUSED, SINCE
from core.families.family import CAUSAL
from tests import installed

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


def names_of(*kinds: str) -> dict[str, str]:
    """Model types that the auto classes take, with the class that loads each."""
    from transformers.models.auto import modeling_auto

    found: dict[str, str] = {}
    for kind in kinds:
        names = getattr(modeling_auto, f"MODEL_FOR_{kind}_MAPPING_NAMES")
        found |= {name: chosen for name, chosen in names.items() if name not in found}
    return found


KNOWN = {
    *(name for row in FAMILIES.values() for name in (row.multimodal, *row.image_text)),
    *FAMILIES,
    *REFUSED,
}


def test_every_causal_language_model_with_routed_experts_has_a_row_or_a_reason() -> None:
    found = routed(names_of("CAUSAL_LM"))
    assert found - KNOWN == set()
    assert len(found) > 55


def test_every_other_model_with_routed_experts_has_a_row_or_a_reason() -> None:
    others = names_of("IMAGE_TEXT_TO_TEXT", "MULTIMODAL_LM", "SEQ_TO_SEQ_CAUSAL_LM", "MASKED_LM")
    found = routed(others)
    assert found - KNOWN == set()
    assert len(found) > 15


def test_what_the_installed_transformers_lacks_came_with_a_later_one() -> None:
    import transformers

    here = Version(transformers.__version__)
    lacking = {name for name in KNOWN - {""} if not installed.has(name)}
    assert lacking == {name for name, first in SINCE.items() if Version(first) > here}
    assert SINCE.keys() <= KNOWN


def test_every_row_is_of_a_model_that_an_auto_class_takes() -> None:
    causal, seeing = names_of("CAUSAL_LM"), names_of("IMAGE_TEXT_TO_TEXT")
    for row in FAMILIES.values():
        taken = {row.model_type, row.multimodal, *row.image_text} - {""}
        taken -= {row.model_type} if row.nested else set()
        taken -= {row.multimodal} if row.part else set()
        taken = {name for name in taken if installed.has(name)}
        if not taken and {row.model_type, row.multimodal} & SINCE.keys():
            continue
        by_class = {name: row.auto_class({"model_type": name}) for name in taken}
        assert taken, row.model_type
        for name, chosen in by_class.items():
            assert name in (causal if chosen == CAUSAL else seeing), name
            # Nobody is sent to the larger class for want of looking.
            assert chosen == CAUSAL or name not in causal, name
        assert routed(taken) == taken


def test_a_row_is_nested_if_and_only_if_no_auto_class_takes_its_language_model() -> None:
    alone = names_of("CAUSAL_LM", "IMAGE_TEXT_TO_TEXT")
    nested = {row.model_type for row in FAMILIES.values() if row.nested}
    here = {name for name in FAMILIES if installed.has(name)}
    assert nested & here == {name for name in here if name not in alone}


def test_rows_that_name_a_class_name_the_one_that_the_auto_class_takes() -> None:
    import transformers

    names = names_of("CAUSAL_LM", "IMAGE_TEXT_TO_TEXT")
    for row in FAMILIES.values():
        whole = row.multimodal or row.model_type
        if not (row.causal_class and installed.has(whole)):
            assert row.causal_class or not row.multimodal, row.model_type
            continue
        if row.part:
            part = getattr(transformers, row.causal_class)
            assert (part.__name__, part.config_class.model_type) == (
                names[row.image_text[0]],
                row.image_text[0],
            )
        else:
            assert row.causal_class == names[whole], row.model_type
