"""What stands against a plan, in the window's words and language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.pages.select.rules import layer_names
from app.widgets.said import said
from core.planning import Plan, Problem

translate = QCoreApplication.translate  # the name that lupdate looks for


def problem_text(problem: Problem, plan: Plan) -> str:
    """One sentence; a kind that is not known here keeps core's own words."""
    values: dict[str, int | str] = dict(problem.values)
    if problem.rows:
        values["layers"] = layer_names(plan.layer_ids, problem.rows)
    if problem.kind == "ragged" and len(problem.rows) == 1:
        values["kept"] = int(plan.kept_L[problem.rows[0]])
        return translate(
            "Problem",
            "{layers} keeps {kept}, the other layers {usual}: ragged plans need the bundled "
            "loader.",
        ).format(**values)
    text = {
        "hash_routed": translate(
            "Problem", "{layers}: routed by a fixed token table, no expert there can go."
        ),
        "fixed_top_k": translate(
            "Problem", "{model_type} cannot choose that many experts per token, it has {top_k}."
        ),
        "shared_count": translate(
            "Problem",
            "The config of {model_type} counts other experts under the same number: every plan "
            "needs the bundled loader.",
        ),
        "below_top_k": translate(
            "Problem", "{layers}: {kept} kept, but a token chooses {top_k} experts."
        ),
        "below_group_best": translate(
            "Problem",
            "{layers}: {kept} kept, but the code of this model's router needs {least} at least.",
        ),
        "groups": translate(
            "Problem",
            "{layers}: the router's {groups} groups must keep equally many experts, at least "
            "{least} each.",
        ),
        "ragged": translate(
            "Problem", "Layers keep {low} to {high} experts: ragged plans need the bundled loader."
        ),
        "not_multiple_of_8": translate(
            "Problem",
            "{kept} experts per layer is not a multiple of 8, which expert-parallel serving "
            "prefers.",
        ),
    }.get(problem.kind)
    if text is None:
        return said(problem.text)
    told = text.format(**values)
    if problem.severity == "error" and problem.fix is None:
        told = translate("Problem", "{problem} Locks stand against every fix.").format(problem=told)
    return told


def fix_text(problem: Problem) -> str:
    """The button, and what the undo step is called; empty without a fix."""
    if problem.fix is None:
        return ""
    values = problem.values
    text = {
        "hash_routed": translate("Problem", "Keep them whole"),
        "below_top_k": translate("Problem", "Keep {top_k}"),
        "below_group_best": translate("Problem", "Keep {least}"),
        "groups": translate("Problem", "Balance groups"),
        "ragged": translate("Problem", "Make uniform"),
        "not_multiple_of_8": translate("Problem", "Keep {better}"),
    }.get(problem.kind, said(problem.fix_text))
    return text.format(**values)
