"""The model card says what was done, and claims nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub.repocard import metadata_load

from core.checkpoint import inspect_model
from core.evaluation.variant import Provenance, Variant
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
    assert "- Locked by hand: `1 kept, 0 gone`" in text
    assert "- Super-experts protected: `2`" in text
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


def test_front_matter_keeps_lists_and_makes_no_false_of_norwegian(tmp_path: Path) -> None:
    source = (
        "\ufeff---\nlanguage:\n- en\n- no\nlicense: other\nlicense_name: >-\n  a name\n  on two\n"
        'base_model:\n- "some/one"\n- some/two\npipeline_tag: image-text-to-text\n---\n'
    )
    (tmp_path / "read.md").write_text(card(tmp_path, source_card=source), encoding="utf-8")
    data = metadata_load(tmp_path / "read.md")
    assert data["language"] == ["en", "no"]
    assert (data["license"], data["license_name"]) == ("other", "a name on two")
    assert data["base_model"] == ["some/one", "some/two"]
    assert data["pipeline_tag"] == "image-text-to-text"


@pytest.mark.parametrize(
    "header", ["license: [", "- mit", "license: {a: b}", "license:", "&a [*a]", "\t: x"]
)
def test_front_matter_that_is_none_costs_the_card_nothing(tmp_path: Path, header: str) -> None:
    text = card(tmp_path, source_card=f"---\n{header}\n---\n")
    (tmp_path / "read.md").write_text(text, encoding="utf-8")
    assert set(metadata_load(tmp_path / "read.md")) == {"library_name", "pipeline_tag", "tags"}


def test_a_model_that_keeps_all_experts_is_not_tagged_as_pruned(tmp_path: Path) -> None:
    model = write_folder(tmp_path / "model", mixtral_config(), mixtral())
    plan, info = plan_of(model, range), inspect_model(model)
    text = model_card(info, info, plan, tuning=("Top-K 2 to 1",))
    assert "pruned" not in text.split("---\n")[1]


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


def measured_card(tmp_path: Path, domain: str = "law") -> str:
    model = write_folder(
        tmp_path / "models--some--base" / "snapshots" / "a1", mixtral_config(), mixtral()
    )
    plan = plan_of(model, lambda _: [0, 1, 2, 3])
    export(model, tmp_path / "out", plan)
    texts = Provenance(
        texts="t" * 64, sources=("held.jsonl",), tokens=5976, made_at="2026-11-24T06"
    )
    base = Variant(
        name="base", kind="original", provenance=texts, perplexity={"overall": 10.0, domain: 9.0}
    )
    mine = replace(
        base, name="half", kind="plan", kept=plan.keep, kl=0.25, top1_agreement=0.9,
        perplexity={"overall": 12.345, domain: 11.0},
    )  # fmt: skip
    other = replace(mine, name="other", kept=((0,), (1,)), perplexity={"overall": 99.0})
    return model_card(
        inspect_model(model), inspect_model(tmp_path / "out"), plan, (other, base, mine)
    )


def test_card_holds_what_was_measured_of_this_plan_and_nothing_else(tmp_path: Path) -> None:
    text = measured_card(tmp_path)
    assert "| source | 10.00 | 9.00 | – | – |" in text
    assert "| this model | 12.35 | 11.00 | 0.2500 | 90.0 % |" in text
    assert "5,976 tokens of `held.jsonl` (2026-11-24)" in text
    assert "99" not in text


def test_card_of_an_unmeasured_model_claims_nothing(tmp_path: Path) -> None:
    text = card(tmp_path)
    assert "This checkpoint has not been measured." in text
    assert "model-index" not in text


def test_front_matter_is_yaml_as_the_hub_reads_it(tmp_path: Path) -> None:
    from huggingface_hub import ModelCardData

    hostile = 'a: "b"\n- c'
    path = tmp_path / "README.md"
    path.write_text(measured_card(tmp_path, hostile), encoding="utf-8")
    data = metadata_load(path)
    assert data["base_model"] == "some/base"
    assert data["library_name"] == "transformers"
    assert {"moe", "pruned", "mixtral"} <= set(data["tags"])
    metrics = data["model-index"][0]["results"][0]["metrics"]
    assert metrics[0] == {"type": "perplexity", "name": "Perplexity", "value": 12.345}
    assert metrics[1]["name"] == f"Perplexity, {hostile}"
    ModelCardData(**data)


def test_names_of_domains_cannot_break_the_table(tmp_path: Path) -> None:
    text = measured_card(tmp_path, "a|b <script>")
    assert r"a\|b \<script\>" in text
    assert "<script>" not in text.split("---\n")[2]


def test_card_of_a_tuned_model_says_how_and_claims_no_masks_numbers(tmp_path: Path) -> None:
    model = write_folder(tmp_path / "model", mixtral_config(), mixtral())
    plan = plan_of(model, lambda _: [0, 1, 2, 3])
    export(model, tmp_path / "out", plan)
    row = Variant(name="half", kind="plan", kept=plan.keep, perplexity={"overall": 12.0})
    source, result = inspect_model(model), inspect_model(tmp_path / "out")
    text = model_card(source, result, plan, (row,), tuning=("Top-K 2 to 1 over 100 steps",))
    assert "experts, fine-tuned" in text
    assert "- Top-K 2 to 1 over 100 steps" in text
    assert "stage 2 of SEER-MoE" in text
    assert "all that was measured" in text
    assert "model-index" not in text
    assert "seer export" not in text
