"""Towers of tiny multimodal models, by the model type of the whole: data, one entry each."""

from __future__ import annotations

from collections.abc import Mapping

_TOWER: Mapping[str, object] = {"hidden_size": 16, "intermediate_size": 16}
_SEEING: Mapping[str, object] = {
    **_TOWER,
    "depth": 1,
    "num_heads": 2,
    "out_hidden_size": 32,
    "num_position_embeddings": 16,
    "deepstack_visual_indexes": [0],
}
_SMALL: Mapping[str, object] = {**_TOWER, "num_hidden_layers": 1, "num_attention_heads": 2}
_SAM: Mapping[str, object] = {
    **_SMALL,
    "image_size": 32,
    "patch_size": 8,
    "window_size": 2,
    "global_attn_indexes": [0],
    "output_channels": 8,
    "mlp_dim": 16,
    "downsample_channels": [8, 16],
}
_THINKER: Mapping[str, object] = {
    "vision_start_token_id": 151652,
    "vision_config": _SEEING,
    "audio_config": {
        "d_model": 16,
        "encoder_layers": 1,
        "encoder_attention_heads": 2,
        "encoder_ffn_dim": 16,
        "num_mel_bins": 16,
        "max_source_positions": 16,
        "n_window": 4,
        "output_dim": 32,
        "downsample_hidden_size": 8,
    },
}
_SPEAKING: Mapping[str, object] = {
    "vocab_size": 320,
    "hidden_size": 32,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 8,
}
TOWERS: Mapping[str, Mapping[str, object]] = {
    "qwen3_vl_moe": {"vision_config": _SEEING},
    "qwen3_omni_moe_thinker": _THINKER,
    "qwen3_omni_moe": {
        "thinker_config": _THINKER,
        "talker_config": {
            "spatial_merge_size": 2,
            "accept_hidden_layer": 1,
            "thinker_hidden_size": 32,
            "text_config": {
                **_SPEAKING,
                "num_experts": 4,
                "num_experts_per_tok": 2,
                "moe_intermediate_size": 16,
                "shared_expert_intermediate_size": 16,
                "rope_parameters": {
                    "rope_type": "default",
                    "rope_theta": 10000.0,
                    "mrope_section": [2, 1, 1],
                },
            },
            "code_predictor_config": {
                **_SPEAKING,
                "vocab_size": 32,
                "num_code_groups": 2,
                "layer_types": ["full_attention"],
            },
        },
        "code2wav_config": {
            **_SMALL,
            "num_key_value_heads": 2,
            "decoder_dim": 16,
            "codebook_size": 16,
            "num_quantizers": 2,
            "upsample_rates": [2],
            "upsampling_ratios": [2],
        },
    },
    "glm4v_moe": {
        "vision_config": {
            **_TOWER,
            "depth": 1,
            "num_heads": 2,
            "out_hidden_size": 32,
            "image_size": 28,
        }
    },
    "glm5_next": {
        "vision_config": {
            **_TOWER,
            "depth": 1,
            "num_heads": 2,
            "out_hidden_size": 32,
            "image_size": 28,
            "projection_intermediate_size": 16,
        }
    },
    "hy_v4_vl": {"vision_config": {**_SMALL, "out_hidden_size": 32, "max_image_size": 64}},
    "deepseek_ocr2": {
        "vision_config": {
            "sam_config": _SAM,
            "encoder_config": {**_SMALL, "num_key_value_heads": 2, "vocab_size": 16},
        }
    },
    "unlimited_ocr": {
        "vision_config": {
            "sam_config": _SAM,
            "encoder_config": {**_SMALL, "image_size": 16, "patch_size": 8},
        }
    },
    "mistral_large4": {"vision_config": {**_SMALL, "head_dim": 8, "model_type": "pixtral"}},
    "muse_spark": {
        "vision_config": {**_SMALL, "pos_emb_height": 4, "pos_emb_width": 4},
        "audio_config": {
            "hidden_sizes": [8],
            "depths": [1],
            "patch_sizes": [4],
            "num_hidden_layers": 1,
            "out_hidden_size": 32,
        },
        "out_hidden_size": 16,
        "projector_hidden_size": 16,
    },
    "step3p7": {"vision_config": {**_SMALL, "image_size": 28}},
    "minimax_m3_vl": {
        "vision_config": {**_SMALL, "image_size": 28},
        "projector_hidden_size": 16,
    },
    "aria": {
        "vision_config": {**_SMALL, "model_type": "idefics3_vision", "image_size": 28},
        "projector_patch_to_query_dict": {"4": 4},
    },
    "inkling_mm_model": {
        "vision_config": {**_SMALL, "text_hidden_size": 32},
        "audio_config": {"text_hidden_size": 32, "n_mel_bins": 4, "mel_vocab_size": 8},
    },
    "inkling2": {
        "vision_config": {
            **_SMALL,
            "text_hidden_size": 32,
            "posemb_grid_size": 4,
            "projection_hidden_dim": 16,
        }
    },
    "qwen3_5_moe": {
        "vision_config": {
            **_TOWER,
            "depth": 1,
            "num_heads": 2,
            "out_hidden_size": 32,
            "num_position_embeddings": 16,
        }
    },
    "qwen4_exp": {
        "vision_config": {
            **_TOWER,
            "depth": 1,
            "num_heads": 2,
            "out_hidden_size": 32,
            "num_position_embeddings": 16,
        }
    },
    "gemma4": {
        "vision_config": {
            **_TOWER,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "head_dim": 8,
        },
        "audio_config": None,
    },
    "llama4": {
        "vision_config": {
            "hidden_size": 16,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "vision_output_dim": 16,
            "projector_input_dim": 16,
            "projector_output_dim": 16,
            "image_size": 28,
            "patch_size": 14,
        }
    },
    "dots3_note": {
        "vision_config": {
            **_TOWER,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "moe_intermediate_size": 8,
            "mlp_layer_types": ["sparse"],
            "num_local_experts": 4,
            "num_experts_per_tok": 2,
            "adapter_in_dim": 16,
            "adapter_out_dim": 32,
        },
        "audio_config": {
            **_TOWER,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "downsample_hidden_size": 8,
            "adapter_input_size": 16,
            "adapter_out_dim": 32,
        },
    },
}
