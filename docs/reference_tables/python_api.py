"""The public names of the three packages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import EnumType
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any, Final

from .markdown import code, from_docstring, table

__all__ = ["HOMES", "PUBLIC", "find", "format_members_of", "format_python_api"]

PUBLIC: Final = {
    "wanproof": (
        "lint",
        "catalog",
        "model",
        "Report",
        "Finding",
        "Severity",
        "UnknownModel",
    ),
    "wan_mockserver": ("create_app", "Server", "Mock", "Simulator"),
    "wan_contracts": ("Outcome", "Output", "Setting", "strategies"),
    "wan_contracts.suite": ("test_law",),
}
"""The names that users import."""

HOMES: Final = {
    "create_app": "wan_mockserver.app",
    "Mock": "wan_mockserver.mock",
    "Server": "wan_mockserver.server",
    "Simulator": "wan_mockserver.simulator",
    "Outcome": "wan_contracts.outcome",
    "Output": "wan_contracts.outcome",
    "Setting": "wan_contracts.case",
    "strategies": "wan_contracts",
    "test_law": "wan_contracts.suite",
}
"""Where names are until the packages export them; any other is in wan_validators."""


def find(package: str, name: str) -> Any:
    """Returns the object that ``from package import name`` imports."""
    try:
        return getattr(import_module(package), name)
    except (ModuleNotFoundError, AttributeError):
        home = HOMES.get(name, "wan_validators")
        module = import_module(home)
        return getattr(module, name, None) or import_module(f"{home}.{name}")


def format_python_api() -> str:
    """Returns a section for each package and each public name."""
    return "\n".join(
        part
        for package, names in PUBLIC.items()
        for part in (f"## {package}\n", *(_section(name, find(package, name)) for name in names))
    )


def format_members_of(kind: type) -> str:
    """Returns a table of the public methods and attributes of *kind*."""
    return table(["member", "what it is or does"], _members(kind))


def _section(name: str, value: Any) -> str:
    if isinstance(value, ModuleType):
        functions = [getattr(value, each) for each in _functions(value)]
        rows = [[code(_call(each.__name__, each)), _docstring(each)] for each in functions]
        return f"### {name}\n\n{_docstring(value)}\n\n{table(['function', 'what it does'], rows)}"
    if isinstance(value, EnumType):
        values = ", ".join(code(each.value) for each in value)
        return f"### {name}\n\n{_docstring(value)} Values: {values}.\n"
    is_type = isinstance(value, type)
    heading = f"### {name}\n\n```text\n{_call(name, value)}\n```\n\n{_docstring(value)}\n"
    return f"{heading}\n{format_members_of(value)}" if is_type and [*_members(value)] else heading


def _functions(module: ModuleType) -> list[str]:
    return [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
        and name[0] != "_"
        and callable(value)
    ]


def _members(kind: type) -> Iterator[list[str]]:
    names = dict.fromkeys(
        name
        for each in reversed(kind.__mro__)
        if each.__module__.startswith("wan")
        for name in vars(each)
        if name[0] != "_"
    )
    for name in names:
        member = inspect.getattr_static(kind, name)
        if isinstance(member, classmethod):
            member = member.__func__
        if isinstance(member, FunctionType):
            yield [code(_call(name, member, skip=1)), _docstring(member)]
        elif isinstance(member, property):
            yield [code(name), _docstring(member) or _type(member)]


def _type(member: property) -> str:
    """Returns the annotated type of a property."""
    return code(getattr(member.fget, "__annotations__", {}).get("return", ""))


def _docstring(value: Any) -> str:
    text = inspect.getdoc(value) or ""
    return "\n\n".join(map(from_docstring, text.split("\n\n")))


def _call(name: str, value: Any, skip: int = 0) -> str:
    """Returns how *value* is called, without types."""
    try:
        parameters = [*inspect.signature(value).parameters.values()][skip:]
    except ValueError:
        return name
    shown = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    return f"{name}{inspect.Signature(shown)}"
