"""The process among others: whether a launcher started several, and how one of them ends."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def one_of_many() -> bool:
    """Whether a launcher has started several processes (see `Ranks.of_environment`)."""
    known = {"RANK", "WORLD_SIZE", "MASTER_ADDR"} <= os.environ.keys()
    return known and os.environ["WORLD_SIZE"] not in {"0", "1"}


def leave(code: str | int | None) -> NoReturn:
    """End the process with an exit code, without what the interpreter does at its end."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
