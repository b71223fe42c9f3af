"""What the installed transformers has: an older one lacks model types that the table has rows for.

The makers of tiny models ask here, so that whatever is proved of every row leaves those out.
"""

from __future__ import annotations

import pytest


def has(model_type: str) -> bool:
    """Whether the installed transformers knows a model type."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    return model_type in CONFIG_MAPPING


def need(model_type: str) -> None:
    """Skip the test that asks if the installed transformers does not know a model type."""
    import transformers

    if not has(model_type):
        pytest.skip(f"transformers {transformers.__version__} has no {model_type}")
