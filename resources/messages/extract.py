"""Templates of everything that core says to a person, read off the source.

A message is a string with numbered places. Where one is made is known by what is called with it
(`SAID`) or by the function that lists it (`LISTED`); what it can come out as is told by `ways`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from resources.messages.parts import PLACE, Parts, worded, written
from resources.messages.source import Program, Scope, argument, called
from resources.messages.ways import Ways

ERRORS = frozenset({
    "StudioError", "InputError", "CheckpointError", "UnsupportedModelError", "PlanError",
    "ProfileError", "ProjectError", "LockedError", "ModelGoneError", "ResourceError",
})  # fmt: skip
# What is called → its arguments that people read: place (None: by name only) and name.
SAID: dict[str, tuple[tuple[int | None, str], ...]] = {
    **dict.fromkeys(ERRORS, ((0, "what"), (None, "remedy"))),
    # Of values that cannot be: such errors end in the brackets of a StudioError.
    **dict.fromkeys(("TypeError", "ValueError"), ((0, ""),)),
    "Problem": ((None, "text"), (None, "fix_text")),
    "TuneProblem": ((None, "text"), (None, "fix")),
    "Family": tuple((None, n) for n in ("remarks", "routing", "never_ragged", "fixed_top_k")),
    "Metric": tuple((None, name) for name in ("meaning", "formula", "source")),
    "Schema": ((None, "what"), (None, "wanted")),
    "Claim": ((None, "evidence"),),
    "RunEstimate": ((None, "refused"), (None, "remedy")),
}
# Calls with a remedy that hand on what was said.
HANDING = frozenset({"format", "__init__"})
# Functions that make lists of sentences: module, function.
LISTED = (
    ("core.checkpoint.info", "_problems"),
    ("core.checkpoint.info", "shortcomings"),
    ("core.checkpoint.layout", "read_layout"),
    ("core.checkpoint.layout", "_shape_faults"),
    ("core.families.support", "support_table"),
    ("core.project.recover", "recover_project"),
    ("core.project.recover", "_from_files"),
    ("core.tuning.obstacles", "_smaller"),
    ("app.session.opening", "_attempt"),
    ("app.session.opening", "_profile"),
    ("app.session.opening", "_plan"),
    ("app.session.opening", "_variants"),
    ("app.session.opening", "_keep"),
)
# Rooms whose words only the command line shows, and that stays English.
ENGLISH = frozenset({"cli"})


@dataclass(frozen=True, kw_only=True, order=True)
class Found:
    """A template and where it is said."""

    template: str
    room: str
    place: str


class Extractor:
    """Reads templates off a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.ways = Ways(self.program, self._keep)
        self.phrases: dict[str, Found] = {}
        self.unknown: list[str] = []

    def all(self) -> tuple[Found, ...]:
        """Every template, each once, by the first room that says it."""
        for name, function in LISTED:
            if (module := self.program.modules.get(name)) is not None:
                self._say_list(Scope(module, module.functions[function]))
        for module in self.program.modules.values():
            if module.room in ENGLISH:
                continue
            for call, scope in module.calls:
                for place, name in _said_by(call):
                    value = argument(call, place, name)
                    if value is not None:
                        self._say(value, scope)
        return tuple(sorted(self.phrases.values()))

    def _say(self, value: ast.expr, scope: Scope, *, strict: bool = True) -> None:
        ways = self.ways.of(value, scope)
        for parts in ways:
            self._keep(parts, scope, value)
        if strict and ways == {PLACE} and not _passes(value) and not _translated(value):
            where = f"{scope.module.path}:{value.lineno}"
            self.unknown.append(f"{where}: {ast.unparse(value)}")

    def _say_list(self, scope: Scope) -> None:
        """What a function appends to a list or writes into one."""
        assert scope.function is not None
        for node in ast.walk(scope.function):
            values: list[ast.expr] = []
            if isinstance(node, ast.Call) and called(node) == "append":
                values = node.args
            elif isinstance(node, ast.List):
                values = node.elts
            elif isinstance(node, ast.ListComp):
                values = [node.elt]
            for value in values:
                if not isinstance(value, ast.Starred | ast.Call | ast.Tuple):
                    self._say(value, scope, strict=False)

    def _keep(self, parts: Parts, scope: Scope, node: ast.expr) -> None:
        if not worded(parts):
            return
        text = written(parts)
        place = f"{scope.module.path}:{node.lineno}"
        self.phrases.setdefault(text, Found(template=text, room=scope.module.room, place=place))


def _said_by(call: ast.Call) -> tuple[tuple[int | None, str], ...]:
    """The arguments of a call that people read: known, or those of whatever has a remedy."""
    name = called(call)
    if name in SAID or name in HANDING:
        return SAID.get(name, ())
    with_remedy = any(keyword.arg == "remedy" for keyword in call.keywords)
    return SAID["StudioError"] if with_remedy else ()


def _passes(node: ast.expr) -> bool:
    """Whether a message is handed on as another one said it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "join":
            return True
        node = node.func.value
    handed = {"what", "remedy", "text", "fix_text", "fix", "wanted"}
    name = getattr(node, "attr", None) or getattr(node, "id", None)
    return name in handed


def _translated(node: ast.expr) -> bool:
    """Whether the window's own translations have it."""
    return any(isinstance(n, ast.Call) and called(n) in {"tr", "translate"} for n in ast.walk(node))
