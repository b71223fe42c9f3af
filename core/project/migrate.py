"""The schema of project.json, and old project files brought up to date."""

from __future__ import annotations

from core.errors import ProjectError
from core.schema import Json, Schema

SCHEMA = 1
SCHEMA_KEY = "seer_project"


def _from_0(data: Json) -> Json:
    """Schema 0 had the model's path and fingerprint at the top and called pages "options"."""
    rest = {k: v for k, v in data.items() if k not in {"model", "fingerprint", "options"}}
    return {
        **rest,
        "model": {"path": data.get("model", ""), "fingerprint": data.get("fingerprint", "")},
        "pages": data.get("options", {}),
    }


FORM = Schema(
    what="the project",
    key=SCHEMA_KEY,
    newest=SCHEMA,
    steps={0: _from_0},
    wanted="a folder that the studio saved",
    error=ProjectError,
)
