"""Trains the demo model: two single-thread processes that share weights and split every batch.

Learning rate: warm-up, constant, then down to nothing over the last part of the tokens (WSD), so
everything is scheduled by tokens and never by the clock. A checkpoint holds weights, optimiser
state and step; the same command resumes it, and a given seed gives the same model.
"""

import math
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing as mp
from torch import Tensor

from resources import demo_texts_dir
from resources.demo.make import data, export
from resources.demo.make.network import Network, Shape, initialise
from resources.demo.make.optimiser import Optimiser
from resources.demo.make.sources import DOMAINS


@dataclass(frozen=True, kw_only=True)
class Options:
    """What decides the result; the defaults made the shipped model."""

    tokens: int = 10_500_000
    seed: int = 0
    ranks: int = 2
    length: int = 512
    batch: int = 16  # sequences per step, over all ranks
    muon: bool = True
    adam_lr: float = 4e-3
    muon_lr: float = 5e-3
    warmup: int = 50  # steps
    decay: float = 0.3  # the last part of the tokens
    balance: tuple[float, float] = (0.005, 0.001)  # at first, and once experts differ
    balance_tokens: tuple[int, int] = (1_950_000, 3_900_000)  # when it starts and ends to fall
    z_weight: float = 1e-4
    clip: float = 1.0

    @property
    def steps(self) -> int:
        """The number of optimiser steps."""
        return self.tokens // (self.length * self.batch)

    def lr_factor(self, step: int) -> float:
        """Warm-up, then 1, then 1 - sqrt of the decay's progress."""
        left = (self.steps - step) / (self.decay * self.steps)
        return min(1.0, (step + 1) / self.warmup, 1 - math.sqrt(max(0.0, 1 - left)))

    def balance_weight(self, step: int) -> float:
        """Load balancing matters at the start; later it would keep experts from specialising."""
        first, last = self.balance
        begin, end = (tokens / (self.length * self.batch) for tokens in self.balance_tokens)
        return first if step < begin else last + (first - last) * max(0.0, 1 - step / end)


@dataclass(frozen=True)
class _Shared:
    weights: Tensor  # [N]
    grads: Tensor  # [ranks, N]
    state: Tensor  # [2, N]
    step: Tensor  # [1]
    norms: Tensor  # [ranks], squared gradient norms


@dataclass(frozen=True)
class _Job:
    options: Options
    work: Path
    shape: Shape
    shared: _Shared
    barrier: Barrier
    save_seconds: float


def make(work: Path, options: Options) -> None:
    """Trains to the end (resuming what `work` holds) and writes the model into the package."""
    shape = Shape()
    export.write(shape, train(work, options, shape))


def train(
    work: Path, options: Options, shape: Shape, *, minutes_between_saves: float = 5
) -> Tensor:
    """Trains to the end, from the checkpoint in `work` if there is one; returns the weights.

    Raises ValueError when the checkpoint was made with another seed.
    """
    size = shape.size()
    shared = _Shared(
        torch.zeros(size),
        torch.zeros(options.ranks, size),
        torch.zeros(2, size),
        torch.zeros(1, dtype=torch.int64),
        torch.zeros(options.ranks),
    )
    initialise(shape, shared.weights, options.seed)
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        found = torch.load(checkpoint, weights_only=True)
        if found.get("seed", options.seed) != options.seed:
            raise ValueError(f"{checkpoint} was made with seed {found['seed']}; remove it first")
        shared.weights.copy_(found["weights"])
        shared.state.copy_(found["state"])
        shared.step.copy_(found["step"])
        print(f"resuming after step {int(shared.step)}")
    for tensor in vars(shared).values():
        tensor.share_memory_()
    data.training_streams(work)  # tokenised once, before the processes need it
    barrier = mp.get_context("spawn").Barrier(options.ranks)
    job = _Job(options, work, shape, shared, barrier, minutes_between_saves * 60)
    mp.spawn(_train, args=(job,), nprocs=options.ranks)
    return shared.weights


def _train(rank: int, job: _Job) -> None:
    o, s, work, shape, barrier = job.options, job.shared, job.work, job.shape, job.barrier
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    total = o.steps * o.batch
    order = data.Order(data.training_streams(work), length=o.length, sequences=total, seed=o.seed)
    network = Network(shape, s.weights, s.grads[rank], o.length)
    optimiser = Optimiser(shape, s.weights, s.state, rank=rank, ranks=o.ranks, muon=o.muon)
    every = [shape.views(g) for g in s.grads]
    log = _Log(work, network, shape) if rank == 0 else None
    saved = time.monotonic()
    first = int(s.step)
    for step in range(first, o.steps):
        s.grads[rank].zero_()
        mine = range(step * o.batch + rank, (step + 1) * o.batch, o.ranks)
        windows = torch.from_numpy(np.stack([order.window(n) for n in mine]))
        loss, objective, use_LE = network.loss(windows, o.balance_weight(step), o.z_weight)
        objective.backward()
        barrier.wait()
        mean = {n: sum(e[n] for e in every[1:]) + every[0][n] for n in optimiser.names()}
        s.norms[rank] = sum(float(g.div_(o.ranks).square().sum()) for g in mean.values())
        barrier.wait()
        scale = min(1.0, o.clip / (math.sqrt(float(s.norms.sum())) + 1e-6))
        for g in mean.values():
            g.mul_(scale)
        factor = o.lr_factor(step)
        optimiser.step(mean, step + 1, o.adam_lr * factor, o.muon_lr * factor)
        barrier.wait()
        if log:
            s.step[0] = step + 1
            log.after(step, float(loss), use_LE, (step + 1 - first) * o.batch * o.length)
            if step + 1 == o.steps or time.monotonic() - saved > job.save_seconds:
                _save(work, s, o.seed)
                saved = time.monotonic()
        barrier.wait()  # nobody changes weights while rank 0 saves or evaluates


def _save(work: Path, s: _Shared, seed: int) -> None:
    partial = work / "checkpoint.partial"
    found = {"weights": s.weights, "state": s.state, "step": s.step, "seed": seed}
    torch.save(found, partial)
    partial.replace(work / "checkpoint.pt")


class _Log:
    """Loss and speed every 20 steps; held-out perplexity and idle experts every 200."""

    def __init__(self, work: Path, network: Network, shape: Shape) -> None:
        self._path = work / "train.log"
        self._network = network
        self._use_LE = torch.zeros(shape.layers, shape.experts)
        self._losses: list[float] = []
        self._start = time.monotonic()
        folder = demo_texts_dir("calibration")
        self._streams = [data.stream(folder, d)[:4097] for d in DOMAINS]

    def after(self, step: int, loss: float, use_LE: Tensor, tokens: int) -> None:
        """Notes one step; writes a line when it is time."""
        self._losses.append(loss)
        self._use_LE.lerp_(use_LE, 0.02)
        if step % 20 == 19:
            speed = tokens / (time.monotonic() - self._start)
            mean = sum(self._losses) / len(self._losses)
            self._losses.clear()
            self._line(f"{step + 1:6} loss {mean:.4f} {speed:6.0f} tokens/s")
        if step % 200 == 99:
            self._evaluate(step)

    @torch.no_grad()
    def _evaluate(self, step: int) -> None:
        found = {}
        for domain, tokens in zip(DOMAINS, self._streams, strict=True):
            ids = torch.from_numpy(tokens.astype(np.int64))
            windows = torch.stack([ids[i : i + 257] for i in range(0, 4096, 256)])
            grads = self._network.grads["embed"].clone()
            found[domain] = math.exp(float(self._network.loss(windows, 0.0, 0.0)[0]))
            self._network.grads["embed"].copy_(grads)
        idle = int((self._use_LE < 0.01).sum())
        text = " ".join(f"{d} {p:.1f}" for d, p in found.items())
        mean = sum(found.values()) / len(found)
        self._line(f"{step + 1:6} perplexity {mean:.2f}: {text}; {idle} experts below 1 %")

    def _line(self, text: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
