"""The tour of the studio on the bundled model: eight places, from the rail to the help."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.widgets.tour import Stop

translate = QCoreApplication.translate  # the name that lupdate looks for


def stops(window) -> tuple[Stop, ...]:
    """The places of the main window in the order of the work.

    The heat map is better toured when there is one: leaving Calibrate starts the profile if there
    is none yet.
    """

    def shows(page: str):
        return lambda: window.show_page(page)

    def part(page: str, *names: str):
        def find() -> QWidget | None:
            found = window.pages.get(page)
            for name in names:
                found = getattr(found, name, None)
            return found if isinstance(found, QWidget) else None

        return find

    def show_select() -> None:
        session, calibrate = window.session, window.pages["calibrate"]
        if session.profile is None and session.info is not None:
            calibrate.run_profile()
        window.show_page("select")

    return (
        Stop(
            title=translate("Tour", "The way through"),
            text=translate(
                "Tour",
                "The rail is the order of the work: read a model, watch it work, choose experts, "
                "tune, measure, export. A dot says whether a step is done, stale or to do; hover "
                "over it for the reason.",
            ),
            prepare=shows("model"),
            place=lambda: window.rail,
        ),
        Stop(
            title=translate("Tour", "The model"),
            text=translate(
                "Tour",
                "All of this was read from the headers in a moment. Nothing is loaded, so a "
                "140 GB model opens as fast.",
            ),
            prepare=shows("model"),
            place=lambda: window.stack,
        ),
        Stop(
            title=translate("Tour", "Texts to watch it by"),
            text=translate(
                "Tour",
                "What the model reads here decides which experts look useful. The bundled texts "
                "have six domains. Every setting has its help behind the question mark.",
            ),
            prepare=shows("calibrate"),
            place=part("calibrate", "form"),
        ),
        Stop(
            title=translate("Tour", "Run it"),
            text=translate(
                "Tour",
                "The filled button at the top is each page's main action. This one counts which "
                "experts every token is sent to. Going on starts it.",
            ),
            prepare=shows("calibrate"),
            place=lambda: window.top_bar.primary_button,
        ),
        Stop(
            title=translate("Tour", "The heat map"),
            text=translate(
                "Tour",
                "Rows are layers, columns are experts, bright is busy. Click an expert to drop "
                "it, drag to paint, press L to lock. Everything can be undone.",
            ),
            prepare=show_select,
            place=part("select", "view"),
        ),
        Stop(
            title=translate("Tour", "Or by rule"),
            text=translate(
                "Tour",
                "A rule chooses for you, for example how many to keep in each layer. Locks always "
                "win, and a rule is one step to undo.",
            ),
            prepare=shows("select"),
            place=part("select", "toolbar"),
        ),
        Stop(
            title=translate("Tour", "What it would cost"),
            text=translate(
                "Tour",
                "Size, memory, computing and coverage follow every edit. Quick check at the top "
                "measures the quality without writing anything.",
            ),
            prepare=shows("select"),
            place=part("select", "strip"),
        ),
        Stop(
            title=translate("Tour", "The smaller checkpoint"),
            text=translate(
                "Tour",
                "Export copies what stays, verifies every byte, and gives the command that does "
                "the same. Press F1 on any page for its help.",
            ),
            prepare=shows("export"),
            place=lambda: window.stack,
        ),
    )
