"""Tiny live models, and a calibration set made of random tokens, for tests of the engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.run import Run
from tests.tiny import VOCABULARY, tiny_model

ISSUE_2_FAMILIES = (
    "mixtral",
    "qwen2_moe",
    "qwen3_moe",
    "olmoe",
    "deepseek_v3",
    "gpt_oss",
    "granitemoe",
)


def load_tiny(model_type: str, folder: Path, **overrides):
    """A tiny model of a family, loaded on the CPU in float32."""
    from core.runtime import load_model

    path = folder / model_type
    if not path.exists():
        tiny_model(model_type, folder, tokenizer=False, **overrides)
    return load_model(path, device="cpu", dtype="float32", run=Run())


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What core.calibration hands out."""

    input_ids: np.ndarray
    mask: np.ndarray
    domain: int
    index: int


class RandomSet:
    """A calibration set of random tokens with the interface of core.calibration.CalibrationSet."""

    def __init__(
        self,
        *,
        domains: tuple[str, ...] = ("prose", "code"),
        sequences: int = 6,
        seq_len: int = 12,
        batch_size: int = 2,
        seed: int = 0,
        padded: bool = True,
        reverse: bool = False,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.domains = domains
        self.sources = tuple(f"{name}=random" for name in domains)
        self.fingerprint = f"random-{seed}-{sequences}-{seq_len}-{domains}"
        self.sequences = sequences * len(domains)
        self._rows = []
        for domain in range(len(domains)):
            for row in range(sequences):
                ids = rng.integers(3, VOCABULARY, seq_len)
                length = seq_len - (3 * row if padded and row == sequences - 1 else 0)
                mask = np.arange(seq_len) < max(length, 2)
                self._rows.append((domain, np.where(mask, ids, 0), mask))
        if reverse:
            self._rows.reverse()
        self._batch_size = batch_size
        self.tokens_by_domain = {
            name: int(sum(mask.sum() for d, _, mask in self._rows if d == i))
            for i, name in enumerate(domains)
        }
        self.tokens = sum(self.tokens_by_domain.values())

    def groups(self) -> list[list[tuple]]:
        groups: list[list[tuple]] = []
        for row in self._rows:
            last = groups[-1] if groups else []
            if last and last[0][0] == row[0] and len(last) < self._batch_size:
                last.append(row)
            else:
                groups.append([row])
        return groups

    def __len__(self) -> int:
        return len(self.groups())

    def batches(self) -> Iterator[Batch]:
        for index, group in enumerate(self.groups()):
            yield Batch(
                input_ids=np.stack([ids for _, ids, _ in group]),
                mask=np.stack([mask for _, _, mask in group]),
                domain=group[0][0],
                index=index,
            )
