"""What the experts and the router are called in each model family: a table, not code. No torch."""

from core.families.config import first_key, look_up, quantisation, text_section
from core.families.family import Family, Place, Role
from core.families.moe import MoeConfig, read_moe_config
from core.families.refused import REFUSED
from core.families.since import SINCE
from core.families.support import Support, refused, remarks_on, support_table
from core.families.table import FAMILIES, family_for, known_model_types

__all__ = [
    "FAMILIES",
    "REFUSED",
    "SINCE",
    "Family",
    "MoeConfig",
    "Place",
    "Role",
    "Support",
    "family_for",
    "first_key",
    "known_model_types",
    "look_up",
    "quantisation",
    "read_moe_config",
    "refused",
    "remarks_on",
    "support_table",
    "text_section",
]
