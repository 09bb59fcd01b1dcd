"""Replay files: one call that broke a law, and all that is needed to make it again."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.state.secrets import redact
from wan_validators.catalog import model
from wan_validators.command import UsageError
from wan_validators.fields import (
    Array,
    Choice,
    Field,
    FieldType,
    Flag,
    Integer,
    InvalidField,
    TableType,
    TextType,
    invalid_value,
)
from wan_validators.messages.formatting import clip

from ..cases.case import Case
from ..cases.time_profiles import TIME_PROFILES, TimeProfile
from ..laws import Law, law
from ..protocol.validation import InvalidDocument, parse_document
from .report import ContractReport, LawResult

REPLAY_VERSION: Final = 1

MAX_ID_CHARS: Final = 200
"""Characters of an id."""

CLIENT_FORMS: Final = ("python", "command", "stdio")
"""How a client is named: where it is found in Python, or how its process is started."""


@dataclass(frozen=True, slots=True)
class _PayloadType(FieldType):
    def parse(self, value: Any, path: str) -> dict[str, Any]:
        if type(value) is not dict:
            raise invalid_value(value, path, "an object")
        return value


_ID: Final = TextType(max_length=MAX_ID_CHARS)
_TEXT: Final = TextType(0, sys.maxsize, allowed="a string")

REPLAY: Final = TableType(
    (
        Field("version", Integer(REPLAY_VERSION, REPLAY_VERSION), "the version", required=True),
        Field("law", _ID, "the id of the law that the client broke", required=True),
        Field("why", _TEXT, "the message about it", default=""),
        Field(
            "case",
            TableType(
                (
                    Field("model", _ID, "the id of the model", required=True),
                    Field("payload", _PayloadType(), "what to generate", required=True),
                    Field("scenario", _TEXT, "the name of the scenario", required=True),
                ),
                allowed="an object",
            ),
            "an object with model, payload and scenario",
            required=True,
        ),
        Field("tempo", Choice(TIME_PROFILES), "how time passes", required=True),
        Field("full_size", Flag(), "whether files have the requested sides", default=False),
        Field(
            "client",
            TableType(
                (
                    Field("form", Choice.of(CLIENT_FORMS), "the kind of client", required=True),
                    Field("argv", Array(_TEXT, 1), "its name, or a command", required=True),
                ),
                allowed="an object",
            ),
            "an object with form and argv",
            required=True,
        ),
    ),
    allowed="an object",
)
"""The members of a replay file."""


@dataclass(frozen=True, kw_only=True)
class ClientSpec:
    """A client as the command line names it: its *form*, and its name or command."""

    form: str
    argv: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a file holds: the *law*, the *case* that broke it, at which tempo, by whom and how."""

    law: Law
    case: Case
    time_profile: TimeProfile
    client: ClientSpec
    full_size: bool = False
    why: str = ""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises UsageError for a file that cannot be read, or is not a replay."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
        try:
            document = parse_document(data)
            _check_version(document)
            members = REPLAY.fill_defaults(REPLAY.parse(document, ""))
        except (InvalidDocument, InvalidField) as error:
            raise UsageError(f"{path} is not a replay file: {error}") from error
        try:
            return cls._from_members(**members)
        except (LookupError, ValueError) as error:
            raise UsageError(f"{path}: {error}") from error
        except RecursionError as error:
            message = f"{path}: the payload is nested too deeply to be sent"
            raise UsageError(message) from error

    @classmethod
    def _from_members(
        cls,
        *,
        case: Mapping[str, Any],
        client: Mapping[str, Any],
        tempo: TimeProfile,
        **members: Any,
    ) -> Self:
        """Raises LookupError or ValueError for unknown names."""
        Scenarios(tempo.scenarios).find(case["scenario"])
        made = Case(model(case["model"]).id, case["payload"], case["scenario"])
        assert made.canonical_json
        return cls(
            law=law(members["law"]),
            case=made,
            time_profile=tempo,
            client=ClientSpec(**client),
            full_size=members["full_size"],
            why=members["why"],
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "version": REPLAY_VERSION,
            "law": self.law.id,
            "why": self.why,
            "case": self.case.as_json(),
            "tempo": self.time_profile.name,
            "full_size": self.full_size,
            "client": {"form": self.client.form, "argv": list(self.client.argv)},
        }


def _check_version(document: Any) -> None:
    """Raises InvalidDocument for another version, whose members are not known."""
    version = (
        document.get("version", REPLAY_VERSION) if isinstance(document, dict) else REPLAY_VERSION
    )
    if version != REPLAY_VERSION:
        raise InvalidDocument(f"its version is {clip(repr(version))}, not {REPLAY_VERSION}")


def write_replays(
    report: ContractReport,
    folder: Path,
    client: ClientSpec,
    time_profile: TimeProfile,
    *,
    full_size: bool = False,
) -> ContractReport:
    """*report*, with a file in *folder* for each law that is broken, without any API key.

    Raises OSError where that cannot be written.
    """

    def kept(result: LawResult) -> LawResult:
        failure = result.failure
        if failure is None:
            return result
        made = Replay(
            law=result.law,
            case=failure.interaction.case,
            time_profile=time_profile,
            client=client,
            full_size=full_size,
            why=redact(failure.interaction.setting.api_key, failure.verdict.message),
        )
        path = _write_replay(folder, made)
        return replace(result, failure=replace(failure, replay=path.as_posix()))

    return replace(report, results=[kept(result) for result in report.results])


def _write_replay(folder: Path, made: Replay) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{made.law.id}.json"
    path.write_text(json.dumps(made.as_json(), indent=2) + "\n", encoding="utf-8")
    return path
