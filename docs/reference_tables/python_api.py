"""The public names of the three packages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from enum import EnumType
from importlib import import_module
from types import FunctionType
from typing import Any, Final

from .markdown import code, from_docstring, table

__all__ = ["PACKAGES", "format_members_of", "format_python_api"]

PACKAGES: Final = ("wan_mockserver", "wan_contracts")
"""What `wanproof` re-exports names from, besides the linter."""


def format_python_api() -> str:
    """Returns a section for each package and each name that it exports."""
    others = {name: module for module in map(import_module, PACKAGES) for name in module.__all__}
    own = import_module("wanproof")
    again = ", ".join(code(name) for name in own.__all__ if name in others)
    parts = [f"## wanproof\n\n{_docstring(own)}\n\nIt also exports {again}, as described below.\n"]
    parts += [_section(name, getattr(own, name)) for name in own.__all__ if name not in others]
    for package in PACKAGES:
        module = import_module(package)
        parts.append(f"## {package}\n\n{_docstring(module)}\n")
        parts += [_section(name, getattr(module, name)) for name in module.__all__]
    return "\n".join(parts)


def format_members_of(kind: type) -> str:
    """Returns a table of the public methods and attributes of *kind*."""
    return table(["member", "what it is or does"], _members(kind))


def _section(name: str, value: Any) -> str:
    match value:
        case EnumType():
            members: Mapping[str, Any] = value.__members__
            values = ", ".join(map(code, members.values()))
            text = f"{_docstring(value)} Values: {values}."
        case type():
            text = f"{_block(_call(name, value))}{_docstring(value)}"
            if [*_members(value)]:
                text += f"\n\n{format_members_of(value)}"
        case _ if callable(value):
            text = f"{_block(_call(name, value))}{_docstring(value)}"
        case str():
            text = f"The constant {code(repr(value))}."
        case _:
            text = f"A constant of the type {code(type(value).__name__)}."
    return f"### {name}\n\n{text}\n"


def _block(text: str) -> str:
    return f"```text\n{text}\n```\n\n"


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
    text = inspect.cleandoc(value.__doc__ or "")
    return "\n\n".join(map(from_docstring, text.split("\n\n")))


def _call(name: str, value: Any, skip: int = 0) -> str:
    """Returns how *value* is called, without types."""
    try:
        parameters = [*inspect.signature(value).parameters.values()][skip:]
    except ValueError:
        return name
    shown = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    return f"{name}{inspect.Signature(shown)}"
