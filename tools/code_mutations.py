"""Builds the functions of a module, each with one mistake in its code."""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
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
    """A function or method with one mistake in its code, and its description."""

    function: Any  # not bound, as mypy takes it for a method
    code: CodeType
    mistake: str

    @contextmanager
    def apply(self) -> Iterator[None]:
        """Puts the mistake into the function for the duration of the context."""
        # The code, as other values may hold the function itself.
        right, self.function.__code__ = self.function.__code__, self.code
        self._forget_results()
        try:
            yield
        finally:
            self.function.__code__ = right
            self._forget_results()

    def _forget_results(self) -> None:
        for each in self.function.__globals__.values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def code_mutants(module: ModuleType) -> Iterator[CodeMutant]:
    """Yields each mutant of the functions of *module*, and of the methods of its classes."""
    for node in ast.parse(inspect.getsource(module)).body:
        owner = vars(module).get(node.name) if isinstance(node, ast.ClassDef) else module
        for part in node.body if isinstance(node, ast.ClassDef) else [node]:
            if owner is not None and isinstance(part, ast.FunctionDef):
                found = inspect.getattr_static(owner, part.name)
                found = inspect.unwrap(getattr(found, "__func__", found))  # of a static method
                if isinstance(found, FunctionType):
                    yield from _mutate(module, found, part)


def _mutate(
    module: ModuleType, function: FunctionType, node: ast.FunctionDef
) -> Iterator[CodeMutant]:
    where = f"{module.__name__.rpartition('.')[2]}.{function.__qualname__}"
    node.decorator_list = []
    for index, part in enumerate(ast.walk(node)):
        for mistake in _mistakes(part):
            wrong = copy.deepcopy(node)
            _make(list(ast.walk(wrong))[index], mistake)
            yield CodeMutant(function, _compile(module, wrong), f"{where}: {mistake}")


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


def _compile(module: ModuleType, function: ast.FunctionDef) -> CodeType:
    tree = ast.fix_missing_locations(ast.Module([function], []))
    future = __import__("__future__").annotations.compiler_flag
    code = compile(tree, module.__name__, "exec", flags=future, dont_inherit=True)
    return next(each for each in code.co_consts if isinstance(each, CodeType))
