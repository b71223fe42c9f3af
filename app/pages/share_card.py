"""What the experts take of the work, by context length, and what Top-1 would save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.widgets import numbers
from app.widgets.cards import Card
from app.widgets.drawing import Part, Sheet
from app.widgets.forms import label
from app.widgets.share_curve import Place, ShareCurve
from app.widgets.take_menu import Taken, table_of

if TYPE_CHECKING:
    from core.checkpoint.info import ModelInfo
    from core.planning import Plan

LEVEL = 0.55  # SEER-MoE, arXiv 2404.05089: the experts' share of Mixtral's FLOPs


class ShareCard(Card):
    """The curve for the open model under the current plan, and a sentence that reads it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Experts' share of the work"), parent=parent)
        self.curve = ShareCurve()
        self.curve.pointed.connect(self._on_pointed)
        self.words = label("", "caption", wrap=True)
        self.body.addWidget(self.curve)
        self.body.addWidget(self.words)
        self._text = ""

    def taken(self) -> Taken:
        """The curves, and their points."""
        sheet = Sheet(
            title=self.heading.text(), subtitle=self._text, parts=(Part(widget=self.curve),)
        )
        places = self.curve.places()
        return Taken(
            name="share-of-work",
            drawing=sheet,
            table=lambda: table_of(
                ("context", "experts_share", "saved_by_top_1"),
                ((place.context, place.share, place.saved) for place in places),
            ),
        )

    def show_model(self, info: ModelInfo, plan: Plan | None) -> None:
        """Draw a model as a plan would leave it."""
        from core.planning import context_for_share, share_curve

        points = share_curve(info, plan)
        found = context_for_share(info, plan, share=LEVEL)
        mark = None
        if found.context is not None and found.context <= points[-1].context:
            mark = Place(context=max(found.context, 1), share=LEVEL, saved=found.saved)
            if mark.context < points[0].context:
                mark = None
        places = tuple(Place(context=p.context, share=p.share, saved=p.saved) for p in points)
        self.curve.set_places(places, LEVEL, mark)
        self._text = self._sentence(places, mark, found.top_k)
        self.words.setText(self._text)

    def _sentence(self, places: tuple[Place, ...], mark: Place | None, top_k: int) -> str:
        if mark is not None:
            text = self.tr(
                "With Top-{k} the experts take {share} of the FLOPs at {context} tokens of "
                "context; one expert per token would save {saved} of all FLOPs there (dashed)."
            )
            context, saved = f"{mark.context:,}", numbers.percent(mark.saved)
            return text.format(
                k=top_k, share=numbers.percent(LEVEL, 0), context=context, saved=saved
            )
        first, last = places[0], places[-1]
        text = self.tr(
            "With Top-{k} the experts take {first} of the FLOPs at {short} tokens of context and "
            "{last} at {long}; one expert per token would save {saved} to {more} (dashed)."
        )
        return text.format(
            k=top_k,
            first=numbers.percent(first.share),
            short=f"{first.context:,}",
            last=numbers.percent(last.share),
            long=f"{last.context:,}",
            saved=numbers.percent(last.saved),
            more=numbers.percent(first.saved),
        )

    @Slot(object)
    def _on_pointed(self, place: Place | None) -> None:
        if place is None:
            self.words.setText(self._text)
            return
        self.words.setText(
            self.tr(
                "At {context} tokens: experts {share} of the FLOPs, saved by Top-1 {saved}."
            ).format(
                context=f"{place.context:,}",
                share=numbers.percent(place.share),
                saved=numbers.percent(place.saved),
            )
        )
