"""Old project files brought up to date, one small step per schema.

To change the file's form: raise `SCHEMA` and add the step from the schema before it. Steps work on
the raw JSON, so they go on working when the code around them changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.errors import ProjectError

SCHEMA = 1
SCHEMA_KEY = "seer_project"

Json = Mapping[str, object]


def migrate(data: Json) -> Json:
    """The same project in the newest form.

    Raises:
        ProjectError: It is of a newer schema, or not a project.
    """
    schema = data.get(SCHEMA_KEY)
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 0:
        raise ProjectError(
            "project.json does not say which schema it has", remedy="a folder that the studio saved"
        )
    if schema > SCHEMA:
        raise ProjectError(
            f"the project has schema {schema}, this version reads up to {SCHEMA}",
            remedy="a newer SEER Studio",
        )
    for step in range(schema, SCHEMA):
        data = {**STEPS[step](data), SCHEMA_KEY: step + 1}
    return data


def _from_0(data: Json) -> Json:
    """Schema 0 had the model's path and fingerprint at the top and called pages "options"."""
    rest = {k: v for k, v in data.items() if k not in {"model", "fingerprint", "options"}}
    return {
        **rest,
        "model": {"path": data.get("model", ""), "fingerprint": data.get("fingerprint", "")},
        "pages": data.get("options", {}),
    }


STEPS: Mapping[int, Callable[[Json], Json]] = {0: _from_0}
