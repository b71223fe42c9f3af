"""Headers of safetensors files are read with suspicion."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.checkpoint.header import BITS, read_header
from core.errors import CheckpointError
from tests.raw import Raw, framed, header, mixtral, write_file

FAST = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def entry(dtype: object, shape: object, offsets: object) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def refused(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        read_header(path)
    return caught.value.what


def test_reads_what_the_reference_library_writes(tmp_path: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    arrays = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.zeros((), np.int64)}
    save_file(arrays, tmp_path / "x.safetensors", metadata={"format": "np"})
    refs, metadata = read_header(tmp_path / "x.safetensors")
    content = (tmp_path / "x.safetensors").read_bytes()
    found = {ref.name: content[ref.start : ref.end] for ref in refs}
    assert found == {name: array.tobytes() for name, array in arrays.items()}
    assert metadata == {"format": "np"}


@pytest.mark.parametrize(
    ("entries", "size", "word"),
    [
        ({"a": entry("F32", [2], [0, 8]), "b": entry("F32", [2], [4, 12])}, 12, "overlaps"),
        ({"a": entry("F32", [2], [4, 12])}, 12, "hole"),
        ({"a": entry("F32", [2], [0, 8])}, 4, "truncated"),
        ({"a": entry("F32", [2], [0, 8])}, 9, "too long"),
        ({"a": entry("F32", [3], [0, 8])}, 8, "cannot be bytes"),
        ({"a": entry("F32", [2], [-8, 0])}, 8, "damaged"),
        ({"a": entry("F32", [-2], [0, 8])}, 8, "damaged"),
        ({"a": entry("F31", [2], [0, 8])}, 8, "damaged"),
        ({"a": entry(["F32"], [2], [0, 8])}, 8, "damaged"),
        ({"a": entry("F32", [2.0], [0, 8])}, 8, "damaged"),
        ({"a": entry("F32", [True, 2], [0, 8])}, 8, "damaged"),
        ({"a": entry("F32", "2", [0, 8])}, 8, "damaged"),
        ({"a": entry("F32", [2], [0, 8, 16])}, 8, "damaged"),
        ({"a": entry("F32", [10**30], [0, 4 * 10**30])}, 8, "truncated"),
        ({"a": entry("F4", [3], [0, 1])}, 1, "cannot be bytes"),
        ({"a": None}, 0, "damaged"),
        ({"a": [1, 2, 3]}, 0, "damaged"),
    ],
)
def test_headers_that_lie_are_refused(
    tmp_path: Path, entries: dict[str, object], size: int, word: str
) -> None:
    assert word in refused(tmp_path, framed(json.dumps(entries).encode()) + bytes(size))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "truncated"),
        (b"\x08\0\0", "truncated"),
        ((2**63).to_bytes(8, "little"), "truncated"),
        (framed(b"[1]"), "not a JSON object"),
        (framed(b"{"), "not JSON"),
        (framed(b"\xff\xfe"), "not JSON"),
        (framed(b'{"a":' + b"[" * 100_000), "not JSON"),
        (framed(b'{"a": ' + b"9" * 5000 + b"}"), "not JSON"),
        (b"PK\x03\x04 a pickle in a zip, renamed", "truncated"),
    ],
)
def test_what_is_not_safetensors_is_refused(tmp_path: Path, content: bytes, word: str) -> None:
    assert word in refused(tmp_path, content)


def test_a_header_too_large_to_be_true_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with path.open("wb") as file:
        file.write((10**9).to_bytes(8, "little"))
        file.truncate(2 * 10**9)
    with pytest.raises(CheckpointError, match="1,000,000,000 bytes"):
        read_header(path)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match="not a regular file"):
        read_header(tmp_path / "model.safetensors")


def test_a_shard_cut_short_is_named_with_its_sizes(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    write_file(path, mixtral())
    size = path.stat().st_size
    os.truncate(path, size - 10)
    with pytest.raises(CheckpointError, match=f"truncated: {size - 10:,} bytes.*{size:,}"):
        read_header(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from([*BITS, "F31", 3, None]),
        "shape": st.lists(st.integers(-1, 5), max_size=3) | json_values,
        "data_offsets": st.lists(st.integers(-4, 80), min_size=2, max_size=2) | json_values,
    }
)


@FAST
@given(
    content=st.dictionaries(st.text(max_size=5), entries | json_values, max_size=4),
    data=st.binary(max_size=80),
)
def test_no_header_crashes_or_reaches_beyond_its_file(
    tmp_path: Path, content: dict[str, object], data: bytes
) -> None:
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(framed(json.dumps(content).encode()) + data)
    try:
        refs, _ = read_header(path)
    except CheckpointError as error:
        message = error.line()
        refs = []
    else:
        message = ""
    assert len(message) < 1000
    assert all(0 < ref.start <= ref.end <= path.stat().st_size for ref in refs)


@FAST
@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "random.safetensors"
    path.write_bytes(content)
    with contextlib.suppress(CheckpointError):
        refs, _ = read_header(path)
        assert sum(ref.nbytes for ref in refs) < len(content)


@FAST
@given(position=st.integers(0, 2000), value=st.integers(0, 255))
def test_one_changed_byte_of_a_header_is_harmless_or_refused(
    tmp_path: Path, position: int, value: int
) -> None:
    tensors = [Raw("model.a", "F32", (4, 4)), Raw("model.b", "BF16", (3,)), Raw("c", "U8", (0, 5))]
    head = bytearray(header(tensors))
    head[position % len(head)] = value
    path = tmp_path / "changed.safetensors"
    path.write_bytes(bytes(head) + bytes(sum(raw.nbytes for raw in tensors)))
    try:
        refs, _ = read_header(path)
    except CheckpointError:
        return
    assert all(ref.end <= path.stat().st_size for ref in refs)
