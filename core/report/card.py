"""The model card: README.md of an exported checkpoint.

It says what was removed, by which rule, how to load the result and how to make it again. Everything
in it comes from values, so it never claims a quality that nobody measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from core.checkpoint import ModelInfo
from core.planning import Plan, loads_anywhere

# Lines of the source card's front matter that stay true of a smaller copy.
_KEPT_KEYS = ("license", "license_name", "license_link", "language", "base_model")
_LONGEST_CARD = 1_000_000

_LOADING = """```python
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained(
    "path/to/this/folder", dtype="auto", device_map="auto"{trust}
)
tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")
```"""

_PAPER = (
    "Dropping the experts that a model uses least is stage 1 of SEER-MoE, Sparse Expert Efficiency "
    "through Regularization for Mixture-of-Experts "
    "([arXiv 2404.05089](https://arxiv.org/abs/2404.05089)). "
)
_AS_THEY_WERE = "The weights that stay are the source's, byte for byte."
_AVERAGED = (
    "Experts that are named with others below hold the weighted mean of their weights, taken in "
    "float32; all other weights that stay are the source's, byte for byte. Router rows are those "
    "of the experts that stay."
)

_TUNED = (
    "Fine-tuning with an entropy penalty on the router while Top-K falls is stage 2 of SEER-MoE, "
    "Sparse Expert Efficiency through Regularization for Mixture-of-Experts "
    "([arXiv 2404.05089](https://arxiv.org/abs/2404.05089)). Weights that were not trained are the "
    "source's, byte for byte."
)

_EXPECT = (
    "Dropping experts saves memory. It does not save computation per token unless Top-K was "
    "lowered too. Quality falls most on text unlike the calibration text: measure it on your own "
    "with `seer evaluate OUT --source … --reference {name}`."
)


def model_card(
    source: ModelInfo, result: ModelInfo, plan: Plan, *, tuning: Sequence[str] = ()
) -> str:
    """The text of README.md.

    Args:
        source: The model that was pruned.
        result: The model that was written; its folder's name does not matter.
        plan: What was kept, and why.
        tuning: How it was fine-tuned afterwards, a line each; empty if it was not.
    """
    name = source.name.replace("`", "'").replace("\n", " ")
    kept, total = sum(result.experts), sum(source.experts)
    stock = loads_anywhere(plan)
    parts = [
        _front_matter(source.path / "README.md"),
        f"# {name}, {kept:,} of {total:,} experts" + (", fine-tuned" if tuning else ""),
        _summary(name, source, result),
        _sizes(source, result),
        "## How it was made",
        _made_by(plan) if plan.dropped or not tuning else "",
        "\n".join(f"- {line}" for line in tuning),
        _TUNED if tuning else _PAPER + (_AVERAGED if plan.merged else _AS_THEY_WERE),
        "## Loading it",
        _LOADING.format(trust="" if stock else ", trust_remote_code=True"),
        _loaders(plan, stock=stock),
        "## Making it again",
        _again(name, tuned=bool(tuning)),
        "## What to expect",
        _EXPECT.format(name=_quoted(name)),
        "## Experts that stay",
        _survivors(plan),
        _groups(plan),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(name: str, source: ModelInfo, result: ModelInfo) -> str:
    """The first sentence."""
    amount = f"{_span(result.experts)} of {_span(source.experts)} experts per layer"
    return f"This is `{name}` ({source.model_type}) with {amount}, written by SEER Studio."


def _span(counts: Iterable[int]) -> str:
    """One number, or the least and the most."""
    ordered = sorted(set(counts)) or [0]
    return f"{ordered[0]}" if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _sizes(source: ModelInfo, result: ModelInfo) -> str:
    """The table of before and after."""
    rows = (
        ("Experts per MoE layer", _span(source.experts), _span(result.experts)),
        ("Experts chosen per token", f"{source.top_k}", f"{result.top_k}"),
        ("Parameters", _count(source.parameters.total), _count(result.parameters.total)),
        ("Active per token", _count(source.parameters.active), _count(result.parameters.active)),
        ("Weights", _gigabytes(source.bytes), _gigabytes(result.bytes)),
        ("Dtype", source.dtype, result.dtype),
    )
    lines = ["| | source | this model |", "|---|---:|---:|"]
    return "\n".join(lines + [f"| {what} | {old} | {new} |" for what, old, new in rows])


def _count(number: int) -> str:
    """Parameters in the unit that people say: 12.9 B, 10.5 M."""
    for size, unit in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if number >= size:
            return f"{number / size:.2f} {unit}"
    return f"{number}"


def _gigabytes(number: int) -> str:
    """Bytes as GB or MB."""
    return f"{number / 1e9:.2f} GB" if number >= 1e9 else f"{number / 1e6:.2f} MB"


def _made_by(plan: Plan) -> str:
    """The rule in words."""
    made = plan.made_by
    if made.metric == "manual":
        lines = ["- Experts were chosen by hand."]
    else:
        scope = {"global": "one ranking over all layers", "layer": "the same number in every layer"}
        lines = [
            f"- Importance: `{made.metric}`, {scope.get(made.scope, made.scope)}, lowest dropped."
        ]
    lines += [f"- {key}: {_plain(value)}" for key, value in sorted(made.options.items())]
    if made.profile:
        lines.append(f"- Profile: `{made.profile[:16]}`")
    locked = len(made.locks.keep) + len(made.locks.drop)
    if locked:
        lines.append(f"- Locked by hand: {len(made.locks.keep)} kept, {len(made.locks.drop)} gone")
    if made.protected:
        lines.append(f"- Super-experts protected: {len(made.protected)}")
    lines.append(f"- Source fingerprint: `{plan.model_fingerprint[:16]}`")
    return "\n".join(lines)


def _loaders(plan: Plan, *, stock: bool) -> str:
    """Who can load it."""
    if stock:
        return (
            "Every layer keeps the same number of experts, so stock transformers and vLLM load it."
        )
    why = (
        "The config's number of experts also counts others, which stayed."
        if plan.uniform
        else "Layers keep different numbers of experts."
    )
    return (
        f"{why} `trust_remote_code=True` lets transformers run "
        "`modeling_seer.py` of this folder, a few lines that give each layer its own number."
    )


def _again(name: str, *, tuned: bool) -> str:
    """The command, and where what it needs is kept."""
    if tuned:
        return (
            "`seer.json` in this folder holds the plan under `plan` and every option of the "
            "fine-tuning under `tuning`."
        )
    return (
        "`seer.json` in this folder holds the whole plan under `plan`. Saved as `plan.json`:\n\n"
        f"```sh\nseer export {_quoted(name)} --plan plan.json -o OUT\n```"
    )


def _survivors(plan: Plan) -> str:
    """A line per layer, numbers as in the source; runs are shortened."""
    lines = ["| layer | experts of the source |", "|---:|---|"]
    lines += [
        f"| {layer} | {_runs(ids)} |" for layer, ids in zip(plan.layer_ids, plan.keep, strict=True)
    ]
    return "\n".join(lines)


def _groups(plan: Plan) -> str:
    """A line per group of averaged experts; nothing without one."""
    if not plan.merged:
        return ""
    lines = ["| layer | expert | mean of |", "|---:|---:|---|"]
    for layer, merges in zip(plan.layer_ids, plan.merges, strict=True):
        for merge in merges:
            parts = ", ".join(f"{member} ({share:.1%})" for member, share in merge.shares.items())
            lines.append(f"| {layer} | {merge.into} | {parts} |")
    return "\n".join(lines)


def _runs(ids: tuple[int, ...]) -> str:
    """0, 2–5, 9."""
    runs: list[list[int]] = []
    for number in ids:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs)


def _front_matter(card: Path) -> str:
    """Licence, language and base model of the source's card, and tags of our own."""
    kept = _read_front_matter(card)
    lines = ["---", *(f"{key}: {value}" for key, value in kept.items())]
    return "\n".join([*lines, "library_name: transformers", "tags: [moe, seer-moe, pruned]", "---"])


def _read_front_matter(card: Path) -> Mapping[str, str]:
    """One-line entries of a card's YAML header that may be repeated; nothing is interpreted."""
    try:
        if card.stat().st_size > _LONGEST_CARD:
            return {}
        text = card.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    match = re.match(r"---\s*\n(.*?)\n---\s*(\n|$)", text, re.DOTALL)
    if match is None:
        return {}
    entries = (line.partition(":") for line in match[1].splitlines())
    return {key: value.strip() for key, _, value in entries if key in _KEPT_KEYS and value.strip()}


def _plain(value: object) -> str:
    """An option on one line of Markdown."""
    return "`" + str(value).replace("`", "'").replace("\n", " ") + "`"


def _quoted(name: str) -> str:
    """A folder name as a shell word."""
    return name if re.fullmatch(r"[\w./-]+", name) else "'" + name.replace("'", "'\\''") + "'"
