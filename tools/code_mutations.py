"""Builds methods of constraints, each with one mistake in its code."""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.LtE: ast.Lt,
    ast.Lt: ast.LtE,
    ast.GtE: ast.Gt,
    ast.Gt: ast.GtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Mult: ast.Add,
}


class CodeMutant(NamedTuple):
    """A method of a constraint with one mistake, and its description."""

    check: type
    method: str
    function: Any
    mistake: str

    @contextmanager
    def apply(self) -> Iterator[None]:
        """Puts the mistake into the constraint for the duration of the context."""
        right = getattr(self.check, self.method)
        setattr(self.check, self.method, self.function)
        try:
            yield
        finally:
            setattr(self.check, self.method, right)


def code_mutants(module: ModuleType) -> Iterator[CodeMutant]:
    """Yields each mutant of ``applies_to`` and ``is_satisfied`` of all constraints of *module*."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef) and node.name in vars(module):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name in (
                    "applies_to",
                    "is_satisfied",
                ):
                    yield from _mutate(module, vars(module)[node.name], method)


def _mutate(module: ModuleType, check: type, method: ast.FunctionDef) -> Iterator[CodeMutant]:
    for index, node in enumerate(ast.walk(method)):
        for mistake in _mistakes(node):
            wrong = copy.deepcopy(method)
            _make(list(ast.walk(wrong))[index], mistake)
            if (function := _compiled(module, wrong)) is not None:
                where = f"{module.__name__.rpartition('.')[2]}.{check.__name__}.{method.name}"
                yield CodeMutant(check, method.name, function, f"{where}: {mistake}")


def _mistakes(node: ast.AST) -> list[str]:
    swapped = [
        f"{type(each).__name__} {nth} -> {SWAPS[type(each)].__name__}"
        for nth, each in enumerate(_operators(node))
        if type(each) in SWAPS
    ]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        swapped += [f"{node.value} -> {node.value + 1}"]
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        swapped += [f"{node.value} -> {not node.value}"]
    return swapped


def _operators(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Compare):
        return list(node.ops)
    return [node.op] if isinstance(node, ast.BoolOp | ast.BinOp) else []


def _make(node: ast.AST, mistake: str) -> None:
    """Applies *mistake* to *node*."""
    if isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
        return
    nth = int(mistake.split()[1])
    wrong: Any = SWAPS[type(_operators(node)[nth])]()
    if isinstance(node, ast.Compare):
        node.ops[nth] = wrong
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = wrong


def _compiled(module: ModuleType, method: ast.FunctionDef) -> Any:
    tree = ast.fix_missing_locations(ast.Module([method], []))
    names: dict[str, Any] = {}
    future = __import__("__future__").annotations.compiler_flag
    code = compile(tree, module.__name__, "exec", flags=future, dont_inherit=True)
    exec(code, vars(module) | {}, names)  # noqa: S102  (the module's own source, with one mistake)
    return names[method.name]
