"""Write a tuned model by the export room's rules: the source's names, dtypes and side files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from core.checkpoint import Checkpoint, ModelInfo, read_layout
from core.errors import CheckpointError
from core.export import ExportOptions, export_checkpoint
from core.export.reload import check_names
from core.export.slices import kept_by_layer, slice_tensors
from core.families import read_moe_config
from core.planning import Plan
from core.report import model_card
from core.run import Run
from core.runtime import LiveModel, load_model
from core.tuning.dial import TopKDial
from core.tuning.schedule import TopK
from core.tuning.scope import merged

# Logits of the reopened model against those in memory, as a share of their mean size: rounding of
# another order of additions, and of 16-bit numbers where the file or the computing has them.
SAME_FLOAT32, SAME_ROUNDED = 1e-3, 0.1
_SEQUENCES, _LENGTH = 2, 32
_TUNED = "tuned.safetensors"
_DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


@dataclass(frozen=True, kw_only=True)
class Written:
    """What to write, and what to say about it.

    Attributes:
        source: The checkpoint that was trained.
        plan: What of it stays; None for all.
        top_k: Experts per token from now on.
        work: Where the tuned tensors wait for their place.
        output: The new folder.
        force: Accept a plan of another fingerprint.
        facts: Measures the reopened model, and says what seer.json has under "tuning".
        lines: What the model card says about the training, after that.
    """

    source: ModelInfo
    plan: Plan | None
    top_k: int
    work: Path
    output: Path
    force: bool
    facts: Callable[[LiveModel], Mapping[str, object]]
    lines: Callable[[], tuple[str, ...]]


def tuned_tensors(
    live: LiveModel, changing: frozenset[str], dtypes: Mapping[str, torch.dtype]
) -> dict[str, torch.Tensor]:
    """What training changed, under the names and in the dtypes of the checkpoint.

    Args:
        live: The model, LoRA merged.
        changing: Names of its parameters that were trained.
        dtypes: Dtype of every tensor of the result by name.

    Raises:
        CheckpointError: transformers' saver and the checkpoint disagree about names.
    """
    from transformers.core_model_loading import revert_weight_conversion

    parameters = dict(live.model.named_parameters())
    trained = {id(parameters[name]) for name in changing}
    # The whole state names tied parameters twice, as some checkpoints do.
    state = {
        name: value.detach()
        for name, value in live.model.state_dict(keep_vars=True).items()
        if id(value) in trained
    }
    if not any(name in dtypes for name in state) or not set(state) <= set(dtypes):
        state = revert_weight_conversion(live.model, state)
    tied = set(getattr(live.model, "all_tied_weights_keys", None) or ())
    unknown = sorted(set(state) - set(dtypes) - tied)
    if unknown:
        raise CheckpointError(
            f"transformers saves {unknown[0]}, which the checkpoint does not have",
            remedy="report this model type",
        )
    return {
        name: value.to(dtypes[name]).cpu().contiguous()
        for name, value in state.items()
        if name in dtypes
    }


def write_result(
    live: LiveModel,
    model: Any,
    changing: frozenset[str],
    what: Written,
    dial: TopKDial,
    *,
    autocast: bool,
    run: Run,
) -> None:
    """Merge, write, reopen and compare; the folder appears only if all of that went well.

    The model in memory is given up on the way.

    Args:
        live: The trained model.
        model: LoRA's wrapper around it, or the same.
        changing: Names of its parameters that were trained.
        what: Where to, and what to say about it.
        dial: Turns its Top-K.
        autocast: Whether it computes in bf16.
        run: Takes progress in bytes.

    Raises:
        CheckpointError: The written folder is not what is in memory.
        InputError: The target is not empty.
        ResourceError: The disk is full.
    """
    plan = what.plan if what.plan is not None else Plan.keep_all(what.source)
    plan = replace(plan, top_k=what.top_k)
    dtypes = _dtypes(what.source, plan)
    path = what.work / _TUNED
    try:
        merged(model)
        tensors = tuned_tensors(live, changing, dtypes)
        exact = not autocast and all(t.dtype == live.dtype for t in tensors.values())
        save_file(tensors, path)
        del tensors
        expected_TV = _probe(live, dial, what.top_k, autocast=autocast)
        live.model.to("meta")  # the reopened model takes its place

        def inspect(folder: Path) -> Mapping[str, object]:
            return {
                "tuning": what.facts(_reopen(folder, expected_TV, like=live, exact=exact, run=run))
            }

        options = ExportOptions(
            plan=plan,
            output=what.output,
            force=what.force,
            tuned=path,
            inspect=inspect,
            card=lambda before, after, made: model_card(before, after, made, tuning=what.lines()),
        )
        export_checkpoint(what.source.path, options, run)
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _dtypes(source: ModelInfo, plan: Plan) -> dict[str, torch.dtype]:
    """Dtype of every tensor of the result, by the name that it will have."""
    checkpoint = Checkpoint.open(source.path)
    moe = read_moe_config(checkpoint.config)
    layout = read_layout(checkpoint.tensors, moe)
    tensors = slice_tensors(
        checkpoint,
        layout,
        kept_by_layer(plan, layout, drop_mtp=False),
        drop_mtp=False,
        family=moe.family,
    )
    return {t.name: _DTYPES[t.dtype] for t in tensors if t.dtype in _DTYPES}


def _probe(live: LiveModel, dial: TopKDial, top_k: int, *, autocast: bool) -> torch.Tensor:
    """Logits of random tokens, [T, V] on the host."""
    dial.turn(TopK(top_k, 1.0))
    device = live.model.get_input_embeddings().weight.device
    generator = torch.Generator().manual_seed(0)
    vocabulary = live.info.geometry.vocab_size
    ids_BS = torch.randint(0, vocabulary, (_SEQUENCES, _LENGTH), generator=generator).to(device)
    live.model.eval()
    with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=autocast):
        logits = live.model(input_ids=ids_BS, use_cache=False).logits
    return logits.flatten(0, 1).float().cpu()


def _reopen(
    folder: Path, expected_TV: torch.Tensor, *, like: LiveModel, exact: bool, run: Run
) -> LiveModel:
    """Load the written folder with stock transformers and compare it with what was in memory.

    Raises:
        CheckpointError: Names, shapes or logits differ.
    """
    check = check_names(folder)
    if not check.complete:
        name = (*check.missing, *check.unexpected, *check.mismatched)[0]
        raise CheckpointError(
            f"stock transformers does not load the tuned checkpoint whole: {name}",
            remedy="report this model type",
        )
    kind = str(like.dtype).removeprefix("torch.")
    live = load_model(folder, device=str(like.device), dtype=kind, run=run)
    with TopKDial(live, live.info.top_k, run) as dial:
        found_TV = _probe(live, dial, live.info.top_k, autocast=False)
    error_T = (found_TV - expected_TV).norm(dim=-1) / expected_TV.norm(dim=-1).clamp_min(1e-6)
    limit = SAME_FLOAT32 if exact else SAME_ROUNDED
    if not float(error_T.median()) <= limit:
        raise CheckpointError(
            f"the reopened checkpoint's logits differ by {float(error_T.median()):.2g} of their "
            f"size from those in memory, at most {limit:g} is rounding",
            remedy="report this model type",
        )
    return live
