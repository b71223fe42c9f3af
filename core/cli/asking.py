"""What `seer evaluate` asks beside texts: options of its tasks, and of lm-eval's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.evaluation.lm_eval_adapter import HarnessOptions
    from core.evaluation.tasks import Task
    from core.evaluation.tasks.score import TaskOptions
    from core.runtime.ranks import Ranks


class StyleChoice(Enum):
    """How questions with choices are put."""

    LETTERS = "letters"
    TEXT = "text"


TaskStyle = Annotated[
    StyleChoice,
    typer.Option(
        "--task-style",
        help="Whether choices of a question are lettered and letters are scored, or their text.",
    ),
]
TaskLimit = Annotated[
    int | None,
    typer.Option(
        "--task-limit",
        min=1,
        metavar="N",
        help="Ask only the first N questions of each task.",
        show_default=False,
    ),
]
LengthNormalised = Annotated[
    bool,
    typer.Option("--length-normalised", help="Divide each choice's log-likelihood by its bytes."),
]
Harness = Annotated[
    list[str] | None,
    typer.Option(
        "--lm-eval",
        metavar="TASK",
        help="A task of lm-evaluation-harness, which is an optional extra: "
        "pip install 'seer-studio[lm-eval]'. May be given several times.",
        show_default=False,
    ),
]
HarnessPath = Annotated[
    Path | None,
    typer.Option(
        "--lm-eval-path",
        metavar="DIR",
        help="A folder with harness tasks of your own.",
        show_default=False,
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Where scores of questions are kept, so that a stopped run goes on; the user's cache "
        "if not given.",
        show_default=False,
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Keep no scores and use none.")]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How questions are put and their scores kept."""

    task_style: TaskStyle = StyleChoice.LETTERS
    task_limit: TaskLimit = None
    length_normalised: LengthNormalised = False
    lm_eval: Harness = None
    lm_eval_path: HarnessPath = None
    cache: Cache = None
    no_cache: NoCache = False

    def tasks(self, words: list[str]) -> list[Task]:
        """The tasks that `--task` names, read before any weight is."""
        from core.evaluation.tasks import load_task

        style = self.task_style.value
        return [load_task(word, style=style, limit=self.task_limit) for word in words]  # type: ignore[arg-type]

    def options(self, batch_size: int) -> TaskOptions:
        """For our own tasks."""
        from core.evaluation.tasks.cache import default_folder
        from core.evaluation.tasks.score import TaskOptions

        return TaskOptions(
            batch_size=batch_size,
            normalised=self.length_normalised,
            cache=None if self.no_cache else self.cache or default_folder(),
        )

    def harness(self, batch_size: int, ranks: Ranks) -> HarnessOptions | None:
        """For lm-eval's, checked before any weight is read; None where it is not asked."""
        from core.evaluation.lm_eval_adapter import HarnessOptions, check_harness

        if not self.lm_eval:
            return None
        options = HarnessOptions(
            tasks=tuple(self.lm_eval),
            include=self.lm_eval_path,
            batch_size=batch_size,
            limit=self.task_limit,
        )
        check_harness(options, ranks)
        return options
