"""What made a number: sources, options, seed, versions, date and the command that repeats it.

One vocabulary for the report and the window: a fact is a key of `FACTS` and a value; the report and
the window each have their own names for the keys.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.evaluation.variant import Variant
    from core.planning import Plan
    from core.planning.made_by import Cell
    from core.profiling import Profile
    from core.report.gather import Subject

Kind = Literal["model", "profile", "plan", "variant", "export"]
SHOWN_DIGITS = 16  # of a fingerprint: enough to compare by eye

# Keys of facts; what the report calls them is in its texts, under fact.<key>.
FACTS = (
    "path",
    "model",
    "model_type",
    "fingerprint",
    "model_fingerprint",
    "sources",
    "calibration",
    "domains",
    "tokens",
    "sequences",
    "max_tokens",
    "seq_len",
    "batch_size",
    "seed",
    "pack",
    "chat_template",
    "dtype",
    "device",
    "streamed",
    "top_k",
    "seconds",
    "made_at",
    "versions",
    "metric",
    "scope",
    "options",
    "profile",
    "plan",
    "locks",
    "protected",
    "kept",
    "bytes",
    "files",
    "verified",
)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What made one thing.

    Attributes:
        kind: What sort of thing.
        name: What it is called; empty where there is only one.
        facts: Key and value, in the order in which they are read.
        command: The `seer …` line that makes it again; empty where no line can.
    """

    kind: Kind
    name: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    command: str = ""


def origins(subject: Subject) -> tuple[Origin, ...]:
    """Where everything that a report shows comes from."""
    out = []
    if subject.info is not None:
        out.append(of_model(subject.info, subject.model))
    if subject.profile is not None:
        out.append(of_profile(subject.profile, subject.model))
    if subject.plan is not None:
        out.append(of_plan(subject.plan, profile=subject.profile))
    out += [of_variant(variant) for variant in subject.variants]
    if subject.record and subject.result is not None:
        out.append(of_export(subject.result.path, subject.record))
    return tuple(out)


def of_model(info: ModelInfo, name: str) -> Origin:
    """The model itself."""
    facts = {
        "path": str(info.path),
        "model_type": info.model_type,
        "fingerprint": _short(info.fingerprint),
        "bytes": f"{info.bytes:,}",
        "dtype": info.dtype,
    }
    return Origin(
        kind="model", name=name, facts=_facts(facts), command=shlex.join(("seer", "inspect", name))
    )


def of_profile(profile: Profile, model: str = "") -> Origin:
    """One pass over text.

    Args:
        profile: The profile.
        model: How the user names the model; the profile's own folder if empty.
    """
    options = profile.options
    tokens = zip(profile.domains, profile.tokens_D, strict=True)
    facts = {
        "sources": ", ".join(profile.sources),
        "domains": ", ".join(f"{name} {int(count):,}" for name, count in tokens),
        "tokens": f"{profile.total_tokens:,}",
        "sequences": f"{profile.sequences:,}",
        **{key: _word(options[key]) for key in _PROFILE_OPTIONS if key in options},
        "streamed": _word(profile.streamed),
        "top_k": str(profile.top_k),
        "seconds": f"{profile.seconds:.1f}",
        "made_at": _date(profile.made_at),
        "versions": ", ".join(f"{name} {number}" for name, number in profile.versions.items()),
        "fingerprint": _short(profile.fingerprint),
        "calibration": _short(profile.calibration),
        "model_fingerprint": _short(profile.model_fingerprint),
    }
    return Origin(kind="profile", facts=_facts(facts), command=profile_command(profile, model))


def of_plan(
    plan: Plan,
    *,
    profile_file: str | Path = "profile.safetensors",
    profile: Profile | None = None,
) -> Origin:
    """The rule or the hand that chose the experts."""
    made, found = plan.made_by, None
    if profile is not None and profile.fingerprint == made.profile:
        from core.scoring import super_experts

        found = plan.cells(super_experts(profile))
    facts = {
        "metric": made.metric,
        "scope": made.scope,
        "options": ", ".join(f"{key}={_word(value)}" for key, value in made.options.items()),
        "kept": f"{sum(map(len, plan.keep)):,} / {sum(plan.experts):,}",
        "top_k": "" if plan.top_k is None else str(plan.top_k),
        "locks": f"{len(made.locks.keep)} + {len(made.locks.drop)}" if made.locks else "",
        "protected": f"{len(made.protected)}" if made.protected else "",
        "profile": _short(made.profile),
        "fingerprint": _short(plan.fingerprint),
        "model_fingerprint": _short(plan.model_fingerprint),
    }
    return Origin(kind="plan", facts=_facts(facts), command=plan_command(plan, profile_file, found))


def of_variant(variant: Variant) -> Origin:
    """One row of the quality table."""
    origin = variant.provenance
    measured = bool(variant.perplexity)
    facts = {
        "model": origin.model,
        "path": variant.path or "",
        "metric": origin.metric,
        "plan": _short(origin.plan),
        "sources": ", ".join(origin.sources),
        "calibration": _short(origin.texts),
        "tokens": f"{origin.tokens:,}" if measured else "",
        "seq_len": str(origin.seq_len) if measured else "",
        "seed": str(origin.seed) if measured else "",
        "made_at": _date(origin.made_at),
        "verified": "" if variant.verified is None else _word(variant.verified),
        "model_fingerprint": _short(origin.model_fingerprint),
    }
    return Origin(kind="variant", name=variant.name, facts=_facts(facts), command=origin.command)


def of_export(folder: Path, record: Mapping[str, object]) -> Origin:
    """A written checkpoint.

    Args:
        folder: Where it is.
        record: Its seer.json.
    """
    source = record.get("source")
    source = source if isinstance(source, Mapping) else {}
    versions = record.get("versions")
    facts = {
        "path": str(folder),
        "model": str(source.get("name", "")),
        "model_type": str(source.get("model_type", "")),
        "profile": _short(str(record.get("profile", ""))),
        "verified": _word(record.get("verified", False)),
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items())
        if isinstance(versions, Mapping)
        else "",
        "model_fingerprint": _short(str(source.get("fingerprint", ""))),
    }
    words = ("seer", "export", str(source.get("name", "MODEL")), "--plan", "plan.json", "-o", "OUT")
    return Origin(kind="export", name=folder.name, facts=_facts(facts), command=shlex.join(words))


def profile_command(profile: Profile, model: str = "") -> str:
    """The line that makes a profile again."""
    options = profile.options
    words = ["seer", "profile", model or str(options.get("model", "MODEL"))]
    words += [word for source in profile.sources for word in ("--source", source)]
    for key in ("max_tokens", "seq_len", "batch_size", "seed"):
        if key in options:
            words += [f"--{key.replace('_', '-')}", str(options[key])]
    if options.get("chat_template"):
        words.append("--chat-template")
    if options.get("pack") is False:
        words.append("--no-pack")
    return shlex.join([*words, "-o", "profile.safetensors"])


def plan_command(
    plan: Plan, profile: str | Path, super_experts: frozenset[Cell] | None = None
) -> str:
    """The line that makes a plan again; empty where none of `seer plan` can: hands or measuring.

    Args:
        plan: The plan.
        profile: The file of its profile.
        super_experts: What the command line would protect by itself; None where that is not known.
    """
    made = plan.made_by
    options = dict(made.options)
    wanted = [name for name in ("keep", "coverage", "threshold") if name in options]
    measured = {"policy", "max_ppl_increase"} & set(options)  # seer select, seer search
    if len(wanted) != 1 or options.get("edited") or measured or plan.top_k is not None:
        return ""
    words = ["seer", "plan", str(profile), "--metric", made.metric]
    words += [f"--{wanted[0]}", str(options[wanted[0]])]
    if made.scope != "layer":
        words += ["--scope", made.scope, "--floor", str(options.get("floor", 1))]
    if "seed" in options:
        words += ["--seed", str(options["seed"])]
    for name, value in options.items():
        if name.startswith("weight."):
            words += ["--domain-weight", f"{name.removeprefix('weight.')}={number(value)}"]
    keep, protection = _protection(plan, super_experts)
    for flag, cells in (("--lock-keep", keep), ("--lock-drop", made.locks.drop)):
        if cells:
            named = (f"{plan.layer_ids[row]}:{expert}" for row, expert in sorted(cells))
            words += [flag, ",".join(named)]
    return shlex.join([*words, *protection, "-o", "plan.json"])


def _protection(
    plan: Plan, super_experts: frozenset[Cell] | None
) -> tuple[frozenset[Cell], list[str]]:
    """Cells that must be named to stay, and the option that lifts the protection of others.

    `seer plan` protects all super-experts or none: where some were freed, the others are locked.
    """
    made = plan.made_by
    if super_experts is None:  # where none is protected, perhaps one was freed
        return made.locks.keep, [] if made.protected else ["--no-protect"]
    if super_experts - made.locks.drop - made.locks.keep <= made.protected:
        return made.locks.keep, []
    return made.locks.keep | made.protected, ["--no-protect"]


def number(value: object) -> str:
    """A number as a command line takes it, to the last digit that counts."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


_PROFILE_OPTIONS = (
    "max_tokens",
    "seq_len",
    "batch_size",
    "seed",
    "pack",
    "chat_template",
    "dtype",
    "device",
)


def _facts(pairs: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Those that say something."""
    return tuple((key, value) for key, value in pairs.items() if value)


def _short(fingerprint: str) -> str:
    return fingerprint[:SHOWN_DIGITS]


def _date(moment: str) -> str:
    """2026-11-24 05:36 of an ISO 8601 time."""
    return moment.replace("T", " ")[:16]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(value)
