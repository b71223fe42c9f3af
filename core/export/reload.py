"""Load an exported checkpoint with stock transformers and compare it with the masked original.

The only module of this room that imports torch; front ends run it when the models fit in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.checkpoint.files import CONFIG, read_json
from core.errors import CheckpointError, StudioError
from core.families import read_moe_config
from core.families.family import CAUSAL
from core.planning import Plan
from core.run import Run

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

# Enough tokens that every expert of a small layer is chosen, few enough to take no time.
_SEQUENCES, _LENGTH = 2, 64


@dataclass(frozen=True, kw_only=True)
class ReloadCheck:
    """What stock transformers made of an exported folder.

    Attributes:
        model_class: The class that loaded it.
        missing: Parameters that the files did not have.
        unexpected: Tensors that the class has no place for, save for towers that a causal class
            leaves out of a multimodal checkpoint.
        mismatched: Parameters of another shape than the file's.
        max_difference: Largest absolute difference of logits to the masked original, or None
            when there was nothing to compare with.
        top1_agreement: Share of tokens with the same best next token, or None.
        tokens: Tokens compared.
    """

    model_class: str
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    mismatched: tuple[str, ...]
    max_difference: float | None
    top1_agreement: float | None
    tokens: int

    @property
    def complete(self) -> bool:
        """Whether every parameter came from the files and every tensor found its place."""
        return not (self.missing or self.unexpected or self.mismatched)

    def to_json(self) -> dict[str, object]:
        """The outcome as JSON."""
        return {
            "model_class": self.model_class,
            "missing": list(self.missing),
            "unexpected": list(self.unexpected),
            "mismatched": list(self.mismatched),
            "max_difference": self.max_difference,
            "top1_agreement": self.top1_agreement,
            "tokens": self.tokens,
        }


def check_reload(
    folder: Path,
    *,
    source: Path | None = None,
    plan: Plan | None = None,
    device: str = "auto",
    run: Run,
) -> ReloadCheck:
    """Check names and shapes, and logits when there is a source to compare with.

    Args:
        folder: The exported checkpoint.
        source: The original, or None to check names and shapes alone.
        plan: What was exported from it.
        device: Where both models run, one after the other.
        run: Checked between the steps.

    Raises:
        CheckpointError: transformers cannot load the folder.
        ResourceError: A model does not fit in memory.
    """
    run.check()
    check = check_names(folder)
    if source is None or not check.complete:
        return check
    difference, agreement, tokens = _compare(folder, source, plan, device, run)
    return replace(check, max_difference=difference, top1_agreement=agreement, tokens=tokens)


def check_names(folder: Path) -> ReloadCheck:
    """Compare the files with what stock transformers expects.

    The model is built on the `meta` device and no weight is kept, so this works for any size.

    Raises:
        CheckpointError: transformers cannot load the folder.
    """
    from transformers.utils import logging

    from core.runtime.quantised import loading_options
    from core.runtime.ragged import model_class

    config = read_json(folder / CONFIG)
    more = loading_options(config)
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model, report = model_class(folder).from_pretrained(
            folder,
            device_map="meta",
            dtype="auto",
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            **more,
        )
    except (OSError, RuntimeError, ValueError, KeyError, ImportError, StudioError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CheckpointError(f"stock transformers cannot load {folder}: {reason}") from error
    finally:
        if shown:
            logging.enable_progress_bar()
    return ReloadCheck(
        model_class=type(model).__name__,
        missing=tuple(sorted(report["missing_keys"])),
        unexpected=tuple(sorted(_strangers(report["unexpected_keys"], config))),
        mismatched=tuple(sorted(str(item[0]) for item in report["mismatched_keys"])),
        max_difference=None,
        top1_agreement=None,
        tokens=0,
    )


def _strangers(names: Iterable[str], config: Mapping[str, object]) -> list[str]:
    """Unexpected tensors of the language model; in a multimodal checkpoint others are no fault."""
    moe = read_moe_config(config)
    if not moe.section or moe.family.auto_class(config) != CAUSAL:
        return list(names)
    layers = tuple(f"{decoder}." for decoder in moe.family.decoders)
    heads = set(moe.family.embeddings)
    return [n for n in names if n.startswith(layers) or heads & set(n.split(".")[-2:])]


def _compare(
    folder: Path, source: Path, plan: Plan | None, device: str, run: Run
) -> tuple[float, float, int]:
    """Largest difference of logits, share of equal best tokens, and tokens compared."""
    import torch

    from core.pruning import masked
    from core.runtime import load_model
    from core.runtime.quantised import loading_options
    from core.runtime.ragged import model_class

    original = load_model(source, device=device, run=run)
    generator = torch.Generator().manual_seed(0)
    vocabulary = original.info.geometry.vocab_size
    ids_BS = torch.randint(0, vocabulary, (_SEQUENCES, _LENGTH), generator=generator)
    dtype, place = original.dtype, original.device
    with masked(original, plan):
        expected = _logits(original.model, ids_BS)
    del original
    run.check()
    more = loading_options(read_json(folder / CONFIG))
    reloaded = model_class(folder).from_pretrained(
        folder, dtype=dtype, local_files_only=True, use_safetensors=True, **more
    )
    written = _logits(reloaded.eval().to(place), ids_BS)
    difference = float((written - expected).abs().max())
    agreement = float((written.argmax(-1) == expected.argmax(-1)).float().mean())
    return difference, agreement, ids_BS.numel()


def _logits(model: PreTrainedModel, ids_BS: torch.Tensor) -> torch.Tensor:
    """Logits in fp32 on the host."""
    import torch

    with torch.inference_mode():
        logits = model(input_ids=ids_BS.to(model.device), use_cache=False).logits
    return logits.float().cpu()
