"""What a task was made of, as JSON: enough to make it again after the program was started anew.

A maker, the function that turns values into a task, is marked with `@lasting("name")`. From then on
every task that it makes carries a `Recipe` with the arguments of the call, a project keeps that
while the task is unfinished, and `remake` calls the maker again. Only the values of the table below
are read back, so a project from elsewhere cannot name anything else to be built.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from app.jobs.task import Recipe, Task
from core.errors import ProjectError

if TYPE_CHECKING:
    from app.jobs.measuring import Subject

P = ParamSpec("P")
Maker = Callable[..., Task]
MAKERS: dict[str, Maker] = {}

# Where makers live; they enter the table when their module is imported.
MODULES = (
    "app.jobs.tasks",
    "app.jobs.choosing",
    "app.jobs.speed",
    "app.jobs.tuning",
    "app.jobs.searching",
    "app.jobs.paper",
)

# Values that an argument may be, or hold: what JSON calls them → module and class. Those with
# methods of their own for that (`to_json`, `from_json`) use them.
VALUES = {
    "calibration": ("core.calibration", "CalibrationOptions"),
    "source": ("core.calibration", "Source"),
    "plan": ("core.planning", "Plan"),
    "variant": ("core.evaluation.variant", "Variant"),
    "measure": ("app.jobs.measuring", "Measure"),
    "questions": ("app.widgets.questions", "Questions"),
    "choice": ("app.jobs.choosing", "Choice"),
    "timed": ("app.jobs.speed", "Timed"),
    "speed": ("core.evaluation.speed", "SpeedOptions"),
    "export": ("core.export", "ExportOptions"),
    "tuning": ("core.tuning", "TuneOptions"),
    "claims": ("core.paper", "PaperOptions"),
}
TYPE = "type"
# A path inside the project is kept relative to it: the folder may be moved.
INSIDE, PATH = "inside", "path"


def recipe_json(recipe: Recipe, folder: Path | None) -> dict[str, object]:
    """JSON of a recipe.

    Args:
        recipe: What a task was made of.
        folder: The project's folder; paths in it are kept relative to it.
    """
    return {
        "maker": recipe.maker,
        "device": recipe.device,
        "stream": recipe.stream,
        "arguments": {key: encode(value, folder) for key, value in recipe.arguments.items()},
    }


def lasting(
    name: str,
) -> Callable[[Callable[Concatenate[Subject, P], Task]], Callable[Concatenate[Subject, P], Task]]:
    """Make the tasks of a maker survive a restart; its first argument is the subject.

    Args:
        name: What project files call the maker; it must never change.
    """

    def mark(
        maker: Callable[Concatenate[Subject, P], Task],
    ) -> Callable[Concatenate[Subject, P], Task]:
        names = maker.__code__.co_varnames[1 : maker.__code__.co_argcount]

        @wraps(maker)
        def make(subject: Subject, /, *args: P.args, **kwargs: P.kwargs) -> Task:
            arguments = {**dict(zip(names, args, strict=False)), **kwargs}
            recipe = Recipe(
                maker=name, device=subject.device, stream=subject.stream, arguments=arguments
            )
            return dataclasses.replace(maker(subject, *args, **kwargs), recipe=recipe)

        MAKERS[name] = make
        return make

    return mark


def remake(data: object, subject: Subject, folder: Path) -> Task:
    """The task of a recipe's JSON, for the model that is open now.

    Args:
        data: What `recipe_json` wrote.
        subject: The open model; device and stream come from the recipe.
        folder: The project's folder.

    Raises:
        ProjectError: The recipe is damaged, or of a maker that this version does not have.
    """
    for module in MODULES:
        import_module(module)
    if not isinstance(data, Mapping) or not isinstance(data.get("arguments"), Mapping):
        raise ProjectError("the job has no options", remedy="start it anew on its page")
    maker = MAKERS.get(str(data.get("maker")))
    if maker is None:
        raise ProjectError(
            f"this version does not know the job {str(data.get('maker'))!r}",
            remedy="a newer SEER Studio, or start it anew on its page",
        )
    place = dataclasses.replace(
        subject, device=str(data.get("device", "auto")), stream=_stream(data.get("stream"))
    )
    try:
        arguments = {str(k): decode(v, folder) for k, v in data["arguments"].items()}
        return maker(place, **arguments)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ProjectError(
            f"the options of the job cannot be read ({error})",
            remedy="start it anew on its page",
        ) from error


def encode(value: object, folder: Path | None) -> object:
    """A value as JSON."""
    if isinstance(value, Path):
        if folder is not None and value.is_relative_to(folder):
            return {TYPE: INSIDE, PATH: value.relative_to(folder).as_posix()}
        return {TYPE: PATH, PATH: str(value)}
    if isinstance(value, list | tuple):
        return [encode(item, folder) for item in value]
    if isinstance(value, Mapping):
        return {TYPE: "map", "items": {str(k): encode(v, folder) for k, v in value.items()}}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    name = next((key for key, (_, kind) in VALUES.items() if type(value).__name__ == kind), "")
    if not name or not dataclasses.is_dataclass(value):
        raise TypeError(f"a {type(value).__name__} cannot be kept in a project")
    if hasattr(value, "to_json"):
        return {TYPE: name, "json": value.to_json()}
    fields = {
        f.name: encode(getattr(value, f.name), folder)
        for f in dataclasses.fields(value)
        if not callable(getattr(value, f.name))
    }
    return {TYPE: name, "fields": fields}


def decode(data: object, folder: Path) -> object:
    """The value that `encode` was given; lists become tuples, as frozen values have them.

    Raises:
        ProjectError: A path leaves the project, or a value is of no known type.
    """
    if isinstance(data, list):
        return tuple(decode(item, folder) for item in data)
    if not isinstance(data, Mapping):
        return data
    kind = data.get(TYPE)
    if kind == PATH:
        return Path(str(data[PATH]))
    if kind == INSIDE:
        return folder / _inside(str(data[PATH]))
    if kind == "map":
        return {str(key): decode(value, folder) for key, value in data["items"].items()}
    if kind not in VALUES:
        raise ProjectError(f"the project holds a value of unknown type {kind!r}")
    module, name = VALUES[str(kind)]
    made = getattr(import_module(module), name)
    if "json" in data:
        return made.from_json(data["json"])
    return made(**{str(key): decode(value, folder) for key, value in data["fields"].items()})


def _inside(text: str) -> str:
    parts = PurePosixPath(text)
    if parts.is_absolute() or ".." in parts.parts or "\\" in text or ":" in text:
        raise ProjectError(f"a job writes outside the project: {text!r}")
    return text


def _stream(value: object) -> str:
    return value if value in {"auto", "always", "never"} else "auto"  # type: ignore[return-value]
