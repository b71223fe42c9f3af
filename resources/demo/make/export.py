"""Writes trained weights as a stock Mixtral checkpoint in bfloat16."""

import tempfile
from pathlib import Path

import torch
from torch import Tensor
from transformers import GenerationConfig, MixtralConfig, MixtralForCausalLM

from resources import demo_model_dir
from resources.demo.make.network import Shape


def model(shape: Shape, weights: Tensor) -> MixtralForCausalLM:
    """The stock model with the flat vector's weights, in float32."""
    config = MixtralConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.ffn,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        head_dim=shape.hidden // shape.heads,
        num_local_experts=shape.experts,
        num_experts_per_tok=shape.top_k,
        max_position_embeddings=1024,
        rms_norm_eps=shape.eps,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rope_theta},
        router_aux_loss_coef=0.001,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
        sliding_window=None,
    )
    stock = MixtralForCausalLM(config)
    w = {name: view.detach().clone() for name, view in shape.views(weights).items()}
    named = {"model.embed_tokens.weight": w["embed"], "model.norm.weight": w["norm"]}
    named["lm_head.weight"] = w["embed"]
    for i in range(shape.layers):
        layer = f"model.layers.{i}"
        q, k, v = w[f"{i}.qkv"]
        named |= {
            f"{layer}.input_layernorm.weight": w[f"{i}.norm1"],
            f"{layer}.post_attention_layernorm.weight": w[f"{i}.norm2"],
            f"{layer}.self_attn.q_proj.weight": q,
            f"{layer}.self_attn.k_proj.weight": k,
            f"{layer}.self_attn.v_proj.weight": v,
            f"{layer}.self_attn.o_proj.weight": w[f"{i}.out"][0],
            f"{layer}.mlp.gate.weight": w[f"{i}.router"],
            f"{layer}.mlp.experts.gate_up_proj": w[f"{i}.up"],
            f"{layer}.mlp.experts.down_proj": w[f"{i}.down"],
        }
    stock.load_state_dict(named, strict=True)
    return stock


def write(shape: Shape, weights: Tensor, folder: Path | None = None) -> None:
    """Saves the model in bfloat16, beside its tokenizer."""
    folder = folder or demo_model_dir()
    stock = model(shape, weights).to(torch.bfloat16)
    stock.generation_config = GenerationConfig(
        bos_token_id=0, eos_token_id=1, pad_token_id=2, do_sample=True, temperature=0.7, top_p=0.9
    )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".model-") as scratch:
        stock.save_pretrained(scratch)
        for file in sorted(Path(scratch).iterdir()):  # config first, weights last
            file.chmod(0o644)
            file.replace(folder / file.name)
