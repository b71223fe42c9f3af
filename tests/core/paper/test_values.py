"""What was measured is said as it came: claims, tables, plot, file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from core.errors import InputError, ProjectError
from core.paper import ARMS, PaperOptions, PaperResult
from core.paper.files import keep
from core.paper.markdown import markdown
from core.paper.picture import Inks, picture
from tests.core.paper.results import arm, drop, example


def verdicts(result: PaperResult) -> dict[str, str]:
    return {claim.key: claim.verdict for claim in result.claims}


def test_a_result_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    made = example()
    keep(made, tmp_path / "kept")
    read = PaperResult.load(tmp_path / "kept" / "paper.json")
    assert read == made
    assert read.claims == made.claims
    # JSON has no infinity, and a destroyed model has no finite perplexity.
    text = (tmp_path / "kept" / "paper.json").read_text()
    assert "Infinity" not in text
    assert read.dropped(0.5, "random", "layer").high == float("inf")


@pytest.mark.parametrize("change", [{"seer_paper": 9}, {"arms": 3}, {"prices": []}, {"drops": [1]}])
def test_another_file_is_refused(tmp_path: Path, change) -> None:
    path = tmp_path / "paper.json"
    path.write_text(json.dumps(example().to_json() | change))
    with pytest.raises(ProjectError):
        PaperResult.load(path)
    with pytest.raises(ProjectError, match=r"no\.json"):
        PaperResult.load(tmp_path / "no.json")


def test_claims_follow_the_numbers() -> None:
    assert verdicts(example()) == {
        "counting": "yes",
        "soft": "no",
        "global": "yes",
        "recovers": "yes",
        "entropy": "no",
        "annealing": "unclear",
        "fractional": "yes",
        "both": "yes",
        "distilled": "yes",
        "all": "yes",
        "parity": "no",
        "control": "no",
        "concentrates": "yes",
        "saves": "yes",
    }


def test_the_best_arm_is_one_with_one_expert_per_token() -> None:
    made = example()
    assert made.best == "all"
    assert made.tuned("all").mean == pytest.approx(14.13)
    only_control = example(arms=tuple(a for a in made.arms if a.name == "top-2"))
    assert only_control.best == ""
    assert "parity" not in verdicts(only_control)


def test_parity_needs_every_seed_at_or_below_the_original() -> None:
    both = (arm("plain", 0, 13.7), arm("plain", 1, 13.8))
    assert verdicts(example(arms=both))["parity"] == "yes"
    one = (arm("plain", 0, 13.7), arm("plain", 1, 13.9))
    assert verdicts(example(arms=one))["parity"] == "unclear"


def test_one_seed_alone_decides_no_small_difference() -> None:
    near = (arm("plain", 0, 15.32), arm("both", 0, 15.25), arm("entropy", 0, 14.0))
    found = verdicts(example(arms=near))
    assert found["both"] == "unclear"
    assert found["entropy"] == "yes"


def test_random_plans_that_are_as_good_contradict_counting() -> None:
    drops = (drop(0.75, "actual-count", "layer", 16.5), drop(0.75, "random", "layer", 16.0))
    assert verdicts(example(drops=drops))["counting"] == "no"


def test_the_markdown_has_every_number_and_its_range() -> None:
    text = markdown(example())
    assert "| Top-1, plain fine-tuning | 14.53 (14.50 – 14.56) |" in text
    assert "| actual count, global | 16.00 | 23.00 |" in text
    assert "| random | ∞ | ∞ |" in text
    assert "**within the spread**" in text
    assert "60 steps of 2,048 tokens" in text
    assert "| top-1 | 1,000 | 300 | 2,000 | 600 |" in text


def test_the_plot_shows_every_row_inside_its_frame() -> None:
    made = example()
    root = ET.fromstring(picture(made, Inks(accent="#123456")))
    width, height = float(root.get("width")), float(root.get("height"))
    space = "{http://www.w3.org/2000/svg}"
    dots = root.findall(f"{space}circle")
    assert len(dots) == 10 + len(ARMS)
    for dot in dots:
        assert 0 < float(dot.get("cx")) < width
        assert 0 < float(dot.get("cy")) < height
    texts = [item.text for item in root.findall(f"{space}text")]
    assert "Top-1, distillation" in texts
    assert "∞" in texts
    assert {dot.get("fill") for dot in dots} >= {"#123456"}


def test_a_plot_of_nothing_is_still_a_plot() -> None:
    made = example(drops=(), arms=())
    ET.fromstring(picture(made))
    assert markdown(made).startswith("# SEER-MoE's claims on demo")


@pytest.mark.parametrize(
    "options",
    [PaperOptions(steps=0), PaperOptions(arms=("magic",)), PaperOptions(shares=(1.0,))],
)
def test_what_cannot_be_tried_is_refused(options: PaperOptions) -> None:
    with pytest.raises(InputError):
        options.check()


def test_arms_differ_from_plain_tuning_by_their_name_alone() -> None:
    options = PaperOptions(steps=7, batch_size=4)
    plain = options.tuning("plain", 1)
    assert (plain.top_k, plain.schedule, plain.entropy_weight, plain.distill) == (1, "none", 0, 0)
    assert (plain.steps, plain.batch_size, plain.seed) == (7, 4, 1)
    assert options.tuning("top-2", 1) == replace(plain, top_k=2)
    assert options.tuning("distilled", 1) == replace(plain, distill=1.0)
    both, falling = options.tuning("both", 1), options.tuning("fractional", 1)
    assert both == replace(falling, entropy_weight=0.02)
    assert options.tuning("annealing", 1) == replace(falling, fractional=False)
    assert PaperOptions.from_json(options.to_json()) == options
