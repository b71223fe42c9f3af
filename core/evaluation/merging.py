"""Merge instead of drop: average a dropped expert into a similar one that stays.

Two experts are alike when they do the same where the router would use them:

    s_ij = ⟨p_i f_i, p_j f_j⟩ / (‖p_i f_i‖ ‖p_j f_j‖)   over calibration tokens

p the router's probability, f the output of the expert on *every* token, chosen or not: similarity
of outputs, weighted by the router (HC-SMoE 2410.08589 compares mean outputs; REAM's and M-SMoE's
pseudo-groups are gathered round the experts that are used most). Weights of the mean are shares of
a use score. The group keeps the row of the router of the one that stays: gates of members that were
chosen together should add up, but the logit of a sum of exponentials is not linear in the hidden
state, and a mean of rows was measured to be no better than the one row.

Every merge is measured: one that does not lower the loss stays a drop. That is no caution for its
own sake. On the demo model, whose experts were trained apart from the start, averaging all dropped
experts into their most similar ones is far worse than dropping them (held-out perplexity 57.8
instead of 23.6 at half), and hierarchical clusters of mean outputs ruin it (over 1,000); matching
the neurons of members before the mean helps some and not enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UnsupportedModelError
from core.planning.merge import Merge
from core.planning.plan import Plan
from core.run import Run
from core.runtime.live import LiveModel, MoeLayer

if TYPE_CHECKING:
    from core.calibration import CalibrationSet
    from core.evaluation.losses import Losses

STAGE_OUTPUTS = "compare outputs"
STAGE_MERGE = "merge experts"
TOKENS = 1024  # that outputs are compared on
CANDIDATES = 2  # experts that a dropped one is tried with
TOLERANCE = 1e-6


def similarities(
    live: LiveModel, texts: CalibrationSet, *, tokens: int = TOKENS, run: Run
) -> list[NDArray[np.float64]]:
    """How alike the experts of each layer are, [E, E] per row, from −1 to 1.

    Args:
        live: The original model, in memory.
        texts: Where hidden states come from, the same share of every batch.
        tokens: How many are compared.
        run: Checked between layers; gets `Progress` in layers.

    Raises:
        Cancelled: The run was stopped.
    """
    hidden_L = _hidden_states(live, texts, tokens, run)
    found = []
    run.progress(STAGE_OUTPUTS, 0, len(live.moe), "layers")
    for done, (layer, hidden_TH) in enumerate(zip(live.moe, hidden_L, strict=True), 1):
        run.check()
        found.append(_similarity(layer, hidden_TH))
        run.progress(STAGE_OUTPUTS, done, len(live.moe), "layers")
    return found


def gather(
    plan: Plan,
    similarity: list[NDArray[np.float64]],
    use_LE: NDArray[np.float64],
) -> Plan:
    """Merge every dropped expert into the most similar one that stays, weighed by use.

    Args:
        plan: What stays; its own merges are replaced.
        similarity: By row.
        use_LE: How much each expert is used; negative and not finite count as nothing.
    """
    rows = []
    for row, (keep, count) in enumerate(zip(plan.keep, plan.experts, strict=True)):
        groups: dict[int, dict[int, float]] = {}
        for expert in sorted(set(range(count)) - set(keep)):
            home = keep[int(np.argmax(similarity[row][expert, list(keep)]))]
            groups.setdefault(home, {home: _use(use_LE, row, home)})[expert] = _use(
                use_LE, row, expert
            )
        rows.append([Merge.of(into, uses) for into, uses in groups.items()])
    return plan.with_merges(rows)


def merge_where_better(
    live: LiveModel,
    texts: CalibrationSet,
    plan: Plan,
    losses: Losses,
    use_LE: NDArray[np.float64],
    *,
    run: Run,
) -> Plan:
    """Merge dropped experts one by one, where the measured loss is lower than by dropping.

    Raises:
        Cancelled: The run was stopped.
    """
    similarity = similarities(live, texts, run=run)
    cells = [
        (-float(np.nan_to_num(use_LE[row, expert], neginf=0.0)), row, expert)
        for row, expert in np.argwhere(plan.exists_LE & ~plan.kept_LE).tolist()
    ]
    losses.rebase(plan)
    now, total = losses.of(plan).kl, len(cells)
    run.progress(STAGE_MERGE, 0, total, "experts")
    for done, (_, row, expert) in enumerate(sorted(cells), 1):
        keep = np.asarray(plan.keep[row])
        order = keep[np.argsort(-similarity[row][expert, keep], kind="stable")]
        for home in order[:CANDIDATES].tolist():
            candidate = _joined(plan, row, expert, home, use_LE)
            loss = losses.of(candidate).kl
            if loss < now - TOLERANCE:
                plan, now = candidate, loss
                losses.rebase(plan)
                break
        run.progress(STAGE_MERGE, done, total, "experts")
    return plan


def _joined(plan: Plan, row: int, expert: int, home: int, use_LE: NDArray[np.float64]) -> Plan:
    """The plan with one more expert in the group of `home`."""
    rows = [list(merges) for merges in plan.merges or ((),) * len(plan.keep)]
    group = plan.merge_of(row, home)
    members = {home, expert} | set(group.members if group is not None else ())
    merged = Merge.of(home, {member: _use(use_LE, row, member) for member in members})
    rows[row] = [merge for merge in rows[row] if merge.into != home] + [merged]
    return plan.with_merges(rows)


def _use(use_LE: NDArray[np.float64], row: int, expert: int) -> float:
    value = float(use_LE[row, expert])
    return value if np.isfinite(value) and value > 0 else 0.0


@torch.inference_mode()
def _hidden_states(
    live: LiveModel, texts: CalibrationSet, tokens: int, run: Run
) -> list[torch.Tensor]:
    """What the routers of all rows see, [T, H] each, spread evenly over the texts."""
    seen: list[list[torch.Tensor]] = [[] for _ in live.moe]
    every = max(1, texts.tokens // tokens)
    mask_T: torch.Tensor | None = None

    def keeper(row: int) -> object:
        def hook(_: object, args: tuple[torch.Tensor, ...]) -> None:
            hidden_TH = args[0].reshape(-1, args[0].shape[-1])
            seen[row].append(hidden_TH[mask_T][::every].clone())

        return hook

    handles = [
        layer.router.register_forward_pre_hook(keeper(row)) for row, layer in enumerate(live.moe)
    ]
    try:
        for batch in texts.batches():
            run.check()
            mask_T = torch.from_numpy(batch.mask).reshape(-1).to(live.device)
            ids_BS = torch.from_numpy(batch.input_ids).to(live.device)
            mask_BS = None if batch.mask.all() else mask_T.reshape(ids_BS.shape).long()
            live.model.base_model(input_ids=ids_BS, attention_mask=mask_BS, use_cache=False)
    finally:
        for handle in handles:
            handle.remove()
    return [torch.cat(parts) for parts in seen]


@torch.inference_mode()
def _similarity(layer: MoeLayer, hidden_TH: torch.Tensor) -> NDArray[np.float64]:
    """Cosine of the experts' outputs, weighted by the router, over all tokens."""
    try:
        weighted = _weighted_outputs(layer, hidden_TH)
    except (TypeError, ValueError, RuntimeError, AttributeError, IndexError) as error:
        raise UnsupportedModelError(
            f"the experts of layer {layer.layer_id} cannot be run one by one ({error})",
            remedy="--policy joint, which drops without merging",
        ) from error
    gram_EE = torch.zeros(layer.count, layer.count, dtype=torch.float64)
    for i, one in enumerate(weighted):
        for j, other in enumerate(weighted[: i + 1]):
            gram_EE[i, j] = gram_EE[j, i] = float(one @ other)
    norm_E = gram_EE.diagonal().clamp_min(1e-30).sqrt()
    found: NDArray[np.float64] = (gram_EE / norm_E[:, None] / norm_E[None]).numpy()
    return found


def _weighted_outputs(layer: MoeLayer, hidden_TH: torch.Tensor) -> list[torch.Tensor]:
    """p_e f_e on every token, flat, by expert."""
    logits_TE = layer.contract.logits(layer, layer.router(hidden_TH))[:, : layer.count].float()
    score_TE = logits_TE if layer.score == "softmax" else logits_TE.sigmoid().log()
    p_TE = score_TE.softmax(dim=-1)  # a sigmoid's shares: what gates are made of
    ones_T1 = hidden_TH.new_ones((len(hidden_TH), 1))
    found = []
    for expert in range(layer.count):
        index_T1 = torch.full((len(hidden_TH), 1), expert, device=hidden_TH.device)
        output_TH = layer.experts(hidden_TH, index_T1, ones_T1)
        found.append((output_TH.float() * p_TE[:, expert, None]).flatten())
    return found
