"""Open a safetensors folder: config, index, headers. Nothing outside of it is ever named."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from core.checkpoint.header import TensorRef, read_header
from core.errors import CheckpointError

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
CONFIG = "config.json"

# Weights in these are pickles: loading one runs whatever code it brings.
PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
# Side files with such suffixes that are not weights.
NOT_WEIGHTS = ("training_args.bin", "optimizer.pt", "scheduler.pt", "scaler.pt", "rng_state.pth")

# A config or an index beyond this is not one; the index of 100,000 tensors has 12 MB.
LARGEST_JSON = 200_000_000


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A model folder as bytes.

    Attributes:
        folder: The folder.
        config: config.json as it is, unread keys included.
        tensors: Every tensor by name, in the order of files and bytes; empty without weights.
        files: Names of the weight files.
        sizes: Bytes of each weight file.
    """

    folder: Path
    config: Mapping[str, object] = field(hash=False)
    tensors: Mapping[str, TensorRef] = field(hash=False)
    files: tuple[str, ...]
    sizes: tuple[int, ...]

    @classmethod
    def open(cls, folder: Path) -> Checkpoint:
        """Read config.json and all headers of a folder.

        A folder with config.json alone gives a checkpoint without tensors.

        Raises:
            CheckpointError: Not a model folder; pickled weights only; a shard is missing,
                truncated, hostile, or outside of the folder.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise CheckpointError(
                f"{folder} is not a folder", remedy="the folder that holds config.json"
            )
        config = read_json(folder / CONFIG)
        files, weight_map = _weight_files(folder)
        with collection_paused():
            tensors, sizes = _read_headers(folder, files, weight_map)
        _check_index(weight_map, tensors)
        return cls(
            folder=folder,
            config=MappingProxyType(config),
            tensors=MappingProxyType(tensors),
            files=files,
            sizes=tuple(sizes),
        )

    @property
    def has_weights(self) -> bool:
        """Whether there is anything beside config.json."""
        return bool(self.files)


def read_json(path: Path) -> dict[str, object]:
    """A JSON object from a file of sane size.

    Raises:
        CheckpointError: Missing, unreadable, not JSON, or not an object.
    """
    try:
        if not path.is_file():
            raise CheckpointError(
                f"there is no {path.name} in {path.parent}",
                remedy="a folder in the Hugging Face layout",
            )
        if path.stat().st_size > LARGEST_JSON:
            raise CheckpointError(f"{path.name} has {path.stat().st_size:,} bytes, that is no JSON")
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{path.name} is not valid JSON: {error}", remedy="downloading it again"
        ) from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path.name} is not a JSON object", remedy="downloading it again")
    return value


@contextmanager
def collection_paused() -> Iterator[None]:
    """Keep the garbage collector from looking at 100,000 new tuples again and again.

    Nothing that is made meanwhile has cycles, so nothing piles up.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read_headers(
    folder: Path, files: tuple[str, ...], weight_map: Mapping[str, str]
) -> tuple[dict[str, TensorRef], list[int]]:
    """Tensors by name, and the size of each file; where two files have a name the index decides."""
    tensors: dict[str, TensorRef] = {}
    sizes = []
    for file in files:
        refs, _ = read_header(folder / file)
        sizes.append((folder / file).stat().st_size)
        for ref in refs:
            if ref.name not in tensors or weight_map.get(ref.name) == file:
                tensors[ref.name] = ref
    return tensors, sizes


def _weight_files(folder: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    """The weight files in the order of their names, and the index's map of tensor to file.

    A single file wins over an index, as it does in transformers.
    """
    if (folder / SINGLE).exists():
        return (SINGLE,), {}
    if (folder / INDEX).exists():
        weight_map = read_json(folder / INDEX).get("weight_map")
        if not isinstance(weight_map, dict) or not weight_map:
            raise CheckpointError(f"{INDEX} has no weight_map", remedy="downloading it again")
        try:
            named = set(weight_map.values())
        except TypeError:  # a list or an object cannot be in a set
            named = {_as_text(value) for value in weight_map.values()}
        for file in named:
            _check_inside(_as_text(file))
        return tuple(sorted(named)), weight_map
    _refuse_strays(folder)
    return (), {}


def _as_text(value: object) -> str:
    """An index entry as a file name."""
    if not isinstance(value, str):
        raise CheckpointError(f"{INDEX} names a file that is not text: {str(value)[:80]!r}")
    return value


def _check_inside(file: str) -> None:
    """Refuse a shard name that is not that of a safetensors file in this folder itself."""
    plain = not any(sign in file for sign in ("/", "\\", ":", "\0")) and file.isprintable()
    if not plain or file.startswith(".") or not file.endswith(".safetensors"):
        raise CheckpointError(
            f"{INDEX} names {file[:120]!a}, which is not a .safetensors file of this folder",
            remedy="a checkpoint from a source that you trust",
        )


def _refuse_strays(folder: Path) -> None:
    """Say what is wrong with weights in another form than the two that are read."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    pickled = [n for n in names if n.endswith(PICKLED) and n not in NOT_WEIGHTS]
    if pickled:
        raise CheckpointError(
            f"{pickled[0]} holds pickled weights, which can run code when they are loaded",
            remedy="the model's safetensors files, or converting it with transformers' "
            "save_pretrained on a machine that you trust",
        )
    stray = [name for name in names if name.endswith(".safetensors")]
    if stray:
        raise CheckpointError(
            f"{len(stray)} safetensors files ({stray[0]} …) but neither {SINGLE} nor {INDEX}",
            remedy=f"downloading {INDEX} too",
        )


def _check_index(weight_map: Mapping[str, str], tensors: Mapping[str, TensorRef]) -> None:
    """Every tensor that the index promises must be in the header of the file that it names."""
    wrong = [
        name
        for name, file in weight_map.items()
        if (ref := tensors.get(name)) is None or ref.file != file
    ]
    if not wrong:
        return
    absent = [name for name in wrong if name not in tensors]
    if absent:
        raise CheckpointError(
            f"{len(absent)} of {len(weight_map)} tensors of {INDEX} are in no file, "
            f"{absent[0][:120]!a} first",
            remedy="downloading the shards again",
        )
    name = wrong[0]
    raise CheckpointError(
        f"{INDEX} looks for {len(wrong)} tensors in the wrong file: {name[:120]!a} is in "
        f"{tensors[name].file}, not in {weight_map[name]}",
        remedy="downloading the index again",
    )
