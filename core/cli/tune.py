"""`seer tune`: stage 2, fine-tuning with a falling Top-K."""

from __future__ import annotations

from core.cli.grouped import grouped
from core.cli.options import AsJson, Force, Model, Quiet, Sources
from core.cli.training_options import Training
from core.cli.tune_options import (
    DryRun,
    EvalEvery,
    KeepCheckpoints,
    Output,
    Patience,
    Resume,
    SaveEvery,
    UseStep,
    Work,
)
from core.cli.tuning import run_tuning


@grouped
def tune(
    model: Model,
    *,
    source: Sources,
    output: Output,
    training: Training,
    eval_every: EvalEvery = 50,
    save_every: SaveEvery = 50,
    keep_checkpoints: KeepCheckpoints = 2,
    patience: Patience = 0,
    work: Work = None,
    resume: Resume = False,
    use_step: UseStep = None,
    dry_run: DryRun = False,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Fine-tune a model to fewer experts per token, or back after dropping some.

    The loss is cross-entropy + λ · router entropy + α · KL from the unpruned model, while Top-K
    falls. The result is a whole checkpoint that stock transformers loads. Ctrl-C keeps the last
    checkpoint; --resume goes on to the same curve.

    Several GPUs share a run under torchrun, and a model larger than one of them under
    accelerate launch with FSDP.
    """
    options = training.options(
        eval_every=eval_every,
        save_every=save_every,
        keep_checkpoints=keep_checkpoints,
        patience=patience,
    )
    run_tuning(
        training.request(model, source, output, options, work=work, force=force),
        resume=resume,
        use_step=use_step,
        dry_run=dry_run,
        as_json=as_json,
        quiet=quiet,
    )
