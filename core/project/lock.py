"""One window per project: a lock file that a crash cannot leave behind for good."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from core.errors import LockedError, ProjectError

LOCK_NAME = ".seer-lock"
# Process start times are compared with this slack: they are stored in hundredths of a second.
SAME_START_SECONDS = 1.0


class ProjectLock:
    """Holds a project folder for this process, until released or the process ends.

    The file names the holder's process id, its start time and its machine, so a lock that a crash
    left behind is recognised and taken over; a process id that was given out again is not mistaken
    for the holder.
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is taken yet."""
        self._path = folder / LOCK_NAME
        self._held = False

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._held

    def acquire(self, *, take_over: bool = False) -> None:
        """Take the lock, and clear away what a killed save left behind.

        Args:
            take_over: Take it also from a holder on another machine, which nobody here can ask.

        Raises:
            LockedError: A living process holds it, or one on another machine.
            ProjectError: The folder cannot be written.
        """
        for _ in range(3):  # a stale lock may be taken over by somebody else in between
            try:
                self._create()
            except FileExistsError:
                self._remove_if_stale(take_over=take_over)
                continue
            except OSError as error:
                raise ProjectError(
                    f"cannot write into {self._path.parent}: {error.strerror}",
                    remedy="another folder",
                ) from error
            self._held = True
            _clear_debris(self._path.parent)
            return
        raise LockedError(
            f"{self._path.parent} is being opened by another window",
            remedy="open it again",
            folder=self._path.parent,
        )

    def release(self) -> None:
        """Give the lock back; harmless when it is not held, or was taken over meanwhile."""
        if self._held:
            self._held = False
            if self._is_mine():
                self._path.unlink(missing_ok=True)

    def abandoned(self) -> bool:
        """Whether a process of this machine held the folder and died without giving it back."""
        try:
            holder = _holder(self._path.read_text(encoding="utf-8"))
        except OSError:
            return False
        if holder is None:
            return True
        return holder[1] == socket.gethostname() and not _alive(holder[0], holder[2])

    def _is_mine(self) -> bool:
        try:
            holder = _holder(self._path.read_text(encoding="utf-8"))
        except OSError:
            return False
        return holder is not None and holder[:2] == (os.getpid(), socket.gethostname())

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _create(self) -> None:
        """Make the lock file with its content in one step, so that nobody finds it empty.

        Raises:
            FileExistsError: There is one.
        """
        mine = self._path.with_name(f"{LOCK_NAME}.{os.getpid()}.new~")
        mine.write_text(json.dumps(_me()), encoding="utf-8")
        try:
            os.link(mine, self._path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            with self._path.open("x", encoding="utf-8") as file:
                json.dump(_me(), file)
        finally:
            mine.unlink(missing_ok=True)

    def _remove_if_stale(self, *, take_over: bool) -> None:
        """Remove a lock whose holder is gone, or cannot be asked and is to be robbed.

        Raises:
            LockedError: The holder lives, or is on another machine where nobody can tell.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        holder = _holder(text)
        folder = self._path.parent
        elsewhere = holder is not None and holder[1] != socket.gethostname()
        if holder is not None and elsewhere and not take_over:
            raise LockedError(
                f"{folder} is open on another machine ({holder[1]})",
                remedy=f"close it there, or delete {self._path} if nothing runs there",
                folder=folder,
                certain=False,
            )
        if holder is not None and not elsewhere and _alive(holder[0], holder[2]):
            raise LockedError(
                f"{folder} is open in another window (process {holder[0]})",
                remedy="close that window first",
                folder=folder,
            )
        # Renaming first makes sure that of two who found it stale only one removes it.
        grave = self._path.with_name(f"{LOCK_NAME}.{os.getpid()}~")
        try:
            self._path.rename(grave)
        except FileNotFoundError:
            return
        grave.unlink(missing_ok=True)


def _me() -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "started": psutil.Process().create_time(),
    }


def _holder(text: str) -> tuple[int, str, float] | None:
    """(pid, host, start time) of a lock file; None if it is damaged, hence stale."""
    try:
        data = json.loads(text)
        return int(data["pid"]), str(data["host"]), float(data["started"])
    except (ValueError, TypeError, KeyError):
        return None


def _alive(pid: int, started: float) -> bool:
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < SAME_START_SECONDS
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _clear_debris(folder: Path) -> None:
    """Remove what a killed save or removal left; the holder alone may write here."""
    for place in (folder, folder / "profiles", folder / "plans"):
        for path in place.glob(".*~"):
            if path.is_dir() and not path.is_symlink():  # what was removed, and not to its end
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
