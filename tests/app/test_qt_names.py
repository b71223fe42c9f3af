"""No attribute of ours may take the name of a C++ virtual: Qt would call it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "app"

# Virtual methods of QWidget, QPaintDevice and QObject that are plausible names of an attribute.
# `self.metric = QComboBox()` crashed the window: QPaintDevice::metric is called for every font.
VIRTUALS = {"metric", "event", "size_hint", "sizeHint", "redirected", "devType", "paintEngine"}


@pytest.mark.parametrize("path", sorted(APP.rglob("*.py")), ids=lambda p: str(p.relative_to(APP)))
def test_no_attribute_shadows_a_qt_virtual(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or "session" in path.parts:
            continue
        assigned = {
            target.attr
            for statement in ast.walk(node)
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            for target in (
                statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            )
            if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self"
        }
        found += sorted(f"{node.name}.{name}" for name in assigned & VIRTUALS)
    assert not found
