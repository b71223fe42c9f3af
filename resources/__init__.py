"""Files the program ships with: the demo model and its texts, icons, translations, help pages."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def demo_model_dir() -> Path:
    """The folder of the bundled demo model."""
    return _HERE / "demo" / "model"


def demo_texts_dir(split: str) -> Path:
    """The folder of the bundled texts of one split, ``calibration`` or ``heldout``.

    Raises ValueError for any other split.
    """
    if split not in ("calibration", "heldout"):
        raise ValueError(f"no demo texts for split {split!r}; there are calibration and heldout")
    return _HERE / "demo" / "texts" / split


def demo_tasks_dir() -> Path:
    """The folder of the bundled multiple-choice questions, a file per subject."""
    return _HERE / "demo" / "tasks"
