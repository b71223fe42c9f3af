"""How much memory there is, and how much was used at most. No torch."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import psutil

from core.runtime.ranks import Ranks

# Weights are not all: activations, the framework and fragmentation want a share.
HEADROOM = 1.1

_CGROUP = Path("/sys/fs/cgroup")


def free_ram_bytes() -> int:
    """Bytes that this process can still take: the machine's, a container's or a limit's, the least.

    A container's `memory.max` and `RLIMIT_AS` are honoured, since exceeding them kills or fails
    long before the machine is full. Where a launcher has started several processes on a machine,
    each has its share.
    """
    free = [psutil.virtual_memory().available]
    with contextlib.suppress(OSError, ValueError):  # "max" is no number: no limit
        limit = int((_CGROUP / "memory.max").read_text())
        used = int((_CGROUP / "memory.current").read_text())
        free.append(limit - used + _reclaimable())
    share = Ranks.of_environment().local_size
    free = [count // share for count in free]
    if sys.platform != "win32":
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            free.append(soft - psutil.Process().memory_info().vms)
    return max(min(free), 0)


def peak_rss_bytes() -> int:
    """Highest resident memory of this process so far."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB


def gigabytes(count: int) -> str:
    """Bytes for people: "21.4 GB"; small amounts in MB."""
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def _reclaimable() -> int:
    """File cache that the kernel gives back before a container's limit bites."""
    with contextlib.suppress(OSError, ValueError):
        for line in (_CGROUP / "memory.stat").read_text().splitlines():
            name, _, value = line.partition(" ")
            if name == "inactive_file":
                return int(value)
    return 0
