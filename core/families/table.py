"""The family table. A new family is a row here; one that needs code is the exception and says why.

Names were read from checkpoints on the hub and from tiny models saved by transformers 5, which
writes the hub's names again (its loader fuses them, its saver undoes that).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from core.errors import UnsupportedModelError
from core.families.after_top_k import AFTER_TOP_K
from core.families.config import text_section
from core.families.family import Family
from core.families.groups import GROUP_LIMITED
from core.families.refused import REFUSED
from core.families.sigmoid import SIGMOID
from core.families.softmax import SOFTMAX
from core.families.special import SPECIAL

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {row.model_type: row for row in (*SOFTMAX, *AFTER_TOP_K, *SIGMOID, *GROUP_LIMITED, *SPECIAL)}
)


def known_model_types() -> tuple[str, ...]:
    """The model types that have a row, in alphabetical order."""
    return tuple(sorted(FAMILIES))


def family_for(config: Mapping[str, object]) -> Family:
    """The row for a config.json.

    Raises:
        UnsupportedModelError: No row has this model type; the message says why, where there is a
            reason, and lists those that there are.
    """
    outer = config.get("model_type")
    inner = text_section(config)[1].get("model_type")
    for name in (outer, inner):
        if isinstance(name, str) and name in REFUSED:
            raise UnsupportedModelError(
                f"model type {name!r} is not supported: {REFUSED[name]}", remedy=_known()
            )
        if isinstance(name, str) and name in FAMILIES:
            if name == outer and FAMILIES[name].nested:
                raise UnsupportedModelError(
                    f"model type {name!r} is not supported by itself: transformers has a class for "
                    f"it inside of {FAMILIES[name].multimodal!r} only",
                    remedy="the whole checkpoint, with the config.json it came with",
                )
            return FAMILIES[name]
    named = f"model type {outer!r}" if outer else "a config.json without model_type"
    raise UnsupportedModelError(f"{named} is not supported", remedy=_known(str(outer)))


def _known(wanted: str = "") -> str:
    """What to take instead, the nearest names first."""
    names = known_model_types()
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.75)
    closest = f"{' or '.join(near)}, or another " if near else "one "
    return f"{closest}of the {len(names)} families of `seer families`: {', '.join(names)}"
