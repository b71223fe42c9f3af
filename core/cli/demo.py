"""`seer demo`: the whole pipeline on the bundled model, from profile to verified checkpoint."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.cli.options import AsJson, Device, Quiet
from core.cli.terminal import Terminal
from core.cli.texts import packed
from core.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from core.calibration import CalibrationSet
    from core.checkpoint.info import ModelInfo
    from core.evaluation import Evaluation
    from core.export.reload import ReloadCheck
    from core.planning import Plan
    from core.profiling import Profile
    from core.runtime import LiveModel

KEEP = 0.75  # SEER-MoE's first figure: a quarter of the experts dropped
METRIC = "soft-count"
SEQ_LEN = 256  # every command's default; the bundled model was trained on 512


def demo(
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="An empty or new folder; a temporary one if none."
        ),
    ] = None,
    max_tokens: Annotated[
        int,
        typer.Option(
            "--max-tokens",
            min=1,
            metavar="N",
            help="Tokens to profile on; half as many are evaluated.",
        ),
    ] = 50_000,
    paper: Annotated[
        bool,
        typer.Option(
            "--paper",
            help="Try the paper's claims instead, with seeds and controls: a quarter of an hour.",
        ),
    ] = False,
    steps: Annotated[
        int, typer.Option("--steps", min=1, metavar="N", help="With --paper: steps of each run.")
    ] = 60,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, metavar="N", help="With --paper: seeds of each run.")
    ] = 2,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="With --paper: go on with what was stopped in -o DIR."),
    ] = False,
    device: Device = "auto",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Do everything once with the bundled model: profile, plan 75 %, evaluate, export, verify."""
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        if paper:
            from core.cli.paper import try_claims
            from core.paper import PaperOptions

            wanted = PaperOptions(
                steps=steps, seeds=seeds, profile_tokens=max_tokens,
                eval_tokens=max(max_tokens // 2, 1), device=device,
            )  # fmt: skip
            try_claims(wanted, output, terminal, resume=resume)
            return
        if resume:
            raise InputError("--resume goes with --paper", remedy="seer demo without it")
        folder = output or Path(tempfile.mkdtemp(prefix="seer-demo-"))
        _journey(folder, max_tokens, device, terminal)


def _journey(folder: Path, max_tokens: int, device: str, terminal: Terminal) -> None:
    """Profile, plan, evaluate, export and load what was exported."""
    from core.checkpoint import inspect_model, locate_model
    from core.cli.files import empty_folder

    empty_folder(folder)
    model = locate_model("demo")
    info = inspect_model(model)
    from core.export.reload import check_reload
    from core.runtime import load_model

    live = load_model(model, device=device, run=terminal.run)
    observed, profiled = _profile(live, folder, max_tokens, terminal)
    made, planned = _plan(observed, info, folder)
    terminal.note(f"plan: {info.experts[0]} → {int(made.kept_L[0])} experts per layer")
    before, after = _evaluate(live, made, max(max_tokens // 2, 1), terminal)
    exported = _export(model, made, folder, terminal)
    check = check_reload(folder / "model", source=model, plan=made, device=device, run=terminal.run)
    terminal.show(
        {
            "profile": profiled,
            "plan": planned,
            "evaluate": {"original": before.to_json(), "pruned": after.to_json()},
            "export": exported,
            "reload": check.to_json(),
            "output": str(folder),
        },
        lambda: _table(info, made, before, after, check),
    )
    terminal.note(f"all files are in {folder}")


def _profile(
    live: LiveModel, folder: Path, max_tokens: int, terminal: Terminal
) -> tuple[Profile, dict[str, object]]:
    """Observe the model on the bundled calibration texts."""
    from core.cli.profile import profile_result
    from core.profiling.collect import profile_model

    texts = _texts(live, "calibration", max_tokens, terminal)
    path = folder / "profile.safetensors"
    observed = profile_model(live, texts, output=path, run=terminal.run)
    return observed, profile_result(observed, path)


def _plan(observed: Profile, info: ModelInfo, folder: Path) -> tuple[Plan, dict[str, object]]:
    """Keep three quarters of the experts of every layer by soft count."""
    from core.cli.rule import Request, make_plan, plan_result, starting_plan

    request = Request(metric=METRIC, share=KEEP)
    start = starting_plan(observed, request)
    made = make_plan(observed, start, info, request)
    path = folder / "plan.json"
    made.save(path)
    return made, plan_result(made, observed, info, request.weights, path)


def _evaluate(
    live: LiveModel, made: Plan, max_tokens: int, terminal: Terminal
) -> tuple[Evaluation, Evaluation]:
    """Measure the original and the masked model in turn on the same held-out texts."""
    from core.evaluation import Evaluation, evaluate

    texts = _texts(live, "heldout", max_tokens, terminal)
    after = evaluate(live, texts, reference=live, plan=made, run=terminal.run)
    before = Evaluation(
        perplexity=after.reference_perplexity,
        tokens=after.tokens,
        tokens_by_domain=after.tokens_by_domain,
    )
    return before, after


def _export(model: Path, made: Plan, folder: Path, terminal: Terminal) -> dict[str, object]:
    """Write the smaller checkpoint and read every byte back."""
    from core.export import ExportOptions, export_checkpoint
    from core.report import model_card

    options = ExportOptions(plan=made, output=folder / "model", card=model_card)
    return export_checkpoint(model, options, terminal.run).to_json()


def _texts(
    live: LiveModel, split: Literal["calibration", "heldout"], max_tokens: int, terminal: Terminal
) -> CalibrationSet:
    return packed(live.folder, ["demo"], split, terminal, max_tokens=max_tokens, seq_len=SEQ_LEN)


def _table(
    info: ModelInfo, made: Plan, before: Evaluation, after: Evaluation, check: ReloadCheck
) -> Table:
    """The original beside what the plan made of it."""
    from core import planning
    from core.cli.tables import grid
    from core.cli.words import change, count, flops, size

    old, new = planning.cost(info), planning.cost(info, made)
    rows = [
        ("experts per layer", str(info.experts[0]), str(int(made.kept_L[0])), ""),
        _row("parameters", old.parameters.total, new.parameters.total, count),
        _row("active per token", old.parameters.active, new.parameters.active, count),
        _row("checkpoint", old.bytes, new.bytes, size),
        _row("FLOPs per token", old.flops.total, new.flops.total, flops),
    ]
    for domain, value in before.perplexity.items():
        now = after.perplexity[domain]
        rows.append((f"perplexity, {domain}", f"{value:.2f}", f"{now:.2f}", change(now, value)))
    if after.kl is not None and after.top1_agreement is not None:
        rows.append(("KL from the original, nats", "", f"{after.kl:.4f}", ""))
        rows.append(("same likeliest token", "", f"{100 * after.top1_agreement:.1f} %", ""))
    rows.append(("loaded by stock transformers", "", "yes" if check.complete else "no", ""))
    if check.max_difference is not None:
        rows.append(("largest difference to the mask", "", f"{check.max_difference:.1e}", ""))
    return grid(("", "original", "pruned", "change"), rows)


def _row(
    name: str, before: float, after: float, shown: Callable[[float], str]
) -> tuple[str, str, str, str]:
    from core.cli.words import change

    return name, shown(before), shown(after), change(after, before)
