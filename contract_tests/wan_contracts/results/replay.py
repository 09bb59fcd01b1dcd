"""Replay files: one call that broke a law, and all that is needed to make it again."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.state.journal import redact
from wan_validators.catalog import model
from wan_validators.command import UsageError
from wan_validators.messages.formatting import clip
from wan_validators.optional_dependencies import explain_missing_extra

from ..cases.case import Case
from ..cases.time_profiles import TIME_PROFILES, TimeProfile
from ..laws import Law, law
from ..protocol.validation import InvalidDocument, Schema, parse_document, validate
from .report import ContractReport, LawResult

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

REPLAY_VERSION: Final = 1

MAX_ID_CHARS: Final = 200
"""Characters of an id."""

CLIENT_FORMS: Final = ("python", "command", "stdio")
"""How a client is named: where it is found in Python, or how its process is started."""


def _object_schema(description: str, *optional: str, **members: Schema) -> Schema:
    return {
        "description": description,
        "type": "object",
        "required": [name for name in members if name not in optional],
        "additionalProperties": False,
        "properties": members,
    }


def _text_schema(description: str, **limits: int) -> Schema:
    return {"description": description, "type": "string", **limits}


SCHEMA: Final[Schema] = _object_schema(
    "a replay has version, law, case, tempo and client",
    "why",
    "full_size",
    version={"description": f"{REPLAY_VERSION}, the version of this form", "const": REPLAY_VERSION},
    law=_text_schema("the id of the law that was broken", maxLength=MAX_ID_CHARS),
    why=_text_schema("what was said of it"),
    case=_object_schema(
        "a case has model, payload and scenario",
        model=_text_schema("the id of the model", maxLength=MAX_ID_CHARS),
        payload={"description": "what is to be generated", "type": "object"},
        scenario=_text_schema("the name of the scenario"),
    ),
    tempo={"description": "how time passes", "enum": [*TIME_PROFILES]},
    full_size={"description": "whether files have the sides asked for", "type": "boolean"},
    client=_object_schema(
        "a client has form and argv",
        form={"description": "what kind of client it is", "enum": [*CLIENT_FORMS]},
        argv={
            "description": "its place in Python, or a command and its arguments; not empty",
            "type": "array",
            "items": _text_schema("a text"),
            "minItems": 1,
        },
    ),
)
"""What stands in a replay file."""


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
        """Raises UsageError for a file that cannot be read, or is no replay."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
        try:
            document = parse_document(data)
            _check_version(document)
            validate(document, _build_validator(), "the file")
        except InvalidDocument as error:
            raise UsageError(f"{path} is no replay file: {error}") from error
        try:
            return cls._from_json(document)
        except (LookupError, ValueError) as error:
            raise UsageError(f"{path}: {error}") from error
        except RecursionError as error:
            raise UsageError(f"{path}: the payload is nested too deeply to be sent") from error

    @classmethod
    def _from_json(cls, document: Any) -> Self:
        """Raises LookupError or ValueError for names that there are not."""
        tempo, case, client = TIME_PROFILES[document["tempo"]], document["case"], document["client"]
        Scenarios(tempo.scenarios).find(case["scenario"])
        made = Case(model(case["model"]).id, case["payload"], case["scenario"])
        assert made.canonical_json
        return cls(
            law=law(document["law"]),
            case=made,
            time_profile=tempo,
            client=ClientSpec(form=client["form"], argv=tuple(client["argv"])),
            full_size=document.get("full_size", False),
            why=document.get("why", ""),
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


@cache
def _build_validator() -> Draft202012Validator:
    with explain_missing_extra():
        from jsonschema import Draft202012Validator

    return Draft202012Validator(SCHEMA)


def _check_version(document: Any) -> None:
    """Raises Malformed for another version, of which nothing else is known."""
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
