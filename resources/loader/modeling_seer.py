"""A Mixture-of-Experts model whose layers keep different numbers of experts.

SEER Studio wrote this file beside the weights. config.json says under `per_layer_config` how many
experts each layer has; the stock class builds all layers with one number, and this class takes the
blocks of those that differ from a model of the same class that has their number. Everything else is
the stock class, but for its balancing loss (`output_router_logits`), which layers of different
widths do not have. Load it with

    AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)
"""

import copy

import transformers


def ragged(base, key, blocks):
    """The stock class `base` with every layer's own number of experts.

    Args:
        base: A causal language model class of transformers.
        key: What its config calls the number of experts.
        blocks: What its layers may call the modules that hold routers and experts.
    """

    class SeerForCausalLM(base):
        """See the module."""

        def __init__(self, config, *args, **kwargs):
            text = config.get_text_config()
            # The stock constructor reads one number for all layers: the largest.
            text.allow_global_per_layer_attribute_access = True
            # The stock balancing loss stacks router logits of all layers, which needs one width.
            if getattr(text, "output_router_logits", False):
                text.output_router_logits = False
            super().__init__(config, *args, **kwargs)
            others = {}
            for index, layer in enumerate(_layers(self)):
                count = getattr(text.per_layer_config[index], key)
                if count == getattr(text, key):
                    continue
                if count not in others:
                    other = base(_with_count(config, key, count), *args, **kwargs)
                    others[count] = _layers(other)
                for name in blocks:
                    if hasattr(layer, name):
                        setattr(layer, name, getattr(others[count][index], name))
            self.post_init()

        @classmethod
        def from_pretrained(cls, *args, config=None, **kwargs):
            # As the auto class does for a language model inside of a multimodal checkpoint.
            if config is not None and not isinstance(config, cls.config_class):
                config = config.get_text_config()
            return super().from_pretrained(*args, config=config, **kwargs)

        @classmethod
        def is_custom_code(cls):
            # Names and shapes of weights are the stock class's, and so is their conversion.
            return False

        # transformers looks for both in the source of the class's module, which is the stock one.
        @classmethod
        def _can_set_attn_implementation(cls):
            return base._can_set_attn_implementation()

        @classmethod
        def _can_set_experts_implementation(cls):
            return base._can_set_experts_implementation()

    # Conversions of weights are looked up by the class's name.
    SeerForCausalLM.__name__ = base.__name__
    return SeerForCausalLM


def _layers(model):
    """The list of decoder layers."""
    return next(part.layers for part in model.get_decoder().modules() if hasattr(part, "layers"))


def _with_count(config, key, count):
    """The config of a model with the same number of experts in all layers."""
    even = copy.deepcopy(config)
    text = even.get_text_config()
    layers = text.to_dict()["per_layer_config"]
    rest = {i: {k: v for k, v in own.items() if k != key} for i, own in layers.items()}
    text.per_layer_config = {i: own for i, own in rest.items() if own} or None
    setattr(text, key, count)
    return even


SeerForCausalLM = ragged(transformers.MixtralForCausalLM, "num_local_experts", ("mlp",))
# save_pretrained points to the class by its own name.
globals()[SeerForCausalLM.__name__] = SeerForCausalLM
