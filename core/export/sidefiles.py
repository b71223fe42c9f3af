"""The files beside the weights: copied as they are, or written anew and durable."""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from core.checkpoint.files import CONFIG, INDEX

# Tokenizer, generation config, chat template, licences, and code that config.json may point to.
PATTERNS = (
    "*.json", "*.jinja", "*.txt", "*.model", "*.tiktoken", "*.py", "tokenizer*", "LICENSE*",
    "LICENCE*", "NOTICE*", "USE_POLICY*", "COPYING*",
)  # fmt: skip
# Written by this export itself, or true of the source's weights only.
NOT_COPIED = (
    CONFIG,
    INDEX,
    "seer.json",
    "*.index.json",
    "*.index.*.json",
    "adapter_config.json",
    "modeling_seer.py",
)
FOLDERS = ("additional_chat_templates",)


def side_files(folder: Path) -> list[Path]:
    """What belongs to the model besides config and weights, relative to its folder."""
    found = [
        path.relative_to(folder)
        for path in sorted(folder.iterdir())
        if path.is_file() and _belongs(path.name)
    ]
    for name in FOLDERS:
        found += [path.relative_to(folder) for path in sorted((folder / name).glob("*.jinja"))]
    return found


def _belongs(name: str) -> bool:
    """Whether a file of this name is copied."""
    wanted = any(fnmatch.fnmatchcase(name, pattern) for pattern in PATTERNS)
    return wanted and not any(fnmatch.fnmatchcase(name, pattern) for pattern in NOT_COPIED)


def copy_side_files(source: Path, target: Path) -> None:
    """Copy them; links are followed, so the result stands alone."""
    for relative in side_files(source):
        (target / relative).parent.mkdir(exist_ok=True)
        shutil.copyfile(source / relative, target / relative)
        with (target / relative).open("rb+") as file:
            os.fsync(file.fileno())


def write_text(path: Path, text: str) -> None:
    """Write a file and make it durable."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Write a JSON object as transformers does: two spaces, a final newline."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
