"""The model card: README.md of an exported checkpoint, as the Hugging Face hub reads it.

It says what was removed, by which rule, how to load the result, how good it was measured to be, and
how to make it again. Everything in it comes from values, so it never claims a quality that nobody
measured. The layout is the template `card.md` of resources/report/.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import resources
from core.checkpoint import ModelInfo
from core.evaluation.variant import Variant
from core.planning import Plan, loads_anywhere
from core.report import words

# Entries of the source card's front matter that stay true of a smaller copy.
_KEPT_KEYS = ("license", "license_name", "license_link", "language", "pipeline_tag")
_PIPELINES = {"AutoModelForImageTextToText": "image-text-to-text"}  # else text-generation
_LONGEST_CARD = 1_000_000
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
# What in plain text Markdown or HTML would take for its own.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
TEMPLATES = Path(resources.__file__).parent / "report"


def model_card(
    source: ModelInfo,
    result: ModelInfo,
    plan: Plan,
    variants: Sequence[Variant] = (),
    *,
    tuning: Sequence[str] = (),
) -> str:
    """The text of README.md.

    Args:
        source: The model that was pruned.
        result: The model that was written; its folder's name does not matter.
        plan: What was kept, and why.
        variants: Measurements of the original and of this plan, where there are any; others are
            left out.
        tuning: How it was fine-tuned afterwards, a line each; empty if it was not.
    """
    # The mask's numbers are not those of weights that were trained since.
    measured = () if tuning else _measured(plan, variants)
    text = (
        _environment()
        .get_template("card.md")
        .render(
            front=_front_matter(source.path / "README.md", source, result, measured),
            name=source.name,
            source=source,
            result=result,
            plan=plan,
            tuning=tuple(tuning),
            auto_class=result.auto_class,
            stock=loads_anywhere(plan),
            kept=sum(result.experts),
            total=sum(source.experts),
            sizes=_sizes(source, result),
            made_by=_made_by(plan),
            measured=measured,
            domains=tuple(dict.fromkeys(name for row in measured for name in row.domains)),
            groups=_groups(plan),
            survivors=tuple(zip(plan.layer_ids, map(words.runs, plan.keep), strict=True)),
            span=words.span,
        )
    )
    return text.rstrip() + "\n"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701 - Markdown: every foreign text goes through a filter below
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        plain=_plain, code=_code, shell=_shell, number=words.number, percent=words.percent
    )
    return made


def _measured(plan: Plan, variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """The original and this plan, measured on the same texts; nothing if the plan was not."""
    rows = [row for row in variants if row.overall is not None]
    mine = next((row for row in rows if row.is_plan(plan.keep, plan.top_k, plan.merges)), None)
    if mine is None:
        return ()
    base = next((row for row in rows if row.kind == "original" and row.comparable(mine)), None)
    return (mine,) if base is None else (base, mine)


def _sizes(source: ModelInfo, result: ModelInfo) -> tuple[tuple[str, str, str], ...]:
    """The table of before and after."""
    old, new = source.parameters, result.parameters
    return (
        ("Experts per MoE layer", words.span(source.experts), words.span(result.experts)),
        ("Experts chosen per token", f"{source.top_k}", f"{result.top_k}"),
        ("Parameters", words.count(old.total), words.count(new.total)),
        ("Active per token", words.count(old.active), words.count(new.active)),
        ("Weights", words.size(source.bytes), words.size(result.bytes)),
        ("Dtype", source.dtype, result.dtype),
    )


def _made_by(plan: Plan) -> tuple[tuple[str, str], ...]:
    """The rule in words: a name, and what it was."""
    made = plan.made_by
    scopes = {"global": "one ranking over all layers", "layer": "the same number in every layer"}
    facts: list[tuple[str, str]] = []
    if made.metric != "manual":
        facts += [("Importance", made.metric), ("Scope", scopes.get(made.scope, made.scope))]
    facts += [(key, str(value)) for key, value in sorted(made.options.items())]
    if made.profile:
        facts.append(("Profile", made.profile[:16]))
    if made.locks:
        gone, kept = len(made.locks.drop), len(made.locks.keep)
        facts.append(("Locked by hand", f"{kept} kept, {gone} gone"))
    if made.protected:
        facts.append(("Super-experts protected", f"{len(made.protected)}"))
    facts.append(("Source fingerprint", plan.model_fingerprint[:16]))
    return tuple(facts)


def _groups(plan: Plan) -> tuple[tuple[int, int, str], ...]:
    """Layer, the expert that stays, and what it is the mean of."""
    return (
        tuple(
            (
                layer,
                merge.into,
                ", ".join(f"{member} ({share:.1%})" for member, share in merge.shares.items()),
            )
            for layer, merges in zip(plan.layer_ids, plan.merges, strict=True)
            for merge in merges
        )
        if plan.merged
        else ()
    )


# -- front matter ----------------------------------------------------------------------------


def _front_matter(
    card: Path, source: ModelInfo, result: ModelInfo, measured: Sequence[Variant]
) -> str:
    """YAML of the hub: licence and language of the source's card, the base model, tags, results."""
    entries: dict[str, object] = dict(_read_front_matter(card))
    # Of the source's card; the source itself, where its id is known.
    base = entries.pop("base_model", "")
    if _HUB_ID.fullmatch(source.name):
        base = source.name
    if base:
        # The hub knows four relations; of them this is the nearest to "pruned".
        entries |= {"base_model": base, "base_model_relation": "finetune"}
    entries["library_name"] = "transformers"
    entries.setdefault("pipeline_tag", _PIPELINES.get(result.auto_class, "text-generation"))
    pruned = ("pruned", "expert-pruning") if sum(result.experts) < sum(source.experts) else ()
    entries["tags"] = ["moe", *pruned, "seer-moe", source.model_type]
    if measured:
        entries["model-index"] = _model_index(result, measured[-1])
    text: str = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=math.inf)
    return text.rstrip()


def _model_index(result: ModelInfo, row: Variant) -> list[object]:
    """The hub's `model-index`: the perplexities of this checkpoint."""
    sources = ", ".join(row.provenance.sources) or "held-out texts"
    metrics = [
        {
            "type": "perplexity",
            "name": "Perplexity" if domain == "overall" else f"Perplexity, {domain}",
            "value": round(value, 4),
        }
        for domain, value in row.perplexity.items()
    ]
    found = {
        "task": {"type": "text-generation"},
        "dataset": {"name": sources, "type": "text"},
        "metrics": metrics,
    }
    return [{"name": result.name, "results": [found]}]


def _read_front_matter(card: Path) -> Mapping[str, str | list[str]]:
    """Entries of a card's YAML header that may be repeated: texts, and lists of texts."""
    try:
        if card.stat().st_size > _LONGEST_CARD:
            return {}
        text = card.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return {}
    match = re.match(r"---\s*\n(.*?)\n---\s*(\n|$)", text, re.DOTALL)
    if match is None:
        return {}
    try:
        # Makes nothing but texts, lists and mappings, and of `no` no False: it is a language.
        found = yaml.load(match[1], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    wanted = (*_KEPT_KEYS, "base_model")
    return {key: found[key] for key in wanted if _texts(found.get(key))}


def _texts(value: object) -> bool:
    """Whether this is a text or a list of texts, and not empty."""
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(item, str) and item for item in items)


# -- texts of other people -------------------------------------------------------------------


def _plain(value: object) -> str:
    """A text on one line of Markdown that means nothing but itself."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(value).split()))


def _code(value: object) -> str:
    """A text as code on one line of Markdown."""
    return "`" + " ".join(str(value).replace("`", "'").split()) + "`"


def _shell(name: str) -> str:
    """A folder name as a shell word."""
    name = name.replace("`", "'").replace("\n", " ")
    return name if re.fullmatch(r"[\w./-]+", name) else "'" + name.replace("'", "'\\''") + "'"
