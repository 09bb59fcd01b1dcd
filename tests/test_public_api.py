"""The public API: each package exports the same names to Python, to type checkers and to dir()."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import wan_contracts
import wan_mockserver
import wan_validators
import wanproof

LAZY = [wanproof, wan_mockserver, wan_contracts]

PUBLIC = {
    wanproof: "lint catalog model Report Finding Severity UnknownModel create_app Server Mock "
    "Simulator WanTransport AsyncWanTransport Outcome Output Setting Law Guard GuardError guard "
    "lint_batch lint_partition",
    wan_mockserver: "create_app Server Mock Simulator Limits World WanMock BASE_URL WanTransport "
    "AsyncWanTransport mount side_effect",
    wan_contracts: "Outcome Output Setting Law LAWS valid acceptable single_fault wrap_payload "
    "ReferenceClient iter_call_steps drive drive_async RawResponse SendRequest",
}


@pytest.mark.parametrize("package", LAZY)
def test_the_exports_are_the_public_names(package: ModuleType) -> None:
    assert set(package.__all__) == set(PUBLIC[package].split())
    assert set(package.__all__) <= set(dir(package))


@pytest.mark.parametrize("package", LAZY)
def test_a_type_checker_sees_what_is_exported(package: ModuleType) -> None:
    """And finds it where Python finds it."""
    assert package.__file__
    typed = {
        alias.name: node.module or ""
        for block in ast.parse(Path(package.__file__).read_text(encoding="utf-8")).body
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert typed.keys() == set(package.__all__)
    for name, module in typed.items():
        home = module if package is wanproof else f"{package.__name__}.{module}"
        assert getattr(package, name) is getattr(import_module(home), name)


@pytest.mark.parametrize("package", [*LAZY, wan_validators])
def test_a_public_name_is_public_in_its_module(package: ModuleType) -> None:
    """Where its module says so: those of the mock's core are being moved."""
    for name in package.__all__:
        home = sys.modules.get(getattr(getattr(package, name), "__module__", ""))
        assert name in getattr(home, "__all__", [name])


@pytest.mark.parametrize("package", LAZY)
def test_no_other_name_is_an_attribute(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"'{package.__name__}' has no attribute 'nothing'"):
        package.nothing  # noqa: B018


def test_the_adapters_import_public_names_only() -> None:
    for file in (Path(__file__).parents[1] / "contract_tests/adapters").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wan"):
                assert node.module == "wan_contracts"
                assert {alias.name for alias in node.names} <= set(wan_contracts.__all__)


@pytest.mark.parametrize(("argv", "code"), [(["--version"], 0), (["lint", "none.json"], 2)])
def test_python_can_run_the_package(argv: list[str], code: int, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "wanproof", *argv], capture_output=True, check=False, cwd=tmp_path
    )

    assert run.returncode == code
