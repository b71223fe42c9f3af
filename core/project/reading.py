"""project.json as JSON, field by field: strictly, or leaving out what is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeVar

from core.errors import ProjectError
from core.schema import Json

MAX_PROJECT_BYTES = 64 * 2**20
T = TypeVar("T")


@dataclass(kw_only=True)
class Reader:
    """Reads fields of one file.

    Attributes:
        lenient: Whether what cannot be read is left out; otherwise it is raised.
        lost: What was left out, in words.
    """

    lenient: bool = False
    lost: list[str] = field(default_factory=list)

    def field(self, read: Callable[[object, str], T], value: object, what: str) -> T | None:
        """A value as `read` takes it; None where it was left out.

        Raises:
            ProjectError: It cannot be read, and nothing may be left out.
        """
        try:
            return read(value, what)
        except ProjectError as error:
            if not self.lenient:
                raise
            self.lost.append(error.what)
            return None

    def texts(self, value: object, what: str, read: Callable[[object, str], str]) -> dict[str, str]:
        """An object of texts."""
        items = (self.field(an_object, value, what) or {}).items()
        found = {name: self.field(read, item, f"{what}.{name}") for name, item in items}
        return {name: text for name, text in found.items() if text}

    def objects(self, value: object, what: str) -> dict[str, Json]:
        """An object of objects."""
        items = (self.field(an_object, value, what) or {}).items()
        found = {name: self.field(an_object, item, f"{what}.{name}") for name, item in items}
        return {name: one for name, one in found.items() if one is not None}

    def rows(self, value: object, what: str) -> tuple[Json, ...]:
        """A list of objects."""
        items = enumerate(self.field(a_list, value, what) or [])
        found = (self.field(an_object, item, f"{what}[{index}]") for index, item in items)
        return tuple(one for one in found if one is not None)

    def files(self, value: object, what: str) -> tuple[str, ...]:
        """A list of files inside the project."""
        items = enumerate(self.field(a_list, value, what) or [])
        found = (self.field(inside, item, f"{what}[{index}]") for index, item in items)
        return tuple(one for one in found if one)


def read_json_file(path: Path) -> Json:
    """The object in a project's file.

    Raises:
        ProjectError: There is no file, or no object in it.
    """
    try:
        size = path.stat().st_size
        if size > MAX_PROJECT_BYTES:
            raise ProjectError(f"{path} has {size:,} bytes, too many for a project")
        data = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ProjectError(
            f"there is no project in {path.parent}", remedy="another folder"
        ) from error
    except OSError as error:
        raise ProjectError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ProjectError(
            f"{path} is not JSON ({error})", remedy="a backup of it, or a new project"
        ) from error
    if not isinstance(data, dict):
        raise ProjectError(f"{path} does not hold a JSON object", remedy="a backup of it")
    return data


def inside(value: object, what: str) -> str:
    """A file name that stays inside the project's folder."""
    text = a_text(value, what)
    parts = PurePosixPath(text)
    if parts.is_absolute() or ".." in parts.parts or "\\" in text or ":" in text or "\0" in text:
        raise ProjectError(f"project.json: {what} points outside the project: {text!r}")
    return text


def a_text(value: object, what: str) -> str:
    """A text, or an error that says what is none."""
    if not isinstance(value, str):
        raise ProjectError(f"project.json: {what} is not a text")
    return value


def an_object(value: object, what: str) -> Mapping[str, object]:
    """An object, or an error that says what is none."""
    if not isinstance(value, dict):
        raise ProjectError(f"project.json: {what} is not an object")
    return value


def a_list(value: object, what: str) -> list[object]:
    """A list, or an error that says what is none."""
    if not isinstance(value, list):
        raise ProjectError(f"project.json: {what} is not a list")
    return value
