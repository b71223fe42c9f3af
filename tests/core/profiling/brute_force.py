"""Every statistic of a profile in float64, written straight from the formulas.

Nothing of core.profiling is used: routers and inputs are read by hooks of this file, each expert is
evaluated from its own weights, each token by itself.
"""

import numpy as np
import torch


def expert_output(experts, e: int, x: torch.Tensor) -> torch.Tensor:
    """f_e(x) in float64 for one token, from the weights as they are stored."""
    up, down = experts.gate_up_proj[e].double(), experts.down_proj[e].double()
    if type(experts).__name__ == "GptOssExperts":
        h = x @ up + experts.gate_up_proj_bias[e].double()
        gate = h[0::2].clamp(max=experts.limit)
        lin = h[1::2].clamp(-experts.limit, experts.limit)
        mid = (lin + 1) * gate * torch.sigmoid(experts.alpha * gate)
        return mid @ down + experts.down_proj_bias[e].double()
    gate, lin = (up @ x).chunk(2)
    return down @ (experts.act_fn(gate) * lin)


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
    for batch in calibration.batches():
        seen = _forward(live, batch)
        valid = np.flatnonzero(batch.mask.reshape(-1))
        for row, (layer, (logits, weights, indices, x)) in enumerate(
            zip(live.moe, seen, strict=True)
        ):
            cell = (batch.domain, row)
            for t in valid.tolist():
                z = logits[t].double()
                p = torch.sigmoid(z) if "sigmoid" in live.info.routing else z.softmax(0)
                q = p / p.sum()
                out["soft_count"][cell] += p.numpy()
                out["entropy_sum"][cell] += float(-(q * q.log()).sum())
                out["tokens"][cell] += 1
                chosen = indices[t].tolist()
                for e, g in zip(chosen, weights[t].double().tolist(), strict=True):
                    f = expert_output(layer.experts, e, x[t].double())
                    norm, peak = float(f.norm()), float(f.abs().max())
                    out["count"][cell][e] += 1
                    out["gate_sum"][cell][e] += g
                    out["norm_sum"][cell][e] += norm
                    out["norm_sq_sum"][cell][e] += norm**2
                    out["gated_norm_sum"][cell][e] += g * norm
                    out["norm_max"][cell][e] = max(out["norm_max"][cell][e], norm)
                    out["peak_max"][cell][e] = max(out["peak_max"][cell][e], peak)
                for a in chosen:
                    for b in chosen:
                        out["coactivation"][row, a, b] += 1
    return out


def _forward(live, batch):
    """Per row: the router's three outputs and what the experts were given, in stock eager mode."""
    routed, given = [], []
    handles = []
    for layer in live.moe:
        handles.append(layer.router.register_forward_hook(lambda _m, _i, out: routed.append(out)))
        handles.append(
            layer.experts.register_forward_pre_hook(lambda _m, args: given.append(args[0]))
        )
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
    return [(*out, x) for out, x in zip(routed, given, strict=True)]
