"""Imports the exports of a package on first use, by ``__getattr__`` (PEP 562).

Importing a package stays cheap. It needs an extra only when a name of that extra is used.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

__all__ = ["Exports", "load"]

Exports = Mapping[str, Sequence[str]]
"""The exported names, by the absolute name of the module that defines them."""


def load(package: str, name: str, exports: Exports) -> Any:
    """Imports the export *name* and stores it in *package* for direct access.

    Raises AttributeError if *exports* lacks *name*. Raises ModuleNotFoundError if a library
    is missing; its message says which extra to install.
    """
    for module, names in exports.items():
        if name in names:
            value = getattr(import_module(module), name)
            setattr(sys.modules[package], name, value)
            return value
    raise AttributeError(f"module {package!r} has no attribute {name!r}")
