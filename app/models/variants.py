"""The variants as a table: a row per variant, sortable by the raw number behind each text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from app.models.variant_columns import Column, columns_for
from app.widgets.variant_table import VariantRole
from core.evaluation.variant import Variant

Index = QModelIndex | QPersistentModelIndex

translate = QCoreApplication.translate  # the name that lupdate looks for


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

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns shown, from the left."""
        return self._columns

    def set_variants(self, variants: tuple[Variant, ...]) -> None:
        """Show these; rows keep their order, columns follow the domains that were measured."""
        domains = tuple(dict.fromkeys(d for v in variants for d in v.domains))
        self.beginResetModel()
        self._variants = variants
        tasks = tuple(dict.fromkeys(name for v in variants for name in v.tasks))
        self._domains = domains
        self._columns = columns_for(domains, tasks)
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
            VariantRole.CHANGE: lambda: column.change(variant, self.original),
            VariantRole.RISE_IS_GOOD: lambda: column.more_is_better,
            VariantRole.NOTE: lambda: column.note(variant),
            VariantRole.KEY: lambda: f"variant.{column.key}.{variant.name}",
        }
        return answers[role]() if role in answers else None


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def variant_key(index: QModelIndex) -> str:
    """What a cell is to whoever knows where its number comes from; empty for a name."""
    return str(index.data(VariantRole.KEY)) if index.column() else ""


def provenance_text(variant: Variant) -> str:
    """What made a variant's numbers, one fact a line."""
    origin = variant.provenance
    facts = (
        (translate("VariantsModel", "Ranked by"), origin.metric),
        (translate("VariantsModel", "Plan"), origin.plan[:12]),
        (translate("VariantsModel", "Texts"), ", ".join(origin.sources)),
        (translate("VariantsModel", "Tokens"), f"{origin.tokens:,}" if origin.tokens else ""),
        (translate("VariantsModel", "Ran as"), origin.dtype),
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
