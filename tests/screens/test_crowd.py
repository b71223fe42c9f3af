"""Long names, and many of everything, at the least size and a large one: nothing overflows."""

from __future__ import annotations

import pytest

from tests.screens import crowd
from tests.screens.clipped import clipped
from tests.screens.crowded import crowded
from tests.screens.references import LARGE, LEAST
from tests.screens.scene import Scene, still_world

HIGHEST_BAR = 120  # logical pixels: four lines, whatever the height of the window

pytestmark = [
    pytest.mark.screens,
    pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard"),
    pytest.mark.timeout(300),
]


@pytest.mark.parametrize("kind", crowd.MODELS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_overflows_in_a_project_of_months(qapp, kind, language, tmp_path) -> None:
    wrong = []
    with still_world():
        scene = Scene(tmp_path, language, "dark")
        try:
            crowd.fill(scene, crowd.info_of(kind, tmp_path))
            for name in crowd.walk(scene):
                for size in (LARGE, LEAST):
                    scene.resize(size)
                    scene.window.grab()
                    faults = (*clipped(scene.window), *crowded(scene.window))
                    wrong += [f"{name} at {size}: {fault}" for fault in faults]
                    # The folder of this model is not there, which is told above the page.
                    assert 0 < scene.window.guard.bar.height() < HIGHEST_BAR
        finally:
            scene.close()
    assert not wrong, "\n".join(wrong)
