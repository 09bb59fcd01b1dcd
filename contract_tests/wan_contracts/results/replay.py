"""Replay files: calls of which the last broke a law, and all that is needed to repeat them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.state.secrets import redact
from wan_validators.catalog import model
from wan_validators.command import UsageError
from wan_validators.field_types import (
    Array,
    Choice,
    FieldType,
    Flag,
    Integer,
    InvalidField,
    Number,
    TextType,
    invalid_value,
)
from wan_validators.fields import Field, TableType
from wan_validators.messages.formatting import clip

from ..cases.case import Case
from ..cases.time_profiles import TIME_PROFILES, TIMES, TimeProfile
from ..laws import Law, law
from ..protocol.validation import InvalidDocument, parse_document
from .large_texts import compress_texts, describe_texts, restore_texts
from .report import ContractReport, LawResult, Status

REPLAY_VERSION: Final = 1

MAX_PACE_S: Final = 86_400
"""The longest time of a client, in seconds."""

MAX_PRECEDING_CASES: Final = 10_000
"""Calls before the one that broke the law."""

MAX_ID_CHARS: Final = 200
"""Characters of an id."""

MAX_IN_FLIGHT: Final = 16
"""Most cases that a client works on at the same time."""

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

_CASE: Final = TableType(
    (
        Field("model", _ID, "the id of the model", required=True),
        Field("payload", _PayloadType(), "what to generate", required=True),
        Field("scenario", _TEXT, "the name of the scenario", required=True),
    ),
    allowed="an object",
)

_LARGE_TEXTS: Final = Array(
    TableType(
        (
            Field("at", _TEXT, "the JSON Pointer of the text in this file", required=True),
            Field("zlib", _TEXT, "the text, compressed by zlib, in Base64", required=True),
        ),
        allowed="an object",
    )
)

_PACE: Final = TableType(
    tuple(Field(name, Number(0, MAX_PACE_S, "seconds"), "in seconds") for name in TIMES),
    allowed="an object",
)

REPLAY: Final = TableType(
    (
        Field("version", Integer(REPLAY_VERSION, REPLAY_VERSION), "the version", required=True),
        Field("law", _ID, "the id of the law that the client broke", required=True),
        Field("why", _TEXT, "the message about it", default=""),
        Field("case", _CASE, "an object with model, payload and scenario", required=True),
        Field(
            "preceding",
            Array(_CASE, high=MAX_PRECEDING_CASES),
            "the calls that the same client must make before",
            default=(),
        ),
        Field("together", Array(_CASE, 0), "all cases that ran at the same time", default=()),
        Field("tempo", Choice(TIME_PROFILES), "how time passes", required=True),
        Field("large", _LARGE_TEXTS, "texts that the other members only describe", default=()),
        Field(
            "pace",
            _PACE,
            "the times of the options --deadline and others, if they were given",
        ),
        Field("scenarios", _TEXT, "the file of --scenarios, if it was given"),
        Field("full_size", Flag(), "whether files have the requested sides", default=False),
        Field(
            "client",
            TableType(
                (
                    Field("form", Choice.of(CLIENT_FORMS), "the kind of client", required=True),
                    Field("argv", Array(_TEXT, 1), "its name, or a command", required=True),
                    Field(
                        "in_flight",
                        Integer(1, MAX_IN_FLIGHT),
                        "the cases that it works on at once",
                        default=1,
                    ),
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
    """A client as the command line names it: its *form*, and its name or command.

    It works on *in_flight* cases at the same time.
    """

    form: str
    argv: tuple[str, ...]
    in_flight: int = 1


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a file holds: the *law*, the *case* that broke it, at which tempo, by whom and how.

    *preceding* are the calls without which the case does not break the law. *together* are the
    cases of all calls that ran at the same time, *case* included; it is empty for a call that ran
    alone.
    """

    law: Law
    case: Case
    time_profile: TimeProfile
    client: ClientSpec
    full_size: bool = False
    why: str = ""
    preceding: tuple[Case, ...] = ()
    together: tuple[Case, ...] = ()

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
            _restore_texts(document)
            members = REPLAY.fill_defaults(REPLAY.parse(document, ""))
        except (InvalidDocument, InvalidField) as error:
            raise UsageError(f"{path} is not a replay file: {error}") from error
        try:
            return cls._from_members(**members)
        except OSError as error:
            raise UsageError(
                f"{path}: cannot read its scenarios {error.filename}: {error.strerror}"
            ) from error
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
        together: Sequence[Mapping[str, Any]],
        **members: Any,
    ) -> Self:
        """Raises LookupError or ValueError for unknown names, OSError for a missing file."""
        tempo = replace(tempo, scenario_file=members["scenarios"])
        tempo = tempo.change_times(members["pace"] or {})
        return cls(
            law=law(members["law"]),
            case=_build_case(case, tempo),
            together=tuple(_build_case(each, tempo) for each in together),
            time_profile=tempo,
            client=ClientSpec(**client),
            full_size=members["full_size"],
            why=members["why"],
            preceding=tuple(_build_case(each, tempo) for each in members["preceding"]),
        )

    def as_json(self) -> dict[str, Any]:
        preceding = [case.as_json() for case in self.preceding]
        pace = _PACE.write_changes(self.time_profile, TIME_PROFILES[self.time_profile.name])
        file = self.time_profile.scenario_file
        return {
            "version": REPLAY_VERSION,
            "law": self.law.id,
            "why": self.why,
            "case": self.case.as_json(),
            **({"preceding": preceding} if preceding else {}),
            **({"together": [each.as_json() for each in self.together]} if self.together else {}),
            "tempo": self.time_profile.name,
            **({"pace": pace} if pace else {}),
            **({} if file is None else {"scenarios": file}),
            "full_size": self.full_size,
            "client": {
                "form": self.client.form,
                "argv": list(self.client.argv),
                **({"in_flight": self.client.in_flight} if self.client.in_flight > 1 else {}),
            },
        }


def _build_case(members: Mapping[str, Any], tempo: TimeProfile) -> Case:
    """Raises LookupError or ValueError for unknown names."""
    Scenarios(tempo.every_scenario).find(members["scenario"])
    made = Case(model(members["model"]).id, members["payload"], members["scenario"])
    assert made.canonical_json
    return made


def _check_version(document: Any) -> None:
    """Raises InvalidDocument for another version, whose members are not known."""
    version = (
        document.get("version", REPLAY_VERSION) if isinstance(document, dict) else REPLAY_VERSION
    )
    if version != REPLAY_VERSION:
        raise InvalidDocument(f"its version is {clip(repr(version))}, not {REPLAY_VERSION}")


def _restore_texts(document: Any) -> None:
    """Puts the large texts of *document* into its other members, which describe them."""
    if isinstance(document, dict):
        restore_texts(document, _LARGE_TEXTS.parse(document.get("large", []), "large"))


def write_replays(
    report: ContractReport,
    folder: Path,
    client: ClientSpec,
    time_profile: TimeProfile,
    *,
    full_size: bool = False,
) -> ContractReport:
    """*report*, with a file in *folder* for each law that is broken, without any API key.

    A failure that was not reproduced gets no file. Raises OSError where that cannot be written.
    """

    def kept(result: LawResult) -> LawResult:
        failure = result.failure
        if failure is None or result.status is Status.NOT_REPRODUCED:
            return result
        made = Replay(
            law=result.law,
            case=failure.interaction.case,
            together=failure.interaction.together,
            time_profile=time_profile,
            client=client,
            full_size=full_size,
            preceding=failure.preceding,
            why=redact(failure.interaction.setting.api_key, failure.verdict.message),
        )
        path = _write_replay(folder, made)
        return replace(result, failure=replace(failure, replay=path.as_posix()))

    return replace(report, results=[kept(result) for result in report.results])


def _write_replay(folder: Path, made: Replay) -> Path:
    _create_folder(folder)
    path = folder / f"{made.law.id}.json"
    document = made.as_json()
    large = compress_texts(document)
    if large:
        document = {**describe_texts(document, names=False), "large": large}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path


def _create_folder(folder: Path) -> None:
    """Creates *folder*. Git ignores a new hidden one, which the user did not name as a rule."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if folder.name.startswith("."):
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
