"""Profiles on disk: a safetensors file written whole or not at all, checked when it is read."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from core.checkpoint.info import ModelInfo
from core.errors import ProfileError, StudioError
from core.planning.files import sync_folder
from core.profiling.profile import (
    ARRAY_NAMES,
    CONTEXT,
    MAX_ARRAYS,
    PAD,
    SUM_ARRAYS,
    TOP_TOKENS,
    Profile,
    array_shapes,
)

SCHEMA = 1
SCHEMA_KEY = "seer_profile"
FACTS_KEY = "seer"
_TUPLES = ("layer_ids", "experts", "domains", "sources")
_PLAIN = (
    "model_fingerprint",
    "model_type",
    "top_k",
    "options",
    "versions",
    "calibration",
    "batches",
    "batches_total",
    "sequences",
    "seconds",
    "streamed",
    "peak_rss_bytes",
    "peak_device_bytes",
    "made_at",
)
_GATED = ("gate_sum", "gated_norm_sum")  # a family's gate may be negative
_MAX_SIDE = 2**16  # layers, experts, domains, tokens kept: a hostile file names no more


def save_profile(profile: Profile, path: Path) -> None:
    """Write a profile under a temporary name, fsync, rename.

    Raises:
        ProfileError: The folder is missing, read-only or full.
    """
    facts: dict[str, object] = {name: list(getattr(profile, name)) for name in _TUPLES}
    facts.update({name: _plain(getattr(profile, name)) for name in _PLAIN})
    metadata = {SCHEMA_KEY: str(SCHEMA), FACTS_KEY: json.dumps(facts, sort_keys=True)}
    arrays = {name: np.ascontiguousarray(array) for name, array in profile.arrays.items()}
    write_file(path, to_bytes(arrays, metadata))


def load_profile(path: Path) -> Profile:
    """Read a profile and check that it can be true.

    Raises:
        ProfileError: The file is missing, damaged, of a newer schema, or not a profile.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            facts = _facts(path, file.metadata() or {})
            arrays = _read(path, file, facts)
    except FileNotFoundError as error:
        raise ProfileError(f"there is no profile at {path}", remedy="seer profile") from error
    except (SafetensorError, OSError) as error:
        if path.is_dir():
            raise ProfileError(f"{path} is a folder", remedy="a file of seer profile") from error
        raise _damaged(path, str(error)) from error
    try:
        profile = Profile(
            **{name: tuple(facts[name]) for name in _TUPLES},  # type: ignore[arg-type]
            **{name: facts[name] for name in _PLAIN},  # type: ignore[arg-type]
            **arrays,  # type: ignore[arg-type]
        )
    except ProfileError as error:
        raise _damaged(path, error.what) from error
    _check_values(path, profile)
    return profile


def load_profile_of(path: Path, info: ModelInfo) -> Profile:
    """Read a profile that another machine or run has made of a model that is open.

    The fingerprint does not depend on where the model lies, so a cluster's profile fits here.

    Raises:
        ProfileError: It cannot be read, is of another model, or was stopped before its end.
    """
    profile = load_profile(path)
    ours = (info.fingerprint, tuple(info.moe_layers), tuple(info.experts))
    if (profile.model_fingerprint, profile.layer_ids, profile.experts) != ours:
        raise ProfileError(
            f"{path.name} is of another model: {profile.model_type} with "
            f"{len(profile.layer_ids)} × {max(profile.experts)} experts, fingerprint "
            f"{profile.model_fingerprint[:12]}; this one's is {info.fingerprint[:12]}",
            remedy="the model that was profiled, or profiling this one",
        )
    if not profile.complete:
        raise ProfileError(
            f"{path.name} was stopped after {profile.batches} of {profile.batches_total} batches",
            remedy="seer profile with --resume where it was made",
        )
    return profile


def is_profile(path: Path) -> bool:
    """Whether a file says of itself that it is a profile; reads its header alone."""
    try:
        with safe_open(path, framework="numpy") as file:
            return SCHEMA_KEY in (file.metadata() or {})
    except (SafetensorError, OSError):
        return False


def write_file(path: Path, data: bytes) -> None:
    """Write bytes whole or not at all.

    Raises:
        ProfileError: The folder is missing, read-only or full.
    """
    # Not mkstemp, which makes files private: a new file follows the umask as any other does.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}~")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ProfileError(
                f"cannot write {path} ({len(data):,} bytes): {error.strerror}",
                remedy="another folder, or free some space",
            ) from error
        raise


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _damaged(path: Path, why: str) -> StudioError:
    return ProfileError(
        f"{path} is not a readable profile: {why}", remedy="profile the model again"
    )


def _facts(path: Path, metadata: Mapping[str, str]) -> dict[str, list[object]]:
    """The JSON facts of a file, checked for schema, presence and type."""
    schema = metadata.get(SCHEMA_KEY)
    if schema is None:
        raise ProfileError(
            f"{path} is a safetensors file but not a profile", remedy="a file of seer profile"
        )
    if not schema.isdecimal() or int(schema) < 1:
        raise _damaged(path, f"its schema is '{schema[:20]}'")
    if int(schema) > SCHEMA:
        raise ProfileError(
            f"{path} has profile schema {int(schema)}, this program reads up to {SCHEMA}",
            remedy="a newer SEER Studio, or profile the model again",
        )
    try:
        facts = json.loads(metadata.get(FACTS_KEY, ""))
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its description is not JSON") from error
    if not isinstance(facts, dict):
        raise _damaged(path, "its description is not an object")
    facts.setdefault("made_at", "")  # younger than the schema
    for name, check in _CHECKS.items():
        if name not in facts or not check(facts[name]):
            raise _damaged(path, f"its '{name}' is missing or has a wrong type")
    return facts


def _read(path: Path, file: safe_open, facts: Mapping[str, object]) -> dict[str, object]:
    """The arrays, after their shapes were compared with the facts: nothing large is read before."""
    names = set(file.keys())
    missing = [name for name in ARRAY_NAMES if name not in names]
    if missing:
        raise _damaged(path, f"{len(missing)} arrays are missing, first '{missing[0]}'")
    experts, domains = facts["experts"], facts["domains"]
    assert isinstance(experts, list)
    assert isinstance(domains, list)
    if not (experts and domains):
        raise _damaged(path, "it names no experts or no domains")
    top = _side(file.get_slice("top_gate").get_shape(), TOP_TOKENS)
    context = _side(file.get_slice("top_context").get_shape(), CONTEXT)
    arrays: dict[str, object] = {}
    for name, (shape, dtype) in array_shapes(len(domains), experts, top, context).items():
        found = tuple(file.get_slice(name).get_shape())
        if found != shape:
            raise _damaged(path, f"array '{name}' has shape {list(found)}, not {list(shape)}")
        array: NDArray[np.generic] = file.get_tensor(name)
        if array.dtype != dtype:
            raise _damaged(path, f"array '{name}' holds {array.dtype}")
        arrays[name] = array
    return arrays


def _side(shape: list[int], default: int) -> int:
    return shape[-1] if shape and 0 < shape[-1] <= _MAX_SIDE else default


def _check_values(path: Path, profile: Profile) -> None:
    """Refuse numbers that no pass can have produced."""
    exists_LE = profile.exists_LE
    pairs_LEE = exists_LE[:, :, None] & exists_LE[:, None, :]
    problems = {
        "count": profile.count[:, exists_LE].min() < 0
        or (profile.count[:, ~exists_LE] != PAD).any(),
        "tokens": profile.tokens.min() < 0,
        "entropy_sum": not _sane(profile.entropy_sum),
        "coactivation": profile.coactivation[pairs_LEE].min() < 0,
        "top_domain": not (
            (profile.top_domain >= PAD) & (profile.top_domain < len(profile.domains))
        ).all(),
        "top_context": profile.top_context.min() < PAD,
    }
    for name in (*SUM_ARRAYS, *MAX_ARRAYS):
        problems[name] = not _sane(getattr(profile, name)[:, exists_LE], signed=name in _GATED)
    for name, broken in problems.items():
        if broken:
            raise _damaged(path, f"array '{name}' holds impossible numbers")


def _sane(values: NDArray[np.float64], *, signed: bool = False) -> bool:
    return bool(np.isfinite(values).all() and (signed or values.min() >= 0))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _is_list(value: object, kind: type, high: int = _MAX_SIDE) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MAX_SIDE
        and all(isinstance(item, kind) and not isinstance(item, bool) for item in value)
        and (kind is not int or all(0 <= item <= high for item in value))
    )


def _is_text_map(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


_CHECKS = {
    "layer_ids": lambda value: _is_list(value, int),
    "experts": lambda value: _is_list(value, int) and all(count > 0 for count in value),
    "domains": lambda value: _is_list(value, str),
    "sources": lambda value: _is_list(value, str),
    "model_fingerprint": lambda value: isinstance(value, str),
    "model_type": lambda value: isinstance(value, str),
    "top_k": _is_count,
    "options": lambda value: isinstance(value, dict),
    "versions": _is_text_map,
    "calibration": lambda value: isinstance(value, str),
    "batches": _is_count,
    "batches_total": _is_count,
    "sequences": _is_count,
    "seconds": lambda value: isinstance(value, int | float) and value >= 0,
    "streamed": lambda value: isinstance(value, bool),
    "peak_rss_bytes": _is_count,
    "peak_device_bytes": _is_count,
    "made_at": lambda value: isinstance(value, str) and len(value) <= 40,
}
