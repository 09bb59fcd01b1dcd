"""What a client under test says of one call: how it ended, and what it got or lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, Self

__all__ = ["Outcome", "OutcomeKind", "Output"]


class OutcomeKind(StrEnum):
    """How a call ended, as its client sees it."""

    NOT_SENT = "not_sent"
    """The client refused the payload itself and sent nothing."""
    REFUSED = "refused"
    """The server answered the create with an error, so there is no task."""
    FAILED = "failed"
    """The task ended with an error, or without any result."""
    COMPLETED = "completed"
    """The task is done; what came of it is in the outputs."""
    GAVE_UP = "gave_up"
    """The client does not know how it ended: a lost answer, a time-out, an unreadable body."""
    UNSUPPORTED = "unsupported"
    """The client cannot do this at all, such as a model it does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One result: an ``image`` or a ``video`` that was downloaded, or a ``text``.

    A file has *sha256* and *length* of the bytes that were read. One that could not be had
    has an *error*, and one that the client only hands on has nothing but its *url*.
    """

    kind: str
    text: str | None = None
    sha256: str | None = None
    length: int | None = None
    url: str | None = None
    error: str | None = None

    @classmethod
    def of(cls, kind: str, content: bytes, url: str | None = None) -> Self:
        """A file whose bytes the client has read."""
        digest = sha256(content).hexdigest()
        return cls(kind=kind, sha256=digest, length=len(content), url=url)

    @classmethod
    def words(cls, text: str) -> Self:
        """A text between images."""
        return cls(kind="text", text=text)

    @classmethod
    def missing(cls, kind: str, error: str, url: str | None = None) -> Self:
        """A file that could not be had, and why."""
        return cls(kind=kind, error=error, url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the client reports of one call.

    *code* and *message* are the vendor's, of a refusal or of a failed task, *status* is the
    HTTP status of a refusal. *partial* says that fewer results came than were asked for.
    *spent_usd* is what the client thinks the call has cost; None if it does not say.
    """

    kind: OutcomeKind
    task_id: str | None = None
    status: int | None = None
    code: str | None = None
    message: str | None = None
    outputs: tuple[Output, ...] = ()
    partial: bool = False
    spent_usd: Decimal | None = None

    @classmethod
    def not_sent(cls, message: str, code: str | None = None) -> Self:
        return cls(kind=OutcomeKind.NOT_SENT, message=message, code=code)

    @classmethod
    def refused(cls, status: int, message: str, code: str | int | None = None) -> Self:
        return cls(
            kind=OutcomeKind.REFUSED, status=status, message=message, code=_code_to_text(code)
        )

    @classmethod
    def failed(
        cls, message: str, code: str | int | None = None, task_id: str | None = None
    ) -> Self:
        return cls(
            kind=OutcomeKind.FAILED, task_id=task_id, code=_code_to_text(code), message=message
        )

    @classmethod
    def completed(
        cls,
        outputs: Iterable[Output],
        task_id: str | None = None,
        *,
        partial: bool = False,
        spent_usd: Decimal | None = None,
    ) -> Self:
        return cls(
            kind=OutcomeKind.COMPLETED,
            task_id=task_id,
            outputs=tuple(outputs),
            partial=partial,
            spent_usd=spent_usd,
        )

    @classmethod
    def gave_up(cls, message: str, task_id: str | None = None) -> Self:
        return cls(kind=OutcomeKind.GAVE_UP, task_id=task_id, message=message)

    @classmethod
    def unsupported(cls, message: str) -> Self:
        return cls(kind=OutcomeKind.UNSUPPORTED, message=message)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The outcome that *document* describes; it must fit the published schema."""
        spent = document.get("spent_usd")
        return cls(
            kind=OutcomeKind(document["outcome"]),
            task_id=document.get("task_id"),
            status=document.get("status"),
            code=_code_to_text(document.get("code")),
            message=document.get("message"),
            outputs=tuple(map(_parse_output, document.get("outputs") or ())),
            partial=document.get("partial") or False,
            spent_usd=None if spent is None else Decimal(str(spent)),
        )

    def as_json(self) -> dict[str, Any]:
        """The outcome as a JSON object, without what is not said."""
        members = {
            "outcome": self.kind.value,
            "task_id": self.task_id,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "outputs": self._outputs(),
            "partial": self.partial or None,
            "spent_usd": None if self.spent_usd is None else f"{self.spent_usd:f}",
        }
        return {name: value for name, value in members.items() if value is not None}

    def _outputs(self) -> list[dict[str, Any]] | None:
        said = self.outputs or self.kind is OutcomeKind.COMPLETED
        return [_output_to_json(output) for output in self.outputs] if said else None


_JSON_NAMES: Final = {"length": "bytes"}


def _output_to_json(output: Output) -> dict[str, Any]:
    members = {
        _JSON_NAMES.get(name, name): getattr(output, name) for name in Output.__dataclass_fields__
    }
    return {name: value for name, value in members.items() if value is not None}


def _parse_output(document: Mapping[str, Any]) -> Output:
    members: dict[str, Any] = {
        name: document.get(_JSON_NAMES.get(name, name)) for name in Output.__dataclass_fields__
    }
    return Output(**members)


def _code_to_text(code: str | int | None) -> str | None:
    return None if code is None else str(code)
