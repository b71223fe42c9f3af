"""The variants as a table: a row per variant, sortable by the raw number behind each text."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from app.widgets import numbers
from app.widgets.variant_table import VariantRole
from core.evaluation.variant import Variant

Index = QModelIndex | QPersistentModelIndex

translate = QCoreApplication.translate  # the name that lupdate looks for


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        title: Its header.
        value: The number or text to sort by; None where it was not measured.
        text: That value as it is read.
        tip: What the header's tool tip says.
        number: Whether it is right-aligned.
        change: Whether the change against the original shows below: always ("cost"), only where
            both were measured on the same texts ("quality"), or never.
        note: A second line.
    """

    title: str
    value: Callable[[Variant], float | str | None]
    text: Callable[[float | str | None], str]
    tip: str = ""
    number: bool = True
    change: Literal["", "cost", "quality"] = ""
    note: Callable[[Variant], str] = lambda _variant: ""


def kind_text(kind: str) -> str:
    """The kind of a variant in the user's language."""
    return {
        "original": translate("VariantsModel", "original"),
        "plan": translate("VariantsModel", "plan"),
        "tuned": translate("VariantsModel", "tuned"),
        "exported": translate("VariantsModel", "exported"),
    }[kind]


def columns_for(domains: tuple[str, ...]) -> tuple[Column, ...]:
    """The table's columns, one more per domain."""
    fixed = (
        Column(
            title=translate("VariantsModel", "Variant"),
            value=lambda v: v.name,
            text=str,
            number=False,
            note=lambda v: kind_text(v.kind),
        ),
        Column(
            title=translate("VariantsModel", "Perplexity"),
            value=lambda v: v.overall,
            text=_perplexity,
            change="quality",
            tip=translate(
                "VariantsModel",
                "exp of the mean cross-entropy per token on the evaluation texts; lower is better",
            ),
        ),
        Column(
            title=translate("VariantsModel", "KL"),
            value=lambda v: v.kl,
            text=_three,
            tip=translate(
                "VariantsModel",
                "Mean KL divergence from the original's next-token distribution, in nats",
            ),
        ),
        Column(
            title=translate("VariantsModel", "Top-1 same"),
            value=lambda v: v.top1_agreement,
            text=_share,
            tip=translate(
                "VariantsModel", "Share of positions whose likeliest next token is the original's"
            ),
        ),
        Column(
            title=translate("VariantsModel", "Size"),
            value=lambda v: v.bytes or None,
            text=_bytes,
            change="cost",
            tip=translate("VariantsModel", "Bytes of the checkpoint, written or as it would be"),
        ),
        Column(
            title=translate("VariantsModel", "Parameters"),
            value=lambda v: v.parameters or None,
            text=_count,
            change="cost",
            tip=translate("VariantsModel", "All parameters"),
        ),
        Column(
            title=translate("VariantsModel", "Active"),
            value=lambda v: v.active or None,
            text=_count,
            tip=translate("VariantsModel", "Parameters that one token uses"),
        ),
        Column(
            title=translate("VariantsModel", "Experts"),
            value=lambda v: v.experts_kept,
            text=_whole,
            tip=translate("VariantsModel", "Experts kept over all layers"),
        ),
    )
    return fixed + tuple(_domain_column(name) for name in domains)


def _domain_column(name: str) -> Column:
    tip = translate("VariantsModel", "Perplexity on “{domain}”").format(domain=name)
    return Column(title=name, value=lambda v: v.perplexity.get(name), text=_perplexity, tip=tip)


def _perplexity(value: float | str | None) -> str:
    return numbers.DASH if value is None else numbers.perplexity(float(value))


def _three(value: float | str | None) -> str:
    return numbers.DASH if value is None else f"{float(value):.3f}"


def _share(value: float | str | None) -> str:
    return numbers.DASH if value is None else numbers.percent(float(value))


def _bytes(value: float | str | None) -> str:
    return numbers.DASH if value is None else numbers.size(int(value))


def _count(value: float | str | None) -> str:
    return numbers.DASH if value is None else numbers.count(float(value))


def _whole(value: float | str | None) -> str:
    return numbers.DASH if value is None else f"{int(value):,}"


class VariantsModel(QAbstractTableModel):
    """Rows over the session's tuple of variants; set it anew whenever the session says so."""

    def __init__(self, parent: object | None = None) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
        self._variants: tuple[Variant, ...] = ()
        self._columns = columns_for(())
        self._domains: tuple[str, ...] = ()

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The variants shown."""
        return self._variants

    @property
    def original(self) -> Variant | None:
        """The unpruned model's row, if it was measured or at least costed."""
        return next((v for v in self._variants if v.kind == "original"), None)

    @property
    def first_domain_column(self) -> int:
        """Where the per-domain columns begin."""
        return len(self._columns) - len(self._domains)

    def set_variants(self, variants: tuple[Variant, ...]) -> None:
        """Show these; rows keep their order, columns follow the domains that were measured."""
        domains = tuple(dict.fromkeys(d for v in variants for d in v.domains))
        self.beginResetModel()
        self._variants = variants
        if domains != self._domains:
            self._domains = domains
        self._columns = columns_for(domains)
        self.endResetModel()

    def variant(self, row: int) -> Variant:
        """The variant of a source row."""
        return self._variants[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Variants; none below a row."""
        return 0 if parent.isValid() else len(self._variants)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Fixed columns and one per domain."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Titles and what they mean."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, raw value, alignment, change against the original."""
        if not index.isValid():
            return None
        variant, column = self._variants[index.row()], self._columns[index.column()]
        answers: dict[int, Callable[[], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda: column.text(column.value(variant)),
            Qt.ItemDataRole.TextAlignmentRole: lambda: _alignment(column),
            Qt.ItemDataRole.ToolTipRole: lambda: provenance_text(variant),
            VariantRole.SORT: lambda: column.value(variant),
            VariantRole.VARIANT: lambda: variant,
            VariantRole.CHANGE: lambda: self._change(variant, column),
            VariantRole.NOTE: lambda: column.note(variant),
        }
        return answers[role]() if role in answers else None

    def _change(self, variant: Variant, column: Column) -> float | None:
        original = self.original
        if not column.change or original is None or variant.kind == "original":
            return None
        if column.change == "quality" and not variant.comparable(original):
            return None
        mine, base = column.value(variant), column.value(original)
        if not isinstance(mine, float | int) or not isinstance(base, float | int) or not base:
            return None
        return mine / base - 1.0 if math.isfinite(mine) else math.inf


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def provenance_text(variant: Variant) -> str:
    """What made a variant's numbers, one fact a line."""
    origin = variant.provenance
    facts = (
        (translate("VariantsModel", "Ranked by"), origin.metric),
        (translate("VariantsModel", "Plan"), origin.plan[:12]),
        (translate("VariantsModel", "Texts"), ", ".join(origin.sources)),
        (translate("VariantsModel", "Tokens"), f"{origin.tokens:,}" if origin.tokens else ""),
        (translate("VariantsModel", "Seed"), str(origin.seed) if origin.tokens else ""),
        (translate("VariantsModel", "Measured"), origin.made_at.replace("T", " ")[:16]),
        (translate("VariantsModel", "Folder"), variant.path or ""),
    )
    return "\n".join(f"{name}: {value}" for name, value in facts if value)


class VariantsSort(QSortFilterProxyModel):
    """Sorts by the raw value; what was not measured comes last in either direction."""

    def __init__(self, parent: object | None = None) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
        self.setSortRole(VariantRole.SORT)

    def lessThan(self, left: Index, right: Index) -> bool:
        """Order of two cells; None is always the larger end of the view."""
        a, b = left.data(VariantRole.SORT), right.data(VariantRole.SORT)
        rising = self.sortOrder() == Qt.SortOrder.AscendingOrder
        if a is None or b is None:
            return (b is None and a is not None) if rising else (a is None and b is not None)
        if isinstance(a, str) or isinstance(b, str):
            return str(a).casefold() < str(b).casefold()
        return bool(a < b)
