"""Between the text form and the engine: the form's choice as calibration options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.widgets.text_form import TextChoice

if TYPE_CHECKING:
    from core.calibration import CalibrationOptions


def options_of(choice: TextChoice) -> CalibrationOptions:
    """The engine's options.

    Raises:
        InputError: A source cannot be named like this.
    """
    from core.calibration import CalibrationOptions, Source

    return CalibrationOptions(
        sources=tuple(
            Source(path_or_id=entry.where, domain=entry.domain or None, field=entry.field or None)
            for entry in choice.sources
        ),
        max_tokens=choice.max_tokens,
        seq_len=choice.seq_len,
        batch_size=choice.batch_size,
        seed=choice.seed,
        pack=choice.pack,
        chat_template=choice.chat_template,
    )
