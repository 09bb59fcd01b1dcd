"""Replay files: one call that broke a law, and all that is needed to make it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from wan_validators.catalog import model
from wan_validators.command import UsageError

from .case import Case
from .laws import Law, law
from .report import Failure, Report, Result
from .tempo import TEMPOS, Tempo

VERSION: Final = 1

FORMS: Final = ("python", "command", "stdio")
"""How a client is named: where it is found in Python, or how its process is started."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A client as the command line names it: its *form*, and its name or command."""

    form: str
    argv: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a file holds: the *law*, the *case* that broke it, at which tempo, by whom and how."""

    law: Law
    case: Case
    tempo: Tempo
    client: Named
    why: str = ""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises UsageError for a file that cannot be read, or is no replay."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read {path}: {error}") from error
        try:
            return cls._made(json.loads(text))
        except KeyError as error:
            raise UsageError(f"{path} is no replay file: it has no {error}") from error
        except (ValueError, TypeError, LookupError) as error:
            raise UsageError(f"{path} is no replay file: {error}") from error

    @classmethod
    def _made(cls, document: Mapping[str, Any]) -> Self:
        if document["version"] != VERSION:
            raise ValueError(f"its version is {document['version']!r}, not {VERSION}")
        case, client = document["case"], document["client"]
        if client["form"] not in FORMS or type(case["payload"]) is not dict:
            raise ValueError(f"client.form must be one of {', '.join(FORMS)}, payload an object")
        if document["tempo"] not in TEMPOS:
            raise ValueError(f"tempo must be one of {', '.join(TEMPOS)}")
        return cls(
            law=law(document["law"]),
            case=Case(model(case["model"]).id, case["payload"], case["scenario"]),
            tempo=TEMPOS[document["tempo"]],
            client=Named(form=client["form"], argv=tuple(map(str, client["argv"]))),
            why=document.get("why", ""),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "law": self.law.id,
            "why": self.why,
            "case": self.case.as_json(),
            "tempo": self.tempo.name,
            "client": {"form": self.client.form, "argv": list(self.client.argv)},
        }


def written(report: Report, folder: Path, client: Named, tempo: Tempo) -> Report:
    """*report*, with a file in *folder* for each law that is broken.

    Raises OSError where that cannot be written.
    """
    results = [_written(result, folder, client, tempo) for result in report.results]
    return replace(report, results=results)


def _written(result: Result, folder: Path, client: Named, tempo: Tempo) -> Result:
    failure = result.failure
    if failure is None:
        return result
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.law.id}.json"
    made = Replay(
        law=result.law,
        case=failure.run.case,
        tempo=tempo,
        client=client,
        why=failure.verdict.says,
    )
    path.write_text(json.dumps(made.as_json(), indent=2) + "\n", encoding="utf-8")
    return replace(result, failure=_placed(failure, path))


def _placed(failure: Failure, path: Path) -> Failure:
    return replace(failure, replay=path.as_posix())
