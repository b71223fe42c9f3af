"""Files to rows: .txt, .jsonl, .csv and .parquet, read lazily, errors with file and line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from core.errors import InputError

TEXT_FIELDS = ("text", "content", "messages", "conversations", "prompt")
_LONGEST_CELL = 2**31 - 1  # csv refuses longer cells than 128 KiB unless told

Row = Mapping[str, object]


def read_documents(path: Path, field: str | None, *, most_characters: int) -> Iterator[object]:
    """Yield the documents of one file: a text, or the messages of a conversation.

    A .txt file is one document, of which no more than `most_characters` are read.

    Raises:
        InputError: The file is not what its suffix says, or has no such field.
    """
    try:
        if path.suffix.lower() == ".txt":
            with path.open(encoding="utf-8-sig") as file:
                yield file.read(most_characters)
        else:
            yield from texts_of(read_rows(path), field, str(path))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 at byte {error.start:,}", remedy="convert it to UTF-8"
        ) from error
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror or error}", remedy="check the file's permissions"
        ) from error


def texts_of(rows: Iterable[Row], field: str | None, where: str) -> Iterator[object]:
    """The text field of every row.

    Raises:
        InputError: A row without the field; the error names the fields that there are.
    """
    for number, row in enumerate(rows, start=1):
        key = field or next((name for name in TEXT_FIELDS if name in row), None)
        if key is None or key not in row:
            wanted = f"no field {field!r}" if field else "nothing that is known to hold text"
            raise InputError(
                f"row {number:,} of {where} has {wanted}; it has {_listed(row)}",
                remedy="name the field after a #, as in SOURCE#field",
            )
        value = row[key]
        if value is None:
            continue
        if not isinstance(value, str | list):
            raise InputError(
                f"field {key!r} in row {number:,} of {where} is a {type(value).__name__}, not text",
                remedy=f"name another field; there are {_listed(row)}",
            )
        yield value


def _listed(row: Row) -> str:
    names = [str(name) for name in row]
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return (", ".join(names[:12]) or "none") + more


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a .jsonl, .csv or .parquet file, told by its suffix.

    Raises:
        InputError: A line or a file that is not what the suffix says.
    """
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        return _jsonl(path)
    return _csv(path) if suffix == ".csv" else _parquet(path)


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise InputError(
                    f"line {number:,} of {path} is not JSON",
                    remedy="a .jsonl file holds one JSON object per line",
                ) from error
            if not isinstance(row, dict):
                raise InputError(
                    f"line {number:,} of {path} is a JSON {type(row).__name__}, not an object",
                    remedy='write each line as {"text": "…"}',
                )
            yield row


def _csv(path: Path) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        try:
            for row in reader:
                yield {name: value for name, value in row.items() if name is not None}
        except csv.Error as error:
            raise InputError(
                f"line {reader.line_num:,} of {path} is not CSV: {error}",
                remedy="the first line names the columns, separated by commas",
            ) from error


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=256):
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise InputError(
            f"{path} is not a readable parquet file: {error}", remedy="write the file again"
        ) from error
