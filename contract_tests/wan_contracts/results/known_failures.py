"""The file of known failures: which laws a client breaks, and why that is borne with.

Each table of the file is a law, and says why it is known to be broken::

    [connections-reused]
    reason = "curl is started anew for every request"

A law that is listed and kept after all fails the run, so that the file never says too much.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from wan_mockserver.scenarios.members import InvalidMember, Member, parse_fields, string_reader
from wan_validators.command import UsageError
from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest

from .report import LawResult

MEMBERS: Final = {
    "reason": Member("reason", string_reader(str.strip, "a text that says why the law is broken")),
}


def load_known_failures(path: str | Path, laws: Iterable[str]) -> Mapping[str, str]:
    """The reasons that the file at *path* gives, by the id of the law, one of *laws*.

    Raises UsageError for a file that cannot be read, and for what cannot be used in it.
    """
    try:
        tables = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no TOML: {error}") from error
    known = tuple(laws)
    try:
        return {law: _parse_reason(law, given, known) for law, given in tables.items()}
    except InvalidMember as error:
        raise UsageError(f"{path}: {error}") from error


def mark_known_failures(results: Iterable[LawResult], known: Mapping[str, str]) -> list[LawResult]:
    """*results*, each with the reason why its law is known to be broken, if it is."""
    return [replace(result, known=known.get(result.law.id)) for result in results]


def _parse_reason(law: str, given: Any, laws: tuple[str, ...]) -> str:
    if law not in laws:
        hint = suggest(law, laws, "`wanproof check --list` shows them")
        raise InvalidMember(f"there is no law {clip(repr(law))}; {hint}")
    said = parse_fields(MEMBERS, given, law)
    if "reason" not in said:
        raise InvalidMember(
            f'{law}: the member reason is missing: reason = "Why it is broken, briefly."'
        )
    reason: str = said["reason"].strip()
    return reason
