"""Room on disk: what the project's folder holds, what still uses it, and removing some of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHeaderView,
    QMessageBox,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.jobs.housekeeping import remove_task, storage_task
from app.jobs.job import Job
from app.main_window.storage_words import kind_text, use_text
from app.session import Session
from app.session.unfinished import notes
from app.theme import UNIT
from app.widgets import numbers
from app.widgets.banner import Banner
from app.widgets.forms import Button, ElidedLabel, column, label, row, sentence
from app.widgets.help import help_for
from app.widgets.said import said
from app.widgets.take_menu import Table, TakeButton, Taken, table_of
from core.project import Item, Removed, Storage

SIZE = (860, 600)
WHAT, BYTES, USES = range(3)
ITEM = Qt.ItemDataRole.UserRole
CHECKABLE = Qt.ItemFlag.ItemIsUserCheckable
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
# So many of what is in use are named in the question.
MOST_NAMED = 3


class _Tree(QTreeWidget):
    """Space ticks the line, whichever of its columns the keyboard is on."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick, or what a tree does."""
        line = self.currentItem()
        if event.key() != Qt.Key.Key_Space or line is None:
            super().keyPressEvent(event)
        elif line.flags() & CHECKABLE:
            ticked = line.checkState(WHAT) == Qt.CheckState.Checked
            line.setCheckState(WHAT, Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked)


class StorageDialog(QDialog):
    """A tree of kinds and items with a box each, and what the boxes come to.

    Signals:
        freed: Something was removed.

    Args:
        session: Whose project it is.
        parent: Qt's parent.
    """

    freed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.found: Storage | None = None
        self._job: Job | None = None
        self._removing: Job | None = None
        self.setWindowTitle(self.tr("Storage"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._make()
        self._lay_out()
        session.jobs.job_changed.connect(self._show)
        session.jobs.job_finished.connect(self._show)
        self.tree.setFocus()
        self.look()

    # -- construction ------------------------------------------------------------------------

    def _make(self) -> None:
        self.banner = Banner()
        self.place = ElidedLabel("", "dim", mode=Qt.TextElideMode.ElideMiddle)
        self.total = label("", "strong")
        self.empty = label(
            self.tr("This project holds nothing yet. What jobs leave in it will be listed here."),
            "dim",
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.hide()
        self.tree = _Tree()
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([self.tr("What"), self.tr("Size"), self.tr("Used by")])
        self.tree.setAccessibleName(self.tr("What the project holds"))
        self.tree.setUniformRowHeights(True)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.headerItem().setTextAlignment(BYTES, RIGHT)
        head = self.tree.header()
        head.setStretchLastSection(True)
        head.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Interactive)
        head.resizeSection(WHAT, 360)
        head.setSectionResizeMode(BYTES, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemChanged.connect(self._tick)
        self.used = QCheckBox(self.tr("Also offer what is in use"))
        self.used.toggled.connect(self._fill)
        self.selected = label("", "dim")
        self.take = TakeButton(self._taken)
        self.take.said.connect(self._say)
        self.take.failed.connect(self.banner.say)
        self.remove = Button(self.tr("Remove…"), icon_name="trash")
        self.remove.clicked.connect(self.ask)

    def _lay_out(self) -> None:
        close = Button(self.tr("Close"), "primary")
        close.clicked.connect(self.accept)
        heading = label(self.tr("Storage"), "heading")
        note = label(
            self.tr("What is removed is deleted from the disk: undo does not bring it back."),
            "caption",
        )
        box = column(
            row(heading, help_for("jobs#storage", heading), None, self.total),
            self.place,
            self.banner,
            self.tree,
            self.empty,
            row(self.used, None, self.selected),
            row(note, None, self.take, self.remove, close, spacing=UNIT),
            spacing=UNIT + 4,
            margins=(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT),
        )
        box.setStretch(3, 1)
        box.setStretch(4, 1)
        self.setLayout(box)

    # -- what there is -----------------------------------------------------------------------

    @Slot()
    def look(self) -> None:
        """Look through the folder, on a worker."""
        project = self.session.project
        if project is None:
            self.place.set_text(self.tr("Nothing is open yet."))
            self._show()
            return
        self.place.set_text(str(project.folder))
        unfinished = notes(self.session.jobs, project.folder)
        self._job = self.session.start(storage_task(project.folder, unfinished))
        self._job.finished.connect(self._on_looked)

    @Slot()
    def _on_looked(self) -> None:
        job = self.sender()
        if not isinstance(job, Job) or job is not self._job:
            return
        self._job = None
        if isinstance(job.result, Storage):
            self.found = job.result
            self.total.setText(numbers.size(self.found.bytes))
            self._fill()
        elif job.error is not None:
            self._fail(job)

    @Slot()
    def _fill(self) -> None:
        """The tree anew; what was open stays open, nothing is chosen."""
        found = self.found
        if found is None:
            return
        was = self.tree.blockSignals(True)
        opened = {
            line.data(WHAT, ITEM) for line in self._kinds() if line.isExpanded()
        }  # fmt: skip
        self.tree.clear()
        for kind, items in found.by_kind().items():
            size = sum(item.bytes for item in items)
            count = self.tr("{kind} ({count})").format(kind=kind_text(kind), count=len(items))
            top = QTreeWidgetItem(self.tree, [count, numbers.size(size), ""])
            top.setData(WHAT, ITEM, kind)
            top.setTextAlignment(BYTES, RIGHT)
            for item in items:
                self._add(top, item)
            free = [i for i in range(top.childCount()) if top.child(i).flags() & CHECKABLE]
            if free:
                top.setFlags(top.flags() | CHECKABLE)
                top.setCheckState(WHAT, Qt.CheckState.Unchecked)
            top.setExpanded(kind in opened)
        self.tree.blockSignals(was)
        self.tree.setVisible(bool(found.items))
        self.empty.setVisible(not found.items)
        self._show()

    def _add(self, top: QTreeWidgetItem, item: Item) -> None:
        uses = ", ".join(use_text(use) for use in item.uses)
        line = QTreeWidgetItem(top, [item.name, numbers.size(item.bytes), uses])
        line.setData(WHAT, ITEM, item)
        line.setTextAlignment(BYTES, RIGHT)
        line.setToolTip(WHAT, item.path)
        line.setToolTip(USES, uses)
        if not item.uses or (self.used.isChecked() and not item.named):
            line.setFlags(line.flags() | CHECKABLE)
            line.setCheckState(WHAT, Qt.CheckState.Unchecked)
        else:
            line.setFlags(line.flags() & ~CHECKABLE)

    @Slot(QTreeWidgetItem)
    def _tick(self, line: QTreeWidgetItem) -> None:
        """A kind ticks what may be ticked of it, and follows it.

        Qt's own three states would hide the box of a kind of which something may not be ticked.
        """
        was = self.tree.blockSignals(True)
        top = line.parent() or line
        lines = [top.child(at) for at in range(top.childCount())]
        free = [one for one in lines if one.flags() & CHECKABLE]
        if line is top:
            for one in free:
                one.setCheckState(WHAT, top.checkState(WHAT))
        states = {one.checkState(WHAT) for one in free}
        if free:
            top.setCheckState(
                WHAT, states.pop() if len(states) == 1 else Qt.CheckState.PartiallyChecked
            )
        self.tree.blockSignals(was)
        self.tree.viewport().update()
        self._show()

    def _kinds(self) -> list[QTreeWidgetItem]:
        return [self.tree.topLevelItem(at) for at in range(self.tree.topLevelItemCount())]

    @property
    def chosen(self) -> tuple[Item, ...]:
        """The items whose boxes are ticked."""
        lines = [top.child(at) for top in self._kinds() for at in range(top.childCount())]
        return tuple(
            line.data(WHAT, ITEM)
            for line in lines
            if line.flags() & CHECKABLE and line.checkState(WHAT) == Qt.CheckState.Checked
        )

    @property
    def going(self) -> tuple[Item, ...]:
        """The chosen items with all that lies inside of them, each once."""
        if self.found is None:
            return ()
        parts = [part for item in self.chosen for part in self.found.with_parts(item)]
        return tuple({part.title: part for part in parts}.values())

    @Slot()
    def _show(self) -> None:
        """What the boxes come to, and whether it may be removed now."""
        going = self.going
        size = numbers.size(sum(item.bytes for item in going))
        text = self.tr("{count} chosen, {size}").format(count=len(going), size=size)
        self.selected.setText(text if going else "")
        why = self._forbidden()
        self.remove.setEnabled(bool(going) and not why)
        self.remove.setToolTip(why)
        if why and self._removing is None and self.found is not None:
            self.banner.say(why, "notice")

    def _forbidden(self) -> str:
        """Why nothing may be removed now; empty where it may."""
        if self._removing is not None:
            return self.tr("Removing…")
        if self.session.read_only:
            return self.tr("The project was opened read-only: nothing can be removed.")
        current = self.session.jobs.current
        if current is not None:
            text = self.tr("“{job}” is at work in this folder: remove when it is over.")
            return text.format(job=current.title)
        return ""

    # -- removing ----------------------------------------------------------------------------

    @Slot()
    def ask(self) -> None:
        """Name the bytes, and remove them if that is confirmed."""
        going = self.going
        if not going or self._forbidden():
            return
        size = numbers.size(sum(item.bytes for item in going))
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("Remove from the project"))
        text = self.tr("Remove {size} from the disk?") if len(going) > 1 else self.tr(
            "Remove {name}, {size}, from the disk?"
        )  # fmt: skip
        box.setText(text.format(size=size, name=going[0].name))
        box.setInformativeText(self._warning(going))
        accept = box.addButton(
            self.tr("Remove {size}").format(size=size), QMessageBox.ButtonRole.DestructiveRole
        )
        accept.setObjectName("remove")
        keep = box.addButton(self.tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        accept.clicked.connect(self._remove)
        box.open()

    def _warning(self, going: tuple[Item, ...]) -> str:
        lines = [self.tr("This cannot be undone.")]
        used = [item for item in going if item.uses]
        for item in used[:MOST_NAMED]:
            text = self.tr("{name} is in use: {uses}.")
            uses = ", ".join(use_text(use) for use in item.uses)
            lines.append(text.format(name=item.name, uses=uses))
        if len(used) > MOST_NAMED:
            lines.append(self.tr("And {count} more.").format(count=len(used) - MOST_NAMED))
        return "\n".join(lines)

    @Slot()
    def _remove(self) -> None:
        if self.found is None or self._forbidden():
            return
        items = self.chosen
        force = any(item.uses for item in items)
        self.banner.clear()
        self._removing = self.session.start(remove_task(self.found, items, force=force))
        self._removing.finished.connect(self._on_removed)
        self._show()

    @Slot()
    def _on_removed(self) -> None:
        job = self._removing
        if job is None:
            return
        self._removing = None
        if isinstance(job.result, Removed):
            text = self.tr("{size} are free again.")
            self.banner.say(text.format(size=numbers.size(job.result.bytes)), "info")
        else:
            self._fail(job)
        self.freed.emit()
        self.look()

    @Slot(str)
    def _say(self, text: str) -> None:
        self.banner.say(text, "info")

    def _fail(self, job: Job) -> None:
        if job.error is not None:
            remedy = f" {sentence(said(job.error.remedy))}." if job.error.remedy else ""
            self.banner.say(f"{sentence(said(job.error.what))}.{remedy}", "bad")

    # -- taking away -------------------------------------------------------------------------

    def _taken(self) -> Taken | None:
        found = self.found
        return None if found is None else Taken(name="storage", table=lambda: table(found))


def table(found: Storage) -> Table:
    """A line per item."""
    return table_of(
        ("kind", "name", "path", "bytes", "files", "uses"),
        (
            (
                item.kind, item.name, item.path, item.bytes, item.files,
                " ".join(f"{use.why}:{use.name}" for use in item.uses),
            )
            for item in found.items
        ),
    )  # fmt: skip
