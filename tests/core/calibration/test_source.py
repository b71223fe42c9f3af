from __future__ import annotations

from pathlib import Path

import pytest

from core.calibration.hub import split_name
from core.calibration.source import Source, expand
from core.errors import InputError


@pytest.mark.parametrize(
    ("text", "where", "domain", "field"),
    [
        ("demo", "demo", None, None),
        ("law=a/b.jsonl#body", "a/b.jsonl", "law", "body"),
        ("a/b.parquet", "a/b.parquet", None, None),
        ("hub:org/data:en:train#text", "hub:org/data:en:train", None, "text"),
        ("한국어=글.txt", "글.txt", "한국어", None),
        ("/odd/path=x/file.txt", "/odd/path=x/file.txt", None, None),
        ("C:\\texts\\a=b.txt", "C:\\texts\\a=b.txt", None, None),
    ],
)
def test_a_source_is_taken_apart_and_written_back(text, where, domain, field):
    source = Source.parse(text)
    assert (source.path_or_id, source.domain, source.field) == (where, domain, field)
    assert str(source) == text


def test_a_file_whose_name_looks_like_syntax_is_taken_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a=b#c.txt").write_text("x", encoding="utf-8")
    source = Source.parse("a=b#c.txt")
    assert (source.path_or_id, source.domain, source.field) == ("a=b#c.txt", None, None)


@pytest.mark.parametrize("text", ["", "   ", " =x.txt"])
def test_an_empty_source_is_refused(text):
    with pytest.raises(InputError, match="names no source"):
        Source.parse(text)


def test_what_does_not_exist_or_is_not_text_is_refused(tmp_path):
    with pytest.raises(InputError, match="no file or folder"):
        _ = Source.parse(str(tmp_path / "none.jsonl")).kind
    (tmp_path / "weights.bin").write_bytes(b"")
    with pytest.raises(InputError, match=r"weights.bin is a .bin file"):
        _ = Source.parse(str(tmp_path / "weights.bin")).kind
    with pytest.raises(InputError, match="holds no text: 0 files"):
        Source.parse(str(tmp_path)).files()


def test_a_folder_gives_its_files_by_name_without_hidden_ones(tmp_path):
    for name in ("b.txt", "a.csv", ".hidden.txt", "notes.md", ".git/c.txt", "deep/d.JSONL"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    source = Source.parse(str(tmp_path))
    assert [f.relative_to(tmp_path).as_posix() for f in source.files()] == [
        "a.csv",
        "b.txt",
        "deep/d.JSONL",
    ]
    assert source.default_domain == tmp_path.name


def test_demo_under_a_given_domain_is_one_domain():
    found = expand((Source.parse("all=demo"),), "heldout")
    assert len(found) == 6
    assert {source.domain for source in found} == {"all"}


def test_a_hub_name_is_taken_apart():
    assert split_name("hub:org/data") == ("org/data", None, "train")
    assert split_name("hub:org/data::test") == ("org/data", None, "test")
    assert split_name("hub:data:ko:validation") == ("data", "ko", "validation")
    assert Source.parse("hub:org/data:ko").default_domain == "data"
    for bad in ("hub:", "hub:a:b:c:d"):
        with pytest.raises(InputError, match="does not name a data set"):
            split_name(bad)
