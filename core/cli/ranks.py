"""One command on several processes: all of them work, the first one speaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.cli.terminal import Terminal
from core.runtime.ranks import Ranks


@contextmanager
def launched(*, as_json: bool, quiet: bool) -> Iterator[tuple[Ranks, Terminal]]:
    """The ranks that torchrun has started, or this process alone, and its terminal.

    An error on one of them is an error of all: the first prints it, all end with its exit code.
    """
    with Terminal(as_json=as_json, quiet=quiet, shared=True) as terminal:
        ranks = Ranks.of_environment()  # may be refused, which is said before anybody meets
    silent = not ranks.leads
    terminal = Terminal(as_json=as_json, quiet=quiet, silent=silent, shared=True)
    with ranks, terminal, ranks.together():
        yield ranks, terminal
