"""Every page in both themes and languages, at both densities: drawn, not blank, nothing clipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.screens.render import KEYS, LANGUAGES, THEMES, view_names

ROOT = Path(__file__).resolve().parents[2]
# A page of one colour with a few words on it has fewer than this many among its sampled pixels.
FEWEST_COLOURS = 12


@pytest.mark.screens
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("scale", "size"), [(1, (1440, 900)), (1, (1024, 640)), (2, (1440, 900))])
def test_every_page_is_drawn_and_nothing_is_clipped(
    scale: int, size: tuple[int, int], tmp_path: Path
) -> None:
    root = Path(os.environ.get("SEER_SCREENS_DIR", tmp_path))
    folder = root / f"{size[0]}x{size[1]}@{scale}x"
    words = ["-m", "tests.screens.render", str(folder)]
    words += ["--width", str(size[0]), "--height", str(size[1])]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    views = [f"select-{view}" for view in view_names()]
    for key in (*KEYS, *views):
        for theme in THEMES:
            for language in LANGUAGES:
                picture = QImage(str(folder / f"{key}-{theme}-{language}.png"))
                assert picture.width() == size[0] * scale
                colours = {
                    picture.pixel(x, y)
                    for x in range(0, picture.width(), 7)
                    for y in range(0, picture.height(), 7)
                }
                assert len(colours) > FEWEST_COLOURS, f"{key} {theme} {language} is blank"
