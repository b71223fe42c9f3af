"""Where text comes from, as the user writes it: `[domain=]SOURCE[#text_field]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import InputError
from resources import demo_texts_dir

Kind = Literal["demo", "hub", "folder", "file"]
DemoSplit = Literal["calibration", "heldout"]

SUFFIXES = (".txt", ".jsonl", ".parquet", ".csv")
_DOMAIN = re.compile(r"([^=/\\:#]*)=(.+)", re.DOTALL)
_FIELD = re.compile(r"(.+)#([^#/\\]+)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of documents.

    Attributes:
        path_or_id: A file, a folder, "demo", or "hub:<id>[:config][:split]".
        domain: What its text is called; None takes the name of the file, folder or data set.
        field: The column or key that holds the text; None looks for the usual names.
    """

    path_or_id: str
    domain: str | None = None
    field: str | None = None

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read `[domain=]SOURCE[#text_field]`; a path that exists as written is taken as it is.

        Raises:
            InputError: Nothing is left where the source should be.
        """
        domain, rest = None, text.strip()
        if not Path(rest).exists() and (match := _DOMAIN.fullmatch(rest)):
            domain, rest = readable(match[1].strip()), match[2].strip()
        field = None
        if not Path(rest).exists() and (match := _FIELD.fullmatch(rest)):
            rest, field = match[1].strip(), match[2].strip()
        if not rest or domain == "":
            raise InputError(
                f"{text!r} names no source", remedy="write it as [domain=]SOURCE[#text_field]"
            )
        return cls(path_or_id=rest, domain=domain, field=field)

    def __str__(self) -> str:
        """The text that `parse` reads."""
        domain = f"{self.domain}=" if self.domain else ""
        field = f"#{self.field}" if self.field else ""
        return f"{domain}{self.path_or_id}{field}"

    @property
    def kind(self) -> Kind:
        """What sort of source this is, without looking at what is in it.

        Raises:
            InputError: A path that does not exist, or a file of a kind that is not read.
        """
        if self.path_or_id == "demo":
            return "demo"
        if self.path_or_id.startswith("hub:"):
            return "hub"
        path = Path(self.path_or_id).expanduser()
        if path.is_dir():
            return "folder"
        if not path.exists():
            raise InputError(
                f"there is no file or folder {self.path_or_id}",
                remedy=f"give a {', '.join(SUFFIXES)} file, a folder of them, demo, or hub:<id>",
            )
        if path.suffix.lower() not in SUFFIXES:
            raise InputError(
                f"{path.name} is a {path.suffix or 'nameless'} file, which is not read as text",
                remedy=f"use {', '.join(SUFFIXES)}",
            )
        return "file"

    @property
    def default_domain(self) -> str:
        """The domain's name when the user gives none."""
        if self.kind == "hub":
            return self.path_or_id.split(":")[1].rsplit("/", 1)[-1]
        place = Path(self.path_or_id)
        name = place.stem if self.kind == "file" else place.expanduser().resolve().name
        return readable(name)

    def files(self) -> tuple[Path, ...]:
        """The files of a file or folder source, in name order; hidden ones are left out.

        Raises:
            InputError: A folder with nothing in it that can be read.
        """
        path = Path(self.path_or_id).expanduser()
        if self.kind == "file":
            return (path,)
        found = sorted(
            file
            for file in path.rglob("*")
            if file.suffix.lower() in SUFFIXES
            and file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(path).parts)
        )
        if not found:
            raise InputError(
                f"the folder {path} holds no text: 0 files end in {', '.join(SUFFIXES)}",
                remedy="choose another folder, or convert the texts",
            )
        return tuple(found)


def readable(text: str) -> str:
    """A text from the file system that any file can hold: Linux has names that are not UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def expand(sources: tuple[Source, ...], split: DemoSplit) -> tuple[Source, ...]:
    """Every source with its domain; `demo` becomes its files, equal default names are told apart.

    Sources that are *given* the same domain are one domain; two files that merely have the same
    name are not, and take their folder's name in front.

    Raises:
        InputError: A source does not exist or cannot be read.
    """
    expanded: list[Source] = []
    for source in sources:
        if source.kind == "demo":
            expanded.extend(
                Source(path_or_id=str(path), domain=source.domain or path.stem, field="text")
                for path in _demo_files(split)
            )
        else:
            expanded.append(source)
    defaults = [s.default_domain for s in expanded if s.domain is None]
    return tuple(
        s if s.domain else _named(s, clash=defaults.count(s.default_domain) > 1) for s in expanded
    )


def _named(source: Source, *, clash: bool) -> Source:
    name = source.default_domain
    if clash and source.kind != "hub":
        parent = Path(source.path_or_id).expanduser().resolve().parent.name
        name = readable(f"{parent}/{name}")
    return Source(path_or_id=source.path_or_id, domain=name, field=source.field)


def _demo_files(split: DemoSplit) -> tuple[Path, ...]:
    found = tuple(sorted(demo_texts_dir(split).glob("*.jsonl")))
    if not found:
        raise InputError(
            f"the bundled {split} texts are missing from this installation",
            remedy="run python -m resources.demo.make texts, or install the program again",
        )
    return found
