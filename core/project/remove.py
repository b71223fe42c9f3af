"""Take things out of a project: renamed away in one step, deleted after that.

What is to go is first renamed to a hidden name in the project's own folder, then deleted. Whoever
is killed in the middle leaves a project that opens, and debris that the next opening clears away.
project.json is changed before a file that it names goes. Nothing outside the folder is touched: a
link is removed and not followed, and what a link leads to is none of the project's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InputError, ProjectError
from core.project.items import KINDS, Item, Storage, Use
from core.project.project import Project, open_project
from core.project.storage import LOG, real_folder, storage
from core.run import Run

# Logs of jobs that are over are kept up to this many; a log has a few kilobytes.
MOST_LOGS = 200


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was removed.

    Attributes:
        items: In the order in which they went.
        bytes: That were freed.
    """

    items: tuple[Item, ...] = ()
    bytes: int = 0

    def to_json(self) -> dict[str, object]:
        """The contract's object."""
        return {
            "removed": [
                {"kind": item.kind, "name": item.name, "path": item.path, "bytes": item.bytes}
                for item in self.items
            ],
            "freed": self.bytes,
        }


def choose(found: Storage, names: Iterable[str], *, force: bool = False) -> tuple[Item, ...]:
    """The items that a person names.

    Args:
        found: What there is.
        names: kind/name; or a kind alone, for all of it that nothing uses (all of it by force).
        force: Also what is in use.

    Raises:
        InputError: There is no such kind or item.
    """
    out: dict[str, Item] = {}
    known = {item.title: item for item in found.items}
    for name in names:
        if name in known:
            out[name] = known[name]
        elif name in KINDS:
            out.update(
                (item.title, item)
                for item in found.items
                if item.kind == name and (force or not item.uses)
            )
        else:
            kinds = ", ".join(found.by_kind()) or "none"
            raise InputError(
                f"there is no {name} in {found.folder}", remedy=f"kind or kind/name; kinds: {kinds}"
            )
    return tuple(out.values())


def remove(
    found: Storage, items: Iterable[Item], run: Run | None = None, *, force: bool = False
) -> Removed:
    """Remove items for good; whoever calls holds the project's lock.

    Args:
        found: What there is, as it was looked at.
        items: Of it; a run takes its checkpoints and its model along.
        run: Checked before every item.
        force: Also what is in use. A file that project.json names is taken out of it first.

    Raises:
        ProjectError: Something is in use, or the folder cannot be written.
    """
    run = run or Run()
    wanted = _whole(found, items)
    if not force:
        _refuse_used(wanted)
    _let_go(found.folder, wanted)
    gone: list[Item] = []
    for item in wanted:
        run.check()
        with _telling(found, item, len(gone), len(wanted)):
            _remove_one(found.folder, item.path)
        gone.extend(found.with_parts(item))
        run.progress("remove", len(gone), len(wanted), unit="items")
    unique = {item.title: item for item in gone}
    return Removed(items=tuple(unique.values()), bytes=sum(item.bytes for item in unique.values()))


def drop_old_logs(folder: Path, keep: int | None = None) -> int:
    """Drop logs of jobs beyond the newest; a log that a stopped job goes on with stays.

    Returns:
        How many went. A folder that cannot be written keeps them all.
    """
    keep = MOST_LOGS if keep is None else keep
    runs = real_folder(folder, "runs")
    if runs is None or sum(1 for _ in os.scandir(runs)) <= keep:
        return 0  # most projects: nothing needs to be looked at
    try:
        found = storage(folder)
    except ProjectError:
        return 0
    # A folder is named by the moment at which its job began.
    logs = sorted((i for i in found.items if i.kind == "log"), key=lambda item: item.name)
    old = [item for item in logs[: max(len(logs) - keep, 0)] if not item.uses]
    gone = 0
    for item in old:
        with contextlib.suppress(OSError):
            (folder / item.path / LOG).unlink(missing_ok=True)
            (folder / item.path).rmdir()
            gone += 1
    return gone


def _whole(found: Storage, items: Iterable[Item]) -> tuple[Item, ...]:
    """The items without those that lie inside another of them."""
    wanted = {item.title: item for item in items}
    inside = {
        part.title for item in wanted.values() for part in found.with_parts(item) if part != item
    }
    return tuple(item for title, item in wanted.items() if title not in inside)


def _refuse_used(items: Iterable[Item]) -> None:
    used = [item for item in items if item.uses]
    if used:
        said = "; ".join(f"{item.title} by {use_text(item.uses[0])}" for item in used[:3])
        more = f" and {len(used) - 3} more" if len(used) > 3 else ""
        raise ProjectError(
            f"{len(used)} of these are in use: {said}{more}", remedy="leave them, or --force"
        )


def use_text(use: Use) -> str:
    """What uses something, in words."""
    return {
        "open": f"the plan “{use.name}”" if use.name else "the project as it is",
        "plan": f"plan {use.name}",
        "variant": f"the measurement “{use.name}”",
        "run": f"the tuning run {use.name}, which starts from it",
        "resume": f"the tuning run {use.name}, which goes on from it",
        "job": f"the job “{use.name}”",
        "command": "a copied command",
    }[use.why]


def _let_go(folder: Path, items: Iterable[Item]) -> None:
    """Take what goes out of project.json, before it goes."""
    gone = {item.path for item in items if item.named}
    if not gone:
        return
    project: Project = open_project(folder)
    replace(
        project,
        profile="" if project.profile in gone else project.profile,
        plan="" if project.plan in gone else project.plan,
        plans={name: file for name, file in project.plans.items() if file not in gone},
        copied=tuple(file for file in project.copied if file not in gone),
    ).save()


def _remove_one(folder: Path, path: str) -> None:
    place = real_folder(folder, Path(path).parent.as_posix())
    if place is None:
        raise ProjectError(f"{path} is no longer inside {folder}", remedy="look again")
    thing = place / Path(path).name
    grave = _grave(folder)
    try:
        thing.rename(grave)
    except FileNotFoundError:
        return  # it went with project.json, or somebody else was faster
    bury(grave)


def _grave(folder: Path) -> Path:
    """A hidden name that is free, and that the next opening clears away."""
    n = 1
    while os.path.lexists(path := folder / f".removed-{os.getpid()}-{n}~"):
        n += 1
    return path


def take_out(folder: Path, place: str) -> None:
    """Remove one thing below a project's folder, whatever uses it.

    Args:
        folder: The project's folder.
        place: Of the thing, relative to it.

    Raises:
        ProjectError: It is not inside, or cannot be removed.
    """
    try:
        _remove_one(folder, place)
    except OSError as error:
        raise ProjectError(
            f"cannot remove {place} from {folder}: {error.strerror}",
            remedy="see who may write there",
        ) from error


def bury(path: Path) -> None:
    """Delete a file, a link or a folder; links inside are deleted and not followed.

    Raises:
        OSError: Something of it cannot be deleted.
    """
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)


@contextlib.contextmanager
def _telling(found: Storage, item: Item, done: int, wanted: int) -> Iterator[None]:
    """Say which item could not be removed, and how many were."""
    try:
        yield
    except OSError as error:
        before = f"; {done} of {wanted} were removed before" if done else ""
        raise ProjectError(
            f"cannot remove {item.title} from {found.folder}: {error.strerror}{before}",
            remedy="see who may write there",
        ) from error
