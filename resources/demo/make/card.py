"""The demo model's card: every figure in it comes from `figures`, measured by the engine."""

from pathlib import Path

from resources import demo_model_dir
from resources.demo.make import figures, texts
from resources.demo.make.figures import ALONE, RANDOM_SEEDS, SEQ_LEN, Figures
from resources.demo.make.network import Shape
from resources.demo.make.sources import DOMAINS
from resources.demo.make.train import Options

TRAINING_TIME = "75 minutes on two shared x86 cores"  # noted when the shipped weights were made


def make(work: Path) -> None:
    """Measures the model (rebuilding the training texts if `work` has none) and writes the card."""
    if not (work / "train" / f"{DOMAINS[-1]}.jsonl").exists():
        texts.make(work, Options.seed)
    found = figures.measure(work)
    figures.save(found)
    (demo_model_dir() / "README.md").write_text(render(found), encoding="utf-8")


def render(f: Figures) -> str:
    """The model card as Markdown."""
    shape, options = Shape(), Options()
    weights = (demo_model_dir() / "model.safetensors").stat().st_size
    half = f.kept["8"]["soft-count"]
    return _CARD.format(
        layers=shape.layers,
        experts=shape.experts,
        hidden=shape.hidden,
        ffn=shape.ffn,
        heads=shape.heads,
        vocabulary=shape.vocabulary,
        parameters=shape.size() / 1e6,
        megabytes=weights / 1e6,
        tokens=options.steps * options.batch * options.length / 1e6,
        steps=options.steps,
        seed=options.seed,
        time=TRAINING_TIME,
        seq_len=SEQ_LEN,
        mean=f.perplexity["mean"],
        mean_256=f.perplexity_256["mean"],
        bigram=f.bigram["mean"],
        perplexities=_perplexities(f),
        bits=f.divergence_mean_bits,
        by_layer=", ".join(f"{bits:.2f}" for bits in f.divergence_by_layer_bits),
        divergences=_divergences(f),
        seldom=f.seldom_used,
        cells=shape.layers * shape.experts,
        unpruned=f.unpruned,
        kept=_kept(f),
        half=half,
        best_random=min(f.kept_random),
        random=", ".join(f"{p:.1f}" for p in f.kept_random),
        seeds=len(RANDOM_SEEDS),
        alone=ALONE,
        alone_own=f.kept_alone[ALONE],
        alone_korean=f.kept_alone["korean"],
        korean=f.perplexity["korean"],
    )


def _perplexities(f: Figures) -> str:
    rows = [
        f"| {d} | {f.calibration_tokens[d]:,} | {f.heldout_tokens[d]:,} "
        f"| {f.perplexity[d]:.1f} | {f.bigram[d]:.1f} |"
        for d in DOMAINS
    ]
    rows.append(
        f"| **mean** | {sum(f.calibration_tokens.values()):,} | {sum(f.heldout_tokens.values()):,} "
        f"| **{f.perplexity['mean']:.1f}** | **{f.bigram['mean']:.1f}** |"
    )
    return "\n".join(rows)


def _divergences(f: Figures) -> str:
    head = "| | " + " | ".join(DOMAINS) + " |\n|---|" + "---:|" * len(DOMAINS)
    rows = [
        f"| {a} | "
        + " | ".join("" if a == b else f"{f.divergence_bits[a][b]:.2f}" for b in DOMAINS)
        + " |"
        for a in DOMAINS
    ]
    return "\n".join([head, *rows])


def _kept(f: Figures) -> str:
    names = list(next(iter(f.kept.values())))
    head = "| experts kept | " + " | ".join(names) + " |\n|---|" + "---:|" * len(names)
    rows = [
        f"| {n} of 16 | " + " | ".join(f"{found[name]:.1f}" for name in names) + " |"
        for n, found in f.kept.items()
    ]
    return "\n".join([head, *rows])


_CARD = """\
---
license: apache-2.0
language: [en, ko]
library_name: transformers
pipeline_tag: text-generation
tags: [mixture-of-experts, mixtral, demo]
---

# SEER Studio's demo model

A small mixture of experts, really trained, to look at and to prune without a network or a graphics
card. It is no use as a language model: it is here because its experts differ.

Mixtral architecture (`MixtralForCausalLM`, loaded by stock `AutoModelForCausalLM`): {layers} layers
of {experts} experts, Top-2, hidden size {hidden}, expert size {ffn}, {heads} heads, tied
embeddings, {parameters:.1f} M parameters, {megabytes:.1f} MB in bfloat16. Its own byte-level BPE
tokenizer has {vocabulary:,} entries; every digit is a token.

## How it was made

`python -m resources.demo.make` does everything with one command: texts from Debian 12 packages (see
`../texts/LICENSES.md`), tokenizer, training, this card. Six domains: English prose (the King James
Bible), English manuals, Korean manuals, Python, C, and generated arithmetic. Split by document, and
no paragraph is in two splits. Training: {tokens:.1f} M tokens ({steps:,} steps, seed {seed}) in
{time}, interrupted and resumed three times;
Muon for matrices and AdamW for the rest; load balancing layer by layer at 0.005, falling to 0.001
so that experts specialise.

## What it is worth looking at

Held-out perplexity, sequences of {seq_len} tokens, beside an interpolated (Witten-Bell) bigram
model of the same domain's training text on the same tokens:

| domain | calibration tokens | held-out tokens | perplexity | bigram |
|---|---:|---:|---:|---:|
{perplexities}

In sequences of 256 tokens the mean is {mean_256:.1f}.

**Domains use different experts.** Jensen-Shannon divergence between two domains' use of the
experts, mean over layers, in bits; the mean over all pairs is **{bits:.2f}** (by layer:
{by_layer}):

{divergences}

{seldom} of {cells} experts get less than 1 % of their layer's tokens.

**Which experts are dropped matters.** Mean held-out perplexity (unpruned on these tokens:
{unpruned:.1f}) with the same number of experts kept in every layer, profiled on all the calibration
texts:

{kept}

A random half: {random} ({seeds} seeds). Soft count's half is at {half:.1f},
the luckiest random half at {best_random:.1f}. Balance of domains matters too: the half that soft
count keeps on `{alone}` alone has {alone_own:.1f} there and {alone_korean:,.0f} on Korean
({korean:.1f} unpruned).

## Licence

The weights are under Apache-2.0 like the program. The texts beside it keep the licences of their
packages: see `../texts/LICENSES.md`.
"""
