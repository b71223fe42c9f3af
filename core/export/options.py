"""What an export is asked to do, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.checkpoint import ModelInfo
from core.planning import Plan

GB = 1_000_000_000

# Writes the text of README.md from the source, the result and the plan; `core.report.model_card`.
CardWriter = Callable[[ModelInfo, ModelInfo, Plan], str]


# Looks at the finished folder before it gets its name; what it returns goes into seer.json.
Inspector = Callable[[Path], Mapping[str, object]]


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """How to write the smaller checkpoint.

    Attributes:
        plan: The experts that stay.
        output: The new folder; it must not exist, or be empty.
        shard_size: Most bytes of one weight file; a single larger tensor gets its own file.
        verify: Compare every byte that was written with its source before the folder appears.
        drop_mtp: Leave multi-token-prediction layers out; otherwise they follow the last layer.
        force: Accept a plan that was made for another fingerprint.
        card: Writes README.md, or None to leave it out.
        tuned: A safetensors file of tensors that replace the source's, under the names and with the
            dtypes and shapes that they have in the result; None copies everything.
        inspect: Looks at the finished folder before it gets its name, and may refuse it.
    """

    plan: Plan
    output: Path
    shard_size: int = 5 * GB
    verify: bool = True
    drop_mtp: bool = False
    force: bool = False
    card: CardWriter | None = field(default=None, repr=False)
    tuned: Path | None = None
    inspect: Inspector | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ExportResult:
    """What was written.

    Attributes:
        output: The folder.
        bytes_in: Bytes of the source's weight files.
        bytes_out: Bytes of the new weight files.
        seconds: Wall-clock time, verification included.
        files: Weight files written.
        uniform: Whether every layer keeps the same number, so that stock loaders accept it.
        verified: Whether every byte was compared with its source.
        peak_rss_bytes: Peak memory of this process.
        notes: What a user should know about the result.
    """

    output: Path
    bytes_in: int
    bytes_out: int
    seconds: float
    files: int
    uniform: bool
    verified: bool
    peak_rss_bytes: int
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The contract's export object."""
        return {
            "output": str(self.output),
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "seconds": round(self.seconds, 3),
            "files": self.files,
            "uniform": self.uniform,
            "verified": self.verified,
            "peak_rss_bytes": self.peak_rss_bytes,
            "notes": list(self.notes),
        }
