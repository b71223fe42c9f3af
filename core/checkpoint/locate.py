"""From what a user names a model by to the folder that holds it."""

from __future__ import annotations

import re
from pathlib import Path

from core.errors import CheckpointError

# What a model needs, and nothing that runs: no pickles, no Python.
HUB_PATTERNS = (
    "*.safetensors",
    "*.safetensors.index.json",
    "*.json",
    "*.jinja",
    "tokenizer*",
    "*.model",
    "*.tiktoken",
    "merges.txt",
    "vocab.txt",
    # What a copy must carry: the model card names the licence.
    "README.md",
    "LICENSE*",
    "LICENCE*",
    "NOTICE*",
    "USE_POLICY*",
    "COPYING*",
)
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


def locate_model(model: str | Path) -> Path:
    """The folder of a model given as a folder, a Hugging Face id, or the word "demo".

    A hub id is looked up in the local cache first and downloaded when it is not there.

    Raises:
        CheckpointError: No such folder, no such model, or no connection.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder.resolve()
    if str(model) == "demo":
        from resources import demo_model_dir

        return Path(demo_model_dir())
    if folder.exists():
        raise CheckpointError(f"{model} is a file", remedy="the folder that holds it")
    if isinstance(model, Path) or not _HUB_ID.fullmatch(model):
        raise CheckpointError(
            f"there is no folder {model}", remedy="a model folder, a hub id, or demo"
        )
    return _from_hub(model)


def _from_hub(model: str) -> Path:
    """The snapshot of a hub id, from the cache or the network."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    patterns = list(HUB_PATTERNS)
    try:
        try:
            cached = snapshot_download(model, allow_patterns=patterns, local_files_only=True)
            return Path(cached)
        except LocalEntryNotFoundError:
            return Path(snapshot_download(model, allow_patterns=patterns))
    except GatedRepoError as error:
        raise CheckpointError(
            f"{model} asks for its licence to be accepted on the hub",
            remedy="accepting it there, then `hf auth login`",
        ) from error
    except RepositoryNotFoundError as error:
        raise CheckpointError(
            f"there is no folder and no hub model called {model}",
            remedy="the spelling owner/name",
        ) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, OSError) as error:
        raise CheckpointError(
            f"{model} is no folder here, is not in the cache, and the hub cannot be reached",
            remedy="a network connection, a model folder, or demo",
        ) from error
