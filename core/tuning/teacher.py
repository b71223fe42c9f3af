"""The unpruned model as teacher: alongside the student, or as a file of its likeliest tokens.

The file is for two models that do not fit together: one pass of the teacher alone writes, for every
token of the training texts, its n likeliest next tokens and their log-probabilities. It is one
safetensors file that is written and read through a memory map, so its size is the disk's matter.

Shapes: T tokens of a batch, A tokens of all texts, n candidates.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from core.calibration import CalibrationSet
from core.checkpoint.header import read_header
from core.errors import CheckpointError, Parked, ResourceError
from core.run import Run
from core.runtime.live import LiveModel, interruptible
from core.tuning import loss
from core.tuning.data import collate
from core.tuning.validate import forward_of

STAGE = "distill"
CACHE_VERSION = "1"
# Sequences per pass of the teacher: without a gradient its logits are what takes room.
_AT_ONCE = 4
# log p of what is not there: finite, since 0 · ∞ is no number.
_ABSENT = -100.0


class Teacher(Protocol):
    """What the trainer asks for the third term of the loss."""

    def kl(
        self, inputs: Mapping[str, torch.Tensor], log_q_TV: torch.Tensor, counted_T: torch.Tensor
    ) -> torch.Tensor:
        """Σ KL(teacher ‖ student) over the counted tokens of a batch."""


class LiveTeacher:
    """The unpruned model in memory beside the student."""

    def __init__(self, live: LiveModel, run: Run) -> None:
        """Take a loaded model, which is never changed, and whom to ask in its layers."""
        self._live, self._run = live, run
        self._forward = forward_of(live.model)

    def kl(
        self, inputs: Mapping[str, torch.Tensor], log_q_TV: torch.Tensor, counted_T: torch.Tensor
    ) -> torch.Tensor:
        """The whole KL."""
        mask_BS = inputs["attention_mask"]
        with torch.no_grad(), interruptible(self._live, self._run):
            logits_BSV = self._forward(
                inputs["input_ids"], None if bool(mask_BS.all()) else mask_BS
            )
        return loss.kl_sum(logits_BSV, log_q_TV, counted_T)


class CachedTeacher:
    """The teacher's likeliest tokens from a file."""

    def __init__(self, path: Path) -> None:
        """Map the file; it is read where it is asked for.

        Raises:
            CheckpointError: It is damaged.
        """
        arrays = _mapped(path)
        self._index_An, self._log_p_An = arrays["index"], arrays["log_p"]
        self._starts = arrays["starts"]

    def kl(
        self, inputs: Mapping[str, torch.Tensor], log_q_TV: torch.Tensor, counted_T: torch.Tensor
    ) -> torch.Tensor:
        """KL over the cached candidates and one outcome for all others."""
        B, S = inputs["input_ids"].shape
        index = np.zeros((B, S, self._index_An.shape[1]), dtype=np.int64)
        log_p = np.full((B, S, self._index_An.shape[1]), _ABSENT, dtype=np.float32)
        for i, sequence in enumerate(inputs["sequence"].tolist()):
            rows = slice(int(self._starts[sequence]), int(self._starts[sequence + 1]))
            length = rows.stop - rows.start
            index[i, :length] = self._index_An[rows]
            log_p[i, :length] = self._log_p_An[rows]
        device = log_q_TV.device
        return loss.candidates_kl_sum(
            torch.from_numpy(index).flatten(0, 1).to(device),
            torch.from_numpy(log_p).flatten(0, 1).to(device),
            log_q_TV,
            counted_T,
        )


def cache_fingerprint(teacher: str, texts: CalibrationSet, n: int) -> dict[str, str]:
    """What a cache belongs to, as its file's metadata."""
    return {
        "seer_teacher": CACHE_VERSION,
        "model": teacher,
        "texts": texts.fingerprint,
        "n": f"{n}",
    }


def cache_is_valid(path: Path, fingerprint: Mapping[str, str]) -> bool:
    """Whether a file is there, whole, and of this teacher, these texts and this n."""
    if not path.is_file():
        return False
    try:
        _, metadata = read_header(path)
    except CheckpointError:
        return False
    return all(metadata.get(key) == value for key, value in fingerprint.items())


def write_cache(
    live: LiveModel, texts: CalibrationSet, path: Path, fingerprint: Mapping[str, str], run: Run
) -> None:
    """Run the teacher over the texts once and keep its likeliest tokens.

    Args:
        live: The unpruned model.
        texts: The training texts.
        path: The file; it appears whole or not at all.
        fingerprint: See `cache_fingerprint`.
        run: Checked in every MoE layer; gets progress in tokens.

    Raises:
        Cancelled: The run was stopped; nothing is left.
        Parked: It was paused and gives its memory back; the next call goes on where it was.
        ResourceError: The disk is full.
    """
    rows = [row for found in texts.sequences_by_domain for row in found]
    n = min(int(fingerprint["n"]), live.info.geometry.vocab_size)
    total = sum(map(len, rows))
    partial = path.with_name(f".{path.name}.part")
    begins = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    first = _take_up(path, partial, fingerprint)
    try:
        if first:
            arrays = _mapped(partial, mode="r+")
        else:
            arrays = _create(partial, total, len(rows), n, fingerprint)
            arrays["starts"][:] = begins
        done = int(begins[first])
        run.progress(STAGE, done, total, "tokens")
        with interruptible(live, run):
            for first in range(first, len(rows), _AT_ONCE):  # noqa: B020 - where a pause finds it
                run.check()
                for index, log_p in _candidates(live, rows[first : first + _AT_ONCE], n):
                    arrays["index"][done : done + len(index)] = index
                    arrays["log_p"][done : done + len(index)] = log_p
                    done += len(index)
                run.progress(STAGE, done, total, "tokens")
        for array in arrays.values():
            array.flush()
        partial.replace(path)
    except Parked:
        partial.replace(_waiting(path, first))
        raise
    except BaseException as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ResourceError(
                f"the teacher's logits cannot be written to {path.parent}: {error.strerror}",
                remedy="another disk, or a smaller --distill-cache",
            ) from error
        raise


def _waiting(path: Path, first: int) -> Path:
    """Where a paused pass leaves its file: the name says which sequence is next."""
    return path.with_name(f".{path.name}.waiting-{first}")


def _take_up(path: Path, partial: Path, fingerprint: Mapping[str, str]) -> int:
    """Make a paused pass's file the partial one; the sequence that is next, 0 for none."""
    first = 0
    for found in path.parent.glob(f".{glob.escape(path.name)}.waiting-*"):
        number = found.name.rpartition("-")[2]
        if not first and number.isdecimal() and cache_is_valid(found, fingerprint):
            first = int(number)
            found.replace(partial)
        else:
            found.unlink()
    return first


@torch.no_grad()
def _candidates(
    live: LiveModel, rows: list[NDArray[np.int64]], n: int
) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """The likeliest tokens after every token of some sequences, by one pass."""
    inputs = collate(list(enumerate(rows)))
    mask_BS = inputs["attention_mask"].to(live.device)
    ids_BS = inputs["input_ids"].to(live.device)
    logits_BSV = forward_of(live.model)(ids_BS, None if bool(mask_BS.all()) else mask_BS)
    found = (
        loss.top_candidates(logits_SV[: len(row)], n)
        for row, logits_SV in zip(rows, logits_BSV, strict=True)
    )
    return [(index.cpu().numpy(), log_p.cpu().numpy()) for index, log_p in found]


_KINDS = {"starts": ("I64", "<i8"), "index": ("I32", "<i4"), "log_p": ("F32", "<f4")}


def _create(
    path: Path, tokens: int, sequences: int, n: int, metadata: Mapping[str, str]
) -> dict[str, np.memmap]:
    """A safetensors file of zeros, mapped for writing."""
    shapes = {"starts": (sequences + 1,), "index": (tokens, n), "log_p": (tokens, n)}
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    at = 0
    for name, shape in shapes.items():
        code, kind = _KINDS[name]
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        header[name] = {"dtype": code, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        # Reserve the room now: writing through a map to a full disk kills the process.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, 8 + len(text) + at)
        else:
            file.truncate(8 + len(text) + at)
    return _mapped(path, mode="r+")


def _mapped(path: Path, mode: Literal["r", "r+"] = "r") -> dict[str, np.memmap]:
    """The arrays of such a file."""
    refs, _ = read_header(path)
    return {
        ref.name: np.memmap(
            path,
            dtype=_KINDS[ref.name][1],
            mode=mode,
            offset=ref.start,
            shape=ref.shape,
        )
        for ref in refs
        if ref.name in _KINDS
    }
