"""What `seer tune` and `seer tune-search` both take, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.options import (
    ChatTemplate,
    Device,
    Dtype,
    MaxTokens,
    NoPack,
    PlanFile,
    Seed,
    SeqLen,
    TopK,
)
from core.cli.tune_options import (
    Anneal,
    AnnealFraction,
    Batch,
    Checkpointing,
    Decay,
    Distill,
    DistillCache,
    EntropyWeight,
    Fractional,
    GradAccum,
    LearningRate,
    LoraAttention,
    LoraRank,
    LrDecay,
    MaxGradNorm,
    Schedule,
    Steps,
    Teacher,
    Train,
    ValidationSources,
    ValidationTokens,
    Warmup,
    WeightDecay,
)
from core.cli.tuning import TuneRequest

if TYPE_CHECKING:
    from core.tuning import TuneOptions


@dataclass(frozen=True, kw_only=True)
class Training:
    """One training run: what falls, what is trained, how long, on which texts, where."""

    plan: PlanFile = None
    top_k: TopK = None
    schedule: Anneal = Schedule.LINEAR
    fractional: Fractional = True
    anneal_fraction: AnnealFraction = 0.5
    entropy_weight: EntropyWeight = 0.01
    train: Train = None
    lora_rank: LoraRank = 16
    lora_attention: LoraAttention = False
    distill: Distill = 0.0
    distill_cache: DistillCache = 0
    teacher: Teacher = None
    steps: Steps = None
    lr: LearningRate = None
    warmup: Warmup = None
    decay: LrDecay = Decay.COSINE
    weight_decay: WeightDecay = 0.0
    max_grad_norm: MaxGradNorm = 1.0
    batch_size: Batch = None
    grad_accum: GradAccum = None
    checkpointing: Checkpointing = None
    seq_len: SeqLen = 256
    max_tokens: MaxTokens = 1_000_000
    validation: ValidationSources = None
    validation_tokens: ValidationTokens = 20_000
    chat_template: ChatTemplate = False
    no_pack: NoPack = False
    seed: Seed = 0
    device: Device = "auto"
    dtype: Dtype = "auto"

    def options(self, **more: int) -> TuneOptions:
        """For the engine.

        Args:
            **more: What only a whole run has: how often it validates and saves.
        """
        from core.tuning import TuneOptions

        return TuneOptions(
            top_k=self.top_k,
            schedule=self.schedule.value,
            fractional=self.fractional,
            anneal_fraction=self.anneal_fraction,
            entropy_weight=self.entropy_weight,
            train=self.train.value if self.train is not None else None,
            lora_rank=self.lora_rank,
            lora_attention=self.lora_attention,
            distill=self.distill,
            distill_cache=self.distill_cache,
            steps=self.steps,
            learning_rate=self.lr,
            warmup_steps=self.warmup,
            decay=self.decay.value,
            weight_decay=self.weight_decay,
            max_grad_norm=self.max_grad_norm,
            batch_size=self.batch_size,
            grad_accum=self.grad_accum,
            checkpointing=self.checkpointing,
            seed=self.seed,
            device=self.device,
            dtype=self.dtype,
            **more,
        )

    def request(
        self,
        model: str,
        sources: list[str],
        output: Path,
        options: TuneOptions,
        *,
        work: Path | None = None,
        force: bool = False,
    ) -> TuneRequest:
        """What is asked for, options and texts together."""
        return TuneRequest(
            model=model,
            sources=tuple(sources),
            output=output,
            options=options,
            plan=self.plan,
            teacher=self.teacher,
            validation=tuple(self.validation or ()),
            seq_len=self.seq_len,
            max_tokens=self.max_tokens,
            validation_tokens=self.validation_tokens,
            pack=not self.no_pack,
            chat_template=self.chat_template,
            work=work,
            force=force,
        )
