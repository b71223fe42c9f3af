"""The project folder: what the window had open, written so that no crash can spoil it."""

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

__all__ = [
    "SCHEMA",
    "Project",
    "ProjectLock",
    "create_project",
    "discard_project",
    "is_project",
    "open_project",
    "recover_project",
]
