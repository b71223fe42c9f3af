"""Our options as the Trainer's."""

from __future__ import annotations

import torch
from transformers import TrainingArguments

from core.errors import InputError
from core.tuning.options import TuneOptions
from core.tuning.work import Work

# AdamW's second moment over 20 steps and not 1,000: a run of hundreds of steps never fills it.
BETA_2 = 0.95
_DECAY = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}


def training_arguments(
    options: TuneOptions, work: Work, device: torch.device, *, autocast: bool, alone: bool
) -> TrainingArguments:
    """The arguments of one run.

    Args:
        options: With nothing left to a default.
        work: Where checkpoints go.
        device: Where the model is.
        autocast: Whether to compute in bf16.
        alone: Whether there is no other process.

    Raises:
        InputError: A CUDA device other than the first.
    """
    if alone and device.type == "cuda" and device.index:
        raise InputError(
            f"training runs on the first visible GPU, not on {device}",
            remedy=f"CUDA_VISIBLE_DEVICES={device.index} with --device cuda",
        )
    assert options.steps and options.batch_size and options.grad_accum  # noqa: PT018 - resolved
    arguments = TrainingArguments(
        output_dir=str(work.folder),
        max_steps=options.steps,
        per_device_train_batch_size=options.batch_size,
        gradient_accumulation_steps=options.grad_accum,
        learning_rate=options.learning_rate or 0.0,
        warmup_steps=options.warmup_steps or 0,
        lr_scheduler_type=_DECAY[options.decay],
        weight_decay=options.weight_decay,
        adam_beta2=BETA_2,
        max_grad_norm=options.max_grad_norm,
        optim="adamw_torch_fused",
        seed=options.seed,
        bf16=autocast,
        use_cpu=device.type == "cpu",
        activation_checkpointing=bool(options.checkpointing),
        activation_checkpointing_kwargs={"use_reentrant": False},
        logging_strategy="steps",
        logging_steps=options.log_every,
        logging_nan_inf_filter=False,
        eval_strategy="steps" if options.eval_every else "no",
        eval_steps=options.eval_every or None,
        save_strategy="steps" if options.save_every else "no",
        save_steps=options.save_every or options.steps,
        # We delete older ones ourselves, after the new one is whole.
        save_total_limit=None,
        train_sampling_strategy="sequential",  # the stream is shuffled
        dataloader_drop_last=True,
        dataloader_pin_memory=device.type == "cuda",
        remove_unused_columns=False,
        ddp_find_unused_parameters=False,
        report_to="none",
        disable_tqdm=True,
    )
    if device.type == "cuda" and alone:
        # Several visible GPUs without a launcher would mean DataParallel.
        arguments._n_gpu = 1  # noqa: SLF001
    return arguments
