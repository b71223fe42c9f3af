"""The panel at the right: the card of the expert under the cursor, and what to do with it."""

from __future__ import annotations

import html

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from app import theme
from app.pages.select.card import ExpertCard
from app.pages.select.tokens import Context
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.cards import Facts
from app.widgets.forms import Button, ElidedLabel, column, label, row, scrolled

LINE = 20


class DomainBars(QWidget):
    """A bar per domain: how much of that domain's choices the expert gets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._domains: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.theme_changed.connect(self.update)

    def set_domains(self, domains: tuple[tuple[str, float], ...]) -> None:
        """Show (name, share) pairs; bars are relative to the largest."""
        if len(domains) != len(self._domains):
            self._domains = domains
            self.updateGeometry()
        self._domains = domains
        self.setAccessibleName(
            ", ".join(f"{name} {numbers.percent(share)}" for name, share in domains)
        )
        self.update()

    def sizeHint(self) -> QSize:
        """A line per domain."""
        return QSize(200, LINE * len(self._domains))

    def minimumSizeHint(self) -> QSize:
        """All lines."""
        return QSize(120, LINE * len(self._domains))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Name, bar, percent."""
        if not self._domains:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font = QFont(self.font())
            font.setPixelSize(theme.TYPE.small)
            painter.setFont(font)
            metrics = QFontMetricsF(font)
            left = min(max(metrics.horizontalAdvance(name) for name, _ in self._domains) + 12, 96.0)
            right = metrics.horizontalAdvance("100.0 %") + 6
            most = max([share for _, share in self._domains] + [1e-9])
            room = self.width() - left - right
            for index, (name, share) in enumerate(self._domains):
                y = index * LINE
                painter.setPen(theme.color("text_dim"))
                shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left - 8)
                painter.drawText(QRectF(0, y, left, LINE), Qt.AlignmentFlag.AlignVCenter, shown)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("accent"))
                width = max(room * share / most, 2.0 if share > 0 else 0.0)
                painter.drawRoundedRect(QRectF(left, y + LINE / 2 - 4, width, 8), 2, 2)
                painter.setPen(theme.color("text_dim"))
                painter.drawText(
                    QRectF(left + width + 8, y, right, LINE), Qt.AlignmentFlag.AlignVCenter,
                    numbers.percent(share, 1 if share >= 0.01 or share == 0 else 2),
                )  # fmt: skip


class Contexts(QLabel):
    """Text around the tokens that choose the expert, the token itself marked by its gate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contexts: tuple[Context, ...] = ()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setFont(theme.mono_font())
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.theme_changed.connect(self._write)

    def set_contexts(self, contexts: tuple[Context, ...]) -> None:
        """Show other places."""
        if contexts != self._contexts:
            self._contexts = contexts
            self._write()

    def _write(self) -> None:
        now = theme.theme()
        # Over the panel's ground, so that text on it keeps its contrast in both themes.
        lines = []
        for context in self._contexts:
            share = min(max(context.gate, 0.25), 1.0)
            mark = _mix(now.accent, now.surface, 0.25 + 0.35 * share)
            tip = f'<span style="color:{now.text_faint}"> {html.escape(context.domain)}</span>'
            lines.append(
                f'<p style="margin:0 0 7px 0; color:{now.text_dim}">{_escape(context.before)}'
                f'<span style="background-color:{mark}; color:{now.text}">'
                f"{_escape(context.token) or '␣'}</span>{_escape(context.after)}"
                f"{tip if context.domain else ''}</p>"
            )
        self.setText(
            f'<div style="font-family:{html.escape(self.font().family())}; '
            f'font-size:{theme.TYPE.small}px">{"".join(lines)}</div>'
        )
        self.setAccessibleName("; ".join(f"{c.before}[{c.token}]{c.after}" for c in self._contexts))


class Inspector(QFrame):
    """Shows a card and offers to drop or lock its expert."""

    drop_clicked = Signal()
    lock_clicked = Signal()
    partner_chosen = Signal(int)  # an expert of the same layer

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "inspector")
        self._card: ExpertCard | None = None
        self.title = label("", "heading")
        self.state = ElidedLabel("", "dim")
        self.drop = Button("", "", "minus")
        self.drop.clicked.connect(self.drop_clicked)
        self.lock = Button("", "", "lock")
        self.lock.clicked.connect(self.lock_clicked)
        self.facts = Facts()
        self.bars = DomainBars()
        self.contexts = Contexts()
        self.no_text = label(
            self.tr("The model's tokenizer.json is needed to read them."), "caption", wrap=True
        )
        self.no_profile = label(
            self.tr("Calibrate first: then this card tells what the expert does."),
            "dim", wrap=True,
        )  # fmt: skip
        self.partners = tuple(_Link() for _ in range(3))
        for link in self.partners:
            link.chosen.connect(self.partner_chosen)
        self.ranks = Facts()
        self._sections = {
            "domains": _section(self.tr("BY DOMAIN"), self.bars),
            "contexts": _section(self.tr("TOKENS THAT CHOOSE IT"), self.contexts, self.no_text),
            "partners": _section(self.tr("FIRES TOGETHER WITH"), *self.partners, spacing=0),
            "ranks": _section(self.tr("RANK BY OTHER SCORES"), self.ranks),
        }
        self.hints = self._hints()
        body = QWidget()
        body.setLayout(
            column(
                self.facts, self.no_profile, *self._sections.values(), None,
                spacing=18, margins=(2 * UNIT, 4, 2 * UNIT, 2 * UNIT),
            )
        )  # fmt: skip
        self._body = scrolled(body)
        head = QWidget()
        head.setLayout(
            column(
                self.title, self.state, row(self.drop, self.lock, None, margins=(0, 6, 0, 6)),
                spacing=4, margins=(2 * UNIT, 2 * UNIT, 2 * UNIT, 8),
            )
        )  # fmt: skip
        self._head = head
        self.setLayout(column(head, self._body, self.hints, spacing=0, margins=(1, 0, 0, 0)))
        self.set_card(None)

    def set_card(self, card: ExpertCard | None) -> None:
        """Show an expert; None explains how to pick one."""
        self._card = card
        self._head.setVisible(card is not None)
        self._body.setVisible(card is not None)
        self.hints.setVisible(card is None)
        if card is None:
            return
        self.title.setText(card.title)
        self.state.set_text(card.state)
        fixed = card.locked or card.protected
        self.drop.setText(self.tr("Drop ␣") if card.kept else self.tr("Keep ␣"))
        self.drop.set_icon("minus" if card.kept else "plus")
        self.drop.setEnabled(not fixed)
        locked, free = self.tr("It is locked: unlock it first"), self.tr("Space does the same")
        self.drop.setToolTip(locked if fixed else free)
        self.lock.setText(self.tr("Unlock L") if fixed else self.tr("Lock L"))
        self.lock.set_icon("unlock" if fixed else "lock")
        self.facts.set_facts(card.facts, card.keys if card.facts else ())
        self.bars.set_domains(card.domains)
        self.contexts.set_contexts(card.contexts)
        self.contexts.setVisible(bool(card.contexts))
        self.no_text.setVisible(not card.contexts)
        self.no_profile.setVisible(not card.facts)
        for index, link in enumerate(self.partners):
            link.setVisible(index < len(card.partners))
            if index < len(card.partners):
                link.show_partner(card.layer, *card.partners[index])
        self.ranks.set_facts(
            tuple(
                (name, self.tr("{rank} of {experts}").format(rank=rank, experts=card.experts))
                for name, rank in card.ranks
            ),
            tuple(f"expert.{card.layer}.{card.expert}.rank {name}" for name, _ in card.ranks),
        )
        for name, shown in (
            ("domains", card.domains), ("contexts", card.facts),
            ("partners", card.partners), ("ranks", card.ranks),
        ):  # fmt: skip
            self._sections[name].setVisible(bool(shown))

    def _hints(self) -> QWidget:
        """What the mouse and the keys do, while no expert is picked."""
        out = QWidget()
        lines = (
            (self.tr("Click"), self.tr("drop or keep an expert")),
            (self.tr("Drag"), self.tr("paint")),
            (self.tr("Shift + drag"), self.tr("box")),
            (self.tr("Click a layer"), self.tr("select it")),
            (self.tr("Arrows"), self.tr("move")),
            (self.tr("Space"), self.tr("drop or keep")),
            ("L", self.tr("lock or unlock")),
            (self.tr("Ctrl + wheel"), self.tr("zoom")),
            ("F", self.tr("show everything")),
            ("Esc", self.tr("cancel a stroke")),
        )
        facts = Facts()
        facts.set_facts(lines)
        out.setLayout(
            column(
                label(self.tr("Pick an expert"), "heading"),
                label(self.tr("Click a cell, or move with the arrow keys."), "dim", wrap=True),
                facts, None,
                spacing=12, margins=(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT),
            )
        )  # fmt: skip
        return out


class _Link(QWidget):
    """A line that leads to another expert."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._expert = 0
        self._button = Button("", "ghost")
        self._button.setStyleSheet("text-align: left; padding: 0; min-height: 20px;")
        self._value = label("", "dim")
        self._button.clicked.connect(self._choose)
        self.setLayout(row(self._button, None, self._value))

    def show_partner(self, layer: int, expert: int, share: float) -> None:
        """Name the other expert and how often both fire."""
        self._expert = expert
        self._button.setText(f"L{layer} · {expert}")
        self._button.setToolTip(
            self.tr("{share} of its tokens choose this one, too").format(
                share=numbers.percent(share, 0)
            )
        )
        self._value.setText(f"{share:.2f}")

    def _choose(self) -> None:
        self.chosen.emit(self._expert)


def _section(title: str, *content: QWidget, spacing: int = 6) -> QWidget:
    out = QWidget()
    out.setLayout(column(label(title, "section"), *content, spacing=spacing))
    return out


def _escape(text: str) -> str:
    """Text for the label: line ends become marks, runs of spaces stay."""
    text = text.replace("\r\n", "\n").replace("\n", "⏎").replace("\t", "  ")
    return html.escape(text).replace("  ", "&nbsp; ")


def _mix(colour: str, ground: str, share: float) -> str:
    a, b = theme.QColor(colour), theme.QColor(ground)
    mixed = [
        round(x * share + y * (1 - share))
        for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True)
    ]
    return "#{:02x}{:02x}{:02x}".format(*mixed)
