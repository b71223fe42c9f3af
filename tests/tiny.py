"""Tiny models of every family in real file formats, built from configs, saved by transformers.

`tiny_model("mixtral", tmp_path)` gives a folder that stock transformers loads in milliseconds. The
weights are seeded and large enough that routers disagree; correction biases are not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.families import FAMILIES as ROWS
from tests import installed
from tests.tiny_families import MORE
from tests.tiny_towers import TOWERS

VOCABULARY = 320
SPECIALS = ("<pad>", "<s>", "</s>")
TEXT = """Every expert answers for the tokens that its router sends to it. A layer that routes
well is a layer whose experts differ. 한국어 문장도 몇 개 들어 있다. The quick brown fox jumps over
the lazy dog while the router counts the words that the dog has said. 1 + 2 = 3, 17 * 4 = 68.
def route(tokens): return [expert(token) for token in tokens]
for (int i = 0; i < 10; i++) { sum += gate[i] * output[i]; }"""
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
)

COMMON: Mapping[str, object] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}

# What differs by family; everything else is its config's default.
FAMILIES: Mapping[str, Mapping[str, object]] = {
    "mixtral": {"intermediate_size": 24, "num_local_experts": 8, "num_experts_per_tok": 2},
    "qwen2_moe": {
        "intermediate_size": 64,
        "moe_intermediate_size": 24,
        "shared_expert_intermediate_size": 40,
        "num_experts": 8,
        "num_experts_per_tok": 2,
    },
    "qwen3_moe": {
        "intermediate_size": 64,
        "moe_intermediate_size": 24,
        "num_hidden_layers": 3,
        "mlp_only_layers": [1],
        "num_experts": 8,
        "num_experts_per_tok": 2,
        "head_dim": 8,
        "norm_topk_prob": True,
    },
    "olmoe": {"intermediate_size": 24, "num_experts": 8, "num_experts_per_tok": 2},
    "deepseek_v3": {
        "intermediate_size": 64,
        "moe_intermediate_size": 24,
        "num_hidden_layers": 3,
        "first_k_dense_replace": 1,
        "n_routed_experts": 16,
        "num_experts_per_tok": 3,
        "n_shared_experts": 1,
        "n_group": 4,
        "topk_group": 2,
        "q_lora_rank": 16,
        "kv_lora_rank": 16,
        "qk_rope_head_dim": 8,
        "qk_nope_head_dim": 8,
        "v_head_dim": 8,
        "num_key_value_heads": 4,
        "num_nextn_predict_layers": 0,
    },
    "gpt_oss": {
        "intermediate_size": 24,
        "num_local_experts": 8,
        "num_experts_per_tok": 2,
        "head_dim": 8,
        "sliding_window": 16,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
    },
    "granitemoe": {"intermediate_size": 24, "num_local_experts": 8, "num_experts_per_tok": 2},
    **MORE,
}


def tiny_config(model_type: str, **overrides: object) -> object:
    """The config of a tiny model; `overrides` win over this file's choices."""
    installed.need(model_type)
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    return CONFIG_MAPPING[model_type](**{**COMMON, **FAMILIES[model_type], **overrides})


def tiny_model(
    model_type: str,
    tmp_path: Path,
    *,
    shards: int = 1,
    dtype: str = "float32",
    seed: int = 0,
    tokenizer: bool = True,
    name: str = "",
    **overrides: object,
) -> Path:
    """Build a tiny causal language model and save it as transformers does.

    Args:
        model_type: A key of `FAMILIES`.
        tmp_path: Where the model's folder is made.
        shards: About how many safetensors files to split the weights into.
        dtype: torch's name of the dtype of the saved weights.
        seed: Makes the weights.
        tokenizer: Whether to put a tokenizer of `VOCABULARY` entries beside the weights.
        name: Name of the folder; the model type when empty.
        **overrides: Config entries that differ from the family's tiny default.

    Returns:
        The folder.
    """
    import torch
    import transformers
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    folder = tmp_path / (name or model_type)
    config = tiny_config(model_type, **overrides)
    row = ROWS[model_type]
    auto_class = getattr(transformers, row.auto_class({"model_type": model_type}))
    model = auto_class.from_config(config, dtype=torch.float32).eval()
    randomize(model, seed)
    model = model.to(getattr(torch, dtype))
    size = sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())
    options = {"max_shard_size": size // shards} if shards > 1 else {}
    model.save_pretrained(folder, **options)
    if tokenizer:
        tiny_tokenizer(folder)
    return folder


def tiny_loadable(model_type: str, tmp_path: Path, **overrides: object) -> Path:
    """A tiny model of a family, without a tokenizer, that an auto class of transformers takes.

    Where the language model is never alone, that is the whole multimodal one.
    """
    row = ROWS[model_type]
    if row.nested:
        return tiny_multimodal(row.multimodal, tmp_path)
    return tiny_model(model_type, tmp_path, tokenizer=False, **overrides)


def tiny_multimodal(model_type: str, tmp_path: Path, **overrides: object) -> Path:
    """Build a tiny multimodal model, language model and towers, and save it as the hub has it.

    Args:
        model_type: A key of `TOWERS`.
        tmp_path: Where the model's folder is made.
        overrides: Keys of its language model's config.

    Returns:
        The folder; it has no tokenizer.
    """
    installed.need(model_type)
    import transformers
    from transformers.models.auto import modeling_auto
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    row = next(r for r in ROWS.values() if model_type in {r.multimodal, *r.image_text})
    text = {**COMMON, **FAMILIES[row.model_type], **overrides}
    settings: dict[str, object] = {"text_config": text, **TOWERS[model_type]}
    if row.part and model_type == row.multimodal:
        thinker = TOWERS[model_type]["thinker_config"]
        settings |= {"thinker_config": {"text_config": text, **thinker}}
        del settings["text_config"]
    config = CONFIG_MAPPING[model_type](**settings)
    names = modeling_auto.MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES
    model = getattr(transformers, names[model_type])(config).eval()
    randomize(model)
    folder = tmp_path / model_type
    model.save_pretrained(folder)
    return folder


def randomize(model: object, seed: int = 0) -> None:
    """Give every parameter and correction bias seeded values that make routing decisive."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in sorted(model.state_dict().items()):
            if not tensor.is_floating_point() or "inv_freq" in name:
                continue
            noise = torch.randn(tensor.shape, generator=generator)
            if "norm" in name:
                tensor.copy_(1 + 0.1 * noise)
            elif "correction_bias" in name or "expert_bias" in name:
                tensor.copy_(0.1 * noise)
            elif tensor.dim() < 2:
                tensor.copy_(0.05 * noise)
            else:
                tensor.copy_(0.2 * noise)


def tiny_tokenizer(folder: Path) -> Path:
    """Train a byte-level BPE of `VOCABULARY` entries on a short text and save it in `folder`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        [TEXT],
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=list(SPECIALS),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    bpe.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 1)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=bpe, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    fast.chat_template = CHAT_TEMPLATE
    fast.save_pretrained(folder)
    return folder
