"""The project folder: what the window had open, written so that no crash can spoil it."""

from core.project.items import KINDS, Item, Kind, Storage, Use
from core.project.lock import ProjectLock
from core.project.migrate import SCHEMA
from core.project.project import (
    Project,
    create_project,
    discard_project,
    is_project,
    open_project,
)
from core.project.recover import recover_project
from core.project.remove import Removed, choose, drop_old_logs, take_out, use_text
from core.project.remove import remove as remove_items
from core.project.storage import storage

__all__ = [
    "KINDS",
    "SCHEMA",
    "Item",
    "Kind",
    "Project",
    "ProjectLock",
    "Removed",
    "Storage",
    "Use",
    "choose",
    "create_project",
    "discard_project",
    "drop_old_logs",
    "is_project",
    "open_project",
    "recover_project",
    "remove_items",
    "storage",
    "take_out",
    "use_text",
]
