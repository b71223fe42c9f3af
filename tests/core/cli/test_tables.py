"""What people see, rendered without running a model."""

import io
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from core.cli.demo import _table as demo_table
from core.cli.evaluate import evaluation_table
from core.cli.files import empty_folder, writable
from core.cli.profile import _profile_table as profile_table
from core.cli.tables import cost_table, model_table
from core.errors import InputError
from core.evaluation import Evaluation
from core.export.reload import ReloadCheck
from core.planning import Plan, cost, paint
from tests.values import made_info, made_profile


def rendered(table: RenderableType) -> str:
    """The table as text, blanks squeezed."""
    console = Console(file=io.StringIO(), width=160)
    console.print(table)
    text = console.file.getvalue()
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def test_an_evaluation_shows_every_domain_and_what_it_was_compared_with() -> None:
    result = Evaluation(
        perplexity={"overall": 30.0, "prose": 33.333}, tokens=1234, kl=0.5, top1_agreement=0.875
    )
    text = rendered(evaluation_table(result))
    assert "prose perplexity 33.33" in text
    assert "tokens 1,234" in text
    assert "KL from the original 0.5000 nats per token" in text
    assert "top-1 agreement 87.5 %" in text
    alone = Evaluation(perplexity={"overall": 30.0}, tokens=1)
    assert "KL" not in rendered(evaluation_table(alone))


def test_a_profile_shows_its_tokens_by_domain() -> None:
    text = rendered(profile_table(made_profile(), Path("p.safetensors")))
    assert "tokens 2,000 in 2 sequences" in text
    assert "domains prose 1,000, code 1,000" in text
    assert "written p.safetensors" in text


def test_the_demo_ends_with_the_original_beside_the_pruned_model() -> None:
    info = made_info()
    plan = paint(Plan.keep_all(info), [(row, 0) for row in range(4)], keep=False)
    before = Evaluation(perplexity={"overall": 20.0}, tokens=10)
    after = Evaluation(perplexity={"overall": 22.0}, tokens=10, kl=0.1, top1_agreement=0.9)
    check = ReloadCheck(
        model_class="MixtralForCausalLM",
        missing=(),
        unexpected=(),
        mismatched=(),
        max_difference=0.0,
        top1_agreement=1.0,
        tokens=128,
    )
    text = rendered(demo_table(info, plan, before, after, check))
    assert "experts per layer 8 7" in text
    assert "perplexity, overall 20.00 22.00 +10.0 %" in text
    assert "loaded by stock transformers yes" in text


def test_a_cost_is_shown_beside_the_whole_models_where_it_differs() -> None:
    info = made_info()
    assert "change" not in rendered(cost_table(cost(info), cost(info)))
    text = rendered(cost_table(cost(info, top_k=1), cost(info)))
    assert "change" in text
    assert "routed experts" in text
    assert "−50.0 %" in text


def test_a_model_with_problems_lists_them() -> None:
    from dataclasses import replace

    info = replace(made_info(n_group=2, topk_group=1), problems=("layer 3 is missing",))
    text = rendered(model_table(info))
    assert "problem layer 3 is missing" in text
    assert "softmax, 2 groups" in text


def test_outputs_that_cannot_be_written_are_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a folder"):
        writable(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        writable(tmp_path / "none" / "x")
    with pytest.raises(InputError, match="is a file"):
        empty_folder(tmp_path / "file")
    with pytest.raises(InputError, match="cannot make"):
        empty_folder(tmp_path / "file" / "below")
    with pytest.raises(InputError, match="not empty"):
        empty_folder(tmp_path)
    empty_folder(tmp_path / "new" / "deep")
    assert (tmp_path / "new" / "deep").is_dir()
