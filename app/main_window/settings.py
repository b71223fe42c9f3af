"""What the window remembers between runs: its shape, the theme, the language, what was opened."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QByteArray, QSettings

from core.schema import Json, Schema

MOST_RECENT = 10


def _from_0(data: Json) -> Json:
    """Schema 0 did not say so; its keys are those of 1."""
    return data


FORM = Schema(what="the settings", key="schema", newest=1, steps={0: _from_0})


@dataclass(frozen=True, kw_only=True)
class Recent:
    """Something that was opened before.

    Attributes:
        kind: "project" or "model".
        path: A folder, or a hub id.
        name: What it is called.
        note: A few words, e.g. "mixtral · 8 × 16".
    """

    kind: Literal["project", "model"]
    path: str
    name: str
    note: str = ""

    @property
    def exists(self) -> bool:
        """Whether it is still there; a hub id always is."""
        return Path(self.path).is_dir() or not Path(self.path).is_absolute()


class Settings:
    """Reads and writes the user's preferences.

    Args:
        store: Where they are kept; None keeps them for this run only (tests, read-only homes).
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store
        self._memory: dict[str, object] = {}
        if store is not None and store.isWritable():
            _upgrade(store)

    @classmethod
    def of_user(cls) -> Settings:
        """The user's own, in an INI file where the platform keeps such files."""
        scope = QSettings.Scope.UserScope
        return cls(QSettings(QSettings.Format.IniFormat, scope, "SEER Studio", "studio"))

    def get(self, key: str, default: str = "") -> str:
        """A preference as text."""
        if self._store is None:
            return str(self._memory.get(key, default))
        return str(self._store.value(key, default))

    def set(self, key: str, value: str) -> None:
        """Keep a preference."""
        if self._store is None:
            self._memory[key] = value
        else:
            self._store.setValue(key, value)

    def write(self) -> None:
        """Bring everything to the disk now, should the program be killed."""
        if self._store is not None:
            self._store.sync()

    def bytes(self, key: str) -> QByteArray:
        """A blob, e.g. a window's geometry; empty if there is none."""
        raw = self._memory.get(key) if self._store is None else self._store.value(key)
        return raw if isinstance(raw, QByteArray) else QByteArray()

    def set_bytes(self, key: str, value: QByteArray) -> None:
        """Keep a blob."""
        if self._store is None:
            self._memory[key] = value
        else:
            self._store.setValue(key, value)

    def recent(self) -> tuple[Recent, ...]:
        """What was opened before, the newest first."""
        try:
            entries = json.loads(self.get("recent", "[]"))
        except (ValueError, RecursionError):
            return ()
        found = (_recent(entry) for entry in entries) if isinstance(entries, list) else ()
        return tuple(entry for entry in found if entry is not None)

    def remember(self, entry: Recent) -> None:
        """Put something at the top of what was opened."""
        others = [old for old in self.recent() if old.path != entry.path]
        kept = [entry, *others][:MOST_RECENT]
        self.set("recent", json.dumps([asdict(item) for item in kept]))

    def forget(self, path: str) -> None:
        """Take something off the list."""
        kept = [asdict(item) for item in self.recent() if item.path != path]
        self.set("recent", json.dumps(kept))


def _recent(entry: object) -> Recent | None:
    """One thing that was opened before; None if it is damaged.

    What a newer version says of it beside this is left out.
    """
    if not isinstance(entry, dict) or entry.get("kind") not in {"project", "model"}:
        return None
    texts = {name: entry.get(name, "") for name in ("path", "name", "note")}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["path"]:
        return None
    return Recent(kind=entry["kind"], **texts)


def _upgrade(store: QSettings) -> None:
    """Bring older settings up to date; those of a newer version are left as they are.

    What is no schema's number is taken for the oldest: preferences are no reason to refuse to run.
    """
    try:
        number = int(str(store.value(FORM.key, FORM.oldest)))
    except ValueError:
        number = FORM.oldest
    if number >= FORM.newest:
        return
    before = {key: store.value(key) for key in store.allKeys()}
    after = FORM.upgraded({**before, FORM.key: max(number, FORM.oldest)})
    for key in before.keys() - after.keys():
        store.remove(key)
    for key, value in after.items():
        if before.get(key) != value:
            store.setValue(key, value)
