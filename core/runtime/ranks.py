"""Several processes that share one pass: torchrun's ranks, over gloo and nccl.

Ranks go in step. Whenever one needs the others it first says how it is (`agree`), so an error or a
cancel on one rank ends all of them at the same point, with the same words. Alone, every method does
what one process needs and nothing else. torch is imported when there is somebody to talk to.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from core.errors import Cancelled, InputError, ResourceError, StudioError

if TYPE_CHECKING:
    import torch

# How a rank is. One that leaves takes part in nothing any more.
_WELL, _CANCELLED, _FAILED, _LEAVING = range(4)
# Whole numbers that go with it, at most, and bytes of an error's text.
_NOTES = 6
_TEXT = 2000
# A slow disk may keep the others waiting while one loads; a dead peer is noticed at once.
_PATIENCE = dt.timedelta(hours=12)


class Ranks:
    """The processes of one run, and this one's place among them.

    Attributes:
        rank: This process, from 0.
        size: Processes in all.
        local_rank: This process on its machine.
        local_size: Processes on its machine.
        lost: Whether the others can no longer be reached.
    """

    def __init__(
        self, *, rank: int = 0, size: int = 1, local_rank: int = 0, local_size: int = 1
    ) -> None:
        """Nobody is talked to before entering."""
        self.rank = rank
        self.size = size
        self.local_rank = local_rank
        self.local_size = local_size
        self.lost = False
        self._told = False

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Ranks:
        """What torchrun or `accelerate launch` says in RANK, WORLD_SIZE and their like.

        Raises:
            InputError: They contradict one another.
        """
        words = {"rank": "RANK", "size": "WORLD_SIZE", "local_rank": "LOCAL_RANK"}
        if not {"RANK", "WORLD_SIZE", "MASTER_ADDR"} <= environment.keys():
            return cls()
        try:
            found = {name: int(environment.get(word, "0")) for name, word in words.items()}
            local_size = int(environment.get("LOCAL_WORLD_SIZE", "1"))
        except ValueError as error:
            raise InputError(f"the launcher's RANK or WORLD_SIZE is no number: {error}") from error
        if not 0 <= found["rank"] < found["size"]:
            raise InputError(
                f"RANK is {found['rank']} of WORLD_SIZE {found['size']}", remedy="torchrun"
            )
        return cls(**found, local_size=max(local_size, 1))

    @property
    def alone(self) -> bool:
        """Whether there is nobody else."""
        return self.size == 1

    @property
    def leads(self) -> bool:
        """Whether this process adds up, writes and prints."""
        return self.rank == 0

    def __enter__(self) -> Self:
        """Meet the others."""
        if not self.alone:
            import torch
            from torch import distributed

            # Counts and texts go over gloo; what lies on a GPU goes over nccl.
            backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
            distributed.init_process_group(
                backend, rank=self.rank, world_size=self.size, timeout=_PATIENCE
            )
        return self

    def __exit__(self, *_: object) -> None:
        """Part when the leader has printed: a launcher kills the others when one is gone."""
        if self.alone:
            return
        import torch
        from torch import distributed

        if not self.lost:
            with contextlib.suppress(RuntimeError):
                distributed.all_reduce(torch.zeros(1))
        with contextlib.suppress(RuntimeError):
            distributed.destroy_process_group()

    def device(self, name: str) -> str:
        """The device of this rank: its own GPU where the name leaves that open."""
        if self.alone or name not in {"auto", "cuda"}:
            return name
        import torch

        if not torch.cuda.is_available():
            return name
        if self.local_rank >= torch.cuda.device_count():
            raise ResourceError(
                f"rank {self.rank} is the {self.local_rank + 1}. on its machine, which has "
                f"{torch.cuda.device_count()} GPUs",
                remedy="--nproc-per-node of at most that number",
            )
        torch.cuda.set_device(self.local_rank)
        return f"cuda:{self.local_rank}"

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is done inside succeeds on all ranks, or fails on all.

        Raises:
            StudioError: Another rank failed; its words.
            Cancelled: Another rank was stopped.
        """
        if self.alone:
            yield
            return
        try:
            yield
            self.agree()
        except BaseException as error:
            if not self._told:
                with contextlib.suppress(StudioError, Cancelled):
                    self._tell(error)
            raise

    def agree(self, *notes: int) -> list[tuple[int, ...]]:
        """Say that all is well, and hear of the others.

        Args:
            notes: Whole numbers to tell them.

        Returns:
            Everybody's notes, by rank.

        Raises:
            StudioError: Another rank failed, or is gone.
            Cancelled: Another rank was stopped.
        """
        return [tuple(notes)] if self.alone else self._exchange(_WELL, notes, "")

    def check_alike(self, what: str) -> None:
        """Make sure that all ranks work on one thing, named by a digest in hexadecimal.

        Raises:
            InputError: This rank has another model or text than the leader.
        """
        own = int(hashlib.sha256(what.encode()).hexdigest()[:15], 16)
        if own != self.agree(own)[0][0]:
            raise InputError(
                f"rank {self.rank} of {self.size} reads another model or other text than rank 0",
                remedy="the same files under the same paths on every machine",
            )

    def gather(self, tensor: torch.Tensor) -> list[torch.Tensor]:
        """Tensors of one shape and dtype by rank, at the leader; nothing elsewhere."""
        if self.alone:
            return [tensor]
        import torch
        from torch import distributed

        mine = tensor.contiguous()
        found = [torch.empty_like(mine) for _ in range(self.size)] if self.leads else []
        with self._wire():
            into = [_bytes(part) for part in found] if self.leads else None
            distributed.gather(_bytes(mine), into, dst=0)
        return found

    def total(self, tensor: torch.Tensor) -> torch.Tensor:
        """The sum over ranks, at the leader. Whole numbers only: their order does not matter."""
        return self._reduced(tensor, "SUM")

    def highest(self, tensor: torch.Tensor) -> torch.Tensor:
        """The maximum over ranks, at the leader."""
        return self._reduced(tensor, "MAX")

    def leaders(self, tensor: torch.Tensor) -> torch.Tensor:
        """The leader's tensor, everywhere; shapes and dtypes are the same."""
        if self.alone:
            return tensor
        from torch import distributed

        copy = tensor.contiguous().clone()
        with self._wire():
            distributed.broadcast(_bytes(copy), src=0)
        return copy

    def _reduced(self, tensor: torch.Tensor, how: str) -> torch.Tensor:
        if self.alone:
            return tensor
        from torch import distributed

        copy = tensor.clone()
        with self._wire():
            distributed.reduce(copy, dst=0, op=getattr(distributed.ReduceOp, how))
        return copy

    def _tell(self, error: BaseException) -> None:
        """Tell the others that this rank stops, and why."""
        if isinstance(error, Cancelled):
            self._exchange(_CANCELLED, (), "")
        elif isinstance(error, Exception):
            text = error.line() if isinstance(error, StudioError) else repr(error)
            self._exchange(_FAILED, (), text)
        else:
            self._exchange(_LEAVING, (), "")

    def _exchange(self, state: int, notes: Sequence[int], text: str) -> list[tuple[int, ...]]:
        """Everybody's notes; or the end, if somebody is not well."""
        import torch

        head = torch.zeros(1 + _NOTES, dtype=torch.int64)
        head[0] = state
        head[1 : 1 + len(notes)] = torch.tensor(notes, dtype=torch.int64)
        heads = [row.tolist() for row in self._from_all(head)]
        worst = max(int(row[0]) for row in heads)
        if worst == _WELL:
            return [tuple(row[1 : 1 + len(notes)]) for row in heads]
        words = text.encode()[:_TEXT]
        buffer = torch.zeros(_TEXT, dtype=torch.uint8)
        buffer[: len(words)] = torch.frombuffer(bytearray(words or b"\0"), dtype=torch.uint8)[
            : len(words)
        ]
        texts = self._from_all(buffer)
        self._told = True
        self.lost = worst == _LEAVING
        if worst in {_CANCELLED, _LEAVING}:
            raise Cancelled
        who = next(rank for rank, row in enumerate(heads) if row[0] == _FAILED)
        said = bytes(texts[who].tolist()).rstrip(b"\0").decode(errors="replace")
        what, _, remedy = said.partition("; try: ")
        raise StudioError(f"rank {who} of {self.size}: {what}", remedy=remedy)

    def _from_all(self, tensor: torch.Tensor) -> list[torch.Tensor]:
        """Everybody's tensor."""
        import torch
        from torch import distributed

        found = [torch.empty_like(tensor) for _ in range(self.size)]
        with self._wire():
            distributed.all_gather(found, tensor)
        return found

    @contextlib.contextmanager
    def _wire(self) -> Iterator[Any]:
        """Say in words when another rank can no longer be reached."""
        try:
            yield
        except RuntimeError as error:
            self._told = self.lost = True
            first = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
            raise StudioError(
                f"rank {self.rank} of {self.size} lost the others: {first[:200]}",
                remedy="the log of the rank that ended first, then the same command with --resume",
            ) from error


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    """A contiguous tensor as bytes: neither gloo nor nccl carries every dtype."""
    import torch

    return tensor.reshape(-1).view(torch.uint8)


ALONE = Ranks()
