"""Plan × checkpoint → a smaller checkpoint, by copying bytes.

Everything that can fail cheaply fails first: target, plan, layout, space. Weights come next, then
config and side files, then verification, and in the end one rename makes it a model.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import core
from core.checkpoint import Checkpoint, Layout, ModelInfo, TensorRef, inspect_model, read_layout
from core.checkpoint.files import CONFIG, INDEX
from core.checkpoint.info import describe, shortcomings
from core.errors import CheckpointError, InputError, PlanError
from core.export.averages import FILE as AVERAGES
from core.export.averages import Average, find_averages, substituted, write_averages
from core.export.config import edited_config
from core.export.flush import Flusher
from core.export.memory import peak_rss_bytes
from core.export.options import ExportOptions, ExportResult
from core.export.pace import Pace
from core.export.ragged import MODULE, check_ragged, loader_source
from core.export.shards import Shard, index_json, pack, write_shard
from core.export.sidefiles import copy_side_files, side_files, write_json, write_text
from core.export.slices import kept_by_layer, slice_tensors
from core.export.staging import check_space, check_target, staged
from core.export.tuned import read_tuned, replaced
from core.export.verify import verify_export
from core.families import MoeConfig, read_moe_config
from core.planning import Plan, check_plan, loads_anywhere
from core.run import Run

# A shard must at least hold a header's worth; less is a slip of the unit.
SMALLEST_SHARD = 100_000
# For headers, config, index and card, beside the side files.
_ROOM = 16 << 20
_REPORT_EVERY = 0.1


@dataclass(frozen=True, kw_only=True)
class _Job:
    """An export that passed every check and has not written anything."""

    source: Checkpoint
    info: ModelInfo
    moe: MoeConfig
    layout: Layout
    plan: Plan
    kept: Mapping[int, tuple[int, ...]]
    shards: Sequence[Shard]
    averages: tuple[Average, ...]
    drop_mtp: bool
    notes: tuple[str, ...]
    tuned: Mapping[str, TensorRef]

    @property
    def nbytes(self) -> int:
        """Bytes of tensors that will be written."""
        return sum(shard.nbytes for shard in self.shards)


def export_checkpoint(model: Path, options: ExportOptions, run: Run) -> ExportResult:
    """Write the checkpoint that a plan leaves.

    Args:
        model: The source folder; it is only read.
        options: What to write, and where.
        run: Takes progress in bytes; a cancel leaves nothing behind.

    Raises:
        CheckpointError: The source is damaged or cannot be sliced, or verification failed.
        PlanError: The plan is for another model, or breaks a constraint.
        InputError: The target is not empty or cannot be written.
        ResourceError: Not enough space on the disk.
        Cancelled: The run was cancelled.
    """
    began = time.monotonic()
    job = _prepare(model, options)
    for note in job.notes:
        run.note(note, "warning")
    with staged(options.output) as folder:
        written = _write_weights(job, folder, run)
        _write_config(job, folder)
        copy_side_files(job.source.folder, folder)
        if options.verify:
            verify_export(
                job.source,
                job.layout,
                folder,
                job.kept,
                drop_mtp=job.drop_mtp,
                averages=job.averages,
                tuned=job.tuned,
                run=run,
            )
        found = options.inspect(folder) if options.inspect is not None else {}
        write_json(folder / "seer.json", _provenance(job, verified=options.verify) | dict(found))
        if options.card is not None:
            card = options.card(job.info, inspect_model(folder), job.plan)
            write_text(folder / "README.md", card)
        run.check()
    return ExportResult(
        output=options.output,
        bytes_in=sum(job.source.sizes),
        bytes_out=written,
        seconds=time.monotonic() - began,
        files=len(job.shards),
        uniform=loads_anywhere(job.plan),
        verified=options.verify,
        peak_rss_bytes=peak_rss_bytes(),
        notes=job.notes,
    )


def _prepare(model: Path, options: ExportOptions) -> _Job:
    """Check everything that can be checked before a byte is written."""
    if options.shard_size < SMALLEST_SHARD:
        raise InputError(
            f"a shard size of {options.shard_size:,} bytes", remedy="5GB, or at least 100KB"
        )
    check_target(options.output, model)
    source = Checkpoint.open(model)
    if not source.has_weights:
        raise CheckpointError(f"{model} holds no weights to export", remedy="the full model")
    moe = read_moe_config(source.config)
    layout = read_layout(source.tensors, moe)
    if layout.faults:
        raise CheckpointError(
            f"{len(layout.faults)} faults forbid slicing: {layout.faults[0]}",
            remedy="downloading the checkpoint again, or one whose experts are stored one by one",
        )
    wrong = shortcomings(layout, moe)
    if wrong:
        raise CheckpointError(
            f"the tensors of {model} are not those of its config.json: {wrong[0]}",
            remedy="the config.json that belongs to these weights, or downloading the rest of them",
        )
    info = describe(source, source.tensors, moe, layout)
    plan = _checked(options.plan.for_model(info, force=options.force), info)
    if not loads_anywhere(plan):
        mtp = bool(layout.mtp_blocks) and not options.drop_mtp
        check_ragged(source.config, moe, mtp=mtp)
    kept = kept_by_layer(plan, layout, drop_mtp=options.drop_mtp)
    tensors = slice_tensors(
        source,
        layout,
        kept,
        drop_mtp=options.drop_mtp,
        family=moe.family,
    )
    tuned = read_tuned(options.tuned) if options.tuned is not None else {}
    job = _Job(
        source=source,
        info=info,
        moe=moe,
        layout=layout,
        plan=plan,
        kept=kept,
        shards=pack(replaced(tensors, tuned), options.shard_size),
        averages=find_averages(source, layout, plan),
        drop_mtp=options.drop_mtp,
        notes=_notes(info, plan, drop_mtp=options.drop_mtp),
        tuned=tuned,
    )
    beside = sum((source.folder / path).stat().st_size for path in side_files(source.folder))
    averaged = sum(a.target.end - a.target.start for a in job.averages)
    check_space(options.output, job.nbytes + averaged + beside + _ROOM)
    return job


def _checked(plan: Plan, info: ModelInfo) -> Plan:
    """Refuse what the model's router cannot take."""
    for problem in check_plan(plan, info):
        if problem.severity == "error":
            raise PlanError(problem.text.rstrip("."), remedy=problem.fix_text.lower())
    if plan.top_k is not None and plan.top_k > int(plan.kept_L.min()):
        raise PlanError(
            f"top_k {plan.top_k} is more than the {int(plan.kept_L.min())} experts that stay",
            remedy="a smaller top_k",
        )
    return plan


def _notes(info: ModelInfo, plan: Plan, *, drop_mtp: bool) -> tuple[str, ...]:
    """What the user should know about the result."""
    if info.mtp is None:
        return ()
    size = f"{info.mtp.bytes / 1e9:.2f} GB of multi-token-prediction layers"
    if drop_mtp:
        return (f"{size} were left out",)
    if not plan.dropped:
        return ()
    return (
        f"{size} keep the experts that the last layer keeps: nothing is known about their own use",
    )


def _write_weights(job: _Job, folder: Path, run: Run) -> int:
    """Write all shards and the index; returns the bytes of their files."""
    done, reported = 0, 0.0
    total = job.nbytes

    def copied(count: int) -> None:
        nonlocal done, reported
        done += count
        run.check()
        now = time.monotonic()
        if now - reported >= _REPORT_EVERY or done == total:
            reported = now
            run.progress("export", done, total, "bytes")

    run.check()
    run.progress("export", 0, total, "bytes")
    written = 0
    source, pace = job.source.folder, Pace(kernel=hasattr(os, "copy_file_range"))
    shards = _with_averages(job, folder, run)
    with Flusher() as flusher:
        for shard in shards:
            # A name that no loader looks for, until the bytes are on the disk.
            temporary = folder / f"{shard.name}.part"
            try:
                written += write_shard(temporary, shard, source, flusher, pace=pace, copied=copied)
            except EOFError as error:
                raise _shorter(source) from error
            temporary.rename(folder / shard.name)
    (folder / AVERAGES).unlink(missing_ok=True)
    if len(shards) > 1:
        write_json(folder / INDEX, index_json(shards))
    return written


def _with_averages(job: _Job, folder: Path, run: Run) -> Sequence[Shard]:
    """The shards, merged experts read from a file of averages that is written first."""
    if not job.averages:
        return job.shards
    total, done = sum(a.target.end - a.target.start for a in job.averages), 0

    def written(count: int) -> None:
        nonlocal done
        done += count
        run.check()
        run.progress("average", done, total, "bytes")

    try:
        places = write_averages(job.averages, job.source.folder, folder / AVERAGES, written=written)
    except EOFError as error:
        raise _shorter(job.source.folder) from error
    return [
        shard._replace(tensors=tuple(substituted(shard.tensors, places))) for shard in job.shards
    ]


def _shorter(folder: Path) -> CheckpointError:
    return CheckpointError(
        f"a file of {folder} became shorter while it was read",
        remedy="exporting again when nothing writes to the model",
    )


def _write_config(job: _Job, folder: Path) -> None:
    """config.json: the very bytes of the source's when nothing in it changes; the ragged loader."""
    edited = edited_config(
        job.source.config,
        job.moe,
        top_k=job.plan.top_k,
        kept=job.kept,
        drop_mtp=job.drop_mtp,
    )
    if edited == job.source.config:
        raw = (job.source.folder / CONFIG).read_text(encoding="utf-8")
        write_text(folder / CONFIG, raw)
    else:
        write_json(folder / CONFIG, edited)
    if not loads_anywhere(job.plan):
        source = loader_source(job.source.config, job.moe.family)
        write_text(folder / f"{MODULE}.py", source)


def _provenance(job: _Job, *, verified: bool) -> dict[str, object]:
    """seer.json: where these weights come from. No time and no path, so that it is reproducible."""
    mtp = "none" if job.info.mtp is None else "dropped" if job.drop_mtp else "sliced"
    return {
        "seer_export": 1,
        "plan": job.plan.to_json(),
        "profile": job.plan.made_by.profile,
        "source": {
            "name": job.info.name,
            "fingerprint": job.info.fingerprint,
            "model_type": job.info.model_type,
            "experts": list(job.info.experts),
            "bytes": job.info.bytes,
        },
        "mtp": mtp,
        "verified": verified,
        "versions": {"seer_studio": core.__version__, "python": platform.python_version()},
    }
