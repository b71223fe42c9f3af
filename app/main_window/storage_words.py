"""Kinds of a project's files and what uses them, in the window's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from core.project import Kind, Use

translate = QCoreApplication.translate  # the name that lupdate looks for


def kind_text(kind: Kind) -> str:
    """What things of a kind are called."""
    return {
        "model": translate("Storage", "Tuned models"),
        "checkpoint": translate("Storage", "Checkpoints of tuning runs"),
        "teacher": translate("Storage", "Teachers' outputs"),
        "profile": translate("Storage", "Profiles"),
        "cache": translate("Storage", "Unfinished work and caches"),
        "run": translate("Storage", "Tuning runs: records and curves"),
        "search": translate("Storage", "Searches for tuning options"),
        "paper": translate("Storage", "The paper's claims"),
        "log": translate("Storage", "Logs of jobs"),
        "report": translate("Storage", "Reports"),
        "plan": translate("Storage", "Plans"),
        "copy": translate("Storage", "Copies of damaged or older project files"),
    }[kind]


def use_text(use: Use) -> str:
    """What uses something."""
    named = {
        "plan": translate("Storage", "made plan {name}"),
        "variant": translate("Storage", "row “{name}” of Evaluate"),
        "run": translate("Storage", "{name} starts from it"),
        "resume": translate("Storage", "{name} goes on from it"),
        "job": translate("Storage", "the job “{name}” goes on from it"),
        "command": translate("Storage", "a copied command"),
    }
    if use.why == "open":
        plan = translate("Storage", "the plan “{name}”").format(name=use.name)
        return plan if use.name else translate("Storage", "open now")
    return named[use.why].format(name=use.name)
