"""Replay files: calls of which the last broke a law, and all that is needed to repeat them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.state.secrets import redact
from wan_validators.catalog import model
from wan_validators.command import UsageError
from wan_validators.field_types import InvalidField
from wan_validators.messages.formatting import clip

from ..cases.case import Case
from ..cases.time_profiles import TIME_PROFILES, TimeProfile
from ..laws import Law, law
from ..protocol.validation import InvalidDocument, parse_document
from .large_texts import compress_texts, describe_texts, restore_texts
from .replay_fields import LARGE_TEXTS, PACE, REPLAY, REPLAY_VERSION
from .report import ContractReport, LawResult, Status


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
        pace = PACE.write_changes(self.time_profile, TIME_PROFILES[self.time_profile.name])
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
        restore_texts(document, LARGE_TEXTS.parse(document.get("large", []), "large"))


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
