"""A Sphinx extension: reference tables are generated from the code while the pages are built.

A page has a comment such as ``<!-- generated: laws -->`` where a table belongs. The extension
puts Markdown in its place. It also writes a page for each law into ``reference/laws/``, which Git
ignores.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import (
    admin_api,
    commands,
    law_pages,
    laws,
    models,
    pytest_names,
    python_api,
    scenarios,
    schemas,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["GENERATORS", "expand", "setup"]

GENERATORS: Final[Mapping[str, Callable[[], str]]] = {
    "admin-checks": admin_api.format_checks,
    "admin-routes": admin_api.format_routes,
    "ambiguities": models.format_ambiguities,
    "case": schemas.format_case,
    "command-help": commands.format_help,
    "configuration-keys": commands.format_keys,
    "exit-codes": commands.format_exit_codes,
    "fixture-members": pytest_names.format_members,
    "fixtures": pytest_names.format_fixtures,
    "laws": laws.format_laws,
    "markers": pytest_names.format_markers,
    "models": models.format_models,
    "pytest-options": pytest_names.format_options,
    "outcome": schemas.format_outcome,
    "python-api": python_api.format_python_api,
    "rules": models.format_rules,
    "scenario-members": scenarios.format_members,
    "scenarios": scenarios.format_scenarios,
    "vendors": models.format_vendors,
}
"""What generates each table, by the name in the comment."""

_COMMENT: Final = re.compile("^<!-- generated: (.+) -->$", re.MULTILINE)


def expand(text: str) -> str:
    """Returns *text* with a table in place of each comment.

    Raises KeyError if a comment names a table that does not exist.
    """
    return _COMMENT.sub(lambda match: GENERATORS[match[1]](), text)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registers the extension."""
    app.connect("builder-inited", _on_builder_inited)
    app.connect("source-read", _on_source_read)
    return {"parallel_read_safe": True}


def _on_builder_inited(app: Sphinx) -> None:
    law_pages.write_pages(Path(app.srcdir) / "reference" / "laws")


def _on_source_read(_app: Sphinx, _page: str, source: list[str]) -> None:
    source[0] = expand(source[0])
