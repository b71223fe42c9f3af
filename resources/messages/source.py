"""The source as syntax trees: modules, their functions, constants, imports and calls."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Scope:
    """Where an expression stands.

    Attributes:
        module: The file.
        function: The innermost function around it, None at the top of the file.
    """

    module: Module
    function: Function | None = None


@dataclass(eq=False)
class Module:
    """One file.

    Attributes:
        path: Relative to the repository.
        tree: What is in it.
        program: All files.
    """

    path: Path
    tree: ast.Module
    program: Program = field(repr=False)

    @property
    def name(self) -> str:
        """As it is imported."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def room(self) -> str:
        """The part of the program that it belongs to: a room of core, or "app"."""
        first, second = (*self.path.with_suffix("").parts, "")[:2]
        return second if first == "core" else first

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Every function and method by its bare name; of two of one name the last."""
        return {n.name: n for n in ast.walk(self.tree) if isinstance(n, Function)}

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """What is assigned at the top of the file."""
        out: dict[str, ast.expr] = {}
        for node in self.tree.body:
            if isinstance(node, ast.Assign):
                out.update({t.id: node.value for t in node.targets if isinstance(t, ast.Name)})
            elif (
                isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
            ):
                out[node.target.id] = node.value
        return out

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Name here → (module, name there)."""
        return {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }

    @cached_property
    def calls(self) -> list[tuple[ast.Call, Scope]]:
        """Every call with the function that it stands in."""
        out: list[tuple[ast.Call, Scope]] = []

        def visit(node: ast.AST, scope: Scope) -> None:
            inner = Scope(self, node) if isinstance(node, Function) else scope
            if isinstance(node, ast.Call):
                out.append((node, inner))
            for child in ast.iter_child_nodes(node):
                visit(child, inner)

        visit(self.tree, Scope(self))
        return out


class Program:
    """The files under some folders.

    Args:
        folders: As packages are imported.
        root: What they are in.
    """

    def __init__(self, *folders: str, root: Path = ROOT) -> None:
        paths = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
        self.modules: dict[str, Module] = {}
        for path in paths:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            module = Module(path.relative_to(root), tree, self)
            self.modules[module.name] = module
        self.callers: dict[str, list[tuple[ast.Call, Scope]]] = defaultdict(list)
        for module in self.modules.values():
            for call, scope in module.calls:
                self.callers[called(call)].append((call, scope))

    def home(self, module: Module, name: str) -> tuple[Module, str]:
        """Where a name of a module is defined, through packages that hand it on."""
        seen = {module.name}
        while name in module.imported:
            there, name = module.imported[name]
            if there not in self.modules or there in seen:
                break
            seen.add(there)
            module = self.modules[there]
        return module, name

    def function(self, call: ast.Call, module: Module) -> tuple[Module, Function] | None:
        """The function of ours that a call in a module reaches, also as `module.function`."""
        home, name = self.home(module, called(call))
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id in module.imported:
            package, last = module.imported[owner.id]
            home = self.modules.get(f"{package}.{last}", home)
        found = home.functions.get(name)
        return None if found is None else (home, found)


def called(call: ast.Call) -> str:
    """The bare name of what is called."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def argument(call: ast.Call, position: int | None, name: str) -> ast.expr | None:
    """An argument of a call by place or by name."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is None or position >= len(call.args):
        return None
    return call.args[position]
