"""Multiple choice by log-likelihood: files to items, items to scores, scores to accuracy."""

from core.evaluation.tasks.item import Item, Task
from core.evaluation.tasks.source import load_task

__all__ = ["Item", "Task", "load_task"]
