"""Sources to a calibration set: read, choose, encode, share out the budget, pack."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterator

import numpy as np

from core.calibration.batches import CalibrationSet
from core.calibration.hub import read_hub
from core.calibration.options import CalibrationOptions
from core.calibration.packing import Ids, joined, pack, truncate, windows
from core.calibration.readers import read_documents
from core.calibration.source import DemoSplit, Source, expand
from core.calibration.tokens import Tokenizer, as_text, encode, require_chat_template
from core.errors import InputError
from core.run import Run

# Documents are chosen among this many characters per token of the budget: some thirty times what
# the budget can hold, so that a choice remains, and a file of any size is read in bounded memory.
_POOL_CHARACTERS_PER_TOKEN = 128
_LEAST_POOL = 1_000_000
_ENCODED_AT_ONCE = 32
_CHARACTERS_PER_TOKEN = 32  # more than any tokenizer reaches on real text


def build_calibration(
    options: CalibrationOptions,
    tokenizer: Tokenizer,
    *,
    demo_split: DemoSplit = "calibration",
    run: Run,
) -> CalibrationSet:
    """Read the sources and pack them.

    Each domain gets an even share of the budget; what a short domain leaves is shared out again.
    When a domain has more text than its share, `seed` chooses documents; those chosen are joined in
    the order in which they were read, so a budget that holds everything keeps everything in order.

    Raises:
        InputError: Options, a source or its text cannot be used.
        Cancelled: The run was cancelled.
    """
    options.check()
    if options.chat_template:
        require_chat_template(tokenizer)
    named: dict[str, list[Source]] = {}
    for source in expand(options.sources, demo_split):
        named.setdefault(source.domain or source.default_domain, []).append(source)
    domains = [_Domain(name, found, options, tokenizer, run) for name, found in named.items()]
    _share_out(domains, options.max_tokens, run)
    cut, stride = (pack if options.pack else truncate), options.stride
    context: tuple[tuple[int, ...], ...] | None = None
    if stride is None:
        sequences = tuple(cut(d.documents(), options.seq_len) for d in domains)
    else:
        found = [windows(_streams(d, options), options.seq_len, stride) for d in domains]
        sequences = tuple(tuple(ids for ids, _ in rows) for rows in found)
        context = tuple(tuple(seen for _, seen in rows) for rows in found)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    return CalibrationSet(
        options=options,
        domains=tuple(domain.name for domain in domains),
        sequences_by_domain=sequences,
        context_by_domain=context,
        pad_id=pad or 0,
    )


def _streams(domain: _Domain, options: CalibrationOptions) -> list[Ids]:
    """What windows slide over: all documents of a domain joined, or each by itself."""
    documents = domain.documents()
    return [joined(documents)] if options.pack else documents


def _share_out(domains: list[_Domain], budget: int, run: Run) -> None:
    """Give every domain the same number of tokens, as far as its text goes."""
    hungry = domains
    while hungry:
        left = budget - sum(domain.tokens for domain in domains)
        share, extra = divmod(left, len(hungry))
        if left <= 0:
            break
        for i, domain in enumerate(hungry):
            domain.take(share + (i < extra))
            run.progress("pack", sum(d.tokens for d in domains), budget, "tokens")
        hungry = [domain for domain in hungry if not domain.exhausted]


class _Domain:
    """The documents of one domain, encoded as far as the budget has asked for them."""

    def __init__(
        self,
        name: str,
        sources: list[Source],
        options: CalibrationOptions,
        tokenizer: Tokenizer,
        run: Run,
    ) -> None:
        self.name = name
        self.tokens = 0
        self.exhausted = False
        self._options, self._tokenizer, self._run = options, tokenizer, run
        self._pool = self._read(sources)
        self._queue = list(range(len(self._pool)))
        random.Random(f"{options.seed} {name}").shuffle(self._queue)
        self._queue.reverse()  # popped from the end
        self._encoded: dict[int, Ids] = {}
        self._rest: list[tuple[int, Ids]] = []  # encoded, but the budget has not reached them

    def take(self, count: int) -> None:
        """Take `count` more tokens, or all that is left; the last document may be cut."""
        while count > 0:
            while not self._rest and self._encode_more(count):
                pass  # documents may encode to nothing
            if not self._rest:
                self.exhausted = True
                return
            index, ids = self._rest.pop(0)
            taken = ids[:count]
            if index in self._encoded:
                self._encoded[index] = np.concatenate([self._encoded[index], taken])
            else:
                self._encoded[index] = taken
            if len(ids) > count:
                self._rest.insert(0, (index, ids[count:]))
            self.tokens += len(taken)
            count -= len(taken)

    def documents(self) -> list[Ids]:
        """What was taken, in the order in which it was read."""
        return [self._encoded[index] for index in sorted(self._encoded)]

    def _encode_more(self, count: int) -> bool:
        """Encode about as many documents as `count` tokens need; False when there are none left."""
        chosen: list[int] = []
        characters = 0
        while self._queue and len(chosen) < _ENCODED_AT_ONCE and characters < 4 * count:
            chosen.append(self._queue.pop())
            characters += len(self._pool[chosen[-1]])
        self._run.check()
        # A document longer than anything the budget can hold is not worth encoding to its end.
        most = _CHARACTERS_PER_TOKEN * self._options.max_tokens + _LEAST_POOL
        texts = [self._pool[i][:most] for i in chosen]
        specials = not self._options.chat_template  # the template writes its own
        for i, ids in zip(chosen, encode(texts, self._tokenizer, specials=specials), strict=True):
            whole = self._options.pack or self._options.stride is not None
            limit = None if whole else self._options.seq_len
            if ids:
                self._rest.append((i, np.array(ids[:limit], dtype=np.int64)))
        return bool(chosen)

    def _read(self, sources: list[Source]) -> list[str]:
        most = _POOL_CHARACTERS_PER_TOKEN * self._options.max_tokens + _LEAST_POOL
        most = min(most, sys.maxsize)  # what a file can be asked for
        pool, characters = [], 0
        for document in itertools.chain.from_iterable(self._documents(s, most) for s in sources):
            self._run.check()
            text = as_text(document, self._tokenizer, chat_template=self._options.chat_template)
            if text.strip():
                pool.append(text)
                characters += len(text)
            if characters >= most:
                break
        if not pool:
            given = ", ".join(source.path_or_id for source in sources)
            raise InputError(
                f"the domain {self.name!r} holds no text: every document of {given} is empty",
                remedy="choose another source or another field",
            )
        return pool

    def _documents(self, source: Source, most: int) -> Iterator[object]:
        if source.kind == "hub":
            yield from read_hub(source.path_or_id, source.field)
            return
        files = list(source.files())
        if sum(file.stat().st_size for file in files) > most:
            # Not all of it will be read, and the first files may all be of one sort.
            random.Random(f"{self._options.seed} {source.path_or_id}").shuffle(files)
        for file in files:
            yield from read_documents(file, source.field, most_characters=most)
