"""A live model: load it, find its routers and experts, know what memory there is.

Importing this package is light; the names below import torch when they are first asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.runtime.device import choose_device
    from core.runtime.layers import MoeLayer
    from core.runtime.live import LiveModel
    from core.runtime.load import load_model

__all__ = ["LiveModel", "MoeLayer", "choose_device", "load_model"]


def __getattr__(name: str) -> object:
    """Import torch only when somebody loads a model."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from core.runtime import device, live, load

    home = {"choose_device": device, "load_model": load}.get(name, live)
    return getattr(home, name)
