"""What ARCHITECTURE.md states: which modules import which, what stays unloaded, the folders."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import wan_contracts
import wan_mockserver
import wan_validators
import wanproof
from wan_validators import catalog
from wan_validators.models import SHARED_NAMES
from wan_validators.spec_loading import index_specs, load_named

ROOT = Path(__file__).parents[1]
PACKAGES = {
    package.__name__: Path(package.__path__[0])
    for package in (wan_validators, wan_mockserver, wan_contracts, wanproof)
}
MAY_IMPORT = {
    "wan_validators": {"wan_validators"},
    "wan_mockserver": {"wan_validators", "wan_mockserver"},
    "wan_contracts": {"wan_validators", "wan_mockserver", "wan_contracts"},
    "wanproof": {"wan_validators", "wan_mockserver", "wan_contracts"},
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


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other(package: str) -> None:
    """Imports for type checkers and imports within functions count, too."""
    root = PACKAGES[package].parent
    files = {
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file
        for file in modules(package)
    }
    graph = {name: imported_modules(name, file, files.keys()) for name, file in files.items()}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def imported_modules(name: str, file: Path, known: Collection[str]) -> set[str]:
    """Those of the *known* modules that the module *name* imports, wherever it does."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            members = {f"{base}.{alias.name}" for alias in node.names}
            found |= {member if member in known else base for member in members}
    return found & {*known} - {name}


@pytest.mark.parametrize("package", ["wan_validators", "wanproof"])
def test_the_linter_loads_nothing_heavy(package: str) -> None:
    loaded = loads(
        f"from {package} import lint\n"
        "payload = {'model': 'wan26_i2i', 'input': {'messages': []}, 'parameters': {'n': 9}}\n"
        "assert not lint(payload).valid"
    )

    assert not (HEAVY | {"wan_mockserver", "wan_contracts"}) & loaded


@pytest.mark.parametrize("package", ["wan_mockserver", "wan_contracts", "wanproof"])
def test_importing_a_package_with_lazy_exports_loads_nothing_else(package: str) -> None:
    assert loads(f"import {package}") & (HEAVY | PACKAGES.keys()) == {package}


UNNEEDED = {
    *("http", "importlib.metadata", "pkgutil", "random", "uuid", "html", "difflib"),
    *("tomllib", "zoneinfo", "socket", "subprocess", "email", "xml", "unittest"),
    *("wan_validators.cost", "wan_validators.json_schema", "wan_validators.messages.hints"),
    *("wan_validators.text_damage", "wan_validators.text_placeholders"),
    *("wan_validators.media.url_faults", "wan_validators.source.positions"),
    *("wan_validators.messages.text", "wan_validators.commands.rules", "wan_validators.fixes"),
    *("dataclasses", "fnmatch", "inspect", "ipaddress", "pathlib", "signal", "unicodedata"),
    *("urllib.parse", "weakref"),
    *("wan_validators.bulk.processes", "wan_validators.bulk.shards", "wan_validators.commands.fix"),
    *("wan_validators.configuration.keys", "wan_validators.source.path_patterns"),
    "wan_validators.source.toml_text",
    *("wan_validators.text_placeholders", "wan_validators.vendors.dashscope"),
}
"""Modules that the command does not need for a valid payload; each takes milliseconds to load."""


def test_the_command_lint_loads_what_a_valid_payload_needs(tmp_path: Path) -> None:
    content = [{"text": "make it night"}, {"image": "https://images.com/in.png"}]
    payload = {"model": "wan26_i2i", "input": {"messages": [{"role": "user", "content": content}]}}
    file = tmp_path / "p.json"
    file.write_text(json.dumps(payload), encoding="utf-8")
    code = (
        "import sys; from wan_validators.cli import main; assert main(['lint', sys.argv[1]]) == 0"
    )
    shown = f"{code}\nprint(*sys.modules)"
    argv = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{shown}"]
    run = subprocess.run([*argv, str(file)], capture_output=True, text=True, check=True)
    loaded = {*run.stdout.split()}

    assert sorted(UNNEEDED & loaded) == []
    models = [each for each in loaded if each.startswith("wan_validators.models.")]
    assert models == ["wan_validators.models.vtrix_wan26_i2i"]


def test_a_model_is_found_without_loading_the_others() -> None:
    """A module is named after the vendor and the model; SHARED_NAMES has the exceptions."""
    for spec in catalog():
        for name in (spec.name, spec.qualified_name):
            assert spec in load_named(name)
    everything = index_specs(None)
    wrong = [name for name in everything if load_named(name) not in ((), everything[name])]
    assert wrong == [*SHARED_NAMES]


def loads(code: str) -> set[str]:
    """The top-level names of all modules that a process has loaded after it ran *code*."""
    shown = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_only_tables_and_dialects_name_models_and_vendors() -> None:
    """But for the commands, whose help shows examples."""
    names = {spec.id for spec in catalog()} | {spec.vendor.name for spec in catalog()}
    allowed = {PACKAGES["wan_validators"] / folder for folder in ("models", "vendors")}

    named = [
        (module.name, name)
        for package in PACKAGES
        for module in modules(package)
        if module.parent not in allowed and module.parent.name != "commands"
        for text in strings(module)
        for name in names
        if name in text
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


@pytest.mark.parametrize("package", ["wan_validators", "wan_mockserver", "wan_contracts"])
def test_the_page_lists_each_folder_and_only_files_that_exist(package: str) -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    [table] = [part for part in page.split("\n\n") if f"/{package}/` |" in part.partition("\n")[0]]
    named = {*re.findall(r"`([\w/.]+)`", "".join(re.findall(r"\n\| (.*?) \|", table)))}
    folder = PACKAGES[package]

    assert [name for name in named if not (folder / name).exists()] == []
    assert {f"{file.parent.name}/" for file in folder.glob("*/__init__.py")} <= named
