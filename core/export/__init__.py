"""Plan × checkpoint → the smaller checkpoint: check, copy bytes, verify, rename. No torch."""

from core.export.export import export_checkpoint
from core.export.options import CardWriter, ExportOptions, ExportResult

__all__ = ["CardWriter", "ExportOptions", "ExportResult", "export_checkpoint"]
