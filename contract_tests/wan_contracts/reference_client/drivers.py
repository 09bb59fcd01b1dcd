"""Executes the steps of a call with an HTTP library, blocking or in asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from .io_events import ReceivedResponse, SendRequest, Steps, TransportFailure, Wait

__all__ = ["ErrorTypes", "RawResponse", "drive", "drive_async"]

T = TypeVar("T")
ErrorTypes = tuple[type[BaseException], ...]
RawResponse = tuple[int, Mapping[str, str], bytes]
"""Status, headers and the whole body of a response."""


def drive(steps: Steps[T], fetch: Callable[[SendRequest], RawResponse], errors: ErrorTypes) -> T:
    """Executes *steps* and returns their result.

    *fetch* must send a request exactly once and follow no redirect. *errors* are the exceptions
    that *fetch* raises if no complete response came. Other exceptions propagate.
    """
    try:
        step = next(steps)
        while True:
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                step = steps.send(time.monotonic())
                continue
            try:
                fetched = fetch(step)
            except errors as error:
                step = steps.send(_build_failure(error))
            else:
                step = steps.send(_build_response(fetched))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def drive_async(
    steps: Steps[T], fetch: Callable[[SendRequest], Awaitable[RawResponse]], errors: ErrorTypes
) -> T:
    """Executes *steps* like :func:`drive`, with an asynchronous *fetch* in asyncio."""
    try:
        step = next(steps)
        while True:
            if isinstance(step, Wait):
                await asyncio.sleep(step.seconds)
                step = steps.send(time.monotonic())
                continue
            try:
                fetched = await fetch(step)
            except errors as error:
                step = steps.send(_build_failure(error))
            else:
                step = steps.send(_build_response(fetched))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _build_response(fetched: RawResponse) -> ReceivedResponse:
    status, headers, body = fetched
    lowered = {name.lower(): value for name, value in headers.items()}
    return ReceivedResponse(status, lowered, body, time.monotonic())


def _build_failure(error: BaseException) -> TransportFailure:
    return TransportFailure(f"{type(error).__name__}: {error}", time.monotonic())
