"""How a model is run over texts: what `evaluate`, `select` and `search` all take, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.cli.options import (
    BatchSize,
    ChatTemplate,
    Device,
    Dtype,
    NoPack,
    Seed,
    Stream,
    StreamChoice,
)
from core.cli.terminal import Terminal
from core.cli.texts import packed

if TYPE_CHECKING:
    from core.calibration import CalibrationSet
    from core.evaluation.ledger import Ledger
    from core.runtime import LiveModel
    from core.runtime.ranks import Ranks


@dataclass(frozen=True, kw_only=True)
class Running:
    """Batches, the place, and how documents become sequences."""

    batch_size: BatchSize = 8
    seed: Seed = 0
    device: Device = "auto"
    dtype: Dtype = "auto"
    stream: Stream = StreamChoice.AUTO
    chat_template: ChatTemplate = False
    no_pack: NoPack = False

    def pack(
        self,
        folder: Path,
        sources: list[str],
        split: Literal["calibration", "heldout"],
        terminal: Terminal,
        *,
        max_tokens: int,
        seq_len: int,
        stride: int | None = None,
    ) -> CalibrationSet:
        """The texts, as `packed` reads them."""
        return packed(
            folder,
            sources,
            split,
            terminal,
            max_tokens=max_tokens,
            seq_len=seq_len,
            batch_size=self.batch_size,
            seed=self.seed,
            pack=not self.no_pack,
            chat_template=self.chat_template,
            stride=stride,
        )

    def load(self, folder: Path, terminal: Terminal, ranks: Ranks | None = None) -> LiveModel:
        """The model, on this process's device where several share the work."""
        from core.runtime import load_model
        from core.runtime.ranks import ALONE

        shared = ranks or ALONE
        return load_model(
            folder,
            device=shared.device(self.device),
            dtype=self.dtype,
            stream=self.stream.value,
            ranks=shared,
            run=terminal.run,
        )


def ledger_beside(output: Path, live: LiveModel, texts: CalibrationSet, *, resume: bool) -> Ledger:
    """What a stopped choice of the same model and texts has measured, beside its plan."""
    from core.evaluation.ledger import Ledger, ledger_key, ledger_path

    key = ledger_key(live.info.fingerprint, texts.fingerprint, live.dtype, live.device.type)
    return Ledger(ledger_path(output), key=key, resume=resume)
