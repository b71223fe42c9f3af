"""Token streams of the demo's domains, and the order in which training reads them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resources.demo.make import texts, tokenizer
from resources.demo.make.sources import DOMAINS

# The harder a domain, the larger its share; arithmetic is learnt quickly.
_SHARES = {"bible": 1.0, "manuals": 1.3, "korean": 1.3, "python": 1.4, "c": 1.1, "math": 0.6}


def stream(folder: Path, domain: str) -> NDArray[np.uint16]:
    """All documents of one domain, each with its `<s>`, joined in order."""
    encodings = tokenizer.load().encode_batch(texts.read(folder, domain))
    return np.concatenate([np.array(e.ids, dtype=np.uint16) for e in encodings])


def training_streams(work: Path) -> list[NDArray[np.uint16]]:
    """The training split as tokens, domain by domain; made once, then read from `work`."""
    streams = []
    for domain in DOMAINS:
        path = work / "train" / f"{domain}.npy"
        if not path.exists():
            np.save(path, stream(work / "train", domain))
        streams.append(np.load(path, mmap_mode="r"))
    return streams


class Order:
    """Which window of which domain the n-th training sequence is; a pure function of the seed.

    Every domain is read epoch by epoch: windows of length + 1 tokens (inputs and their targets)
    in a random order, with a random shift so that the windows of two epochs differ.
    """

    def __init__(
        self, streams: list[NDArray[np.uint16]], *, length: int, sequences: int, seed: int
    ) -> None:
        self._streams = streams
        self._length = length
        self._seed = seed
        shares = np.array([_SHARES[d] for d in DOMAINS])
        rng = np.random.default_rng([seed, 0])
        self._domain = rng.choice(len(DOMAINS), size=sequences, p=shares / shares.sum())
        self._nth = np.zeros(sequences, dtype=np.int64)
        for d in range(len(DOMAINS)):
            mine = self._domain == d
            self._nth[mine] = np.arange(mine.sum())
        self._epochs: dict[tuple[int, int], NDArray[np.int64]] = {}

    def window(self, n: int) -> NDArray[np.int64]:
        """The n-th sequence: length + 1 token ids."""
        d = int(self._domain[n])
        tokens, step = self._streams[d], self._length
        per_epoch = (len(tokens) - 1) // step - 1
        epoch, i = divmod(int(self._nth[n]), per_epoch)
        if (d, epoch) not in self._epochs:
            rng = np.random.default_rng([self._seed, 1, d, epoch])
            self._epochs[d, epoch] = rng.permutation(per_epoch) * step + rng.integers(step)
        start = self._epochs[d, epoch][i]
        return np.asarray(tokens[start : start + step + 1], dtype=np.int64)
