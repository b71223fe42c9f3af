"""Text in, packed token batches out: sources, budgets per domain, packing. No torch here."""

from core.calibration.batches import Batch, CalibrationSet, PreviewSequence
from core.calibration.build import build_calibration
from core.calibration.options import CalibrationOptions
from core.calibration.passage import Passage, read_passage
from core.calibration.source import Source
from core.calibration.tokens import Tokenizer, load_tokenizer

__all__ = [
    "Batch",
    "CalibrationOptions",
    "CalibrationSet",
    "Passage",
    "PreviewSequence",
    "Source",
    "Tokenizer",
    "build_calibration",
    "load_tokenizer",
    "read_passage",
]
