"""Creates the reporter of a format. Modules of other formats are not loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final, TextIO

from ..spec import Severity
from . import Reporter
from .text import TextReporter, wants_colour

if TYPE_CHECKING:
    from pathlib import Path

    from ..bulk.shards import Shard

__all__ = ["CLEAN_FORMATS", "FORMATS", "STATISTICS_FORMATS", "create_reporter"]

FORMATS: Final = ("text", "json", "jsonl", "github", "gitlab", "junit", "sarif", "md")

ROOT_VARIABLES: Final = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""The variables in which GitHub and GitLab name the folder of the repository."""

STATISTICS_FORMATS: Final = ("text", "json", "md")
"""The formats that can have a count for each rule instead of the findings."""

CLEAN_FORMATS: Final = ("json", "junit")
"""The formats that list also the payloads without findings."""


def create_reporter(
    format: str,
    out: TextIO,
    environ: Mapping[str, str],
    failing: Collection[Severity],
    *,
    quiet: bool = False,
    statistics: bool = False,
    shard: Shard | None = None,
) -> Reporter:
    """Creates a reporter that writes to *out*. Findings of the severities *failing* fail the run.

    *environ* has the variables of the process. *quiet* leaves out the counts in formats for people.
    Only JSON says which *shard* of the input it is about.
    """
    match format:
        case "text":
            colour = wants_colour(out, environ)
            return TextReporter(out, colour=colour, quiet=quiet, statistics=statistics)
        case "json":
            from .json import JsonReporter

            return JsonReporter(out, statistics=statistics, shard=shard)
        case "jsonl":
            from .json import JsonLinesReporter

            return JsonLinesReporter(out)
        case "github":
            from .github import GithubReporter

            return GithubReporter(out, _find_root(environ), quiet=quiet)
        case "gitlab":
            from .gitlab import GitlabReporter

            return GitlabReporter(out, _find_root(environ))
        case "junit":
            from .junit import JunitReporter

            return JunitReporter(out, failing)
        case "sarif":
            from .sarif import SarifReporter

            return SarifReporter(out, _find_root(environ))
        case _:
            from .markdown import MarkdownReporter

            return MarkdownReporter(out, statistics=statistics)


def _find_root(environ: Mapping[str, str]) -> Path | None:
    from pathlib import Path

    return next((Path(environ[name]) for name in ROOT_VARIABLES if environ.get(name)), None)
