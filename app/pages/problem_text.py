"""What stands against a plan, and its fix, in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from core.planning import Problem

translate = QCoreApplication.translate  # the name that lupdate looks for


def problem_text(problem: Problem) -> str:
    """One sentence; a kind that is not known here speaks for itself."""
    known = {
        "hash_routed": translate(
            "Problems", "{layers} route by a fixed token table: no expert there can go."
        ),
        "below_top_k": translate(
            "Problems", "{layers}: {kept} kept at the least, but a token chooses {top_k}."
        ),
        "groups": translate(
            "Problems",
            "{layers}: the router's {groups} groups must keep equally many experts, at least "
            "{least} each.",
        ),
        "ragged": translate(
            "Problems", "Layers keep {low} to {high} experts: ragged plans need the bundled loader."
        ),
        "not_multiple_of_8": translate(
            "Problems",
            "{kept} experts per layer is not a multiple of 8, which expert-parallel serving "
            "prefers.",
        ),
    }
    text = known.get(problem.kind)
    try:
        return text.format(**problem.values) if text else problem.text
    except KeyError:
        return problem.text


def fix_text(problem: Problem) -> str:
    """What the button says; empty where there is no fix."""
    if problem.fix is None:
        return ""
    known = {
        "hash_routed": translate("Problems", "Keep them whole"),
        "below_top_k": translate("Problems", "Keep {top_k}"),
        "groups": translate("Problems", "Balance groups"),
        "ragged": translate("Problems", "Make uniform"),
        "not_multiple_of_8": translate("Problems", "Keep {better}"),
    }
    text = known.get(problem.kind)
    try:
        return text.format(**problem.values) if text else problem.fix_text
    except KeyError:
        return problem.fix_text
