"""The lines that ARCHITECTURE.md draws: who imports whom, and what stays unloaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import wan_contracts
import wan_mockserver
import wan_validators
from wan_validators import catalog

PACKAGES = {
    package.__name__: Path(package.__path__[0])
    for package in (wan_validators, wan_mockserver, wan_contracts)
}
MAY_IMPORT = {
    "wan_validators": {"wan_validators"},
    "wan_mockserver": {"wan_validators", "wan_mockserver"},
    "wan_contracts": {"wan_validators", "wan_mockserver", "wan_contracts"},
}
HEAVY = {"PIL", "av", "flask", "hypothesis", "pytest", "rich", "tinytag", "waitress"}


def imported(module: Path) -> set[str]:
    """The top-level names of all absolute imports of *module*, wherever they stand in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def modules(package: str) -> list[Path]:
    return sorted(PACKAGES[package].rglob("*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package: str) -> None:
    for module in modules(package):
        assert imported(module) & PACKAGES.keys() <= MAY_IMPORT[package], module


def find_targets(importer: str, path: Path) -> set[str]:
    """Returns the absolute dotted names that the module *importer*, at *path*, imports."""
    parents = importer.split(".") if path.name == "__init__.py" else importer.split(".")[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = parents[: len(parents) + 1 - node.level] if node.level else []
            origin = [*above, *([node.module] if node.module else [])]
            names |= {".".join([*origin, alias.name]) for alias in node.names}
    return names


def build_graph(package: str) -> dict[str, set[str]]:
    """Maps each module of *package* to the modules of it that it imports, also in functions.

    ``from .a import b`` counts as an import of the module ``a.b`` if there is one, else of ``a``.
    """
    root = PACKAGES[package].parent
    paths = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in modules(package)
    }
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        targets = find_targets(name, path)
        known = {target if target in paths else target.rpartition(".")[0] for target in targets}
        graph[name] = (known & paths.keys()) - {name}
    return graph


def find_cycles(graph: dict[str, set[str]]) -> list[str]:
    """Returns the modules in a cycle or between two; [] if there is none."""
    left = dict(graph)
    while True:
        imported_by_some = set().union(*left.values())
        inside = {
            name: targets & left.keys()
            for name, targets in left.items()
            if targets & left.keys() and name in imported_by_some
        }
        if len(inside) == len(left):
            return sorted(left)
        left = inside


@pytest.mark.parametrize(
    "package",
    # A cycle of three modules is left in wan_validators; a separate change removes it.
    sorted(PACKAGES.keys() - {"wan_validators"}),
)
def test_no_modules_import_one_another(package: str) -> None:
    assert find_cycles(build_graph(package)) == []


def test_a_cycle_is_found_and_what_hangs_on_it_is_not() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"d"}}

    assert find_cycles(graph) == ["b", "c"]
    assert find_cycles({**graph, "c": {"d"}}) == []


def test_the_graph_has_relative_and_absolute_imports_and_those_in_functions() -> None:
    graph = build_graph("wan_mockserver")

    assert {"wan_mockserver.control", "wan_mockserver.http.errors"} <= graph[
        "wan_mockserver.admin.api"
    ]
    assert {"wan_mockserver.dashboard", "wan_mockserver.admin.api"} <= graph[
        "wan_mockserver.service"
    ]


def test_the_linter_loads_nothing_heavy() -> None:
    code = (
        "import sys, wan_validators\n"
        "payload = {'model': 'wan26_i2i', 'input': {'messages': []}, 'parameters': {'n': 9}}\n"
        "assert not wan_validators.lint(payload).valid\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not HEAVY & set(run.stdout.split())


def test_only_tables_and_dialects_name_models_and_vendors() -> None:
    """But for the commands, whose help shows examples."""
    names = {spec.id for spec in catalog()} | {spec.vendor.name for spec in catalog()}
    allowed = {PACKAGES["wan_validators"] / folder for folder in ("models", "vendors")}

    named = [
        (module.name, name)
        for package in PACKAGES
        for module in modules(package)
        if module.parent not in allowed and module.parent.name != "commands"
        for name in names
        if any(name in text for text in strings(module))
    ]

    assert named == []


def strings(module: Path) -> list[str]:
    """All string constants of *module* but its docstrings, in lower case."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    } | {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value.lower()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    ]
