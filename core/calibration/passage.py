"""One text as tokens that can be read again: the pieces of the text, put together, are the text.

Shapes: T tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.calibration.tokens import Tokenizer
from core.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Passage:
    """A text and its tokens.

    Attributes:
        ids_T: Token ids, int32, with the tokenizer's own special tokens.
        pieces: What each token stands for in the text; empty for the first bytes of a character
            that a later token completes, and the token's own name for a special one.
        special_T: True for tokens that stand for nothing in the text.
        cut: Tokens of the text that were left out at its end.
    """

    ids_T: NDArray[np.int32]
    pieces: tuple[str, ...]
    special_T: NDArray[np.bool_]
    cut: int = 0

    @property
    def tokens(self) -> int:
        """T."""
        return len(self.ids_T)


def read_passage(text: str, tokenizer: Tokenizer, *, most: int) -> Passage:
    """Encode a text, and find out which part of it each token stands for.

    Args:
        text: The text.
        tokenizer: The model's own.
        most: Tokens at most; what comes later is left out and counted.

    Raises:
        InputError: There is no text, or the tokenizer cannot say where its tokens lie.
    """
    if not text.strip():
        raise InputError("there is no text to look at", remedy="type or paste some text")
    encoded = _encode(text, tokenizer)
    ids: list[int] = encoded["input_ids"]
    special = [bool(flag) for flag in encoded["special_tokens_mask"]]
    offsets: list[tuple[int, int]] = encoded["offset_mapping"]
    cut = max(len(ids) - most, 0)
    pieces, end = [], 0
    for token, alone, (_, stop) in zip(ids[:most], special, offsets, strict=False):
        if alone:
            pieces.append(str(tokenizer.decode([token])))
            continue
        # Some tokenizers leave the blank before a word out of it, and the bytes of one character
        # all claim the whole of it: a piece goes from where the last one ended.
        pieces.append(text[end:stop])
        end = max(end, stop)
    return Passage(
        ids_T=np.array(ids[:most], dtype=np.int32),
        pieces=_completed(pieces, special),
        special_T=np.array(special[:most], dtype=np.bool_),
        cut=cut,
    )


def _encode(text: str, tokenizer: Tokenizer) -> dict[str, Any]:
    try:
        encoded = tokenizer(
            text,  # type: ignore[arg-type]
            add_special_tokens=True,
            return_attention_mask=False,
            return_token_type_ids=False,
            return_special_tokens_mask=True,
            return_offsets_mapping=True,
            verbose=False,
        )
    except NotImplementedError as error:
        raise InputError(
            "this model's tokenizer cannot say where its tokens lie in a text",
            remedy="a checkpoint with a tokenizer.json",
        ) from error
    return dict(encoded)


def _completed(pieces: list[str], special: list[bool]) -> tuple[str, ...]:
    """Give a character that several tokens share to the last of them, as reading goes.

    The first of them claims the whole character and the others are empty; a strip of tokens is
    easier to read where the character stands at the token that completes it.
    """
    out = list(pieces)
    for at in range(1, len(out)):
        if out[at] == "" and not special[at] and not special[at - 1]:
            out[at], out[at - 1] = out[at - 1], ""
    return tuple(out)
