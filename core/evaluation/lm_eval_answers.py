"""What lm-evaluation-harness's questions are answered with: likelihoods, and greedy texts.

Shapes: N scored tokens, V vocabulary.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.errors import InputError
from core.evaluation.forward import Forward, Piece, forward
from core.evaluation.streamed import Report, Window, drive
from core.pruning.by_layer import Mask
from core.run import Run
from core.runtime.live import LiveModel

STAGE = "lm-eval"


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
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
