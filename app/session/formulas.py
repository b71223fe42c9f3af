"""What is computed for each number on screen, in one line."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate  # the name that lupdate looks for


def formula_of(key: str) -> str:
    """The formula of a number by its key without names; empty where it is read and not computed."""
    return _formulas().get(key, "")


def _formulas() -> dict[str, str]:
    parameters = translate("Formulas", "Σ over all tensors of the product of their shape")
    active = translate("Formulas", "all parameters − routed experts + Top-K experts of every layer")
    perplexity = translate("Formulas", "exp(mean cross-entropy per scored token)")
    return {
        "model.layers": translate("Formulas", "layers with routed experts × experts of a layer"),
        "model.top_k": translate("Formulas", "experts that the router chooses for a token"),
        "model.parameters": parameters,
        "model.active": active,
        "model.bytes": translate("Formulas", "Σ bytes of all tensors, by their headers"),
        "model.memory": translate(
            "Formulas", "weights + keys and values of the context + workspace, least to most"
        ),
        "model.part": translate("Formulas", "Σ bytes of this part's tensors, by their headers"),
        "model.dtype": translate("Formulas", "Σ bytes of this type's tensors, by their headers"),
        "model.ram": translate(
            "Formulas",
            "weights + keys and values of the context + workspace + 0.7 GB of libraries, least "
            "to most",
        ),
        "plan.share": translate(
            "Formulas", "FLOPs of routed experts / all FLOPs of a token after that much context"
        ),
        "plan.kept": translate("Formulas", "Σ over layers of the experts that stay"),
        "plan.parameters": translate(
            "Formulas", "{sum}, without the experts that go and their router rows"
        ).format(sum=parameters),
        "plan.active": active,
        "plan.bytes": translate("Formulas", "Σ bytes of the tensors that export would write"),
        "plan.memory": translate(
            "Formulas", "weights + keys and values of the context + workspace, at most"
        ),
        "plan.flops": translate(
            "Formulas",
            "2 × multiply-adds of attention, router, Top-K and shared experts, dense layers, head",
        ),
        "plan.coverage": translate(
            "Formulas",
            "Σ gates of kept experts / Σ gates of all experts, over the profile's tokens",
        ),
        "plan.loads": translate(
            "Formulas", "stock loaders if every layer keeps the same number of experts"
        ),
        "expert.tokens": translate("Formulas", "|T_e|: tokens that chose the expert"),
        "expert.share": translate("Formulas", "|T_e| / Σ_e |T_e| in its layer"),
        "expert.gate": translate("Formulas", "Σ_{T_e} g / |T_e|"),
        "expert.norm": translate("Formulas", "Σ_{T_e} ‖f‖ / |T_e|"),
        "expert.rank": translate("Formulas", "place in its layer, highest score first"),
        "variant.perplexity": perplexity,
        "variant.domain": translate("Formulas", "{perplexity}, of this domain alone").format(
            perplexity=perplexity
        ),
        "variant.kl": translate("Formulas", "mean KL(original ‖ this) in nats per token"),
        "variant.top1": translate(
            "Formulas", "share of tokens whose likeliest next token is the same"
        ),
        "variant.task": translate(
            "Formulas", "share of questions whose right answer has the highest log-likelihood"
        ),
        "variant.bytes": translate("Formulas", "Σ bytes of all tensors, by their headers"),
        "variant.parameters": parameters,
        "variant.active": active,
        "variant.flops": translate(
            "Formulas",
            "2 × multiply-adds of attention, router, Top-K and shared experts, dense layers, head",
        ),
        "variant.experts": translate("Formulas", "Σ over layers of the experts that stay"),
        "variant.prefill": translate("Formulas", "tokens of a prompt / seconds to its last logits"),
        "variant.decode": translate("Formulas", "tokens written one by one / seconds"),
        "run.perplexity": perplexity,
        **_tuning_formulas(perplexity),
    }


def _tuning_formulas(perplexity: str) -> dict[str, str]:
    """Points of a tuning run's curves, and what a run is estimated to take."""
    entropy = translate("Formulas", "mean over MoE layers and tokens of −Σ p log p of the router")
    return {
        "run.entropy": entropy,
        "trial.perplexity": translate("Formulas", "{perplexity}, at the end of the trial").format(
            perplexity=perplexity
        ),
        "run.seconds": translate("Formulas", "time from the first step to the last"),
        "curve.perplexity": translate("Formulas", "{perplexity}, on the held-out texts").format(
            perplexity=perplexity
        ),
        "curve.loss": translate(
            "Formulas", "cross-entropy + λ · router entropy + α · KL(teacher ‖ student)"
        ),
        "curve.ce": translate("Formulas", "mean −log p of the next token, over the step's tokens"),
        "curve.entropy": entropy,
        "curve.k": translate("Formulas", "Top-K by the schedule at this step"),
        "curve.learning_rate": translate("Formulas", "highest rate × (warm-up, then its decay)"),
        "estimate.memory": translate(
            "Formulas",
            "weights + gradients + optimiser + teacher + activations + logits, with room for "
            "fragments and the framework",
        ),
        "estimate.time": translate("Formulas", "FLOPs of all steps / speed of the device"),
        "estimate.trained": translate("Formulas", "Σ parameters of what may change"),
        "estimate.tokens": translate(
            "Formulas", "steps × sequences of a batch × batches of a step × sequence length"
        ),
    }
