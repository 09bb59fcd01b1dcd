"""The file of known failures: the laws that a client breaks, and why this is accepted.

Each table of the file is a law, with the reason why the client breaks it::

    [connections-reused]
    reason = "each request starts a new process of curl"

A listed law that the client keeps fails the run, so that the file stays correct.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from wan_validators.command import UsageError
from wan_validators.fields import Field, InvalidField, TableType, TextType, read_toml

from .report import LawResult

__all__ = ["load_known_failures", "mark_known_failures"]

_KNOWN_FAILURE: Final = TableType(
    (
        Field(
            "reason",
            TextType(matches=str.strip, allowed="a text that says why the client breaks the law"),
            'reason = "Why the client breaks it."',
            required=True,
        ),
    )
)


def load_known_failures(path: str | Path, laws: Iterable[str]) -> Mapping[str, str]:
    """Reads the reasons of the file at *path*, by the id of the law, which is one of *laws*.

    Raises UsageError if the file cannot be read, or is not valid.
    """
    fields = tuple(Field(law, _KNOWN_FAILURE, attribute=law) for law in laws)
    hint = "`wanproof check --list` shows them"
    try:
        tables = read_toml(Path(path), TableType(fields, noun="law", hint=hint))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except InvalidField as error:
        raise UsageError(str(error)) from error
    return {law: table["reason"].strip() for law, table in tables.items()}


def mark_known_failures(results: Iterable[LawResult], known: Mapping[str, str]) -> list[LawResult]:
    """Adds to *results* the reasons of known failures."""
    return [replace(result, known=known.get(result.law.id)) for result in results]
