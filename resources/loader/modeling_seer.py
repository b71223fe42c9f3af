"""A Mixture-of-Experts model whose layers keep different numbers of experts.

SEER Studio wrote this file beside the weights. config.json says under `per_layer_config` how many
experts each layer has; the stock class builds all layers with one number, and this class rebuilds
them with their own. Everything else is the stock class. Load it with

    AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)
"""

import transformers


def ragged(base):
    """The stock class `base` with every layer's own number of experts."""

    class SeerForCausalLM(base):
        """See the module."""

        def __init__(self, config, *args, **kwargs):
            # The stock constructor reads one number for all layers: the largest.
            config.allow_global_per_layer_attribute_access = True
            super().__init__(config, *args, **kwargs)
            for index, layer in enumerate(self.get_decoder().layers):
                for name, child in layer.named_children():
                    if hasattr(child, "experts"):
                        setattr(layer, name, type(child)(config.per_layer_config[index]))
            self.post_init()

    return SeerForCausalLM


SeerForCausalLM = ragged(transformers.MixtralForCausalLM)
