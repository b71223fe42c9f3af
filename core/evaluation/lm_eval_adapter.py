"""EleutherAI's lm-evaluation-harness over a live model: masked, streamed or as it is.

The harness is an optional extra. It asks through its own API (`lm_eval.api.model.TemplateLM`), and
is answered by the same forward as our own tasks: the body once, the head a few rows at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.evaluation.result import TaskResult
from core.planning.plan import Plan
from core.pruning.by_layer import mask_of
from core.run import Run
from core.runtime.live import LiveModel, interruptible
from core.runtime.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from core.calibration import Tokenizer

EXTRA = "pip install 'seer-studio[lm-eval]'"


@dataclass(frozen=True, kw_only=True)
class HarnessOptions:
    """What the harness is asked to do.

    Attributes:
        tasks: Names of its tasks or groups.
        include: A folder with task files of one's own; None for those it comes with.
        batch_size: Rows that go through the model together.
        limit: Ask only the first so many questions of each task.
        shots: Solved examples before each question; None leaves that to the task.
    """

    tasks: tuple[str, ...]
    include: Path | None = None
    batch_size: int = 8
    limit: int | None = None
    shots: int | None = None


def run_harness(
    live: LiveModel,
    tokenizer: Tokenizer,
    options: HarnessOptions,
    *,
    plan: Plan | None = None,
    top_k: int | None = None,
    run: Run,
) -> dict[str, dict[str, float]]:
    """Run tasks of the harness.

    Args:
        live: The model.
        tokenizer: The model's.
        options: Which tasks, and how.
        plan: Experts that stay, masked for the time of the run.
        top_k: Experts per token; the plan's or the model's if None.
        run: Checked before each batch; gets `Progress` in requests.

    Returns:
        By task the harness's own numbers, e.g. {"hellaswag": {"acc": 0.31, "acc_stderr": 0.01}}.

    Raises:
        InputError: The harness is not installed, or has no such task.
        Cancelled: The run was stopped.
    """
    harness, manager = _harness(), _manager(options)
    from core.evaluation.lm_eval_model import SeerModel  # derives from a class of the harness

    changed = plan is not None or top_k is not None
    mask = mask_of(live, plan, top_k=top_k) if changed else None
    model = SeerModel(live, tokenizer, mask=mask, batch_size=options.batch_size, run=run)
    with interruptible(live, run):
        found = harness.simple_evaluate(
            model=model,
            tasks=list(options.tasks),
            task_manager=manager,
            limit=options.limit,
            num_fewshot=options.shots,
            log_samples=False,
            bootstrap_iters=0,
            verbosity=None,
        )
    asked = found.get("n-samples", {})
    return {
        name: _numbers(row) | {"n": float(asked.get(name, {}).get("effective", 0))}
        for name, row in found["results"].items()
    }


def as_result(name: str, numbers: Mapping[str, float]) -> TaskResult:
    """The harness's accuracy of one task as a result beside our own, without paired answers.

    Raises:
        InputError: The task measures something else.
    """
    if "acc" not in numbers:
        raise InputError(
            f"the lm-eval task {name!r} has no accuracy; it has {', '.join(numbers)}",
            remedy="seer evaluate --lm-eval, which prints whatever a task measures",
        )
    return TaskResult(
        accuracy=numbers["acc"],
        n=int(numbers["n"]),
        stderr=numbers.get("acc_stderr"),
        accuracy_normalised=numbers.get("acc_norm"),
    )


def check_harness(options: HarnessOptions, ranks: Ranks = ALONE) -> None:
    """Fail before anything is loaded.

    Raises:
        InputError: The harness is not installed, has no such task, or several ranks would ask it.
    """
    if not ranks.alone:
        raise InputError(
            f"lm-eval runs in one process, here are {ranks.size}", remedy="seer without torchrun"
        )
    _harness()
    _manager(options)


def _manager(options: HarnessOptions) -> Any:
    """The harness's table of tasks.

    Raises:
        InputError: It has no such task.
    """
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=None if options.include is None else str(options.include))
    unknown = [name for name in options.tasks if not manager.match_tasks([name])]
    if unknown:
        raise InputError(
            f"lm-eval has no task {unknown[0]!r}",
            remedy="lm_eval ls tasks lists them; --lm-eval-path adds a folder of your own",
        )
    return manager


def _harness() -> Any:
    """The harness's module.

    Raises:
        InputError: It is not installed.
    """
    try:
        import lm_eval
    except ImportError as error:
        raise InputError(
            "lm-eval is not installed: it is an optional extra", remedy=EXTRA
        ) from error
    return lm_eval


def _numbers(row: Mapping[str, object]) -> dict[str, float]:
    """The harness's "acc,none" and "acc_stderr,none" under their plain names."""
    return {
        name.removesuffix(",none"): float(value)
        for name, value in row.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
