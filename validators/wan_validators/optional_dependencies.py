"""Finds the extra of this distribution that installs a missing library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["DISTRIBUTION", "EXTRA_OF_PACKAGE", "explain_missing_extra", "format_install_hint"]

DISTRIBUTION: Final = "wanproof"

EXTRA_OF_PACKAGE: Final = {"wan_mockserver": "mock", "wan_contracts": "contract"}
"""The extra that installs everything a package of ours needs, by package."""

_OPTIONAL: Final = r"([\w.-]+).*extra == ['\"]([\w-]+)['\"]"
"""A requirement of an extra in the metadata: its name and the name of the extra.

The build expands an extra within an extra, so its requirements are listed, too.
"""


def format_install_hint(error: ModuleNotFoundError, asking: str) -> str | None:
    """Formats what to install for a missing library; None if no extra has it.

    *asking* is the module that needs the library. The text names the extra of its package
    if that has the library, otherwise the smallest extra that has it.
    """
    from importlib import metadata

    module = _package(error.name or "")
    requirements = metadata.requires(DISTRIBUTION) or ()
    optional = [found.groups() for each in requirements if (found := re.match(_OPTIONAL, each))]
    sizes = Counter(extra for _, extra in optional)
    extras = [extra for needed, extra in optional if needed.lower() == module]
    if not extras:
        return None
    usual = EXTRA_OF_PACKAGE.get(_package(asking))
    extra = usual if usual in extras else min(extras, key=lambda extra: sizes[extra])
    return f'{module} is not installed; get it with: pip install "{DISTRIBUTION}[{extra}]"'


@contextmanager
def explain_missing_extra() -> Iterator[None]:
    """Adds what to install to a failed import of a library of an extra.

    Raises ModuleNotFoundError with the text of :func:`format_install_hint`.
    """
    __tracebackhide__ = True
    try:
        yield
    except ModuleNotFoundError as error:
        hint = format_install_hint(error, _find_asking_module())
        if hint is None:
            raise
        raise ModuleNotFoundError(hint, name=error.name) from None


def _find_asking_module() -> str:
    """Finds the outermost running module of ours that needs an extra.

    The contract suite imports the mock server. Its user needs the extra of the suite.
    """
    from traceback import walk_stack

    names: list[str] = [frame.f_globals.get("__name__", "") for frame, _ in walk_stack(None)]
    ours = [name for name in names if _package(name) in EXTRA_OF_PACKAGE]
    return ours[-1] if ours else ""


def _package(module: str) -> str:
    return module.partition(".")[0]
