"""transformers' Trainer with the loss of stage 2, reports instead of logs, small checkpoints."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from core.errors import Cancelled, Parked, ResourceError, StudioError
from core.tuning import loss
from core.tuning.data import SequenceStream, collate
from core.tuning.events import CURVE, STAGE, StepReport
from core.tuning.mark import StepMark
from core.tuning.progress import Progress
from core.tuning.scope import trainable
from core.tuning.task import Task
from core.tuning.weights import WEIGHTS, load_trained, save_trained, sync
from core.tuning.work import writing

# Sums over the tokens since the last report.
CE, ENTROPY, KL, TOKENS = range(4)


class _Enough(Exception):  # noqa: N818 - it is how a run ends that had been stopped early
    """There is nothing left to train."""


class _Start(TrainerCallback):
    """Tells the trainer that everything is in its place."""

    def __init__(self, trainer: SeerTrainer) -> None:
        self._trainer = trainer

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """The first step is next."""
        self._trainer.begin()


class SeerTrainer(Trainer):
    """One tuning run."""

    loss_is_scaled_for_ga = True  # `compute_loss` divides by the tokens of the whole step

    def __init__(self, task: Task, model: nn.Module, args: TrainingArguments, data: SequenceStream):
        """Take the parts; nothing runs yet."""
        super().__init__(
            model=model,
            args=args,
            train_dataset=data,
            eval_dataset=data,  # never read: `evaluate` has its own texts
            data_collator=collate,
            callbacks=[_Start(self)],
        )
        self.remove_callback(PrinterCallback)
        self.task = task
        self.progress = Progress()
        self.reports: list[StepReport] = []
        self._pending: StepReport | None = None
        self._sums = torch.zeros(4, dtype=torch.float64, device=args.device)
        self._since = time.monotonic()
        self._mark: StepMark | None = None
        self._validating = False

    def train(self, *args: Any, **kwargs: Any) -> Any:
        """As the Trainer's.

        Raises:
            Parked: Memory is wanted back. The step that was under way is lost; the one before has
                its checkpoint, with what it was validated on still to come if that was under way.
        """
        try:
            return super().train(*args, **kwargs)
        except _Enough:
            return None
        except Parked:
            if self.task.parks:
                self._keep_whole_steps()
            raise

    # ---- the loss

    def get_batch_samples(
        self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device
    ) -> tuple[list[Any], Any]:
        """The batches of one step, and how many tokens they predict on all processes."""
        batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        masks = [batch["attention_mask"] for batch in batches]
        count = sum(int(mask_BS[:, 1:].sum()) for mask_BS in masks)
        both = torch.tensor([count, self.task.run.cancelled], device=device)
        if not self.task.alone:
            # All stop at one step, or those that go on would wait for ever.
            both = self.accelerator.reduce(both, "sum")
        if both[1]:
            raise Cancelled
        if self.progress.stopped:
            raise _Enough
        return batches, both[0]

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,  # noqa: FBT001, FBT002, ARG002 - the Trainer's signature
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """The three terms over one micro-batch, divided by the tokens of the whole step."""
        task, options = self.task, self.task.options
        if task.alone:
            if self._mark is None:
                self._mark = StepMark.of(self.state.global_step, self._sums, self._tr_loss)
            task.run.check()
        task.dial.turn(task.schedule.at(self.state.global_step))
        ids_BS, mask_BS = inputs["input_ids"], inputs["attention_mask"]
        padding = None if bool(mask_BS.all()) else mask_BS
        with task.dial.hearing() as heard:
            logits = model(input_ids=ids_BS, attention_mask=padding, use_cache=False).logits
        target_T, counted_T = loss.next_tokens(ids_BS, mask_BS)
        log_q_TV = loss.log_probabilities(logits)
        del logits
        ce = loss.cross_entropy_sum(log_q_TV, target_T)
        scores = [layer.score for layer in task.live.moe]
        with torch.set_grad_enabled(options.entropy_weight > 0):
            entropy = loss.entropy_sum(heard, scores, counted_T)
        total = ce + options.entropy_weight * entropy
        kl = ce.new_zeros(())
        if task.teacher is not None:
            kl = task.teacher.kl(inputs, log_q_TV, counted_T)
            total = total + options.distill * kl
        parts = torch.stack([ce, entropy, kl, counted_T.sum()]).detach()
        self._sums += parts.to(self._sums)
        # Gradients are averaged over processes, and this is a sum over them.
        return total * self.accelerator.num_processes / num_items_in_batch

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:  # noqa: ARG002 - as above
        """Not counted: it would walk over all modules in every step."""
        return 0

    # ---- reports

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:  # noqa: ARG002
        """Make a report of the steps since the last one."""
        self.control.should_log = False
        if "loss" not in logs:  # the summary at the end
            return
        sums = self._sums if self.args.world_size == 1 else self.accelerator.reduce(self._sums)
        ce, entropy, kl, tokens = sums.tolist()
        self._sums.zero_()
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        self.progress.seconds += seconds
        self.progress.tokens += round(tokens)
        step = self.state.global_step
        if not math.isfinite(logs["loss"]):
            raise StudioError(
                f"the loss became {logs['loss']} at step {step:,}",
                remedy="a smaller --lr, or --dtype float32; --resume goes on from the checkpoint "
                "before",
            )
        self._report(
            loss=logs["loss"],
            ce=ce / tokens,
            entropy=entropy / tokens,
            distill=kl / tokens if self.task.teacher is not None else None,
            k=self.task.schedule.at(step - 1).value,
            learning_rate=logs["learning_rate"],
            grad_norm=float(logs.get("grad_norm", math.nan)),
            tokens_per_second=tokens / seconds if seconds > 0 else math.nan,
        )

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Validate at the target Top-K, and see whether it is worth going on."""
        self._pause_clock()
        self.control.should_evaluate = False
        self._validating = True
        found = self.task.validate(self.model_wrapped, self.task.schedule.target)
        self._validating = False
        self._report(validation_perplexity=found.overall)
        self._since = time.monotonic()
        patience, progress = self.task.options.patience, self.progress
        if found.overall < progress.best:
            progress.best, progress.best_step = found.overall, self.state.global_step
            progress.waited = 0
        elif patience:
            progress.waited += 1
            if progress.waited >= patience and self.state.global_step < self.args.max_steps:
                progress.stopped = self.control.should_training_stop = True
        return {"eval_perplexity": found.overall}

    def begin(self) -> None:
        """Measure the model before the first step, once it is where it will be trained."""
        task, schedule = self.task, self.task.schedule
        if self.state.global_step == 0:
            before = task.validate(self.model_wrapped, schedule.target)
            self._report(validation_perplexity=before.overall)
            self._flush()
            same = schedule.start == schedule.target
            own = before if same else task.validate(self.model_wrapped, schedule.start)
            task.started(before, own)
        elif self.progress.sums:
            self._take_up_sums()
        if self.progress.pending is not None:
            # It was paused in the middle of this step's validation.
            self._pending = StepReport.from_json(self.progress.pending)
            self._since = time.monotonic()
            self.evaluate()
            self.progress.pending = None
            self._flush()
        self._since = time.monotonic()

    def _maybe_log_save_evaluate(self, *args: Any, **kwargs: Any) -> None:
        """Log, validate and save as the Trainer does; then write the report down.

        Raises:
            Cancelled: The run was stopped.
            Parked: Memory is wanted back.
        """
        self._mark = None  # the step is whole
        super()._maybe_log_save_evaluate(*args, **kwargs)
        self._flush()
        self.task.run.progress(STAGE, self.state.global_step, self.args.max_steps, "steps")
        if self.task.alone:
            self.task.run.check()

    def _present(self) -> StepReport:
        """The report of this step as it is so far."""
        step, steps = self.state.global_step, self.args.max_steps
        return self._pending or StepReport(step=step, steps=steps, tokens=0)

    def _report(self, **values: Any) -> None:
        self._pending = replace(
            self._present(), tokens=self.progress.tokens, seconds=self.progress.seconds, **values
        )
        self.task.run.snapshot(CURVE, self._pending)

    def _flush(self) -> None:
        if self._pending is None:
            return
        self.reports.append(self._pending)
        if self.task.leads:
            self.task.work.add_to_curve(self._pending)
        self._pending = None

    def _pause_clock(self) -> None:
        self.progress.seconds += time.monotonic() - self._since

    # ---- checkpoints

    def _keep_whole_steps(self) -> None:
        """Leave a checkpoint of the last step that came to its end."""
        if self._mark is not None:
            self._mark.put_back(self._sums, self._tr_loss)
            self.model.zero_grad(set_to_none=True)
        step, work = self.state.global_step, self.task.work
        if step == 0 or step in work.checkpoints():
            return
        if self._validating:
            self.progress.pending, self._pending = self._present().to_json(), None
            self._since = time.monotonic()  # the clock was read before the validation
        self._save_checkpoint(self.model, None)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Write a checkpoint, say that it is whole, and only then delete older ones.

        Raises:
            ResourceError: The disk is full; what was half-written is deleted.
        """
        self._pause_clock()
        step = self.state.global_step
        self._keep_sums()
        if self.progress.pending is None:
            self._report(checkpoint=True)
            self._flush()
        work = self.task.work
        try:
            with writing(work.folder):
                super()._save_checkpoint(model, trial)
                self.accelerator.wait_for_everyone()
                if self.task.leads:
                    sync(work.checkpoint(step))
        except ResourceError:
            work.remove_unfinished()
            raise
        if self.task.leads:
            work.finish_checkpoint(step, self.progress.to_json())
            keep = {*work.checkpoints()[-self.task.options.keep_checkpoints :]}
            if self.task.options.patience:
                keep.add(self.progress.best_step)
            for old in set(work.checkpoints()) - keep:
                shutil.rmtree(work.checkpoint(old))
        self._since = time.monotonic()

    def _keep_sums(self) -> None:
        """Let the progress have what is summed up for the next report, of all processes."""
        sums, lost = self._sums, self._tr_loss
        if self.args.world_size > 1:
            sums = self.accelerator.reduce(sums)
            lost = self.accelerator.reduce(lost, "mean")
        progress = self.progress
        progress.reported, progress.loss = self._globalstep_last_logged, float(lost)
        progress.sums = tuple(sums.tolist())

    def _take_up_sums(self) -> None:
        """Go on with the sums of a checkpoint that lies between two reports."""
        self._globalstep_last_logged = self.progress.reported
        self._tr_loss += self.progress.loss
        if self.task.leads:  # the next report adds up those of all processes
            self._sums += self._sums.new_tensor(self.progress.sums)

    def save_model(
        self,
        output_dir: str | None = None,
        _internal_call: bool = False,  # noqa: FBT001, FBT002 - the Trainer's signature
    ) -> None:
        """Save what is trained, and nothing that the source folder has anyway."""
        weights = self.trained_weights()
        if self.task.leads and output_dir is not None:
            save_trained(weights, Path(output_dir))

    def trained_weights(self) -> dict[str, torch.Tensor]:
        """What is trained, whole and on the host, by its name in the unwrapped model."""
        if self.is_fsdp_enabled:
            from torch.distributed.checkpoint.state_dict import (
                StateDictOptions,
                get_model_state_dict,
            )

            options = StateDictOptions(
                full_state_dict=True, cpu_offload=True, ignore_frozen_params=True
            )
            return dict(get_model_state_dict(self.model, options=options))
        return {
            name: parameter.detach().cpu().contiguous()
            for name, parameter in trainable(self.accelerator.unwrap_model(self.model)).items()
        }

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load what `save_model` saved."""
        weights = load_file(Path(resume_from_checkpoint) / WEIGHTS)
        if self.is_fsdp_enabled:
            from torch.distributed.checkpoint.state_dict import (
                StateDictOptions,
                set_model_state_dict,
            )

            options = StateDictOptions(full_state_dict=True, strict=False)
            set_model_state_dict(model or self.model, weights, options=options)
            return
        load_trained(self.model, weights)

    def resume(self, step: int) -> None:
        """Take up the state of a checkpoint: what the Trainer itself does not know of."""
        work = self.task.work
        self.progress = Progress.from_json(work.checkpoint_state(step))
        self.reports = [report for report in work.curve() if report.step <= step]
        if self.task.leads:
            work.write_curve(tuple(self.reports))
        for report in self.reports:
            self.task.run.snapshot(CURVE, report)
