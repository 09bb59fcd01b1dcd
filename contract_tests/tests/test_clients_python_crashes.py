"""Tests clients in Python that raise."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from python_clients import SHORT, Sync, boom, boom_later, client_error, ended, factory, forever
from wan_contracts.clients.python_client import Runaway
from wan_contracts.runner.interaction import ClientErrorKind
from wan_mockserver.testing.fake_time import PatchingClock


def test_our_own_frames_are_not_shown() -> None:
    class Strange(Sync):
        def close(self, _more: int) -> None:  # type: ignore[override]
            raise AssertionError

    def sleeps() -> None:
        try:
            time.sleep(-1)
        except ValueError as error:
            raise LookupError("wrapped") from error

    found = client_error(Strange)
    assert found.message.startswith("it raised TypeError: ")
    assert "missing 1 required positional argument: '_more'" in found.stderr
    assert ", line " not in found.message
    with PatchingClock().patch():
        wrapped = client_error(factory(sleeps))
    assert "(test_clients_python_crashes.py, line " in wrapped.message
    assert "time.sleep(-1)" in wrapped.stderr
    later = client_error(factory(boom_later))
    for each in (found, wrapped, later, client_error(factory(forever), SHORT)):
        assert each.stderr
        for ours in ("wan_contracts/", "wan_mockserver/"):
            assert ours not in each.stderr


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("work", [boom, boom_later])
def test_an_exception_is_a_crash_with_its_location(work: Callable[[], Any]) -> None:
    found = client_error(factory(work))
    assert found.kind is ClientErrorKind.CRASHED
    assert found.message.startswith("it raised ValueError: bad size (python_clients.py, line ")
    assert found.stderr.rstrip().endswith("ValueError: bad\nsize")
    assert "in boom" in found.stderr
    assert "limit.py" not in found.stderr


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SystemExit(3), "it raised SystemExit: 3"),
        (Mute(), "it raised Mute: its __str__ raised an exception"),
        (KeyError("x" * 10_000), "it raised KeyError: 'xxx"),
        (asyncio.CancelledError(), "it raised CancelledError ("),
    ],
)
def test_odd_exceptions_are_crashes_too(error: BaseException, says: str) -> None:
    found = client_error(factory(lambda: _raise(error)))
    assert found.kind is ClientErrorKind.CRASHED
    assert says in found.message
    assert len(found.message) < 300
    assert len(found.stderr) <= 4096


def _in_a_library() -> None:
    json.loads("{")


def test_the_location_of_a_crash_is_in_the_clients_own_code() -> None:
    found = client_error(factory(_in_a_library))
    assert "JSONDecodeError" in found.message
    assert "(test_clients_python_crashes.py, line " in found.message
    assert "decoder.py" in found.stderr


def test_deep_recursion_is_a_crash_with_a_short_trace() -> None:
    def deeper(level: int) -> int:
        return deeper(level + 1) + 1

    found = client_error(factory(lambda: deeper(0)))
    assert "RecursionError" in found.message
    assert len(found.stderr) <= 4096


def test_an_error_during_close_is_a_crash_unless_the_call_raised_first() -> None:
    class Sticky(Sync):
        def close(self) -> None:
            raise OSError("stuck")

    assert "OSError: stuck" in client_error(Sticky).message

    class Worse(Sticky):
        def generate(self, model: str, payload: Any) -> Any:
            boom()

    assert "ValueError: bad size" in client_error(Worse).message


def test_an_error_of_the_factory_is_a_crash() -> None:
    assert "ValueError: bad size" in client_error(lambda _: boom()).message


def test_an_interruption_by_the_user_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        ended(factory(lambda: _raise(KeyboardInterrupt())))


async def _in_a_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_runs_away())


async def _runs_away() -> None:
    raise Runaway("poll 5000")


def _wrapped() -> None:
    try:
        raise Runaway("poll 5000")
    except BaseException as error:
        raise ValueError("wrapped") from error


@pytest.mark.parametrize(
    "work", [lambda: _raise(Runaway("poll 5000")), _runs_away, _in_a_group, _wrapped]
)
def test_a_runaway_is_reported_even_if_the_client_wraps_it(work: Callable[[], Any]) -> None:
    found = client_error(factory(work))
    assert found.kind is ClientErrorKind.RUNAWAY
    assert "long after its deadline" in found.message
