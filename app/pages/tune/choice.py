"""What the Tune page's form holds, as a value that a project keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.widgets.sources import DEMO, SourceEntry
from app.widgets.text_form import TextChoice
from core.errors import StudioError
from core.tuning.options import TuneOptions

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo

# What a run starts from, besides the name of an earlier run.
WHOLE, PLANNED = "model", "plan"
TOKENS = 600_000


def default_texts() -> TextChoice:
    """The bundled texts, all of them."""
    return TextChoice(sources=(SourceEntry(where=DEMO),), max_tokens=TOKENS)


@dataclass(frozen=True, kw_only=True)
class TuneChoice:
    """The form.

    Attributes:
        start: "plan" (the model with the current plan applied), "model" (all its experts), or the
            name of the run whose checkpoint goes on.
        options: What the engine is asked for; its seed is also that of the texts.
        texts: What is read while tuning.
        advanced: Whether the advanced settings are unfolded.
    """

    start: str = PLANNED
    options: TuneOptions = field(default_factory=TuneOptions)
    texts: TextChoice = field(default_factory=default_texts)
    advanced: bool = False

    def to_json(self) -> dict[str, object]:
        """What a project keeps of it."""
        return {
            "start": self.start,
            "options": self.options.to_json(),
            "texts": self.texts.to_json(),
            "advanced": self.advanced,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> TuneChoice:
        """Read what `to_json` wrote; what cannot be read keeps its default."""
        options, texts = data.get("options"), data.get("texts")
        try:
            read = TuneOptions.from_json(options) if isinstance(options, Mapping) else TuneOptions()
        except StudioError:
            read = TuneOptions()
        return cls(
            start=str(data.get("start", PLANNED)),
            options=read,
            texts=TextChoice.from_json(texts) if isinstance(texts, Mapping) else default_texts(),
            advanced=data.get("advanced") is True,
        )


def first_choice(info: ModelInfo | None) -> TuneChoice:
    """What a newcomer finds: half as many experts per token, which is what stage 2 is for."""
    half = info.top_k // 2 if info is not None else 0
    return TuneChoice(options=TuneOptions(top_k=half or None))
