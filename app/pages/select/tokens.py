"""Token ids back to text, for the tokens that an expert is chosen for.

Only the `tokenizers` file beside the weights is read, off the GUI thread: it takes half a second
for a large vocabulary, and importing transformers would take many.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BEFORE = 60  # characters of context that are shown before the token
AFTER = 36
BROKEN = "\ufffd"  # what a part of a character decodes to
LONG = 6  # tokens of context from which a cut end is trimmed to whole words


@dataclass(frozen=True, kw_only=True)
class Context:
    """One place where an expert was chosen.

    Attributes:
        before: Text before the token.
        token: The token.
        after: Text after it.
        gate: The gate with which it was chosen.
        domain: The domain of the text; empty if unknown.
    """

    before: str
    token: str
    after: str
    gate: float
    domain: str = ""


class TokenReader(QObject):
    """Loads a model's tokenizer in the background and decodes with it."""

    ready = Signal()
    _loaded = Signal(object, object)  # folder and tokenizer, from the loading thread

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._tokenizer: Tokenizer | None = None
        self._loaded.connect(self._take)

    def open(self, folder: Path | None) -> None:
        """Load another model's tokenizer; `ready` follows if it has one."""
        if folder == self._folder:
            return
        self._folder, self._tokenizer = folder, None
        if folder is not None and (folder / "tokenizer.json").is_file():
            threading.Thread(target=self._load, args=(folder,), daemon=True).start()

    @property
    def loaded(self) -> bool:
        """Whether `decode` gives text."""
        return self._tokenizer is not None

    def contexts(
        self,
        ids_RC: NDArray[np.int32],
        gates_R: NDArray[np.float64],
        domains: tuple[str, ...],
        *,
        at: int,
        most: int,
    ) -> tuple[Context, ...]:
        """Decode a reservoir's contexts, highest gate first.

        Args:
            ids_RC: Token ids, -1 where the sequence has none.
            gates_R: Gates; NaN where the reservoir is not full.
            domains: Domain of each entry, or empty.
            at: Index of the token itself in a context.
            most: At most so many, the same token in the same words only once.
        """
        tokenizer = self._tokenizer
        if tokenizer is None:
            return ()
        out: list[Context] = []
        seen: set[tuple[str, str]] = set()
        for ids, gate, domain in zip(ids_RC, gates_R.tolist(), domains, strict=True):
            if not np.isfinite(gate) or ids[at] < 0:
                continue
            found = _context(tokenizer, ids, at, gate, domain)
            key = (found.before[-12:], found.token)
            if key not in seen:
                seen.add(key)
                out.append(found)
            if len(out) == most:
                break
        return tuple(out)

    def _load(self, folder: Path) -> None:
        """Runs on a thread of its own; what cannot be read leaves the card without text."""
        try:
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception:  # noqa: BLE001 - tokenizers raises plain Exception for a damaged file
            return
        try:
            self._loaded.emit(folder, tokenizer)
        except RuntimeError:
            return  # the window closed meanwhile

    def _take(self, folder: Path, tokenizer: Tokenizer) -> None:
        if folder == self._folder:
            self._tokenizer = tokenizer
            self.ready.emit()


def _context(
    tokenizer: Tokenizer, ids_C: NDArray[np.int32], at: int, gate: float, domain: str
) -> Context:
    """Split a decoded context around its token; bytes of one character may span tokens."""
    valid = ids_C[: at + 1] >= 0
    start = at - int(np.argmin(valid[::-1])) + 1 if not valid.all() else 0
    tail = [int(i) for i in ids_C[at + 1 :] if i >= 0]
    head = [int(i) for i in ids_C[start:at]]
    token = [int(ids_C[at])]

    # A context that fills its room goes on outside it, most likely within a word.
    cut_before = at >= LONG and bool(valid.all())
    cut_after = len(ids_C) > at + LONG and len(tail) == len(ids_C) - at - 1

    def text(ids: list[int]) -> str:
        return tokenizer.decode(ids, skip_special_tokens=False) if ids else ""

    for _ in range(3):  # the other bytes of a character that the token holds a part of
        if head and text(head).endswith(BROKEN):
            token.insert(0, head.pop())
        if tail and text(head + token).endswith(BROKEN):
            token.append(tail.pop(0))
    before, with_token, whole = text(head), text(head + token), text(head + token + tail)
    if not (with_token.startswith(before) and whole.startswith(with_token)):
        return Context(
            before=_tail(before, cut=cut_before),
            token=text(token),
            after=_head(text(tail), cut=cut_after),
            gate=gate,
            domain=domain,
        )
    return Context(
        before=_tail(before, cut=cut_before),
        token=with_token[len(before) :],
        after=_head(whole[len(with_token) :], cut=cut_after),
        gate=gate,
        domain=domain,
    )


def _tail(text: str, *, cut: bool) -> str:
    """The end of a text, from a word's beginning on if that is near.

    Args:
        text: What comes before a token.
        cut: Whether more came before it, so that it may begin within a word.
    """
    if len(text) <= BEFORE and not cut:
        return text
    text = text[-BEFORE:]
    space = text.find(" ", 0, 12)
    return f"…{text[space + 1 :]}"


def _head(text: str, *, cut: bool) -> str:
    """The beginning of a text, up to a word's end if that is near; see `_tail`."""
    if len(text) <= AFTER and not cut:
        return text
    text = text[:AFTER]
    space = text.rfind(" ", max(len(text) - 12, 0))
    return f"{text[:space] if space > 0 else text}…"
