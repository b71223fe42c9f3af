"""The demo's tokenizer: byte-level BPE of 4,096 entries, every digit a token of its own."""

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from resources import demo_model_dir
from resources.demo.make import texts
from resources.demo.make.sources import DOMAINS

VOCABULARY = 4096
SPECIAL = ("<s>", "</s>", "<pad>")
_BYTES_PER_DOMAIN = 1_500_000
_SETTINGS = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "pad_token": "<pad>",
    "model_max_length": 1024,
    "clean_up_tokenization_spaces": False,
}


def make(work: Path) -> None:
    """Learns the merges from the training split and writes the tokenizer beside the model."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sample(work), trainer)
    bos = tokenizer.token_to_id("<s>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", bos)]
    )
    folder = demo_model_dir()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    settings = json.dumps(_SETTINGS, indent=2) + "\n"
    (folder / "tokenizer_config.json").write_text(settings, encoding="utf-8")
    for tokens in (work / "train").glob("*.npy"):
        tokens.unlink()  # made by another tokenizer
    print(f"tokenizer: {tokenizer.get_vocab_size()} entries")


def load() -> Tokenizer:
    """The tokenizer that `make` wrote."""
    return Tokenizer.from_file(str(demo_model_dir() / "tokenizer.json"))


def _sample(work: Path) -> list[str]:
    """The same number of bytes of every domain, from the start of the (shuffled) split."""
    chosen = []
    for domain in DOMAINS:
        left = _BYTES_PER_DOMAIN
        for text in texts.read(work / "train", domain):
            if left <= 0:
                break
            chosen.append(text)
            left -= len(text.encode())
    return chosen
