"""What works for each family, as rows of a table: what `seer families` and the help page show."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from core.families.refused import REFUSED
from core.families.since import SINCE
from core.families.table import FAMILIES

_WITHIN = (
    "The multimodal model is loaded by AutoModelForImageTextToText and runs over text alone; what "
    "is not its language model is exported byte for byte."
)


@dataclass(frozen=True, kw_only=True)
class Support:
    """One family.

    Attributes:
        model_type: `model_type` in config.json.
        multimodal: The same of multimodal checkpoints whose language model is of this family.
        routing: How gates are made, in words.
        groups: Whether a token may be limited to some groups of experts.
        shared: Whether there are shared experts, which stay.
        ragged: Whether layers may keep different numbers of experts.
        stock: Whether stock loaders take a uniform plan's result.
        least_top_k: What Top-K can be lowered to; None if it cannot.
        remarks: What else to know, and why something is not possible.
    """

    model_type: str
    multimodal: str
    routing: str
    groups: bool
    shared: bool
    ragged: bool
    stock: bool
    least_top_k: int | None
    remarks: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """The fields."""
        return asdict(self)


def support_table() -> tuple[Support, ...]:
    """All families, by model type."""
    rows = []
    for family in sorted(FAMILIES.values(), key=lambda family: family.model_type):
        fixed, alike = family.fixed_top_k, family.never_ragged
        first = SINCE.get(family.model_type, "")
        whole = "" if first else SINCE.get(family.multimodal, "")
        rows.append(
            Support(
                model_type=family.model_type,
                multimodal=family.multimodal,
                routing=family.routing,
                groups=bool(family.group_keys),
                shared=bool(family.shared),
                ragged=not family.never_ragged,
                stock=not (family.shared_count or family.hash_tables),
                least_top_k=None if family.fixed_top_k else family.least_top_k,
                remarks=tuple(
                    [family.remarks] * bool(family.remarks)
                    + [_WITHIN] * (family.multimodal in family.image_text)
                    + [f"No other Top-K: {fixed}."] * bool(fixed)
                    + [f"No ragged plans: {alike}."] * bool(alike)
                    + [f"It needs transformers {first} or newer."] * bool(first)
                    + [f"The multimodal model needs transformers {whole} or newer."] * bool(whole)
                ),
            )
        )
    return tuple(rows)


def remarks_on(model_type: str) -> tuple[str, ...]:
    """What to know of a family; empty for one without a row."""
    return next((row.remarks for row in support_table() if row.model_type == model_type), ())


def refused() -> tuple[tuple[str, str], ...]:
    """Model types that are refused and why, by model type."""
    return tuple(sorted(REFUSED.items()))
