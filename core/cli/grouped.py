"""Options that several commands share, declared once and handed over as one value.

typer reads a command's options off its signature, so commands with the same thirty options would
spell them out again and again. Here a frozen dataclass declares them, each field by its alias and
default; a command takes the dataclass as one parameter, and typer is shown the fields in its place.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints


def grouped(function: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameters that are dataclasses become one option per field.

    Args:
        function: The command; its parameters but the first ones are keyword-only.
    """
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, type[Any]] = {
        name: hint
        for name, hint in hints.items()
        if isinstance(hint, type) and dataclasses.is_dataclass(hint)
    }
    shown: list[inspect.Parameter] = []
    for parameter in inspect.signature(function).parameters.values():
        group = groups.get(parameter.name)
        if group is None:
            shown.append(parameter.replace(annotation=hints[parameter.name]))
        else:
            shown += _fields(group)

    @wraps(function)
    def command(**given: Any) -> None:
        for name, group in groups.items():
            values = {field.name: given.pop(field.name) for field in dataclasses.fields(group)}
            given[name] = group(**values)
        function(**given)

    # typer reads these two, and would look through `__wrapped__`.
    command.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    del command.__wrapped__
    return command


def _fields(group: type[Any]) -> list[inspect.Parameter]:
    """The options that a dataclass declares."""
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=(
                inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
            ),
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(group)
    ]
