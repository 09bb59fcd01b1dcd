"""Tests how clients in Python are called, and what they may return."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from python_clients import (
    CALL_TIMEOUT,
    DONE,
    SETTING,
    Async,
    Sync,
    boom,
    client_error,
    ended,
    factory,
)
from wan_contracts.cases.case import Setting
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.protocol.outcome import Outcome, OutcomeKind
from wan_contracts.runner.interaction import ClientErrorKind
from wan_validators.command import UsageError


async def async_factory(setting: Setting) -> Async:
    await asyncio.sleep(0)
    return Async(setting)


@pytest.mark.parametrize(
    "target",
    [
        Sync,
        Async,
        Sync(SETTING),
        Async(SETTING),
        async_factory,
        lambda setting: Sync(setting).generate,
        lambda setting: Async(setting).generate,
    ],
)
def test_every_form_of_a_client_is_called(target: Any) -> None:
    with PythonClient("mine", target) as client:
        assert client.in_process
        assert client.name == "mine"
        for number in range(3):
            found = client.call(SETTING, {"n": number}, number, CALL_TIMEOUT)
            assert found == Outcome.gave_up(f"http://127.0.0.1:1 wan {{'n': {number}}}")


def test_a_factory_makes_one_client_per_call_which_is_closed() -> None:
    made: list[Sync] = []

    def keep(kind: type[Sync]) -> Callable[[Setting], Sync]:
        return lambda setting: made.append(kind(setting)) or made[-1]  # type: ignore[func-returns-value]

    for kind in (Sync, Async):
        with PythonClient("mine", keep(kind)) as client:
            client.call(SETTING, {}, 1, CALL_TIMEOUT)
            client.call(SETTING, {}, 2, CALL_TIMEOUT)
    assert [each.closed for each in made] == [1, 1, 10, 10]


def test_an_object_is_used_as_it_is_and_never_closed() -> None:
    mine = Sync(SETTING)
    assert isinstance(ended(mine), Outcome)
    assert mine.closed == 0


def test_calls_share_one_event_loop_and_leave_no_tasks_behind() -> None:
    loops, left = set(), []

    async def generate(_model: str, _payload: Any) -> Outcome:
        loops.add(asyncio.get_running_loop())
        left.append(asyncio.create_task(asyncio.sleep(3600)))
        await asyncio.sleep(0)
        return DONE

    with PythonClient("mine", lambda _: generate) as client:
        assert client.call(SETTING, {}, 1, CALL_TIMEOUT) == DONE
        assert left[0].cancelled()
        assert client.call(SETTING, {}, 2, CALL_TIMEOUT) == DONE
        assert len(loops) == 1
    assert loops.pop().is_closed()


def chatty() -> Outcome:
    print("one é")  # noqa: T201
    sys.stdout.buffer.write(b"two\n\xff")
    print(sys.stdout.writable(), sys.stdout.isatty(), flush=True)  # noqa: T201
    sys.stdout.close()
    return DONE


def test_printed_output_of_a_client_goes_to_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with PythonClient("mine", factory(chatty)) as client:
        assert client.call(SETTING, {}, 1, CALL_TIMEOUT) == DONE
        assert client.call(SETTING, {}, 2, CALL_TIMEOUT) == DONE
    sys.stdout.write("ours\n")
    sys.stderr.write("ours\n")
    out, err = capsys.readouterr()
    assert out == "ours\n"
    assert err == "one é\ntwo\n\ufffdTrue False\n" * 2 + "ours\n"


def test_standard_output_is_restored_even_if_a_client_replaces_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def replaces() -> Outcome:
        sys.stdout = io.StringIO()
        return DONE

    assert ended(factory(replaces)) == DONE
    sys.stdout.write("ours\n")
    assert capsys.readouterr().out == "ours\n"


def test_a_client_can_pass_its_standard_output_to_a_program(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def starts() -> Outcome:
        subprocess.run([sys.executable, "-c", "print('hi')"], stdout=sys.stdout, check=True)
        return DONE

    assert ended(factory(starts)) == DONE
    assert capfd.readouterr() == ("", "hi\n")


def test_the_working_directory_is_the_same_after_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def goes(folder: Path) -> None:
        os.chdir(folder)
        boom()

    monkeypatch.chdir(tmp_path)
    assert "bad size" in client_error(factory(lambda: goes(Path("/")))).message
    assert Path.cwd() == tmp_path
    inner = tmp_path / "gone"
    inner.mkdir()
    monkeypatch.chdir(inner)
    inner.rmdir()
    assert "bad size" in client_error(factory(lambda: goes(Path("/")))).message


SIGNATURE = "generate must take a model and a payload: generate(model, payload)"


class One:
    def generate(self, s: str) -> Outcome:
        raise AssertionError(s)


@pytest.mark.parametrize(
    "target", [lambda _: One(), lambda _: One().generate, lambda _: lambda s: DONE]
)
def test_a_generate_with_other_arguments_is_reported(target: Any) -> None:
    found = client_error(target)
    assert found.kind is ClientErrorKind.GARBAGE
    assert found.message.startswith(f"{SIGNATURE}; it is generate(s")
    assert found.stderr == ""


def test_a_ready_object_with_such_a_generate_is_reported_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        PythonClient("mine", One())
    assert str(caught.value) == (
        f"mine cannot be used: {SIGNATURE} or, with the Setting, generate(model, payload, "
        "setting); it is generate(s: 'str') -> 'Outcome'"
    )


def test_a_ready_object_may_accept_the_setting_and_a_signature_is_optional() -> None:
    class Three:
        def generate(self, model: str, payload: Any, setting: Setting) -> Outcome:
            return Outcome.gave_up(f"{model} {payload} {setting.vendor}")

    class Silent(One):
        generate = Mock(return_value=DONE, __signature__="none")

    assert ended(Three(), payload=5) == Outcome.gave_up("wan 5 vtrix")
    assert ended(Silent()) == DONE


def test_a_dict_in_the_published_form_is_an_outcome() -> None:
    assert ended(factory(lambda: {"outcome": "failed", "code": 5})) == Outcome(
        kind=OutcomeKind.FAILED, code="5"
    )


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (None, "generate returned None; allowed: an Outcome, or a dict as"),
        (7, "generate returned 7 (int);"),
        ("{}", "generate returned '{}' (str);"),
        ({"outcome": "don"}, '/outcome: is "don"; allowed: not_sent'),
        ({"outcome": "refused"}, "status is missing"),
        ({"outcome": "failed", "message": {1}}, "a value that JSON cannot represent"),
        (Outcome(kind=OutcomeKind.REFUSED), "status is missing"),
    ],
)
def test_any_other_result_is_garbage(result: Any, says: str) -> None:
    found = client_error(factory(lambda: result))
    assert found.kind is ClientErrorKind.GARBAGE
    assert says in found.message


def test_a_factory_that_returns_no_client_is_reported() -> None:
    found = client_error(lambda _: 5)
    assert found.kind is ClientErrorKind.GARBAGE
    assert found.message == "the factory returned 5 (int), which has no method generate"


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (5, "mine is 5 (int); a client has a method generate(model, payload), or is a factory"),
        (lambda model, payload: None, "cannot be called as a factory: missing a required argum"),
        (type("Two", (), {"__init__": lambda self, a, b: None}), "It is called with one argument"),
    ],
)
def test_an_object_that_cannot_be_a_client_is_reported_at_once(target: Any, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        PythonClient("mine", target)
    assert says in str(caught.value)
