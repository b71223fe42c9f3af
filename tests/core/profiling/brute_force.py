"""Every statistic of a profile in float64, written straight from the formulas.

Nothing of core.profiling is used: routers and inputs are read by hooks of this file, each expert is
evaluated from its own weights, each token by itself. What a family's router returns is read here a
second time, by `READERS`; what transformers' own eager code computes is used only where a family
has an activation of its own.
"""

# ruff: noqa: N815 - shape suffixes

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import softplus


@dataclass(kw_only=True)
class Seen:
    """One layer's routing of one batch, in float64: T tokens, E experts, K choices."""

    p_TR: torch.Tensor  # the score of every router row
    index_TK: torch.Tensor  # E and above choose no expert
    gate_TK: torch.Tensor
    x_TH: torch.Tensor


def expert_function(live, experts):
    """f_e(x) in float64 for one token, from the weights as they are stored."""
    weights = {name: w.double() for name, w in experts.named_parameters()}
    model_type = live.info.model_type
    if model_type == "gpt_oss":
        return lambda e, x: _gpt_oss(experts, weights, e, x)
    if model_type == "jetmoe":
        up, down = weights["input_linear.weight"], weights["output_linear.weight"]
        act = experts.activation
        return lambda e, x: _glu(up[e], down[e], act, x)
    if model_type == "llama4_text":
        up, down = weights["gate_up_proj"].mT, weights["down_proj"].mT
        return lambda e, x: _glu(up[e], down[e], experts.act_fn, x)
    if model_type == "dbrx":
        shape = (live.experts[0], -1, experts.hidden_size)
        w1, v1, w2 = (weights[f"mlp.{name}"].view(shape) for name in ("w1", "v1", "w2"))
        act = experts.mlp.activation_fn
        return lambda e, x: w2[e].T @ (act(w1[e] @ x) * (v1[e] @ x))
    own_gate = type(experts).__dict__.get("_apply_gate")
    plain = own_gate is None or own_gate.__name__ == "_default_apply_gate"
    if plain and set(weights) == {"gate_up_proj", "down_proj"}:
        up, down = weights["gate_up_proj"], weights["down_proj"]
        if getattr(experts, "is_transposed", False):
            up, down = up.mT, down.mT
        return lambda e, x: _glu(up[e], down[e], experts.act_fn, x)
    stock, one = copy.deepcopy(experts).double(), torch.ones(1, 1, dtype=torch.float64)
    if hasattr(stock, "config"):
        stock.config = copy.copy(stock.config)
        stock.config._experts_implementation = "eager"
    return lambda e, x: stock(x[None], torch.tensor([[e]]), one)[0]


def _glu(up, down, act, x):
    gate, lin = (up @ x).chunk(2)
    return down @ (act(gate) * lin)


def _gpt_oss(experts, weights, e, x):
    h = x @ weights["gate_up_proj"][e] + weights["gate_up_proj_bias"][e]
    gate = h[0::2].clamp(max=experts.limit)
    lin = h[1::2].clamp(-experts.limit, experts.limit)
    mid = (lin + 1) * gate * torch.sigmoid(experts.alpha * gate)
    return mid @ weights["down_proj"][e] + weights["down_proj_bias"][e]


@torch.inference_mode()
def brute_force(live, calibration) -> dict[str, np.ndarray]:
    """The profile's arrays, without padding cells: every layer has the same number of experts."""
    D, L, E = len(calibration.domains), len(live.moe), live.experts[0]
    names = ("soft_count", "gate_sum", "norm_sum", "norm_sq_sum", "gated_norm_sum")
    out = {name: np.zeros((D, L, E)) for name in (*names, "norm_max", "peak_max")}
    out["count"] = np.zeros((D, L, E), dtype=np.int64)
    out["tokens"] = np.zeros((D, L), dtype=np.int64)
    out["entropy_sum"] = np.zeros((D, L))
    out["coactivation"] = np.zeros((L, E, E), dtype=np.int64)
    functions = [expert_function(live, layer.experts) for layer in live.moe]
    gated_input = live.info.model_type == "llama4_text"
    for batch in calibration.batches():
        valid = np.flatnonzero(batch.mask.reshape(-1))
        for row, seen in enumerate(_forward(live, batch)):
            cell = (batch.domain, row)
            for t in valid.tolist():
                p = seen.p_TR[t]
                q = p / p.sum()
                out["soft_count"][cell] += p[:E].numpy()
                out["entropy_sum"][cell] += float(torch.special.entr(q).sum())
                out["tokens"][cell] += 1
                pairs = zip(seen.index_TK[t].tolist(), seen.gate_TK[t].tolist(), strict=True)
                chosen = [(e, g) for e, g in pairs if e < E]
                for e, g in chosen:
                    x = seen.x_TH[t] * (g if gated_input else 1.0)
                    f = functions[row](e, x)
                    norm, peak = float(f.norm()), float(f.abs().max())
                    out["count"][cell][e] += 1
                    out["gate_sum"][cell][e] += g
                    out["norm_sum"][cell][e] += norm
                    out["norm_sq_sum"][cell][e] += norm**2
                    out["gated_norm_sum"][cell][e] += norm if gated_input else g * norm
                    out["norm_max"][cell][e] = max(out["norm_max"][cell][e], norm)
                    out["peak_max"][cell][e] = max(out["peak_max"][cell][e], peak)
                for a, _ in chosen:
                    for b, _ in chosen:
                        out["coactivation"][row, a, b] += 1
    return out


def _forward(live, batch):
    """Per row: what the router said and what the experts were given, in stock eager mode."""
    routed, given, handles = [], [], []
    for layer in live.moe:
        handles.append(layer.router.register_forward_hook(lambda _m, _i, out: routed.append(out)))
        handles.append(layer.experts.register_forward_pre_hook(lambda _m, args: given.append(args)))
    before = live.model.get_experts_implementation()
    live.model.set_experts_implementation("eager")
    try:
        live.model(
            input_ids=torch.from_numpy(batch.input_ids),
            attention_mask=torch.from_numpy(batch.mask).long(),
            use_cache=False,
        )
    finally:
        live.model.set_experts_implementation(before)
        for handle in handles:
            handle.remove()
    read = READERS.get(live.info.model_type, _read)
    rows = zip(live.moe, routed, given, strict=True)
    return [read(live, layer, out, args, batch.mask.size) for layer, out, args in rows]


def _p(live, logits):
    z, routing = logits.double(), live.info.routing
    if routing.startswith("sqrtsoftplus"):
        return softplus(z).sqrt()
    return torch.sigmoid(z) if routing.startswith("sigmoid") else z.softmax(-1)


def _read(live, layer, out, args, tokens):
    """(logits, weights, indices), whatever follows."""
    logits, weights, indices = out[:3]
    return Seen(
        p_TR=_p(live, logits), index_TK=indices, gate_TK=weights.double(), x_TH=args[0].double()
    )


def _read_gemma4(live, layer, out, args, tokens):
    probabilities, weights, indices = out
    return Seen(
        p_TR=probabilities.double(),
        index_TK=indices,
        gate_TK=weights.double(),
        x_TH=args[0].double(),
    )


def _read_zaya(live, layer, out, args, tokens):
    seen = _read(live, layer, out, args, tokens)
    biased = seen.p_TR + layer.router.balancing_biases.double()
    seen.index_TK = biased.topk(layer.router.top_k).indices
    return seen


def _read_dbrx(live, layer, out, args, tokens):
    hidden, indices, weights = args
    x = hidden.reshape(tokens, -1).double()
    return Seen(p_TR=_p(live, out), index_TK=indices, gate_TK=weights.double(), x_TH=x)


def _read_jetmoe(live, layer, out, args, tokens):
    logits = out[-1].double()
    top, indices = logits.topk(layer.router.top_k, dim=-1)
    x = args[0].reshape(tokens, -1).double()
    return Seen(p_TR=logits.softmax(-1), index_TK=indices, gate_TK=top.softmax(-1), x_TH=x)


def _read_llama4(live, layer, out, args, tokens):
    logits = out[1].double()
    top, indices = logits.topk(layer.router.top_k, dim=-1)
    # The experts were given x·score for all experts, a block of tokens for each.
    scores = out[0].double()
    e = indices[:, 0]
    t = torch.arange(tokens)
    weighed = args[0].view(-1, tokens, args[0].shape[-1]).double()[e, t]
    x = weighed / scores[t, e][:, None]
    return Seen(p_TR=logits.sigmoid(), index_TK=indices, gate_TK=top.sigmoid(), x_TH=x)


READERS = {
    "gemma4_text": _read_gemma4,
    "zaya": _read_zaya,
    "dbrx": _read_dbrx,
    "jetmoe": _read_jetmoe,
    "llama4_text": _read_llama4,
}
