"""The help of each setting of the Tune page: what it does, its formula, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from app.widgets.help import Help

translate = QCoreApplication.translate  # the name that lupdate looks for

PAPER = "SEER-MoE, arXiv 2404.05089"


def goal_topics() -> Mapping[str, Help]:
    """Help on what is to be reached and how Top-K falls."""
    return {
        "start": Help(
            title=translate("TuneHelp", "Start from"),
            text=translate(
                "TuneHelp",
                "The model with the current plan applied in memory, the whole model, or the "
                "checkpoint of an earlier run, which then goes on for more steps.",
            ),
        ),
        "top_k": Help(
            title=translate("TuneHelp", "Target Top-K"),
            text=translate(
                "TuneHelp",
                "How many experts each token uses in the end. Fewer save computation in every "
                "expert layer; the checkpoint stays as large as it is.",
            ),
            formula="FLOPs(experts) ∝ K",
            source=PAPER,
        ),
        "schedule": Help(
            title=translate("TuneHelp", "Schedule"),
            text=translate(
                "TuneHelp",
                "How Top-K falls from the model's own to the target: at once, evenly, or slowly at "
                "both ends. A gradual fall gives the router time to concentrate.",
            ),
            formula=(
                "linear  K = K₀ − (K₀ − K₁) p\ncosine  K = K₁ + (K₀ − K₁)(1 + cos πp) / 2\n"
                "p = step / (share · steps)"
            ),
            source=PAPER,
        ),
        "fractional": Help(
            title=translate("TuneHelp", "Fade the last gate"),
            text=translate(
                "TuneHelp",
                "Scales the last expert's gate from 1 to 0 while Top-K falls, instead of dropping "
                "it in one step. With gates that are renormalised, a single expert's gate is "
                "always 1 and the router learns nothing from the texts; a fading second gate "
                "keeps it learning until the fall ends.",
            ),
            formula="g_last ← (K − (⌈K⌉ − 1)) · g_last",
        ),
        "anneal": Help(
            title=translate("TuneHelp", "Share of the steps"),
            text=translate(
                "TuneHelp",
                "Over which part of the run Top-K falls. In the rest the experts adapt to the "
                "target, while the router stands nearly still if the target is 1.",
            ),
        ),
    }


def loss_topics() -> Mapping[str, Help]:
    """Help on the terms of the loss and on what is trained."""
    return {
        "entropy": Help(
            title=translate("TuneHelp", "Entropy weight λ"),
            text=translate(
                "TuneHelp",
                "A penalty on the entropy of the router's distribution, so that each token's "
                "choice concentrates before Top-K falls. Too much of it narrows the choice "
                "blindly and costs quality.",
            ),
            formula="loss = CE + λ · mean H(softmax z) + α · KL",
            source=PAPER,
        ),
        "distill": Help(
            title=translate("TuneHelp", "Distillation weight α"),
            text=translate(
                "TuneHelp",
                "Pulls the tuned model towards the next-token distribution of the unpruned "
                "original at its own Top-K. It needs the original beside the model, or its answers "
                "from a file.",
            ),
            formula="α · KL(teacher ‖ student)",
            source="Hinton et al., arXiv 1503.02531",
        ),
        "cache": Help(
            title=translate("TuneHelp", "Teacher"),
            text=translate(
                "TuneHelp",
                "Alongside: both models in memory, exact. From a file: the original reads the "
                "texts once and its likeliest tokens are kept, so that two models never share "
                "the memory.",
            ),
        ),
        "train": Help(
            title=translate("TuneHelp", "What is trained"),
            text=translate(
                "TuneHelp",
                "Routers alone need least memory and change least. LoRA adds small matrices to the "
                "experts and is merged in the end. Experts, or everything, recover most and need "
                "16 bytes for each parameter that is trained.",
            ),
        ),
        "steps": Help(
            title=translate("TuneHelp", "Steps"),
            text=translate(
                "TuneHelp",
                "Optimiser steps. Each reads batch size × passes per step sequences; the texts are "
                "gone through again when they end.",
            ),
        ),
        "rate": Help(
            title=translate("TuneHelp", "Learning rate"),
            text=translate(
                "TuneHelp",
                "Its highest value, reached after the warm-up. Smaller models take more; routers "
                "alone and LoRA take about ten times what full fine-tuning does.",
            ),
        ),
        "batch": Help(
            title=translate("TuneHelp", "Batch size"),
            text=translate(
                "TuneHelp",
                "Sequences per forward pass. Activations and logits grow with it; when memory is "
                "short, halve it and double the passes per step.",
            ),
        ),
    }


def text_topics() -> Mapping[str, Help]:
    """Help on the texts."""
    return {
        "tokens": Help(
            title=translate("TuneHelp", "Token budget"),
            text=translate(
                "TuneHelp",
                "How much text there is to learn from, split evenly over the domains. A run that "
                "reads more than this goes through the texts again.",
            ),
        ),
        "seq_len": Help(
            title=translate("TuneHelp", "Sequence length"),
            text=translate(
                "TuneHelp",
                "Tokens of one training sequence. Memory grows with it, as with batches.",
            ),
        ),
        "seed": Help(
            title=translate("TuneHelp", "Seed"),
            text=translate(
                "TuneHelp",
                "Decides which documents are read in which order. Two runs with one seed differ by "
                "nothing but rounding.",
            ),
        ),
    }


def advanced_topics() -> Mapping[str, Help]:
    """Help on what is folded away."""
    return {
        "grad_accum": Help(
            title=translate("TuneHelp", "Passes per step"),
            text=translate(
                "TuneHelp",
                "Forward and backward passes whose gradients are added up for one step: a larger "
                "batch without more memory.",
            ),
        ),
        "warmup": Help(
            title=translate("TuneHelp", "Warm-up steps"),
            text=translate("TuneHelp", "Steps over which the learning rate rises from zero."),
        ),
        "decay": Help(
            title=translate("TuneHelp", "Decay"),
            text=translate("TuneHelp", "How the learning rate falls after the warm-up."),
        ),
        "weight_decay": Help(
            title=translate("TuneHelp", "Weight decay"),
            text=translate(
                "TuneHelp", "Pulls matrices towards zero at each step; norms are left out."
            ),
            source="AdamW, arXiv 1711.05101",
        ),
        "grad_norm": Help(
            title=translate("TuneHelp", "Gradient clipping"),
            text=translate(
                "TuneHelp", "A gradient longer than this is scaled down to it; 0 leaves all as is."
            ),
        ),
        "lora_rank": Help(
            title=translate("TuneHelp", "LoRA rank"),
            text=translate(
                "TuneHelp", "Width of the added matrices: more learn more and need more memory."
            ),
            source="LoRA, arXiv 2106.09685",
        ),
        "checkpointing": Help(
            title=translate("TuneHelp", "Recompute activations"),
            text=translate(
                "TuneHelp",
                "Keeps only each layer's input and computes the rest again in the backward pass: "
                "much less memory for about a third more time.",
            ),
        ),
        "eval_every": Help(
            title=translate("TuneHelp", "Validate every"),
            text=translate(
                "TuneHelp",
                "Steps between two measurements of the perplexity on held-out texts, always at the "
                "target Top-K. 0 measures before and after only.",
            ),
        ),
        "save_every": Help(
            title=translate("TuneHelp", "Checkpoint every"),
            text=translate(
                "TuneHelp",
                "Steps between two checkpoints, from which a stopped run resumes. Each takes 12 "
                "bytes for each trained parameter on the disk.",
            ),
        ),
        "patience": Help(
            title=translate("TuneHelp", "Stop early after"),
            text=translate(
                "TuneHelp",
                "Stops when so many validations in a row were no better, and writes the best "
                "checkpoint. 0 runs to the end.",
            ),
        ),
        "dtype": Help(
            title=translate("TuneHelp", "Number format"),
            text=translate(
                "TuneHelp",
                "What the weights are loaded as. On a graphics card training computes in bfloat16 "
                "with trained weights in float32; on a processor float32 is faster.",
            ),
        ),
    }
