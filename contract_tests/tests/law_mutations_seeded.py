"""Single mistakes in the laws, made by changing their syntax trees."""

from __future__ import annotations

import ast
import copy
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))  # for the module slips

from code_mutations import SWAPS

from wan_contracts.laws import (
    Law,
    added_members,
    downloads,
    failure,
    headers,
    money,
    origin,
    poll_urls,
    polling,
    response_bodies,
    results,
    retries,
    sending,
    task_end,
)

MODULES: Final = (
    *(task_end, failure, money, polling, results, downloads, retries, sending),
    *(response_bodies, added_members, headers, origin, poll_urls),
)

OTHERS: Final[Mapping[type[ast.AST], type[ast.AST]]] = SWAPS | {
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}

CALLED: Final = {"any": "all", "all": "any", "min": "max", "max": "min"}

MESSAGE_FUNCTIONS: Final = ("format_value", "_format_counts", "_describe")
"""Functions that only build messages."""


@dataclass(frozen=True)
class Mutant:
    """A mistake: *value* replaces the function or constant *name* of *module*."""

    module: ModuleType
    name: str
    value: Any
    mistake: str

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Applies the mistake to the laws inside the ``with`` block."""
        right = vars(self.module)[self.name]
        if isinstance(right, FunctionType):
            code, right.__code__ = right.__code__, self.value
            try:
                yield
            finally:
                right.__code__ = code
            return
        homes = [each for each in MODULES if vars(each).get(self.name) is right]
        try:
            for home in homes:
                setattr(home, self.name, self.value)
            yield
        finally:
            for home in homes:
                setattr(home, self.name, right)


def mutants() -> Iterator[Mutant]:
    """Yields every single mistake in the laws."""
    for module in MODULES:
        tree = ast.parse(inspect.getsource(module))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name not in MESSAGE_FUNCTIONS:
                yield from _iter_function_mutants(module, node)
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield from _iter_constant_mutants(module, node.target.id)


def _iter_function_mutants(module: ModuleType, function: ast.FunctionDef) -> Iterator[Mutant]:
    message_ids = _find_message_ids(function)
    where = f"{module.__name__.rpartition('.')[2]}.{function.name}"
    known: dict[str, int] = {}
    for index, node in enumerate(ast.walk(function)):
        if id(node) in message_ids:
            continue
        for other in _alternatives(node):
            mistake = f"{where}: {ast.unparse(node)} -> {ast.unparse(other)}"
            known[mistake] = nth = known.get(mistake, 0) + 1
            wrong = _replace(function, index, other)
            yield Mutant(
                module,
                function.name,
                _compile(wrong),
                f"{mistake} ({nth})" if nth > 1 else mistake,
            )


def _alternatives(node: ast.AST) -> Iterator[ast.AST]:
    """Yields the mistakes that can replace *node*."""
    match node:
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BoolOp() | ast.BinOp() if type(node.op) in OTHERS:
            other = copy.copy(node)
            other.op = _other(node.op)
            yield other
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Name(id=name, ctx=ast.Load()) if name in CALLED:
            yield ast.Name(CALLED[name], ast.Load())
        case ast.Return(value=ast.Call(func=ast.Name(id="build_violation"))):
            yield ast.Return(ast.Name("KEPT", ast.Load()))
            yield ast.Return(ast.Constant(None))
        case ast.Tuple(elts=elements) if all(isinstance(each, ast.Constant) for each in elements):
            for nth in range(len(elements)):
                yield ast.Tuple([*elements[:nth], *elements[nth + 1 :]], ast.Load())


def _other_comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for nth, operator in enumerate(node.ops):
        if type(operator) in OTHERS:
            ops = [*node.ops[:nth], _other(operator), *node.ops[nth + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def _other(operator: ast.AST) -> Any:
    return OTHERS[type(operator)]()


def _iter_constant_mutants(module: ModuleType, name: str) -> Iterator[Mutant]:
    right = vars(module)[name]
    for value, what in _other_values(right):
        yield Mutant(module, name, value, f"{module.__name__.rpartition('.')[2]}.{name}: {what}")


def _other_values(value: Any) -> Iterator[tuple[Any, str]]:
    match value:
        case int() | float():
            for other in (
                (value + 1, value - 1) if isinstance(value, int) else (value * 2, value / 2)
            ):
                yield other, f"{value} -> {other}"
        case tuple() if not any(isinstance(each, Law) for each in value):
            for nth, each in enumerate(value):
                yield (*value[:nth], *value[nth + 1 :]), f"{each!r} dropped"
        case dict():
            for name in value:
                yield {key: each for key, each in value.items() if key != name}, f"{name!s} dropped"


def _find_message_ids(function: ast.FunctionDef) -> set[int]:
    """Returns the ids of nodes that change only the message of a verdict."""
    nodes = list(ast.walk(function))
    message_ids = {id(each) for node in nodes if _is_message(node) for each in ast.walk(node)}
    loads = [
        each for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    ]
    while True:
        before = len(message_ids)
        for node in nodes:
            if isinstance(node, ast.Assign | ast.AugAssign) and (names := _targets(node)):
                uses = [id(each) for each in loads if each.id in names]
                if uses and message_ids.issuperset(uses):
                    message_ids |= {id(each) for each in ast.walk(node.value)}
        if len(message_ids) == before:
            return message_ids


def _is_message(node: ast.AST) -> bool:
    """Returns whether *node* builds a message or a violation."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "build_violation"
    return isinstance(node, ast.JoinedStr)


def _targets(node: ast.Assign | ast.AugAssign) -> set[str]:
    """Returns the names that an assignment sets."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {each.id for each in targets if isinstance(each, ast.Name)}


def _replace(function: ast.FunctionDef, index: int, other: ast.AST) -> ast.FunctionDef:
    wrong = copy.deepcopy(function)
    wanted = list(ast.walk(wrong))[index]

    class Replacing(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return copy.deepcopy(other) if node is wanted else self.generic_visit(node)

    mutated = Replacing().visit(wrong)
    assert isinstance(mutated, ast.FunctionDef)
    return mutated


def _compile(function: ast.FunctionDef) -> CodeType:
    tree = ast.fix_missing_locations(ast.Module([function], []))
    flags = __import__("__future__").annotations.compiler_flag
    code = compile(tree, "a mutant of the laws", "exec", flags=flags, dont_inherit=True)
    return next(each for each in code.co_consts if isinstance(each, CodeType))
