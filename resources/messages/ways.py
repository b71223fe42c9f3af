"""What an expression that makes a text can come out as.

What is put together from pieces (a conditional word, a variable that holds one of several texts, a
helper that words something) comes out in each of its ways, if the pieces are single words; a piece
that is a phrase of its own is told on its own, and is a place in what it stands in.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator

from resources.messages.parts import PLACE, Parts, is_name, is_word, merged, worded, written
from resources.messages.source import Function, Program, Scope, argument, called

MOST_WAYS = 64
DEEPEST = 8
# Methods that leave a text what it is.
_TRIMS = frozenset({"rstrip", "removesuffix", "strip", "lower"})


class Ways:
    """Follows expressions through variables, parameters, constants and helpers.

    Args:
        program: All files.
        phrase: Told of each phrase that is a place in another text: its parts, where it stands.
    """

    def __init__(self, program: Program, phrase: Callable[[Parts, Scope, ast.expr], None]) -> None:
        self._program = program
        self._phrase = phrase

    def of(self, node: ast.expr, scope: Scope, depth: int = 0) -> set[Parts]:
        """Every run of text and places that an expression can be; `PLACE` where that is open."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {(node.value,)}
        follow = {
            ast.JoinedStr: self._formatted,
            ast.BinOp: self._added,
            ast.IfExp: self._chosen,
            ast.BoolOp: self._chosen,
            ast.Name: self._named,
            ast.Call: self._called,
            ast.Subscript: self._looked_up,
        }.get(type(node))
        return {PLACE} if follow is None or depth > DEEPEST else follow(node, scope, depth)

    def _formatted(self, node: ast.expr, scope: Scope, depth: int) -> set[Parts]:
        assert isinstance(node, ast.JoinedStr)
        pieces = [self._piece(part, scope, depth) for part in node.values]
        phrases = [
            {parts for parts in piece if parts != PLACE and not is_word(parts)}
            if isinstance(part, ast.FormattedValue)
            else set()
            for part, piece in zip(node.values, pieces, strict=True)
        ]
        whole = self._join(
            (piece - own) | ({PLACE} if own else set())
            for piece, own in zip(pieces, phrases, strict=True)
        )
        if any(phrases) and not any(map(worded, whole)):
            # Nothing but phrases and places: nobody could tell such a text from another.
            return self._join(pieces)
        for part, own in zip(node.values, phrases, strict=True):
            for parts in own:
                self._phrase(parts, scope, part)
        return whole

    def _added(self, node: ast.expr, scope: Scope, depth: int) -> set[Parts]:
        assert isinstance(node, ast.BinOp)
        if not isinstance(node.op, ast.Add):
            return {PLACE}
        return self._join(self.of(side, scope, depth + 1) for side in (node.left, node.right))

    def _chosen(self, node: ast.expr, scope: Scope, depth: int) -> set[Parts]:
        if isinstance(node, ast.IfExp):
            return self._either((node.body, node.orelse), scope, depth)
        assert isinstance(node, ast.BoolOp)
        return self._either(node.values, scope, depth)

    def _either(self, nodes: Iterable[ast.expr], scope: Scope, depth: int) -> set[Parts]:
        return set().union(*(self.of(node, scope, depth + 1) for node in nodes))

    def _piece(self, node: ast.expr, scope: Scope, depth: int) -> set[Parts]:
        """What a part of an f-string can come out as."""
        if not isinstance(node, ast.FormattedValue):
            return self.of(node, scope, depth + 1)
        if node.format_spec is not None or node.conversion != -1:
            return {PLACE}
        ways = self.of(node.value, scope, depth + 1)
        return {parts if is_word(parts) or worded(parts) else PLACE for parts in ways}

    def _join(self, pieces: Iterable[set[Parts]]) -> set[Parts]:
        ways: set[Parts] = {()}
        for piece in pieces:
            # A fact may be missing, or one of several names: it is a place all the same.
            open_ = PLACE in piece
            ends = {parts for parts in piece if not (open_ and is_name(parts))}
            ways = {(*before, *after) for before, after in itertools.product(ways, ends)}
            if len(ways) > MOST_WAYS:
                raise ValueError(f"too many ways to say {min(map(written, ways))!r}")
        return {merged(parts) for parts in ways}

    def _named(self, node: ast.expr, scope: Scope, depth: int) -> set[Parts]:
        """A local variable, a parameter, or a constant of this or another file."""
        assert isinstance(node, ast.Name)
        function = scope.function
        if function is not None:
            values = list(bound(function, node.id))
            if values:
                return self._either(values, scope, depth)
            names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
            if node.id in names or node.id in {a.arg for a in function.args.kwonlyargs}:
                return self._handed(node.id, names, scope, depth)
        module, name = self._program.home(scope.module, node.id)
        value = module.constants.get(name)
        if value is None or isinstance(value, ast.Call):
            return {PLACE}
        return self.of(value, Scope(module), depth + 1)

    def _handed(self, name: str, names: list[str], scope: Scope, depth: int) -> set[Parts]:
        """A parameter: what every caller hands in, or its default."""
        function = scope.function
        assert function is not None
        position = names.index(name) if name in names else None
        if position is not None and names[0] in {"self", "cls"}:
            position -= 1
        ways: set[Parts] = set()
        for call, there in self._program.callers[function.name]:
            home, _ = self._program.home(there.module, called(call))
            value = argument(call, position, name)
            if home is scope.module and value is not None:
                ways |= self.of(value, there, depth + 2)
        defaults = dict(zip(names[::-1], function.args.defaults[::-1], strict=False))
        defaults |= {
            a.arg: d
            for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
            if d is not None
        }
        if name in defaults:
            ways |= self.of(defaults[name], scope, depth + 1)
        return ways or {PLACE}

    def _called(self, node: ast.expr, scope: Scope, depth: int) -> set[Parts]:
        """A helper of ours that words something; others give a place."""
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute):
            owner, name = node.func.value, node.func.attr
            if name in _TRIMS:
                return self.of(owner, scope, depth + 1)
            if name == "join" and node.args:
                self._joined(node.args[0], scope)
                return {PLACE}
            if name == "get" and isinstance(owner, ast.Name | ast.Dict):
                rest = self._either(node.args[1:], scope, depth)
                return self._table(owner, scope, depth) | rest
        found = self._program.function(node, scope.module)
        if found is None or not _gives_text(found[1]):
            return {PLACE}
        module, function = found
        returned = [n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value]
        return self._either(returned, Scope(module, function), depth + 1)

    def _joined(self, node: ast.expr, scope: Scope) -> None:
        """What is joined into a list is said piece by piece."""
        pieces: list[ast.expr] = []
        if isinstance(node, ast.GeneratorExp | ast.ListComp):
            pieces = [node.elt]
        elif isinstance(node, ast.Name) and scope.function is not None:
            pieces = list(appended(scope.function, node.id))
        for piece in pieces:
            for parts in self.of(piece, scope):
                self._phrase(parts, scope, piece)

    def _looked_up(self, node: ast.expr, scope: Scope, depth: int) -> set[Parts]:
        assert isinstance(node, ast.Subscript)
        if isinstance(node.value, ast.Name | ast.Dict):
            return self._table(node.value, scope, depth)
        return {PLACE}

    def _table(self, node: ast.Name | ast.Dict, scope: Scope, depth: int) -> set[Parts]:
        """The values of a table of texts."""
        table: ast.expr | None = node
        there = scope
        if isinstance(node, ast.Name):
            local = list(bound(scope.function, node.id)) if scope.function else []
            if local:
                table = local[0]
            else:
                module, name = self._program.home(scope.module, node.id)
                table, there = module.constants.get(name), Scope(module)
        if isinstance(table, ast.Call) and table.args:
            table = table.args[0]
        if not isinstance(table, ast.Dict):
            return {PLACE}
        return self._either(table.values, there, depth + 1)


def appended(function: Function, name: str) -> Iterator[ast.expr]:
    """What is appended to a local list."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and called(node) == "append" and node.args:
            assert isinstance(node.func, ast.Attribute)
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == name:
                yield node.args[0]


def _gives_text(function: Function) -> bool:
    return isinstance(function.returns, ast.Name) and function.returns.id == "str"


def bound(function: Function, name: str) -> Iterator[ast.expr]:
    """What a local variable is set to."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    yield node.value
                elif isinstance(target, ast.Tuple) and any(
                    isinstance(t, ast.Name) and t.id == name for t in target.elts
                ):
                    at = [isinstance(t, ast.Name) and t.id == name for t in target.elts].index(True)
                    yield from _at(node.value, at)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            if isinstance(node.target, ast.Name) and node.target.id == name:
                yield node.value
        elif isinstance(node, ast.For | ast.comprehension):
            yield from _looped(node, name)


def _looped(node: ast.For | ast.comprehension, name: str) -> Iterator[ast.expr]:
    """What a loop over a literal gives its variable; the loop itself where that is open."""
    targets = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
    for at, target in enumerate(targets):
        if isinstance(target, ast.Name) and target.id == name:
            if not isinstance(node.iter, ast.Tuple | ast.List):
                yield ast.Constant(value=None)
                continue
            for item in node.iter.elts:
                yield from [item] if len(targets) == 1 else _at(item, at)


def _at(value: ast.expr, at: int) -> Iterator[ast.expr]:
    """The element of a tuple, through conditional expressions."""
    if isinstance(value, ast.Tuple | ast.List) and at < len(value.elts):
        yield value.elts[at]
    elif isinstance(value, ast.IfExp):
        yield from _at(value.body, at)
        yield from _at(value.orelse, at)
    else:
        yield ast.Constant(value=None)
