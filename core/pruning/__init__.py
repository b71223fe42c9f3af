"""A plan applied to a live model: masked for a quick look, or shrunk for good.

Importing this package is light; the names below import torch when they are first asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.pruning.masking import Rerouting, masked
    from core.pruning.shrinking import shrink

__all__ = ["Rerouting", "masked", "shrink"]


def __getattr__(name: str) -> object:
    """Import torch only when somebody applies a plan."""
    if name in ("masked", "Rerouting"):
        from core.pruning import masking

        return getattr(masking, name)
    if name == "shrink":
        from core.pruning.shrinking import shrink

        return shrink
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
