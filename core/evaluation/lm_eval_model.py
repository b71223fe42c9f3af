"""A live model as lm-evaluation-harness sees one; importing this needs the harness."""

from __future__ import annotations

from typing import Any

from lm_eval.api.model import TemplateLM
from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

from core.evaluation.lm_eval_answers import Answers
from core.pruning.by_layer import Mask
from core.run import Run
from core.runtime.live import LiveModel


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
        """Answer with a model, through a mask if there is one."""
        super().__init__()
        self.tokenizer = tokenizer
        self._answers = Answers(live=live, mask=mask, batch_size=batch_size, run=run)

    @property
    def eot_token_id(self) -> int:
        """What stands for no context at all."""
        found = self.tokenizer.bos_token_id
        return int(self.tokenizer.eos_token_id if found is None else found)

    def tok_encode(
        self,
        string: str,
        add_special_tokens: bool | None = None,  # noqa: FBT001 - as the harness has it
        **_: object,
    ) -> list[int]:
        """Tokens of a text, specials as the tokenizer puts them."""
        specials = True if add_special_tokens is None else add_special_tokens
        ids: list[int] = self.tokenizer(string, add_special_tokens=specials)["input_ids"]
        return ids

    def _loglikelihood_tokens(self, requests: list[Any], **_: object) -> list[tuple[float, bool]]:
        return self._answers.likelihoods([(tuple(c), tuple(a)) for _, c, a in requests])

    def loglikelihood_rolling(self, requests: list[Any], **_: object) -> list[float]:
        """Log-likelihood of whole texts, in windows that the model takes."""
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

    def generate_until(self, requests: list[Any], **_: object) -> list[str]:
        """Greedy answers, cut at the first of the stop texts."""
        return [
            self._answers.greedy(self.tokenizer, text, dict(options))
            for text, options in (request.args for request in requests)
        ]
