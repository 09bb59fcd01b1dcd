"""Defines the outcome of a call: how it ended for the client, and with which results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, Self

__all__ = ["Outcome", "OutcomeKind", "Output", "find_word"]


class OutcomeKind(StrEnum):
    """Names the ways in which a call can end for the client."""

    NOT_SENT = "not_sent"
    """The client rejected the payload itself and sent nothing."""
    REFUSED = "refused"
    """The server rejected the create, so there is no task."""
    FAILED = "failed"
    """The task ended with an error, or without any result."""
    COMPLETED = "completed"
    """The task is done; the outputs hold its results."""
    GAVE_UP = "gave_up"
    """The client does not know the end: a lost response, a time-out, an unreadable body."""
    SUBMITTED = "submitted"
    """The client created the task and does not wait for its end; the caller gets the task id."""
    UNSUPPORTED = "unsupported"
    """The client does not support this call, for example its model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Holds one result: a downloaded ``image`` or ``video``, or a ``text``.

    A downloaded file has the *sha256* and *length* of its bytes. A failed download has an
    *error*. A file that the client does not download, but leaves to its caller, has only its
    *url*.
    """

    kind: str
    text: str | None = None
    sha256: str | None = None
    length: int | None = None
    url: str | None = None
    error: str | None = None

    @classmethod
    def of(cls, kind: str, content: bytes, url: str | None = None) -> Self:
        """Returns the output for a file with these bytes."""
        digest = sha256(content).hexdigest()
        return cls(kind=kind, sha256=digest, length=len(content), url=url)

    @classmethod
    def words(cls, text: str) -> Self:
        """Returns the output for a text between images."""
        return cls(kind="text", text=text)

    @classmethod
    def missing(cls, kind: str, error: str, url: str | None = None) -> Self:
        """Returns the output for a file that was not downloaded, with the reason."""
        return cls(kind=kind, error=error, url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Holds the client's report on one call.

    *code* and *message* are the vendor's, of a rejected create or a failed task. *status* is
    the HTTP status of a rejected create. *partial* is True if fewer images came than were
    requested; interleaved output is never partial. *spent_usd* is the cost that the client
    reports; None if it reports none.

    *kind* may be a word in any case, and *spent_usd* a text or a number.
    """

    kind: OutcomeKind
    task_id: str | None = None
    status: int | None = None
    code: str | None = None
    message: str | None = None
    outputs: tuple[Output, ...] = ()
    partial: bool = False
    spent_usd: Decimal | None = None

    def __post_init__(self) -> None:
        # Values that do not fit stay as they are, and are reported when the outcome is checked.
        if not isinstance(self.kind, OutcomeKind):
            kind = find_word(self.kind, OutcomeKind)
            if kind is not None:
                object.__setattr__(self, "kind", OutcomeKind(kind))
        object.__setattr__(self, "spent_usd", _to_decimal(self.spent_usd))

    @classmethod
    def not_sent(cls, message: str, code: str | None = None) -> Self:
        """Returns the outcome of a call whose payload the client rejected."""
        return cls(kind=OutcomeKind.NOT_SENT, message=message, code=code)

    @classmethod
    def refused(cls, status: int, message: str, code: str | int | None = None) -> Self:
        """Returns the outcome of a create that the server rejected."""
        return cls(
            kind=OutcomeKind.REFUSED, status=status, message=message, code=_code_to_text(code)
        )

    @classmethod
    def failed(
        cls, message: str, code: str | int | None = None, task_id: str | None = None
    ) -> Self:
        """Returns the outcome of a task that failed."""
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
        spent_usd: Decimal | str | float | None = None,
    ) -> Self:
        """Returns the outcome of a task that is done, with its results."""
        return cls(
            kind=OutcomeKind.COMPLETED,
            task_id=task_id,
            outputs=tuple(outputs),
            partial=partial,
            spent_usd=_to_decimal(spent_usd),
        )

    @classmethod
    def submitted(cls, task_id: str) -> Self:
        """Returns the outcome of a call that only creates a task."""
        return cls(kind=OutcomeKind.SUBMITTED, task_id=task_id)

    @classmethod
    def gave_up(cls, message: str, task_id: str | None = None) -> Self:
        """Returns the outcome of a call whose end the client does not know."""
        return cls(kind=OutcomeKind.GAVE_UP, task_id=task_id, message=message)

    @classmethod
    def unsupported(cls, message: str) -> Self:
        """Returns the outcome of a call that the client does not support."""
        return cls(kind=OutcomeKind.UNSUPPORTED, message=message)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Returns the outcome in *document*, which must match the published schema."""
        return cls(
            kind=OutcomeKind(document["outcome"]),
            task_id=document.get("task_id"),
            status=document.get("status"),
            code=_code_to_text(document.get("code")),
            message=document.get("message"),
            outputs=tuple(map(_parse_output, document.get("outputs") or ())),
            partial=document.get("partial") or False,
            spent_usd=document.get("spent_usd"),
        )

    def as_json(self) -> dict[str, Any]:
        """Returns the outcome as a JSON object, without members that are not set."""
        members = {
            "outcome": self.kind.value if isinstance(self.kind, OutcomeKind) else self.kind,
            "task_id": self.task_id,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "outputs": self._outputs(),
            "partial": self.partial or None,
            "spent_usd": (
                f"{self.spent_usd:f}" if isinstance(self.spent_usd, Decimal) else self.spent_usd
            ),
        }
        return {name: value for name, value in members.items() if value is not None}

    def _outputs(self) -> list[dict[str, Any]] | None:
        required = self.outputs or self.kind is OutcomeKind.COMPLETED
        return [_output_to_json(output) for output in self.outputs] if required else None


_JSON_NAMES: Final = {"length": "bytes"}


def find_word(value: object, words: Iterable[str]) -> str | None:
    """Returns the one of *words* that *value* is, in any case and with any separator, or None."""
    if not isinstance(value, str):
        return None
    known = [*map(str, words)]
    if value in known:
        return value
    letters = _keep_letters(value)
    return next((word for word in known if _keep_letters(word) == letters), None)


def _keep_letters(word: str) -> str:
    return "".join(filter(str.isalnum, word.lower()))


def _to_decimal(value: Any) -> Any:
    """Returns a number or a text with a number as a Decimal, and any other value unchanged."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def _output_to_json(output: Output | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(output, Mapping):
        return dict(output)
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
