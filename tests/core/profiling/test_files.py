"""Profiles on disk: round trip, and every way a file can be wrong."""

import errno
import json
import os
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from core.errors import ProfileError
from core.profiling import load_profile, save_profile
from core.profiling.profile import ARRAY_NAMES
from tests.core.profiling.examples import make_profile


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "p.safetensors"
    save_profile(make_profile(), path)
    return path


def rewrite_facts(path, **changes):
    """Change the description of a saved profile, or its schema."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    schema = changes.pop("schema", None)
    if schema is not None:
        header["__metadata__"]["seer_profile"] = schema
    facts = json.loads(header["__metadata__"]["seer"]) | changes
    header["__metadata__"]["seer"] = json.dumps(facts)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(struct.pack("<Q", len(head)) + head + data[8 + size :])


def test_a_profile_survives_the_disk_unchanged(saved):
    before, after = make_profile(), load_profile(saved)
    assert after.fingerprint == before.fingerprint
    for name in ARRAY_NAMES:
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    for name in ("layer_ids", "experts", "domains", "sources", "seconds", "calibration"):
        assert getattr(after, name) == getattr(before, name)
    assert dict(after.options) == dict(before.options)


def test_saving_leaves_no_other_file(saved):
    save_profile(make_profile(seed=5), saved)
    assert [item.name for item in saved.parent.iterdir()] == ["p.safetensors"]
    assert load_profile(saved).fingerprint == make_profile(seed=5).fingerprint


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(ProfileError, match="cannot write"):
        save_profile(make_profile(), tmp_path / "no" / "p.safetensors")


def test_a_full_disk_leaves_the_old_file_and_no_other(saved, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProfileError, match="No space left on device") as error:
        save_profile(make_profile(seed=9), saved)
    assert "free some space" in error.value.remedy
    monkeypatch.undo()
    assert [item.name for item in saved.parent.iterdir()] == ["p.safetensors"]
    assert load_profile(saved).fingerprint == make_profile().fingerprint


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_a_new_profile_follows_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        save_profile(make_profile(), tmp_path / "p.safetensors")
    finally:
        os.umask(before)
    assert (tmp_path / "p.safetensors").stat().st_mode & 0o777 == 0o640


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ProfileError, match="no profile at"):
        load_profile(tmp_path / "p.safetensors")


def test_a_newer_schema_is_refused_with_both_numbers(saved):
    rewrite_facts(saved, schema="7")
    with pytest.raises(ProfileError, match="schema 7, this program reads up to 1"):
        load_profile(saved)


def test_a_file_of_weights_is_not_a_profile(tmp_path):
    path = tmp_path / "w.safetensors"
    save_file({"weight": np.zeros(3)}, path)
    with pytest.raises(ProfileError, match="not a profile"):
        load_profile(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"experts": [4, 300_000]},
        {"experts": [4, 0]},
        {"experts": [True, 3]},
        {"experts": []},
        {"domains": []},
        {"domains": "prose"},
        {"layer_ids": [0]},
        {"top_k": -1},
        {"versions": {"torch": 2}},
        {"seconds": None},
        {"schema": "one"},
    ],
)
def test_a_wrong_description_is_a_profile_error(saved, changes):
    rewrite_facts(saved, **changes)
    with pytest.raises(ProfileError):
        load_profile(saved)


@pytest.mark.parametrize("name", ["count", "gate_sum", "tokens", "coactivation", "norm_max"])
def test_negative_numbers_where_none_can_be_are_refused(tmp_path, name):
    array = getattr(make_profile(), name).copy()
    array.flat[0] = -5 if name != "gate_sum" else np.inf
    path = tmp_path / "p.safetensors"
    save_profile(make_profile(**{name: array}), path)
    with pytest.raises(ProfileError, match=name):
        load_profile(path)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_damaged_files_always_give_a_profile_error_or_the_same_shapes(saved, data):
    whole = saved.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    at = data.draw(st.integers(0, min(2000, len(whole) - 1)))
    broken = bytearray(whole[:cut])
    if at < len(broken):
        broken[at] ^= data.draw(st.integers(1, 255))
    path = saved.with_name("broken.safetensors")
    path.write_bytes(bytes(broken))
    try:
        profile = load_profile(path)
    except ProfileError:
        return
    assert profile.count.shape == (len(profile.domains), 2, 4)
