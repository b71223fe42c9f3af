"""Reading exact ranges of a folder's files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Self


class Files:
    """Files of a folder, opened once each."""

    def __init__(self, folder: Path) -> None:
        """Nothing is opened yet."""
        self._folder = folder
        self._open: dict[str, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            file.close()

    def read(self, name: str, at: int, length: int) -> bytes:
        """Exactly these bytes of a file.

        Raises:
            EOFError: The file is shorter.
        """
        file = self._file(name)
        file.seek(at)
        block = file.read(length)
        while len(block) < length:
            more = file.read(length - len(block))
            if not more:
                raise EOFError(f"{name} ends before byte {at + length}")
            block += more
        return block

    def _file(self, name: str) -> BinaryIO:
        if name not in self._open:
            # Unbuffered: reads are large, and a buffer would copy each of them once more.
            handle = os.open(self._folder / name, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            self._open[name] = os.fdopen(handle, "rb", buffering=0)
        return self._open[name]
