"""Text in, packed token batches out: sources, budgets per domain, packing. No torch here."""

from core.calibration.batches import Batch, CalibrationSet, PreviewSequence
from core.calibration.build import build_calibration
from core.calibration.options import CalibrationOptions
from core.calibration.source import Source
from core.calibration.tokens import Tokenizer, load_tokenizer

__all__ = [
    "Batch",
    "CalibrationOptions",
    "CalibrationSet",
    "PreviewSequence",
    "Source",
    "Tokenizer",
    "build_calibration",
    "load_tokenizer",
]
