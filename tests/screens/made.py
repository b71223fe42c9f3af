"""A project's values as a day of work leaves them, made without running a model.

Every number comes from a seed, so that a picture of today can be held against one of last month;
the model is the bundled one, whose headers and tokenizer are read.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from app.jobs.tasks import Preview
from app.session import Session
from core.checkpoint import ModelInfo
from core.evaluation import TaskResult
from core.evaluation.speed import Speed
from core.evaluation.variant import Variant
from core.export import ExportResult
from core.planning import Bounds, MadeBy, Merge, Plan, keep_per_layer
from core.profiling import Lens, Profile
from core.profiling.profile import CONTEXT
from core.tuning import Found, StepReport, Trial, TuneOptions, TuneResult
from core.tuning.history import RunRecord, new_run_folder
from tests.core.profiling.examples import make_profile

DOMAINS = ("arithmetic", "c", "english", "korean", "math", "python")
TOKENS = 16_384
TOP = 4
WHEN = "2026-11-20T09:30:00Z"
TEXT = (
    "import os\n\n\ndef sizes(folder):\n"
    '    """Bytes of every file below a folder."""\n'
    "    return {e.name: e.stat().st_size for e in os.scandir(folder)}\n"
    "The lamp was lit before the rain came over the hills, and nobody had seen the road.\n"
    "한 사람이 길을 걷고 있었다. 그는 오래된 지도를 들고 있었다.\n"
)

# As core says it, so that the Korean window says it in Korean.
FULL = "the model needs 21.4 GB of RAM, 15.9 GB are free"
FAULTS = (
    "layer 3 has 12 experts, config.json says 16",
    (
        "2.31 GB of multi-token-prediction layers, which transformers ignores; export slices them "
        "along or drops them"
    ),
)


def encoded(info: ModelInfo):
    """The text in the model's tokens."""
    return Tokenizer.from_file(str(info.path / "tokenizer.json")).encode(TEXT)


def profile_of(info: ModelInfo, *, seed: int = 3, share: float = 1.0) -> Profile:
    """Routing of a made-up run: a few busy experts per layer, others of one domain, some idle.

    Args:
        info: The model.
        seed: Other numbers for another seed.
        share: How much of the run is done.
    """
    rng = np.random.default_rng(seed)
    base = make_profile(
        seed=seed, experts=info.experts, domains=DOMAINS, fingerprint=info.fingerprint,
        layer_ids=info.moe_layers, top_k=info.top_k, sources=("demo",), batches=round(8 * share),
        batches_total=8, sequences=64, seconds=12.5, made_at=WHEN,
    )  # fmt: skip
    D, L, E = base.count.shape
    tokens = int(TOKENS * share)
    weight_DLE = rng.gamma(0.9, 1.0, (1, L, E)) * rng.gamma(2.0, 0.5, (D, L, E))
    weight_DLE /= weight_DLE.sum(axis=2, keepdims=True)
    count_DLE = np.floor(weight_DLE * tokens / D * info.top_k).astype(np.int64)
    gate_DLE = rng.uniform(0.3, 0.7, (1, L, E)) * count_DLE
    norm_DLE = rng.gamma(9.0, 0.3, (1, L, E)) * count_DLE
    count_LE = count_DLE.sum(axis=0)
    pair_LEE = np.floor(np.sqrt(count_LE[:, :, None] * count_LE[:, None, :]) / E)
    pair_LEE[:, np.arange(E), np.arange(E)] = count_LE
    ids = np.array(encoded(info).ids, dtype=np.int32)
    starts = rng.integers(0, len(ids) - CONTEXT, (L, E, TOP))
    return dataclasses.replace(
        base,
        count=count_DLE,
        soft_count=weight_DLE * tokens / D,
        gate_sum=gate_DLE,
        norm_sum=norm_DLE,
        norm_sq_sum=norm_DLE**2 / np.maximum(count_DLE, 1) * 1.1,
        gated_norm_sum=gate_DLE * norm_DLE / np.maximum(count_DLE, 1),
        norm_max=np.where(count_DLE > 0, rng.gamma(9.0, 0.6, (1, L, E)), 0.0),
        peak_max=np.where(count_DLE > 0, rng.gamma(9.0, 0.2, (1, L, E)), 0.0),
        tokens=np.full((D, L), tokens // D, dtype=np.int64),
        entropy_sum=rng.uniform(1.2, 2.4, (1, L)) * tokens / D * np.ones((D, 1)),
        coactivation=pair_LEE.astype(np.int64),
        top_gate=-np.sort(-rng.uniform(0.5, 1.0, (L, E, TOP)), axis=-1),
        top_context=ids[starts[..., None] + np.arange(CONTEXT)],
        top_domain=rng.integers(0, D, (L, E, TOP)).astype(np.int16),
    )


def preview() -> Preview:
    """The beginning of a packed set."""
    pieces = tuple((f" {piece}", False) for piece in TEXT.split(" "))
    return Preview(
        sequences=tuple((domain, 256, 0, (("<s>", True), *pieces)) for domain in DOMAINS * 2),
        tokens_by_domain=tuple((domain, 33_300) for domain in DOMAINS),
        total_sequences=781,
        batches=98,
    )


def lens_of(info: ModelInfo) -> Lens:
    """The text as the model would have read it."""
    rng = np.random.default_rng(5)
    text = encoded(info)
    ids = np.array(text.ids, dtype=np.int32)
    T, L, E, K = len(ids), len(info.experts), max(info.experts), info.top_k
    return Lens(
        model_fingerprint=info.fingerprint,
        model_type=info.model_type,
        layer_ids=info.moe_layers,
        experts=info.experts,
        pieces=tuple(TEXT[begin:end] for begin, end in text.offsets),
        ids=ids,
        special=np.zeros(T, np.bool_),
        sequence=np.zeros(T, np.int32),
        expert=np.argsort(rng.random((T, L, E)), axis=2)[:, :, :K].astype(np.int16),
        gate=-np.sort(-rng.dirichlet(np.ones(K), (T, L)), axis=2).astype(np.float32),
        entropy=rng.uniform(0.2, 2.5, (T, L)).astype(np.float32),
    )


def plan_of(session: Session, keep: int) -> Plan:
    """So many per layer by score, as the rule makes it."""
    info, plan, profile = session.info, session.plan, session.profile
    mask = keep_per_layer(session.scores_LE, bounds=Bounds.of(plan, info), n=keep)
    made_by = MadeBy(metric="soft-count", scope="layer", profile=profile.fingerprint)
    return plan.with_kept(mask, made_by=made_by)


def measured(variant: Variant, overall: float, name: str = "") -> Variant:
    """A row with everything that can be measured."""
    origin = dataclasses.replace(
        variant.provenance, texts="t", tokens=12_000, seq_len=256, sources=("demo",),
        dtype="float32 on cpu", versions=("torch 2.13.0", "transformers 5.23.0"), made_at=WHEN,
        command="seer evaluate demo --plan plan.json",
    )  # fmt: skip
    whole = variant.kind == "original"
    quiz = TaskResult(
        accuracy=9 / overall, n=400, stderr=0.025, chance=0.25, fingerprint="q",
        by_subject={"bible": (0.48, 200), "world": (0.44, 200)},
    )  # fmt: skip
    speed = Speed(
        prefill=2000.0 + 10 * overall, decode=50.0 + overall, first_token=0.25, per_token=0.02,
        prefill_ratio=1.25, decode_ratio=1.5, context=512, new_tokens=32, rounds=5,
        place="float32 on cpu", made_at=WHEN,
    )  # fmt: skip
    spread = zip(DOMAINS, (0.8, 0.7, 1.2, 1.6, 0.9, 0.75), strict=True)
    return dataclasses.replace(
        variant,
        name=name or variant.name,
        provenance=origin,
        perplexity={"overall": overall, **{domain: overall * f for domain, f in spread}},
        tasks={"questions": quiz},
        speed=None if whole else speed,
        kl=0.0 if whole else (overall - 18.0) / 20,
        top1_agreement=1.0 if whole else 1.0 - (overall - 18.0) / 30,
    )


def export_of(info: ModelInfo, output: Path) -> ExportResult:
    """An export that went well."""
    return ExportResult(
        output=output, bytes_in=info.bytes, bytes_out=info.bytes * 3 // 4, seconds=0.8, files=2,
        uniform=True, verified=True, peak_rss_bytes=90_000_000,
    )  # fmt: skip


def curve(steps: int, seed: int) -> list[StepReport]:
    """A run's reports: the loss falls, the entropy falls, K is annealed."""
    rng = np.random.default_rng(seed)
    out = []
    for step in range(steps + 1):
        done = step / steps
        out.append(
            StepReport(
                step=step, steps=steps, tokens=step * 512,
                loss=2.2 + 0.9 * np.exp(-3 * done) + 0.03 * rng.random(),
                ce=2.1 + 0.8 * np.exp(-3 * done), entropy=2.2 - 0.7 * done,
                k=2.0 - min(1.0, 1.4 * done), learning_rate=1e-4 * (1 - done) + 1e-6,
                grad_norm=1.0 + 0.2 * rng.random(), tokens_per_second=900.0, seconds=2.0 * step,
                validation_perplexity=15.0 + 5 * np.exp(-3 * done) if step % 10 == 0 else None,
            )
        )  # fmt: skip
    return out


def make_run(
    info: ModelInfo, runs: Path, *, number: int, state: str = "done", weights: bool = True
) -> None:
    """A run of the project, on the disk as the engine leaves it."""
    folder = new_run_folder(runs)
    options = TuneOptions(top_k=1, steps=40, entropy_weight=0.01 * number, learning_rate=1e-4)
    record = RunRecord(
        folder=folder, model="demo", options=options, made_at=WHEN,
        command=f"seer tune demo --top-k 1 --steps 40 -o {folder.name}",
    )  # fmt: skip
    reports = curve(40, number)
    record.work.folder.mkdir(parents=True)
    for report in reports[: 41 if state == "done" else 17]:
        record.work.add_to_curve(report)
    if state != "done":
        record.ended("cancelled").save()
        return
    record.output.mkdir()
    for name in ("config.json", "model.safetensors") if weights else ():
        (record.output / name).symlink_to(info.path / name)
    result = TuneResult(
        output=record.output, work=record.work.folder, options=options, steps=40, tokens=20_480,
        final_loss=2.25, perplexity_before=22.0, perplexity_after=15.2 + number / 10,
        perplexity_original=14.1, entropy_before=2.2, entropy_after=1.5, top_k=1, top_k_before=2,
        train="experts", trained_parameters=1_000_000, curve=tuple(reports), seconds=80.0,
    )  # fmt: skip
    record.ended("done", result=result.to_json()).save()


def trials() -> Found:
    """A search of five trials, one of which broke."""
    return Found(
        trials=tuple(
            Trial(
                number=at, perplexity=value, seconds=20.0 + at,
                options=TuneOptions(
                    learning_rate=1e-4 * (at + 1), entropy_weight=0.01 * at,
                    schedule="none" if at == 1 else "cosine", anneal_fraction=0.75,
                ),
                error="" if value else "the loss is not a number",
            )
            for at, value in enumerate((14.9, 14.2, None, 13.8, 14.0))
        )
    )  # fmt: skip


def merged(plan: Plan) -> Plan:
    """The plan with two of the first layer's dropped experts averaged into one that stays."""
    gone = [e for e in range(plan.experts[0]) if e not in plan.keep[0]][:2]
    into = plan.keep[0][1]
    group = Merge.of(into, {into: 2.0, **dict.fromkeys(gone, 1.0)})
    return plan.with_merges([[group], *([()] * (len(plan.keep) - 1))])
