"""The bundled demo: as small as promised, loadable by stock transformers, as good as it says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import cast

import pytest
import torch
from safetensors import safe_open
from tokenizers import Tokenizer

from resources import demo_model_dir, demo_texts_dir
from resources.demo.make import figures, texts
from resources.demo.make.sources import DOMAINS

MOST_BYTES = 28_000_000
LEAST_TOKENS = {"calibration": 50_000, "heldout": 15_000}


@pytest.fixture(scope="module")
def stated() -> Mapping[str, object]:
    return figures.read()


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(demo_model_dir() / "tokenizer.json"))


def test_the_model_is_a_small_stock_mixtral_in_bfloat16():
    folder = demo_model_dir()
    assert sum(file.stat().st_size for file in folder.iterdir()) <= MOST_BYTES
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["MixtralForCausalLM"]
    assert (config["num_hidden_layers"], config["num_local_experts"]) == (8, 16)
    assert config["num_experts_per_tok"] == 2
    with safe_open(folder / "model.safetensors", "pt") as file:
        assert {file.get_slice(name).get_dtype() for name in file.keys()} == {"BF16"}  # noqa: SIM118


@pytest.mark.parametrize("split", ["calibration", "heldout"])
def test_every_domain_has_enough_text(tokenizer, split):
    for domain in DOMAINS:
        found = tokenizer.encode_batch(texts.read(demo_texts_dir(split), domain))
        assert sum(len(e.ids) for e in found) >= LEAST_TOKENS[split], domain
        assert len(found) >= 10, f"{domain}: a split by document has many documents"


def test_no_paragraph_is_in_two_splits():
    for domain in DOMAINS:
        split = "\n\n" if domain in ("python", "c") else "\n"
        paragraphs = [
            {p for text in texts.read(demo_texts_dir(s), domain) for p in text.split(split)}
            for s in ("calibration", "heldout")
        ]
        shared = {p for p in paragraphs[0] & paragraphs[1] if len(p) > 40}
        assert not shared or domain == "math", f"{domain}: {sorted(shared)[:3]}"


def test_the_tokenizer_begins_a_document_and_keeps_digits_apart(tokenizer):
    assert tokenizer.get_vocab_size() == 4096
    encoded = tokenizer.encode("907 소리")
    assert encoded.tokens[:4] == ["<s>", "9", "0", "7"]
    assert tokenizer.decode(encoded.ids) == "907 소리"


def test_licences_name_every_domain_and_its_package():
    text = (demo_texts_dir("heldout").parent / "LICENSES.md").read_text(encoding="utf-8")
    for domain in DOMAINS:
        rows = [line for line in text.splitlines() if line.startswith(f"| {domain} |")]
        assert rows, domain
        assert all(len(row.split("|")[4].strip()) > 4 for row in rows)


def test_stock_transformers_is_as_good_on_a_sample_as_the_card_says(stated, tokenizer):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(demo_model_dir()).eval()
    assert type(model).__name__ == "MixtralForCausalLM"
    perplexities = cast("Mapping[str, float]", stated["perplexity"])
    for domain in DOMAINS:
        joined = [
            i
            for text in texts.read(demo_texts_dir("heldout"), domain)[:12]
            for i in tokenizer.encode(text).ids
        ]
        ids = torch.tensor(joined[: 6 * 256]).view(-1, 256)
        with torch.inference_mode():
            logits = model(input_ids=ids).logits.float()
        loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
        assert math.exp(loss) < 2.0 * perplexities[domain], domain  # a small, varied sample


def test_the_card_states_a_model_worth_looking_at(stated):
    perplexity = cast("Mapping[str, float]", stated["perplexity"])
    bigram = cast("Mapping[str, float]", stated["bigram"])
    kept = cast("Mapping[str, Mapping[str, float]]", stated["kept"])
    random = cast("list[float]", stated["kept_random"])
    assert perplexity["mean"] < 28
    assert all(perplexity[domain] < bigram[domain] for domain in DOMAINS)
    assert perplexity["mean"] < 0.7 * bigram["mean"]
    assert cast("float", stated["divergence_mean_bits"]) > 0.15
    assert len(random) == 5
    assert kept["8"]["soft-count"] < 0.8 * min(random)


def test_the_card_is_rendered_from_the_figures(stated):
    card = (demo_model_dir() / "README.md").read_text(encoding="utf-8")
    perplexity = cast("Mapping[str, float]", stated["perplexity"])
    assert f"**{perplexity['mean']:.1f}**" in card
    for domain in DOMAINS:
        assert f"| {domain} |" in card
