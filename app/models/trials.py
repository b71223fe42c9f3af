"""The trials of a search over tuning options as a table, the best one marked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt
from PySide6.QtGui import QFont

from app.models.runs import ROW, Index
from app.widgets import numbers
from app.widgets.said import said
from core.tuning import Found, Trial, TuneOptions

translate = QCoreApplication.translate  # the name that lupdate looks for


def fall_text(options: TuneOptions) -> str:
    """How Top-K falls: linear, fading, over 50 %."""
    if options.schedule == "none":
        return translate("TrialsModel", "at once")
    names = {
        "linear": translate("TrialsModel", "linear"),
        "cosine": translate("TrialsModel", "cosine"),
    }
    how = (
        translate("TrialsModel", "fading")
        if options.fractional
        else translate("TrialsModel", "in steps")
    )
    return translate("TrialsModel", "{schedule}, {how}, over {share}").format(
        schedule=names.get(options.schedule, options.schedule),
        how=how,
        share=numbers.percent(options.anneal_fraction, 0),
    )


# What the columns are to whoever knows where their numbers come from; empty for what is no number.
NUMBERS = ("", "perplexity", "", "learning_rate", "entropy_weight", "", "seconds")


def trial_key(index: QModelIndex) -> str:
    """What a cell is to whoever knows where its number comes from."""
    trial, column = index.data(ROW), NUMBERS[index.column()]
    return f"trial.{column}.{trial.number}" if column and trial is not None else ""


class TrialsModel(QAbstractTableModel):
    """One row a trial, in the order in which they ran."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trials: tuple[Trial, ...] = ()
        self._best = -1  # a row
        self._titles = (
            translate("TrialsModel", "Trial"),
            translate("TrialsModel", "Perplexity"),
            translate("TrialsModel", "State"),
            translate("TrialsModel", "Learning rate"),
            "λ",
            translate("TrialsModel", "Top-K falls"),
            translate("TrialsModel", "Time"),
        )
        self._texts: tuple[Callable[[int, Trial], str], ...] = (
            lambda _, trial: str(trial.number),
            lambda _, trial: _perplexity(trial),
            self._state,
            lambda _, trial: f"{trial.options.learning_rate or 0.0:.2g}",
            lambda _, trial: f"{trial.options.entropy_weight:g}",
            lambda _, trial: fall_text(trial.options),
            lambda _, trial: numbers.duration(trial.seconds),
        )
        self._numbers = {1, 3, 4, 6}

    @property
    def trials(self) -> tuple[Trial, ...]:
        """What is shown."""
        return self._trials

    @property
    def best_row(self) -> int:
        """Where the best trial is; −1 where there is none."""
        return self._best

    def set_found(self, found: Found) -> None:
        """Show a search; where it only grew, rows are added and the selection stays."""
        old, new = self._trials, found.trials
        if new[: len(old)] != old or not old:
            self.beginResetModel()
            self._trials, self._best = new, _best_row(found)
            self.endResetModel()
            return
        if len(new) > len(old):
            self.beginInsertRows(QModelIndex(), len(old), len(new) - 1)
            self._trials = new
            self.endInsertRows()
        best = _best_row(found)
        if best != self._best:
            changed, self._best = (self._best, best), best
            for at in changed:
                if at >= 0:
                    self.dataChanged.emit(self.index(at, 0), self.index(at, len(self._titles) - 1))

    def _state(self, row: int, trial: Trial) -> str:
        if row == self._best:
            return translate("TrialsModel", "best")
        if trial.perplexity is None:
            return translate("TrialsModel", "failed")
        return translate("TrialsModel", "done")

    # -- Qt ----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """One row a trial."""
        return 0 if parent.isValid() else len(self._trials)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Always the same."""
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Titles."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._titles):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, why it failed, the trial itself; the best is bold."""
        if not index.isValid() or not 0 <= index.row() < len(self._trials):
            return None
        row, trial = index.row(), self._trials[index.row()]
        if role == Qt.ItemDataRole.FontRole and row == self._best:
            font = QFont()
            font.setBold(True)
            return font
        answers: dict[int, Callable[[], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda: self._texts[index.column()](row, trial),
            Qt.ItemDataRole.TextAlignmentRole: lambda: self._alignment(index.column()),
            Qt.ItemDataRole.ToolTipRole: lambda: said(trial.error) or None,
            ROW: lambda: trial,
        }
        return answers[role]() if role in answers else None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        number = column in self._numbers
        side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


def _perplexity(trial: Trial) -> str:
    return numbers.DASH if trial.perplexity is None else numbers.perplexity(trial.perplexity)


def _best_row(found: Found) -> int:
    return -1 if found.best is None else found.trials.index(found.best)
