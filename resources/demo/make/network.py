"""The training-time network: stock Mixtral mathematics with hand-written expert gradients.

Shape suffixes: T tokens, S sequence length, H hidden, F ffn, E experts, K top-k, V vocabulary.

Two processes share one flat parameter vector and each owns a flat gradient vector; every weight
is a view of them. What makes this several times faster than the stock modules on two cores: no
parameter copies, expert gradients written where they belong, and logits that never outlive a chunk.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - what everyone calls it

_QUERIES = 128  # rows of attention scores at once


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The architecture; the defaults are the demo's."""

    layers: int = 8
    experts: int = 16
    top_k: int = 2
    hidden: int = 128
    ffn: int = 192
    heads: int = 4
    vocabulary: int = 4096
    rope_theta: float = 10_000.0
    eps: float = 1e-5

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every parameter, in the order of the flat vector."""
        h, f, e = self.hidden, self.ffn, self.experts
        found: dict[str, tuple[int, ...]] = {"embed": (self.vocabulary, h), "norm": (h,)}
        for i in range(self.layers):
            found |= {
                f"{i}.norm1": (h,),
                f"{i}.norm2": (h,),
                f"{i}.router": (e, h),
                f"{i}.qkv": (3, h, h),
                f"{i}.out": (1, h, h),
                f"{i}.up": (e, 2 * f, h),
                f"{i}.down": (e, h, f),
            }
        return found

    def size(self) -> int:
        """The number of parameters."""
        return sum(torch.Size(s).numel() for s in self.parameters().values())

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """The flat vector as named tensors, without copying."""
        views, start = {}, 0
        for name, shape in self.parameters().items():
            length = torch.Size(shape).numel()
            views[name] = flat[start : start + length].view(shape)
            start += length
        return views


def initialise(shape: Shape, flat: Tensor, seed: int) -> None:
    """Fills the flat vector: normal weights, smaller where a layer writes to the residual."""
    generator = torch.Generator().manual_seed(seed)
    for name, view in shape.views(flat).items():
        kind = name.rpartition(".")[2]
        if kind in ("norm", "norm1", "norm2"):
            view.fill_(1.0)
            continue
        std = {"embed": 0.02, "router": 0.02}.get(kind, 0.04)
        if kind in ("out", "down"):
            std /= (2 * shape.layers) ** 0.5
        view.normal_(0.0, std, generator=generator)


class _Experts(torch.autograd.Function):
    """sum_k w_k · down_e(silu(gate_e x) · up_e x), one pass per expert, cache-sized."""

    @staticmethod
    def forward(ctx, x_TH, weights_TK, chosen_TK, up, down, up_grad, down_grad):  # noqa: PLR0917
        top_k, f = chosen_TK.shape[1], down.shape[2]
        order = torch.argsort(chosen_TK.flatten(), stable=True)
        token = order // top_k
        counts = torch.bincount(chosen_TK.flatten(), minlength=up.shape[0]).tolist()
        x = x_TH.index_select(0, token)
        both = x.new_empty(len(token), 2 * f)
        y = torch.empty_like(x)
        start = 0
        for e, n in enumerate(counts):
            if n:
                rows = slice(start, start + n)
                torch.mm(x[rows], up[e].t(), out=both[rows])
                h = F.silu(both[rows, :f]).mul_(both[rows, f:])
                torch.mm(h, down[e].t(), out=y[rows])
                start += n
        back = torch.empty_like(order)
        back[order] = torch.arange(len(order))
        y_TKH = y.index_select(0, back).view(*chosen_TK.shape, -1)
        ctx.saved = (x, both, y_TKH, weights_TK, token, order, back, counts, up, down)
        ctx.grads = (up_grad, down_grad)
        return (y_TKH * weights_TK[..., None]).sum(1)

    @staticmethod
    def backward(ctx, grad_TH):
        x, both, y_TKH, weights_TK, token, order, back, counts, up, down = ctx.saved
        up_grad, down_grad = ctx.grads
        f = down.shape[2]
        grad_weights_TK = torch.bmm(y_TKH, grad_TH[..., None]).squeeze(-1)
        grad_y = grad_TH.index_select(0, token)
        grad_y.mul_(weights_TK.flatten().index_select(0, order)[:, None])
        grad_x = torch.empty_like(x)
        start = 0
        for e, n in enumerate(counts):
            if n:
                rows = slice(start, start + n)
                gate, lin = both[rows, :f], both[rows, f:]
                sigmoid = torch.sigmoid(gate)
                silu = gate * sigmoid
                grad_h = torch.mm(grad_y[rows], down[e])
                down_grad[e].addmm_(grad_y[rows].t(), silu * lin)
                grad_both = torch.empty_like(both[rows])
                torch.mul(grad_h, silu, out=grad_both[:, f:])
                slope = sigmoid.addcmul_(silu, 1 - sigmoid)
                torch.mul(grad_h.mul_(lin), slope, out=grad_both[:, :f])
                up_grad[e].addmm_(grad_both.t(), x[rows])
                torch.mm(grad_both, up[e], out=grad_x[rows])
                start += n
        grad_x_TH = grad_x.index_select(0, back).view(*weights_TK.shape, -1).sum(1)
        return grad_x_TH, grad_weights_TK, None, None, None, None, None


class _Loss(torch.autograd.Function):
    """Mean cross-entropy of tied logits; gradients are made in the forward, chunk by chunk."""

    @staticmethod
    def forward(ctx, h_TH, embed, embed_grad, target_T, chunk=256):  # noqa: PLR0917
        total, count = 0.0, len(target_T)
        grad_h = torch.empty_like(h_TH)
        for start in range(0, count, chunk):
            rows = slice(start, start + chunk)
            h, target = h_TH[rows], target_T[rows, None]
            logits = h @ embed.t()
            logits -= logits.amax(1, keepdim=True)
            picked = logits.gather(1, target)
            exp = logits.exp_()
            z = exp.sum(1, keepdim=True)
            total += (z.log() - picked).sum()
            exp.div_(z).scatter_add_(1, target, exp.new_full((1, 1), -1.0).expand_as(target))
            exp.div_(count)
            torch.mm(exp, embed, out=grad_h[rows])
            embed_grad.addmm_(exp.t(), h)
        ctx.grad_h = grad_h
        return total / count

    @staticmethod
    def backward(ctx, grad):
        return ctx.grad_h * grad, None, None, None, None  # the embedding's assumes grad = 1


class Network:
    """Forward and backward of one process over the shared weights and its own gradients."""

    def __init__(self, shape: Shape, weights: Tensor, grads: Tensor, length: int) -> None:
        self.shape = shape
        self.weights = shape.views(weights)
        self.grads = shape.views(grads)
        for name, weight in self.weights.items():
            weight.requires_grad_()
            weight.grad = self.grads[name]
        dim = shape.hidden // shape.heads
        angle = torch.arange(0, dim, 2, dtype=torch.float64) / dim
        angle = torch.outer(
            torch.arange(length, dtype=torch.float64), shape.rope_theta**-angle
        ).repeat(1, 2)
        self._mask = torch.full((length, length), float("-inf")).triu(1)
        self._cos, self._sin = angle.cos().float(), angle.sin().float()

    def loss(
        self, windows: Tensor, balance: float, z_weight: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Returns (cross-entropy, loss with router terms, use_LE) of [B, S + 1] token ids.

        Balance is Switch's, layer by layer and not summed over them: E · Σ_e share_e · mean p_e,
        over the layers' mean; z is the router's, mean logsumexp². The embedding's own gradient
        from the logits is added to the gradient vector here, so call backward exactly once.
        """
        shape, w = self.shape, self.weights
        batch, length = windows.shape[0], windows.shape[1] - 1
        h = F.embedding(windows[:, :-1], w["embed"]).view(-1, shape.hidden)
        extra, use = h.new_zeros(()), []
        for i in range(shape.layers):
            h = h + self._attention(i, self._norm(h, f"{i}.norm1"), batch, length)
            x = self._norm(h, f"{i}.norm2")
            router_logits_TE = x @ w[f"{i}.router"].t()
            p_TE = router_logits_TE.softmax(-1)
            top_TK, chosen_TK = p_TE.topk(shape.top_k, dim=-1)
            gates_TK = top_TK / top_TK.sum(-1, keepdim=True)
            share_E = torch.bincount(chosen_TK.flatten(), minlength=shape.experts)
            share_E = share_E / chosen_TK.numel()
            use.append(share_E)
            z = router_logits_TE.logsumexp(-1).square().mean()
            extra = extra + balance * shape.experts * (share_E * p_TE.mean(0)).sum() + z_weight * z
            up, down = w[f"{i}.up"], w[f"{i}.down"]
            grads = self.grads[f"{i}.up"], self.grads[f"{i}.down"]
            h = h + _Experts.apply(x, gates_TK, chosen_TK, up.detach(), down.detach(), *grads)
        h = self._norm(h, "norm")
        target = windows[:, 1:].flatten()
        loss = _Loss.apply(h, w["embed"].detach(), self.grads["embed"], target)
        return loss.detach(), loss + extra, torch.stack(use)

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return F.rms_norm(x, (self.shape.hidden,), self.weights[name], self.shape.eps)

    def _attention(self, i: int, x: Tensor, batch: int, length: int) -> Tensor:
        shape = self.shape
        qkv = x @ self.weights[f"{i}.qkv"].view(-1, shape.hidden).t()
        q, k, v = qkv.view(batch, length, 3, shape.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = self._mix(self._rotate(q) * q.shape[-1] ** -0.5, self._rotate(k), v.contiguous())
        mixed = mixed.transpose(1, 2).reshape(-1, shape.hidden)
        return mixed @ self.weights[f"{i}.out"][0].t()

    def _mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Causal attention by blocks of queries; plain matrix products beat the fused kernel."""
        blocks = []
        for start in range(0, q.shape[2], _QUERIES):
            end = start + _QUERIES
            scores = q[:, :, start:end] @ k[:, :, :end].transpose(-1, -2)
            scores = scores + self._mask[start:end, :end]
            blocks.append(scores.softmax(-1) @ v[:, :, :end])
        return torch.cat(blocks, dim=2)

    def _rotate(self, x: Tensor) -> Tensor:
        first, second = x.chunk(2, dim=-1)
        length = x.shape[-2]
        turned = torch.cat((-second, first), dim=-1)
        return x * self._cos[:length] + turned * self._sin[:length]
