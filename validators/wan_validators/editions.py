"""Selects the models whose tables were valid at a date, for one run of a command."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager

from .catalog import catalog, restrict
from .command import UsageError

__all__ = ["add_edition_argument", "use_edition"]


def add_edition_argument(parser: ArgumentParser) -> None:
    """Adds ``--edition`` to *parser*."""
    parser.add_argument(
        "--edition",
        metavar="DATE",
        help="use only the tables that were valid at this date, such as 2026-10; models that were "
        "added later are unknown, as before an upgrade (default: all)",
    )


@contextmanager
def use_edition(date: str | None) -> Iterator[None]:
    """Restricts the catalog to the models of *date* or before; None means all.

    Raises UsageError if *date* is not a date, or if there were no tables then.
    """
    if date is not None and not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", date):
        raise UsageError(f"--edition {date!r} is not a date such as 2026-10 or 2026-10-31")
    if date is not None and date < (first := catalog()[0].on):
        raise UsageError(f"--edition {date}: there were no tables yet; the first are of {first}")
    with restrict(date):
        yield
