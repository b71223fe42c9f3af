"""EleutherAI's lm-evaluation-harness over a live model: masked, streamed or as it is.

The harness is an optional extra. It asks through its own API (`lm_eval.api.model.TemplateLM`), and
is answered by the same forward as our own tasks: the body once, the head a few rows at a time.

Shapes: N scored tokens, V vocabulary.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from core.errors import InputError
from core.evaluation.forward import Forward, Piece, forward
from core.evaluation.result import TaskResult
from core.evaluation.streamed import Report, Window, drive
from core.planning.plan import Plan
from core.pruning.by_layer import Mask, mask_of
from core.run import Run
from core.runtime.live import LiveModel, interruptible
from core.runtime.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from core.calibration import Tokenizer

STAGE = "lm-eval"
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
    changed = plan is not None or top_k is not None
    mask = mask_of(live, plan, top_k=top_k) if changed else None
    model = _model_class()(live, tokenizer, mask=mask, batch_size=options.batch_size, run=run)
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


def _model_class() -> Any:
    """The adapter's class, made when the harness is there to derive it from."""
    from lm_eval.api.model import TemplateLM
    from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

    class SeerModel(TemplateLM):
        """A live model as the harness sees one."""

        def __init__(
            self,
            live: LiveModel,
            tokenizer: Any,
            *,
            mask: Mask | None,
            batch_size: int,
            run: Run,
        ) -> None:
            super().__init__()
            self.tokenizer = tokenizer
            self._answers = _Answers(live=live, mask=mask, batch_size=batch_size, run=run)

        @property
        def eot_token_id(self) -> int:
            """What stands for no context at all."""
            found = self.tokenizer.bos_token_id
            return int(self.tokenizer.eos_token_id if found is None else found)

        def tok_encode(
            self, string: str, add_special_tokens: bool | None = None, **_: object
        ) -> list[int]:
            """Tokens of a text, specials as the tokenizer puts them."""
            specials = True if add_special_tokens is None else add_special_tokens
            ids: list[int] = self.tokenizer(string, add_special_tokens=specials)["input_ids"]
            return ids

        def _loglikelihood_tokens(
            self, requests: list[Any], disable_tqdm: bool = False, **_: object
        ) -> list[tuple[float, bool]]:
            del disable_tqdm
            return self._answers.likelihoods([(tuple(c), tuple(a)) for _, c, a in requests])

        def loglikelihood_rolling(
            self, requests: list[Any], disable_tqdm: bool = False
        ) -> list[float]:
            """Log-likelihood of whole texts, in windows that the model takes."""
            del disable_tqdm
            out = []
            for request in requests:
                (text,) = request.args
                windows = get_rolling_token_windows(
                    token_list=self.tok_encode(text, add_special_tokens=False),
                    prefix_token=self.eot_token_id,
                    max_seq_len=self._answers.longest - 1,
                    context_len=1,
                )
                pairs = [(tuple(c), tuple(a)) for c, a in map(make_disjoint_window, windows)]
                out.append(sum(value for value, _ in self._answers.likelihoods(pairs)))
            return out

        def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
            """Greedy answers, cut at the first of the stop texts."""
            del disable_tqdm
            return [
                self._answers.greedy(self.tokenizer, text, dict(options))
                for text, options in (request.args for request in requests)
            ]

    return SeerModel


@dataclass(frozen=True, kw_only=True, eq=False)
class _Answers:
    """What the harness's questions are answered with."""

    live: LiveModel
    mask: Mask | None
    batch_size: int
    run: Run

    @property
    def longest(self) -> int:
        """Tokens that the model takes."""
        text = self.live.model.config.get_text_config()
        return int(getattr(text, "max_position_embeddings", None) or 2048)

    def likelihoods(
        self, pairs: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]
    ) -> list[tuple[float, bool]]:
        """Σ log p of each answer behind its context, and whether it is the greedy one."""
        order = sorted(range(len(pairs)), key=lambda i: -len(pairs[i][0]) - len(pairs[i][1]))
        batches = [order[at : at + self.batch_size] for at in range(0, len(order), self.batch_size)]
        found: dict[int, tuple[float, bool]] = {}
        self.run.progress(STAGE, 0, len(pairs), "requests")

        def finish(batch: Sequence[int], out: Forward) -> None:
            found.update(zip(batch, _sums(out, len(batch)), strict=True))
            self.run.progress(STAGE, len(found), len(pairs), "requests")

        pieces = [self._piece([pairs[i] for i in batch]) for batch in batches]
        if self.live.stream is not None and pieces:
            self._stream(batches, pieces, finish)
        else:
            for batch, piece in zip(batches, pieces, strict=True):
                self.run.check()
                with torch.inference_mode(), self.mask or contextlib.nullcontext():
                    finish(batch, forward(self.live, piece))
        return [found[i] for i in range(len(pairs))]

    def _stream(self, batches: list[list[int]], pieces: list[Piece], finish: Any) -> None:
        windows = [
            Window(index=i, masked=self.mask is not None, tokens=piece.tokens)
            for i, piece in enumerate(pieces)
        ]
        drive(
            self.live,
            windows,
            lambda w: finish(batches[w.index], forward(self.live, pieces[w.index])),
            mask=self.mask,
            shape=(max(len(p.ids) for p in pieces), max(p.ids.shape[1] for p in pieces)),
            report=Report(stage=STAGE, total=sum(map(len, batches)), unit="requests"),
            run=self.run,
        )

    def _piece(self, pairs: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]) -> Piece:
        """Context and answer of some requests, cut on the left, padded on the right."""
        rows = [(context + answer)[-self.longest :] for context, answer in pairs]
        width = max(map(len, rows))
        ids = np.zeros((len(rows), width), dtype=np.int64)
        mask = np.zeros((len(rows), width), dtype=np.bool_)
        scored = np.zeros((len(rows), width), dtype=np.bool_)
        for at, (row, (_, answer)) in enumerate(zip(rows, pairs, strict=True)):
            ids[at, : len(row)] = row
            mask[at, : len(row)] = True
            scored[at, max(len(row) - len(answer), 1) : len(row)] = True
        return Piece(ids=ids, mask=mask, scored=scored)

    @torch.inference_mode()
    def greedy(self, tokenizer: Any, text: str, options: dict[str, Any]) -> str:
        """What the model writes behind a text.

        Raises:
            InputError: The model is streamed: every token would read the whole checkpoint.
        """
        if self.live.stream is not None:
            raise InputError(
                "a streamed model cannot write answers: each token reads the whole checkpoint",
                remedy="a task of multiple choice, or --stream never",
            )
        self.run.check()
        stops = options.get("until") or []
        stops = [stops] if isinstance(stops, str) else list(stops)
        most = int(options.get("max_gen_toks", 256))
        ids = tokenizer(text)["input_ids"][-(self.longest - most) :]
        tensor = torch.tensor([ids], device=self.live.device)
        with self.mask or contextlib.nullcontext():
            out = self.live.model.generate(
                tensor,
                attention_mask=torch.ones_like(tensor),
                max_new_tokens=most,
                do_sample=False,
                pad_token_id=tokenizer.eos_token_id,
                stop_strings=stops or None,
                tokenizer=tokenizer,
            )
        written = str(tokenizer.decode(out[0, len(ids) :], skip_special_tokens=True))
        for stop in stops:
            written = written.split(stop, maxsplit=1)[0] if stop else written
        return written


def _sums(found: Forward, rows: int) -> list[tuple[float, bool]]:
    """By row: the summed log p of its scored tokens, and whether all are the likeliest."""
    log_N = np.empty(len(found.target))
    best_N = np.empty(len(found.target), dtype=bool)
    for part in found.head.chunks(len(found.target)):
        log_p = torch.log_softmax(found.head.logits(found.states[part]), dim=-1)
        target = found.target[part]
        log_N[part] = log_p.gather(1, target[:, None])[:, 0].double().cpu().numpy()
        best_N[part] = (log_p.argmax(dim=-1) == target).cpu().numpy()
    row_N = found.row.cpu().numpy()
    return [
        (float(log_N[row_N == row].sum()), bool(best_N[row_N == row].all())) for row in range(rows)
    ]
