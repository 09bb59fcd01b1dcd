"""Nothing in the wheel serves the tests of this repository alone."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import resolve_name
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PROJECT: Final[Mapping[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES: Final = [
    ROOT / folder for folder in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
]
PUBLIC: Final = {"wanproof.__main__", "wan_contracts.suite", "wan_contracts.outcome"}
"""Modules that users name: ``python -m wanproof``, the suite, and a former place of a name."""

FOLDERS: Final = ("wan_validators.models", "wan_validators.vendors", "wan_contracts.reporters")
"""Packages whose modules are imported by the names of their files."""

FOR_READERS: Final = {"build_source", "list_members"}
"""Functions that developers call by hand."""

Tree = ast.Module
Trees = Mapping[str, Tree]


def parse_modules(packages: list[Path]) -> dict[str, Tree]:
    """Returns the syntax tree of each module, by its name; a package ends in ``.__init__``."""
    return {
        ".".join(file.relative_to(package.parent).with_suffix("").parts): ast.parse(
            file.read_text(encoding="utf-8")
        )
        for package in packages
        for file in sorted(package.rglob("*.py"))
    }


def entry_points() -> Iterator[str]:
    """Yields the values of all entry points, such as ``package.module:name``."""
    yield from PROJECT["project"]["scripts"].values()
    for group in PROJECT["project"]["entry-points"].values():
        yield from group.values()


def find_unreached_modules(trees: Trees) -> list[str]:
    """Returns the modules that no entry point and no public name leads to."""
    modules = {name.removesuffix(".__init__"): (name, tree) for name, tree in trees.items()}
    roots = {each.partition(":")[0] for each in entry_points()}
    roots |= PUBLIC | {name for name in modules if "." not in name}
    found: set[str] = set()
    while roots:
        name = roots.pop()
        if name in found or name not in modules:
            continue
        found.add(name)
        roots |= {name.rpartition(".")[0], *imports_of(*modules[name])}
        if name in FOLDERS:
            roots |= {each for each in modules if each.startswith(f"{name}.")}
    return sorted(modules.keys() - found)


@cache
def imports_of(name: str, tree: Tree) -> frozenset[str]:
    """Returns all names of ``find_imports``, which tests of the same trees share."""
    return frozenset(find_imports(name, tree))


def find_imports(name: str, tree: Tree) -> Iterator[str]:
    """Yields what the module *name* imports, or names in a string for a later import."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                package = name.rpartition(".")[0]
                base = resolve_name("." * node.level + (node.module or ""), package)
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)
            case ast.Constant(value=str()):
                yield str(node.value)


def find_unused_names(trees: Trees) -> list[str]:
    """Returns the functions and classes of all modules that nothing in the wheel names.

    A function with a decorator (a route, a fixture), a hook of pytest and an export of a package
    count as used. An entry in ``__all__`` of any other module does not.
    """
    used = {word for each in entry_points() for word in re.findall(r"\w+", each)}
    for name, tree in trees.items():
        used |= words_of(tree, is_package=name.endswith(".__init__"))
    return [
        f"{name}.{node.name}"
        for name, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not (node.decorator_list and isinstance(node, ast.FunctionDef))
        and not node.name.startswith(("pytest_", "__"))
        and node.name not in used | FOR_READERS
    ]


@cache
def words_of(tree: Tree, *, is_package: bool) -> frozenset[str]:
    """Returns all names of ``find_words``, which tests of the same trees share."""
    return frozenset(find_words(tree, is_package=is_package))


def find_words(tree: Tree, *, is_package: bool) -> Iterator[str]:
    """Yields each name that *tree* uses, also in strings other than docstrings."""
    ignored = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            ignored |= set() if is_package else {id(each) for each in ast.walk(statement)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(ctx=ast.Load()):
                yield node.id
            case ast.Attribute():
                yield node.attr
            case ast.alias():
                yield node.name
            case ast.Constant(value=str()) if id(node) not in ignored:
                yield from re.findall(r"\w+", str(node.value))


@pytest.fixture(scope="module")
def trees() -> dict[str, Tree]:
    return parse_modules(PACKAGES)


def test_every_module_is_reached_from_an_entry_point_or_a_public_name(trees: Trees) -> None:
    assert find_unreached_modules(trees) == []


def test_every_function_and_class_is_used_in_the_wheel(trees: Trees) -> None:
    assert find_unused_names(trees) == []


def test_a_module_that_only_tests_import_is_found(trees: Trees) -> None:
    helper = {"wan_mockserver.helper": ast.parse("from .clock import Clock")}

    assert find_unreached_modules({**trees, **helper}) == ["wan_mockserver.helper"]


def test_a_function_that_only_tests_call_is_found(trees: Trees) -> None:
    helper = {
        "wan_mockserver.helper": ast.parse("__all__ = ['simulate_all']\ndef simulate_all(): 0")
    }

    assert find_unused_names({**trees, **helper}) == ["wan_mockserver.helper.simulate_all"]
