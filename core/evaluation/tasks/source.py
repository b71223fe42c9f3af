"""Where a task comes from: a file, a folder, the bundled set, or the hub."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path

from core.calibration.hub import hub_rows, split_name
from core.calibration.readers import read_rows
from core.errors import InputError
from core.evaluation.tasks.formats import Style, items_of
from core.evaluation.tasks.item import Row, Task
from resources import demo_tasks_dir

SUFFIXES = (".jsonl", ".csv", ".parquet")


def load_task(word: str, *, style: Style = "letters", limit: int | None = None) -> Task:
    """Read `[NAME=]FILE`, `[NAME=]demo`, or `[NAME=]hub:<id>[:config][:split]`.

    Args:
        word: As it stands on the command line.
        style: How questions with choices are put.
        limit: Read no more than this many questions.

    Raises:
        InputError: There is no such file or data set, or it is of no known shape.
    """
    name, where = _parts(word)
    rows = _hub(where) if where.startswith("hub:") else _files(where)
    try:
        items = items_of(islice(rows, limit), where, style)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where} is not UTF-8 at byte {error.start:,}", remedy="convert it to UTF-8"
        ) from error
    except OSError as error:
        raise InputError(
            f"cannot read {where}: {error.strerror or error}", remedy="check the file's permissions"
        ) from error
    return Task(name=name, items=items)


def _parts(word: str) -> tuple[str, str]:
    """The name and the place."""
    text = word.strip()
    name, equals, rest = text.partition("=")
    if not Path(text).exists() and equals and name.strip() and "/" not in name:
        return name.strip(), rest.strip()
    if text == "demo":
        return "demo", text
    if text.startswith("hub:"):
        parts = text.removeprefix("hub:").split(":")
        named = parts[0].rsplit("/", 1)[-1]
        return (f"{named}/{parts[1]}" if len(parts) > 1 and parts[1] else named), text
    return Path(text).stem, text


def _files(where: str) -> Iterator[Row]:
    path = demo_tasks_dir() if where == "demo" else Path(where).expanduser()
    files = [path] if path.is_file() else sorted(p for p in path.glob("*") if _reads(p))
    if not files or not all(_reads(file) for file in files):
        raise InputError(
            f"there is no task {where}",
            remedy=f"a {', '.join(SUFFIXES)} file or a folder of them, demo, or hub:<id>",
        )
    if len(files) == 1:
        yield from read_rows(files[0])
        return
    # In turn, so that the first questions are of every subject.
    for rows in zip_longest(*(read_rows(file) for file in files)):
        for file, row in zip(files, rows, strict=True):
            if row is not None:
                # A folder's files are subjects, as MMLU's are, unless the rows say so themselves.
                yield row if "subject" in row else {**row, "subject": file.stem}


def _reads(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _hub(where: str) -> Iterator[Row]:
    identifier, config, split = split_name(where)
    if where.count(":") < 3:
        split = "test"  # what is measured on, where a text source would take "train"
    yield from hub_rows(identifier, config, split)
