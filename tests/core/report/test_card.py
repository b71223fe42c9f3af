"""The model card says what was done, and claims nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.checkpoint import inspect_model
from core.planning import Locks, MadeBy
from core.report import model_card
from tests.core.export.plans import export, plan_of
from tests.raw import mixtral, mixtral_config, write_folder


def card(tmp_path: Path, name: str = "small-moe", source_card: str = "") -> str:
    model = write_folder(tmp_path / name, mixtral_config(), mixtral())
    if source_card:
        (model / "README.md").write_text(source_card, encoding="utf-8")
    made_by = MadeBy(
        metric="soft-count",
        scope="layer",
        options={"keep": "75%", "seed": 0},
        profile="f" * 64,
        locks=Locks(keep=frozenset({(0, 1)})),
        protected=frozenset({(1, 2), (1, 3)}),
    )
    plan = plan_of(model, lambda _: [0, 1, 2, 4, 6, 7], made_by=made_by)
    export(model, tmp_path / "out", plan)
    return model_card(inspect_model(model), inspect_model(tmp_path / "out"), plan)


def test_card_states_sizes_rule_and_survivors(tmp_path: Path) -> None:
    text = card(tmp_path)
    assert "# small-moe, 12 of 16 experts" in text
    assert "| Experts per MoE layer | 8 | 6 |" in text
    assert "`soft-count`" in text
    assert "- keep: `75%`" in text
    assert "Locked by hand: 1 kept, 0 gone" in text
    assert "Super-experts protected: 2" in text
    assert "| 1 | 0–2, 4, 6–7 |" in text
    assert "arxiv.org/abs/2404.05089" in text


def test_card_opens_with_front_matter_and_keeps_the_licence(tmp_path: Path) -> None:
    source = "---\nlicense: apache-2.0\nbase_model: someone/base\nwidget: evil\n---\n# Old\n"
    text = card(tmp_path, source_card=source)
    head = text.split("---\n")[1]
    assert "license: apache-2.0" in head
    assert "base_model: someone/base" in head
    assert "widget" not in head
    assert "# Old" not in text


def test_card_of_a_source_without_front_matter_has_no_licence(tmp_path: Path) -> None:
    assert "license" not in card(tmp_path, source_card="# Just text").split("---\n")[1]


def test_folder_names_cannot_break_out_of_the_card(tmp_path: Path) -> None:
    text = card(tmp_path, name="odd `name`'s $(rm)")
    assert "`odd 'name''s $(rm)`" in text
    assert "seer export 'odd '\\''name'\\'''\\''s $(rm)'" in text


def test_manual_choice_is_called_so(tmp_path: Path) -> None:
    model = write_folder(tmp_path / "model", mixtral_config(), mixtral())
    plan = replace(plan_of(model, lambda _: [0, 1]))
    export(model, tmp_path / "out", plan)
    text = model_card(inspect_model(model), inspect_model(tmp_path / "out"), plan)
    assert "Experts were chosen by hand." in text


def test_card_of_a_ragged_model_says_how_to_load_it(tmp_path: Path) -> None:
    model = write_folder(tmp_path / "model", mixtral_config(), mixtral())
    counts = iter((3, 5))
    plan = plan_of(model, lambda _: range(next(counts)))
    export(model, tmp_path / "out", plan)
    text = model_card(inspect_model(model), inspect_model(tmp_path / "out"), plan)
    assert "with 3 to 5 of 8 experts per layer" in text
    assert "trust_remote_code=True\n)" in text
    assert "vLLM" not in text


def test_card_of_a_merged_model_names_the_groups_and_claims_no_bytes(tmp_path: Path) -> None:
    from core.planning import Merge

    plain = card(tmp_path, "plain")
    assert "byte for byte" in plain
    assert "mean of" not in plain
    model = write_folder(tmp_path / "moe", mixtral_config(), mixtral())
    plan = plan_of(model, lambda _: [0, 1, 2, 4, 6, 7])
    merged = plan.with_merges([[Merge.of(4, {4: 3.0, 5: 1.0})], []])
    export(model, tmp_path / "merged", merged)
    text = model_card(inspect_model(model), inspect_model(tmp_path / "merged"), merged)
    assert f"| {plan.layer_ids[0]} | 4 | 4 (75.0%), 5 (25.0%) |" in text
    assert "all other weights that stay are the source's" in text
