"""The optimiser, sharded by parameter between the processes: Muon for matrices, AdamW for the rest.

Muon (Jordan 2024; Liu et al. 2025, arXiv 2502.16982): the Nesterov momentum of a matrix's gradient,
made orthogonal by five Newton-Schulz iterations and scaled to the size of an Adam step.
"""

import torch
from torch import Tensor

from resources.demo.make.network import Shape

_MATRICES = ("qkv", "out", "up", "down")
_BETAS = (0.9, 0.95)
_MOMENTUM = 0.95
_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


class Optimiser:
    """Steps the parameters that one process owns, on state all processes can see."""

    def __init__(
        self, shape: Shape, weights: Tensor, state: Tensor, *, rank: int, ranks: int, muon: bool
    ) -> None:
        w, m, v = (shape.views(flat) for flat in (weights, state[0], state[1]))
        self._muon = [n for n in w if muon and n.rpartition(".")[2] in _MATRICES]
        self._adam = [n for n in w if n not in self._muon]
        # Matrices are shared out by layer, so that every process has the same work.
        self._muon = [n for n in self._muon if int(n.partition(".")[0]) % ranks == rank]
        self._adam = self._adam[rank::ranks]
        self._w, self._m, self._v = w, m, v

    @torch.no_grad()
    def step(self, grads: dict[str, Tensor], n: int, adam_lr: float, muon_lr: float) -> None:
        """One update; `n` counts from 1, gradients are already averaged."""
        for name in self._adam:
            self._step_adam(name, grads[name], n, adam_lr)
        for name in self._muon:
            self._step_muon(name, grads[name], muon_lr)

    def names(self) -> list[str]:
        """The parameters this process owns."""
        return self._adam + self._muon

    def _step_adam(self, name: str, grad: Tensor, n: int, lr: float) -> None:
        w, m, v = self._w[name].detach(), self._m[name], self._v[name]
        if w.ndim > 1 and name != "embed":
            w.mul_(1 - lr * 0.1)
        m.lerp_(grad, 1 - _BETAS[0])
        v.mul_(_BETAS[1]).addcmul_(grad, grad, value=1 - _BETAS[1])
        size = (v / (1 - _BETAS[1] ** n)).sqrt_().add_(1e-8)
        w.addcdiv_(m, size, value=-lr / (1 - _BETAS[0] ** n))

    def _step_muon(self, name: str, grad: Tensor, lr: float) -> None:
        w, m = self._w[name].detach(), self._m[name]
        m.lerp_(grad, 1 - _MOMENTUM)
        update = orthogonal(torch.lerp(grad, m, _MOMENTUM).view(-1, *_matrix(name, w)))
        w.mul_(1 - lr * 0.1)
        size = 0.2 * max(update.shape[-2:]) ** 0.5  # entries of the size an Adam step has
        w.add_(update.reshape(w.shape), alpha=-lr * size)


def _matrix(name: str, w: Tensor) -> tuple[int, int]:
    rows, columns = w.shape[-2:]
    return (rows // 2, columns) if name.endswith("up") else (rows, columns)


def orthogonal(x: Tensor) -> Tensor:
    """The nearest matrices with singular values about 1, of a [N, rows, columns] stack."""
    a, b, c = _NEWTON_SCHULZ
    tall = x.shape[-2] > x.shape[-1]
    x = x.transpose(-1, -2) if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.transpose(-1, -2)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.transpose(-1, -2) if tall else x
