"""The pages in the order of the work, and the steps of the rail that stand for them."""

from __future__ import annotations

from app.pages.page import PageState
from app.widgets.rail import Step

# Key, module and class of each page after Welcome, in the order of the work. They are imported
# one by one once the window stands, because charts and arrays take longer to load than a person
# should wait for a window.
PAGES = (
    ("model", "app.pages.model", "ModelPage"),
    ("calibrate", "app.pages.calibrate", "CalibratePage"),
    ("select", "app.pages.select", "SelectPage"),
    ("tune", "app.pages.tune", "TunePage"),
    ("evaluate", "app.pages.evaluate", "EvaluatePage"),
    ("export", "app.pages.export", "ExportPage"),
)
KEYS = ("welcome", *(key for key, _, _ in PAGES))
PLACES = {"welcome": "home"}  # icons of what is no step of the work


def step_of(key: str, title: str, state: PageState, subtitle: str = "") -> Step:
    """A step with the icon of its page."""
    return Step(title=title, subtitle=subtitle, kind=state.kind, reason=state.reason,
                icon_name=PLACES.get(key, key), place=key in PLACES)  # fmt: skip
