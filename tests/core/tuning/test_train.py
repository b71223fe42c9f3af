"""Runs of a tiny model: what changes, what stays, what is written."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core.checkpoint import Checkpoint, inspect_model, read_layout
from core.errors import (
    Cancelled,
    InputError,
    Parked,
    PlanError,
    ResourceError,
    StudioError,
    UnsupportedModelError,
)
from core.export import ExportOptions, export_checkpoint
from core.families import Role, read_moe_config
from core.planning import Plan
from core.run import Note, Progress, Run, Snapshot
from core.runtime import load_model
from core.runtime.ranks import ALONE
from core.tuning import StepReport, Work, work_folder
from core.tuning.prepare import prepare
from core.tuning.scope import merged
from tests.core.tuning.runs import options, texts, tiny, tuned, weights


def roles_that_changed(before: Path, after: Path) -> set[Role]:
    source = Checkpoint.open(before)
    places = read_layout(source.tensors, read_moe_config(source.config)).places
    old, new = weights(before), weights(after)
    assert set(old) == set(new)
    return {places[name].role for name in old if (old[name] != new[name]).any()}


def losses(result) -> list[float]:
    return [report.loss for report in result.curve if math.isfinite(report.loss)]


def test_training_routers_changes_routers_and_nothing_else(mixtral: Path, tmp_path: Path) -> None:
    result = tuned(mixtral, tmp_path / "out", changes={"train": "routers", "entropy_weight": 0.1})
    assert roles_that_changed(mixtral, tmp_path / "out") == {Role.ROUTER}
    assert result.trained_parameters == 2 * 8 * 32


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"train": "lora", "lora_rank": 2}, {Role.ROUTER, Role.EXPERT}),
        (
            {"train": "lora", "lora_rank": 2, "lora_attention": True},
            {Role.ROUTER, Role.EXPERT, Role.ATTENTION},
        ),
        (
            {"train": "all"},
            {Role.ROUTER, Role.EXPERT, Role.ATTENTION, Role.EMBEDDING, Role.OTHER},
        ),
    ],
    ids=["lora", "lora-attention", "all"],
)
def test_a_scope_changes_what_it_names(
    changes: dict, expected: set[Role], mixtral: Path, tmp_path: Path
) -> None:
    tuned(mixtral, tmp_path / "out", changes=changes)
    assert roles_that_changed(mixtral, tmp_path / "out") == expected


def test_a_merged_lora_is_the_adapter(mixtral: Path) -> None:
    given = options(train="lora", lora_rank=3, lora_attention=True, lora_alpha=6.0)
    prepared = prepare(mixtral, given, None, target=1, ranks=ALONE, validation=None, run=Run())
    generator = torch.Generator().manual_seed(0)
    for parameter in prepared.model.parameters():
        if parameter.requires_grad:
            parameter.data.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
    ids = torch.arange(3, 35).reshape(2, 16)
    with prepared.dial, torch.no_grad():
        before = prepared.model(input_ids=ids, use_cache=False).logits
        merged(prepared.model)
        after = prepared.live.model(input_ids=ids, use_cache=False).logits
    plain = load_model(mixtral, device="cpu", run=Run())
    with torch.no_grad():
        original = plain.model(input_ids=ids, use_cache=False).logits
    assert not torch.allclose(before, original, atol=1e-2)
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-4)


def test_the_written_checkpoint_has_the_dtype_of_the_source(tmp_path: Path) -> None:
    folder = tiny("mixtral", tmp_path, dtype="bfloat16")
    tuned(folder, tmp_path / "out")
    assert set(inspect_model(tmp_path / "out").bytes_by_dtype) == {"bfloat16"}
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["dtype"] == "bfloat16"
    assert config["num_experts_per_tok"] == 1


def uneven(folder: Path) -> Plan:
    plan = Plan.keep_all(inspect_model(folder))
    return dataclasses.replace(plan, keep=((0, 2, 3, 5, 7), (1, 2, 4)))


def even(folder: Path) -> Plan:
    plan = Plan.keep_all(inspect_model(folder))
    return dataclasses.replace(plan, keep=((0, 2, 3, 5), (1, 2, 4, 6)))


@pytest.mark.parametrize(
    "make", [pytest.param(even, marks=pytest.mark.slow), uneven], ids=["uniform", "ragged"]
)
def test_a_plan_is_applied_before_training_and_its_experts_are_written(
    make, mixtral: Path, tmp_path: Path
) -> None:
    plan = make(mixtral)
    result = tuned(mixtral, tmp_path / "out", plan=plan)
    info = inspect_model(tmp_path / "out")
    assert info.experts == tuple(len(keep) for keep in plan.keep)
    assert result.perplexity_original != result.perplexity_before
    export_checkpoint(mixtral, ExportOptions(plan=plan, output=tmp_path / "plain"), Run())
    changed = roles_that_changed(tmp_path / "plain", tmp_path / "out")
    assert changed == {Role.ROUTER, Role.EXPERT}
    again = tuned(tmp_path / "out", tmp_path / "further", changes={"train": "routers"})
    assert again.top_k_before == 1
    assert roles_that_changed(tmp_path / "out", tmp_path / "further") == {Role.ROUTER}


@pytest.mark.slow
def test_two_small_batches_make_one_large(mixtral: Path, tmp_path: Path) -> None:
    one = tuned(mixtral, tmp_path / "one", changes={"batch_size": 4, "grad_accum": 1})
    two = tuned(mixtral, tmp_path / "two", changes={"batch_size": 1, "grad_accum": 4})
    assert losses(one) == pytest.approx(losses(two), rel=1e-4)
    old, new = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert all(np.allclose(old[name], new[name], atol=2e-3) for name in old)


@pytest.mark.slow
def test_recomputing_activations_changes_no_loss(mixtral: Path, tmp_path: Path) -> None:
    changes = {"entropy_weight": 0.1, "anneal_fraction": 1.0}
    plain = tuned(mixtral, tmp_path / "a", changes=changes)
    less = tuned(mixtral, tmp_path / "b", changes=changes | {"checkpointing": True})
    assert losses(plain) == pytest.approx(losses(less), rel=1e-5)


@pytest.mark.slow
def test_the_loss_is_the_sum_of_its_terms(mixtral: Path, tmp_path: Path) -> None:
    changes = {"entropy_weight": 0.3, "distill": 0.5}
    result = tuned(mixtral, tmp_path / "out", changes=changes)
    for report in result.curve[1:]:
        total = report.ce + 0.3 * report.entropy + 0.5 * report.distill
        assert report.loss == pytest.approx(total, rel=1e-5)


def test_a_cached_teacher_teaches_what_a_live_one_does(mixtral: Path, tmp_path: Path) -> None:
    """With every token as candidate the file holds the whole distribution."""
    changes = {"distill": 1.0, "entropy_weight": 0.0}
    live = tuned(mixtral, tmp_path / "live", changes=changes)
    cached = tuned(mixtral, tmp_path / "file", changes=changes | {"distill_cache": 320})
    assert losses(live) == pytest.approx(losses(cached), rel=1e-4)
    few = tuned(mixtral, tmp_path / "few", changes=changes | {"distill_cache": 8})
    assert 0 < few.curve[-1].distill < live.curve[-1].distill


def test_a_kept_teacher_file_is_used_again_only_for_the_same_texts(
    mixtral: Path, tmp_path: Path
) -> None:
    from core.tuning.teacher import cache_fingerprint, cache_is_valid, write_cache

    live = load_model(mixtral, device="cpu", run=Run())
    mark = cache_fingerprint(live.info.fingerprint, texts(), 4)
    path = tmp_path / "teacher.safetensors"
    write_cache(live, texts(), path, mark, Run())
    assert cache_is_valid(path, mark)
    assert not cache_is_valid(path, cache_fingerprint(live.info.fingerprint, texts(seed=5), 4))
    assert not cache_is_valid(path, cache_fingerprint("another", texts(), 4))
    path.write_bytes(path.read_bytes()[:-8])
    assert not cache_is_valid(path, mark)


def test_a_paused_teacher_goes_on_where_it_was(mixtral: Path, tmp_path: Path) -> None:
    from core.tuning.teacher import cache_fingerprint, write_cache

    live = load_model(mixtral, device="cpu", run=Run())
    mark = cache_fingerprint(live.info.fingerprint, texts(), 4)
    whole, path = tmp_path / "whole.safetensors", tmp_path / "teacher.safetensors"
    write_cache(live, texts(), whole, mark, Run())
    run = Run(lambda event: event.done and run.pause(park=True))
    with pytest.raises(Parked):
        write_cache(live, texts(), path, mark, run)
    (waiting,) = set(tmp_path.iterdir()) - {whole}
    assert waiting.name == ".teacher.safetensors.waiting-4"
    begins: list[int] = []
    write_cache(live, texts(), path, mark, Run(lambda event: begins.append(event.done)))
    assert begins[0] > 0
    assert path.read_bytes() == whole.read_bytes()
    assert set(tmp_path.iterdir()) == {whole, path}


def test_every_step_is_reported_and_kept(mixtral: Path, tmp_path: Path) -> None:
    events: list = []
    changes = {"eval_every": 1, "anneal_fraction": 1.0}
    result = tuned(mixtral, tmp_path / "out", on_event=events.append, changes=changes)
    assert [r.step for r in result.curve] == [0, 1, 2, 3]
    assert [r.k for r in result.curve[1:]] == pytest.approx([2, 2 - 1 / 3, 2 - 2 / 3])
    assert all(r.validation_perplexity is not None for r in result.curve)
    assert result.curve[-1].tokens == result.tokens > 0
    shown = [e.value for e in events if isinstance(e, Snapshot) and e.name == "tuning"]
    # As text: a number that a step has not is NaN, which is no number's equal.
    assert repr(shown[-1]) == repr(result.curve[-1])
    assert repr(Work(folder=result.work).curve()) == repr(result.curve)
    steps = [e for e in events if isinstance(e, Progress) and e.stage == "tune"]
    assert (steps[-1].done, steps[-1].total, steps[-1].unit) == (3, 3, "steps")
    assert result.curve[0].validation_perplexity == pytest.approx(result.perplexity_before)
    assert result.curve[-1].validation_perplexity == pytest.approx(
        result.perplexity_after, rel=1e-4
    )


def test_the_trap_is_said_where_it_is_one(mixtral: Path, tmp_path: Path) -> None:
    events: list = []
    result = tuned(mixtral, tmp_path / "out", on_event=events.append, changes={"schedule": "none"})
    warned = [e.text for e in events if isinstance(e, Note) and e.level == "warning"]
    assert any("router gets no gradient" in text and "whole run" in text for text in warned)
    assert list(result.notes) == warned
    olmoe = tuned(tiny("olmoe", tmp_path), tmp_path / "olmoe", changes={"schedule": "none"})
    assert olmoe.notes == ()


def test_a_cancel_keeps_the_last_checkpoint_and_leaves_no_output(
    mixtral: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    steps: list[int] = []

    def listen(event) -> None:
        report = getattr(event, "value", None)
        if isinstance(report, StepReport):
            steps.append(report.step)
            if report.step == 3:
                run.cancel()

    run = Run(listen)
    with pytest.raises(Cancelled):
        tuned(mixtral, out, run=run, changes={"steps": 500, "save_every": 2})
    assert max(steps) == 3
    assert not out.exists()
    assert Work(folder=work_folder(out)).checkpoints() == (2,)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.tuning"]


@pytest.mark.slow
def test_a_checkpoint_can_be_written_instead_of_going_on(mixtral: Path, tmp_path: Path) -> None:
    changes = {"steps": 4, "save_every": 2}
    tuned(mixtral, tmp_path / "out", changes=changes)
    early = tuned(
        mixtral,
        tmp_path / "early",
        changes=changes,
        work=work_folder(tmp_path / "out"),
        use_step=2,
    )
    short = tuned(mixtral, tmp_path / "short", changes=changes | {"steps": 4})
    assert early.step_written == 2
    assert inspect_model(tmp_path / "early").top_k == 1
    old, new = weights(tmp_path / "early"), weights(tmp_path / "short")
    assert any((old[name] != new[name]).any() for name in old)
    assert short.step_written == 4
    with pytest.raises(InputError, match="no checkpoint of step 3"):
        tuned(
            mixtral,
            tmp_path / "none",
            changes=changes,
            work=work_folder(tmp_path / "out"),
            use_step=3,
        )


def test_stopping_early_writes_the_best_checkpoint(mixtral: Path, tmp_path: Path) -> None:
    # A rate that ruins the model: the first validation is the best one.
    changes = {
        "steps": 40, "learning_rate": 1.0, "eval_every": 1, "save_every": 1, "patience": 2,
    }  # fmt: skip
    result = tuned(mixtral, tmp_path / "out", changes=changes)
    measured = {r.step: r.validation_perplexity for r in result.curve if r.step}
    best = min(measured, key=measured.__getitem__)
    assert result.stopped_early
    assert result.steps == best + 2
    assert result.step_written == best
    assert result.perplexity_after == pytest.approx(measured[best], rel=1e-3)


def test_a_loss_that_is_no_number_stops_the_run(mixtral: Path, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"NaN|loss became"):
        tuned(
            mixtral,
            tmp_path / "out",
            changes={"learning_rate": 10.0, "max_grad_norm": 0, "steps": 60, "train": "all"},
        )
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_tuned_is_refused_before_anything_is_loaded(
    mixtral: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    few = dataclasses.replace(even(mixtral), keep=((0,), (1,)))
    nothing = dataclasses.replace(texts(), sequences_by_domain=((), ()))
    strange = dataclasses.replace(
        texts(), sequences_by_domain=((np.array([3, 5000]),), (np.array([4, 5]),))
    )
    with pytest.raises(InputError, match="Top-3 is above"):
        tuned(mixtral, out, changes={"top_k": 3})
    with pytest.raises(PlanError, match="keep as few as 1, but a token chooses 2"):
        tuned(mixtral, out, plan=few)
    with pytest.raises(InputError, match="the text is empty"):
        tuned(mixtral, out, data=nothing)
    with pytest.raises(InputError, match="token id 5000"):
        tuned(mixtral, out, data=strange)
    assert not list(tmp_path.iterdir())


def test_a_quantised_checkpoint_is_refused_by_its_name(tmp_path: Path) -> None:
    folder = tiny("mixtral", tmp_path)
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "fp8"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(UnsupportedModelError, match=r"quantised \(fp8\)"):
        tuned(folder, tmp_path / "out")


def test_too_little_memory_is_said_with_both_numbers(
    mixtral: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.tuning.request.free_bytes", lambda _: 1_000_000)
    with pytest.raises(ResourceError, match=r"needs about .* 1.0 MB are free"):
        tuned(mixtral, tmp_path / "out")
