"""Turns what a client in Python returned or raised into the result of its call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wan_validators.messages.formatting import clip, format_seconds

from ..protocol.outcome import Outcome
from ..protocol.schemas import InvalidDocument, validate_outcome
from ..runner.interaction import ClientError, ClientErrorKind
from . import error_formatting

__all__ = [
    "Runaway",
    "UnusableClient",
    "build_client_error",
    "build_hung_error",
    "describe_value",
    "parse_result",
]


class Runaway(BaseException):
    """Raised inside a client that sends requests long after its deadline."""


class UnusableClient(Exception):
    """Raised if the given object, or what the factory returned, is not a client."""


def parse_result(result: Any) -> Outcome | ClientError:
    """Returns the outcome that *result* is, or why it is none."""
    if not isinstance(result, Outcome | Mapping):
        message = (
            f"generate returned {describe_value(result)}; allowed: an Outcome, "
            "or a dict as `wanproof check --schema outcome` describes it"
        )
        return ClientError(kind=ClientErrorKind.GARBAGE, message=message)
    try:
        return validate_outcome(result)
    except InvalidDocument as error:
        return ClientError(
            kind=ClientErrorKind.GARBAGE,
            message=f"generate returned an invalid outcome: {error}",
        )


def build_hung_error(call_timeout: float, error: BaseException | None = None) -> ClientError:
    """Returns the error of a call that was stopped by *error*, if it was stopped at all."""
    return ClientError(
        kind=ClientErrorKind.HUNG,
        message=f"it did not return within {format_seconds(call_timeout)} of real time",
        stderr="" if error is None else error_formatting.format_traceback(error),
    )


def build_client_error(error: BaseException) -> ClientError:
    """Returns the error of a call that raised *error*."""
    if isinstance(error, UnusableClient):
        return ClientError(kind=ClientErrorKind.GARBAGE, message=str(error))
    if _is_runaway(error):
        message = f"it sent requests long after its deadline{_format_suffix(str(error))}"
        return ClientError(
            kind=ClientErrorKind.RUNAWAY,
            message=message,
            stderr=error_formatting.format_traceback(error),
        )
    place = error_formatting.find_error_location(error)
    message = f"it raised {error_formatting.format_error(error)}{f' ({place})' if place else ''}"
    return ClientError(
        kind=ClientErrorKind.CRASHED,
        message=message,
        stderr=error_formatting.format_traceback(error),
    )


def _format_suffix(message: str) -> str:
    return f": {message}" if message else ""


def _is_runaway(error: BaseException) -> bool:
    """Returns True if *error* is a Runaway, or was raised because of one."""
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        each = rest.pop()
        if each is None or id(each) in seen:
            continue
        if isinstance(each, Runaway):
            return True
        seen.add(id(each))
        rest += [each.__cause__, each.__context__]
        rest += each.exceptions if isinstance(each, BaseExceptionGroup) else ()
    return False


def describe_value(value: Any) -> str:
    """Returns *value* and its type in a few words."""
    return "None" if value is None else f"{clip(repr(value))} ({type(value).__name__})"
