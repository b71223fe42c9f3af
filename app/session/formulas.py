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
        "run.perplexity": perplexity,
    }
