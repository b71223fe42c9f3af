from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from core.calibration.hub import read_hub
from core.calibration.readers import read_documents
from core.errors import InputError

MANY = 1_000_000


def read(path: Path, field: str | None = None, most: int = MANY) -> list[object]:
    return list(read_documents(path, field, most_characters=most))


def test_a_text_file_is_one_document_without_its_byte_order_mark(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("한 줄\n두 줄\n", encoding="utf-8-sig")
    assert read(path) == ["한 줄\n두 줄\n"]
    assert read(path, most=3) == ["한 줄"]


def test_jsonl_skips_blank_lines_and_missing_values(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n\n{"text": null}\n{"text": "두 번째"}\n', encoding="utf-8")
    assert read(path) == ["one", "두 번째"]


def test_csv_reads_quoted_lines_and_long_cells(tmp_path):
    path = tmp_path / "a.csv"
    long = "x" * 200_000
    path.write_text(f'id,content\n1,"two\nlines, one cell"\n2,{long}\n', encoding="utf-8")
    assert read(path) == ["two\nlines, one cell", long]
    assert read(path, "id") == ["1", "2"]


def test_parquet_reads_the_named_column(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a", None, "c"], "body": ["x", "y", "z"]}), path)
    assert read(path) == ["a", "c"]
    assert read(path, "body") == ["x", "y", "z"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_an_empty_file_gives_no_documents_or_an_error_but_never_crashes(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    if name.endswith("parquet"):
        with pytest.raises(InputError, match="not a readable parquet"):
            read(path)
    else:
        assert read(path) == []


def test_a_missing_field_names_the_fields_that_there_are(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"body": "x", "title": "y"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"row 1 of .* no field 'nme'; it has body, title"):
        read(path, "nme")
    with pytest.raises(InputError, match="nothing that is known to hold text; it has body") as e:
        read(path)
    assert "#field" in e.value.remedy


def test_a_row_with_many_fields_lists_only_some(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"f{i}" for i in range(40)) + "\n" + "1," * 39 + "1\n", "utf-8")
    with pytest.raises(InputError, match="and 28 more"):
        read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{bad\n", "line 1 of .* is not JSON"),
        ('{"text": "x"}\n[1, 2]\n', "line 2 of .* is a JSON list"),
        ('{"text": 5}\n', "field 'text' in row 1 of .* is a int"),
        ("[" * 100_000 + "\n", "line 1 of .* is not JSON"),
    ],
)
def test_damaged_jsonl_is_refused_with_its_line(tmp_path, text, message):
    path = tmp_path / "a.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read(path)


def test_what_is_not_utf8_is_refused_with_the_byte(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("한국어".encode("euc-kr"))
    with pytest.raises(InputError, match="not UTF-8 at byte 0"):
        read(path)


def test_a_file_that_cannot_be_opened_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        read(tmp_path / "gone.txt")


def test_a_damaged_csv_is_refused_with_its_line(tmp_path, monkeypatch):
    import csv

    path = tmp_path / "a.csv"
    path.write_text("text\nshort\n" + "x" * 100 + "\n", encoding="utf-8")
    monkeypatch.setattr("core.calibration.readers._LONGEST_CELL", 50)
    with pytest.raises(InputError, match="not CSV"):
        read(path)
    csv.field_size_limit(131072)


def test_the_hub_offline_is_an_error_with_a_remedy(monkeypatch):
    broken = types.ModuleType("datasets")
    broken.exceptions = types.SimpleNamespace(DatasetsError=RuntimeError)
    broken.load_dataset = lambda *args, **options: (_ for _ in ()).throw(
        ConnectionError("Couldn't reach the Hub\nmore")
    )
    monkeypatch.setitem(sys.modules, "datasets", broken)
    with pytest.raises(InputError, match=r"cannot read the data set org/x .*reach the Hub$") as e:
        list(read_hub("hub:org/x", None))
    assert "network" in e.value.remedy


def test_the_hub_streams_the_named_split(monkeypatch):
    asked = []
    fake = types.ModuleType("datasets")
    fake.exceptions = types.SimpleNamespace(DatasetsError=RuntimeError)

    def load_dataset(identifier, config, *, split, streaming):
        asked.append((identifier, config, split, streaming))
        return [{"content": "one"}, {"content": "two"}]

    fake.load_dataset = load_dataset
    monkeypatch.setitem(sys.modules, "datasets", fake)
    assert list(read_hub("hub:org/x:ko:test", None)) == ["one", "two"]
    assert asked == [("org/x", "ko", "test", True)]
