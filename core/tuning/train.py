"""The tuning run."""

from __future__ import annotations

from pathlib import Path

from core.calibration import CalibrationSet
from core.planning import Plan
from core.run import Run
from core.tuning.options import TuneOptions
from core.tuning.result import TuneResult


def tune(
    folder: Path,
    texts: CalibrationSet,
    options: TuneOptions,
    *,
    output: Path,
    validation: CalibrationSet | None = None,
    plan: Plan | None = None,
    work: Path | None = None,
    resume: bool = False,
    use_step: int | None = None,
    force: bool = False,
    run: Run,
) -> TuneResult:
    """Fine-tune a model and write the result as a checkpoint that stock transformers loads.

    Args:
        folder: The model: any safetensors checkpoint of the table, exported ones included.
        texts: Packed training texts.
        options: How; what is None is chosen by `resolve`.
        output: The new folder; it appears whole or not at all.
        validation: Held-out texts; a part of `texts` if None (`hold_out`).
        plan: Experts that stay; applied in memory before training. The teacher has all.
        work: Where curve, checkpoints and cached logits are kept; `work_folder(output)` if None.
        resume: Go on from the newest checkpoint in `work`, to the same curve.
        use_step: Train no further; write the checkpoint of this step (0: the newest) as output.
        force: Accept a plan that was made for another fingerprint.
        run: Checked in every MoE layer of every pass. Gets `Progress` ("tune", steps), snapshots
            named "tuning" (`StepReport`), notes. A cancel leaves checkpoints and curve in `work`
            and nothing at `output`.

    Raises:
        Cancelled: The run was stopped; `resume` goes on from its last checkpoint.
        InputError: An option, a text or the target cannot be used.
        PlanError: The plan does not fit the model.
        ResourceError: Too little memory or disk; both numbers are said.
        UnsupportedModelError: A quantised checkpoint, or a model type without a row.
        StudioError: The loss became NaN.
    """
    raise NotImplementedError
