"""Clients in Python: how they are found, called, and stopped."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from wan_contracts.case import Setting
from wan_contracts.clients.limit import Overdue, limited
from wan_contracts.clients.loading import load
from wan_contracts.clients.python import PythonClient, Runaway
from wan_contracts.outcome import Kind, Outcome
from wan_contracts.run import Mishap, Trouble
from wan_mockserver.patching import PatchingClock
from wan_validators.command import UsageError

SETTING = Setting(
    base_url="http://127.0.0.1:1",
    api_key="key",
    vendor="vtrix",
    model="wan",
    poll_interval=10,
    deadline=900,
    timeout=60,
)
DONE = Outcome.gave_up("because", "id")
PATIENCE = 30.0
SHORT = 0.1


def ended(target: Any, patience: float = PATIENCE, payload: Any = None) -> Outcome | Trouble:
    with PythonClient("mine", target) as client:
        return client.call(SETTING, payload, 1, patience)


def trouble(target: Any, patience: float = PATIENCE) -> Trouble:
    found = ended(target, patience)
    assert isinstance(found, Trouble), found
    return found


def factory(work: Callable[[], Any]) -> Any:
    """A factory whose generate does *work*."""
    return lambda _: lambda _model, _payload: work()


class Sync:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.closed = 0

    def generate(self, model: str, payload: Any) -> Any:
        return Outcome.gave_up(f"{self.setting.base_url} {model} {payload}")

    def close(self) -> None:
        self.closed += 1


class Async(Sync):
    async def generate(self, model: str, payload: Any) -> Any:
        await asyncio.sleep(0)
        return Outcome.gave_up(f"{self.setting.base_url} {model} {payload}")

    async def aclose(self) -> None:
        self.closed += 10


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
            found = client.call(SETTING, {"n": number}, number, PATIENCE)
            assert found == Outcome.gave_up(f"http://127.0.0.1:1 wan {{'n': {number}}}")


def test_a_factory_makes_one_client_per_call_which_is_closed() -> None:
    made: list[Sync] = []

    def keep(kind: type[Sync]) -> Callable[[Setting], Sync]:
        return lambda setting: made.append(kind(setting)) or made[-1]  # type: ignore[func-returns-value]

    for kind in (Sync, Async):
        with PythonClient("mine", keep(kind)) as client:
            client.call(SETTING, {}, 1, PATIENCE)
            client.call(SETTING, {}, 2, PATIENCE)
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
        assert client.call(SETTING, {}, 1, PATIENCE) == DONE
        assert left[0].cancelled()
        assert client.call(SETTING, {}, 2, PATIENCE) == DONE
        assert len(loops) == 1
    assert loops.pop().is_closed()


async def heedless() -> None:
    """Swallows what is to end it, and waits on."""
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.get_running_loop().create_future()


async def deaf() -> None:
    """Swallows everything, even that it is collected."""
    while True:
        with suppress(BaseException):
            await asyncio.sleep(3600)


async def fails() -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        raise ValueError


async def endless() -> AsyncIterator[int]:
    try:
        yield 1
    finally:
        await asyncio.get_running_loop().create_future()


async def steps() -> None:
    kept.append(endless())
    await anext(kept[-1])


kept: list[AsyncIterator[int]] = []


@pytest.mark.parametrize("virtual", [False, True])
@pytest.mark.parametrize("hangs", [False, True])
@pytest.mark.parametrize("task", [heedless, deaf, fails, steps])
def test_tasks_that_do_not_end_do_not_hold_up_anything(
    task: Callable[[], Coroutine[Any, Any, None]],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    *,
    hangs: bool,
    virtual: bool,
) -> None:
    async def generate(_model: str, payload: Any) -> Outcome:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others
        left.append(asyncio.create_task(task()))
        await asyncio.sleep(0)
        if payload == "hang":
            await asyncio.get_running_loop().create_future()
        return DONE

    left: list[asyncio.Task[None]] = []
    clock = PatchingClock().patch() if virtual else nullcontext()
    with clock, PythonClient("mine", lambda _: generate) as client:
        first = client.call(SETTING, "hang" if hangs else "", 1, SHORT if hangs else PATIENCE)
        second = client.call(SETTING, "", 2, PATIENCE)
    if isinstance(first, Trouble):
        assert first.kind is Mishap.HUNG
    assert isinstance(first, Trouble) is hangs
    assert second == DONE
    left.clear()
    kept.clear()
    gc.collect()
    assert capsys.readouterr() == ("", "")
    assert not caplog.records


def test_nothing_is_heard_of_such_tasks_at_the_end_of_python(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(AT_THE_END)
    run = subprocess.run(
        [sys.executable, "-W", "always", script], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "gave_up gave_up\n", "")


AT_THE_END = """
import asyncio
from wan_contracts.case import Setting
from wan_contracts.clients.python import PythonClient
from wan_contracts.outcome import Outcome

async def deaf(swallowed):
    while True:
        try:
            await asyncio.sleep(3600)
        except swallowed:
            pass

async def generate(model, payload):
    asyncio.create_task(deaf(BaseException))
    asyncio.create_task(deaf(asyncio.CancelledError))
    await asyncio.sleep(0)
    return Outcome.gave_up("")

setting = Setting(
    base_url="", api_key="", vendor="", model="", poll_interval=1, deadline=1, timeout=1
)
with PythonClient("mine", lambda _: generate) as client:
    print(*[client.call(setting, {}, number, 30).kind for number in range(2)])
"""


def test_what_a_task_left_behind_raises_is_still_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def generate(_model: str, _payload: Any) -> Outcome:
        asyncio.create_task(boom_later())  # noqa: RUF006
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
        return DONE

    assert ended(lambda _: generate) == DONE
    assert "Task exception was never retrieved" in caplog.text


def chatty() -> Outcome:
    print("one é")  # noqa: T201
    sys.stdout.buffer.write(b"two\n\xff")
    print(sys.stdout.writable(), sys.stdout.isatty(), flush=True)  # noqa: T201
    sys.stdout.close()
    return DONE


def test_what_a_client_prints_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with PythonClient("mine", factory(chatty)) as client:
        assert client.call(SETTING, {}, 1, PATIENCE) == DONE
        assert client.call(SETTING, {}, 2, PATIENCE) == DONE
    sys.stdout.write("ours\n")
    sys.stderr.write("ours\n")
    out, err = capsys.readouterr()
    assert out == "ours\n"
    assert err == "one é\ntwo\n\ufffdTrue False\n" * 2 + "ours\n"


def test_standard_output_is_ours_again_though_a_client_put_another_in_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def replaces() -> Outcome:
        sys.stdout = io.StringIO()
        return DONE

    assert ended(factory(replaces)) == DONE
    sys.stdout.write("ours\n")
    assert capsys.readouterr().out == "ours\n"


def test_a_program_that_a_client_starts_can_be_given_its_standard_output(
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
    assert "bad size" in trouble(factory(lambda: goes(Path("/")))).says
    assert Path.cwd() == tmp_path
    inner = tmp_path / "gone"
    inner.mkdir()
    monkeypatch.chdir(inner)
    inner.rmdir()
    assert "bad size" in trouble(factory(lambda: goes(Path("/")))).says


SIGNATURE = "generate must take a model and a payload: generate(model, payload)"


class One:
    def generate(self, s: str) -> Outcome:
        raise AssertionError(s)


@pytest.mark.parametrize(
    "target", [lambda _: One(), lambda _: One().generate, lambda _: lambda s: DONE]
)
def test_a_generate_that_takes_something_else_is_told(target: Any) -> None:
    found = trouble(target)
    assert found.kind is Mishap.GARBAGE
    assert found.says.startswith(f"{SIGNATURE}; it is generate(s")
    assert found.stderr == ""


def test_a_ready_object_with_such_a_generate_is_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        PythonClient("mine", One())
    assert str(caught.value) == (
        f"mine cannot be used: {SIGNATURE} or, with the Setting, generate(model, payload, "
        "setting); it is generate(s: 'str') -> 'Outcome'"
    )


def test_a_ready_object_may_take_the_setting_and_others_need_not_tell_what_they_take() -> None:
    class Three:
        def generate(self, model: str, payload: Any, setting: Setting) -> Outcome:
            return Outcome.gave_up(f"{model} {payload} {setting.vendor}")

    class Silent(One):
        generate = Mock(return_value=DONE, __signature__="none")

    assert ended(Three(), payload=5) == Outcome.gave_up("wan 5 vtrix")
    assert ended(Silent()) == DONE


def test_our_own_frames_are_not_shown() -> None:
    class Strange(Sync):
        def close(self, _more: int) -> None:  # type: ignore[override]
            raise AssertionError

    def sleeps() -> None:
        try:
            time.sleep(-1)
        except ValueError as error:
            raise LookupError("wrapped") from error

    found = trouble(Strange)
    assert found.says.startswith("it raised TypeError: ")
    assert "missing 1 required positional argument: '_more'" in found.stderr
    assert ", line " not in found.says
    with PatchingClock().patch():
        wrapped = trouble(factory(sleeps))
    assert "(test_clients_python.py, line " in wrapped.says
    assert "time.sleep(-1)" in wrapped.stderr
    later = trouble(factory(boom_later))
    for each in (found, wrapped, later, trouble(factory(forever), SHORT)):
        assert each.stderr
        for ours in ("wan_contracts/", "wan_mockserver/"):
            assert ours not in each.stderr


def test_a_dict_in_the_published_form_is_an_outcome() -> None:
    assert ended(factory(lambda: {"outcome": "failed", "code": 5})) == Outcome(
        kind=Kind.FAILED, code="5"
    )


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (None, "generate returned None; allowed: an Outcome, or a dict as"),
        (7, "generate returned 7 (int);"),
        ("{}", "generate returned '{}' (str);"),
        ({"outcome": "don"}, '/outcome: is "don"; allowed: not_sent'),
        ({"outcome": "refused"}, "status is missing"),
        ({"outcome": "failed", "message": {1}}, "a value that JSON has not"),
        (Outcome(kind=Kind.REFUSED), "status is missing"),
    ],
)
def test_anything_else_is_garbage(result: Any, says: str) -> None:
    found = trouble(factory(lambda: result))
    assert found.kind is Mishap.GARBAGE
    assert says in found.says


def test_a_factory_that_makes_no_client_is_told() -> None:
    found = trouble(lambda _: 5)
    assert found.kind is Mishap.GARBAGE
    assert found.says == "the factory returned 5 (int), which has no method generate"


def boom() -> None:
    raise ValueError("bad\nsize")


async def boom_later() -> None:
    await asyncio.sleep(0)
    boom()


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("work", [boom, boom_later])
def test_an_exception_is_a_crash_with_its_place(work: Callable[[], Any]) -> None:
    found = trouble(factory(work))
    assert found.kind is Mishap.CRASHED
    assert found.says.startswith("it raised ValueError: bad size (test_clients_python.py, line ")
    assert found.stderr.rstrip().endswith("ValueError: bad\nsize")
    assert "in boom" in found.stderr
    assert "limit.py" not in found.stderr


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SystemExit(3), "it raised SystemExit: 3"),
        (Mute(), "it raised Mute: it has no message"),
        (KeyError("x" * 10_000), "it raised KeyError: 'xxx"),
        (asyncio.CancelledError(), "it raised CancelledError ("),
    ],
)
def test_odd_exceptions_are_crashes_too(error: BaseException, says: str) -> None:
    found = trouble(factory(lambda: _raise(error)))
    assert found.kind is Mishap.CRASHED
    assert says in found.says
    assert len(found.says) < 300
    assert len(found.stderr) <= 4096


def _in_a_library() -> None:
    json.loads("{")


def test_the_place_of_a_crash_is_in_the_clients_own_code() -> None:
    found = trouble(factory(_in_a_library))
    assert "JSONDecodeError" in found.says
    assert "(test_clients_python.py, line " in found.says
    assert "decoder.py" in found.stderr


def test_deep_recursion_is_a_crash_with_a_short_trace() -> None:
    def deeper(level: int) -> int:
        return deeper(level + 1) + 1

    found = trouble(factory(lambda: deeper(0)))
    assert "RecursionError" in found.says
    assert len(found.stderr) <= 4096


def test_an_error_while_closing_is_a_crash_unless_there_was_one_before() -> None:
    class Sticky(Sync):
        def close(self) -> None:
            raise OSError("stuck")

    assert "OSError: stuck" in trouble(Sticky).says

    class Worse(Sticky):
        def generate(self, model: str, payload: Any) -> Any:
            boom()

    assert "ValueError: bad size" in trouble(Worse).says


def test_an_error_of_the_factory_is_a_crash() -> None:
    assert "ValueError: bad size" in trouble(lambda _: boom()).says


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
def test_a_runaway_is_told_however_the_client_wraps_it(work: Callable[[], Any]) -> None:
    found = trouble(factory(work))
    assert found.kind is Mishap.RUNAWAY
    assert "long after its deadline" in found.says


def forever() -> None:
    threading.Event().wait()


def stubborn() -> Outcome:
    """Swallows the first interruption, and then ends as if nothing had been."""
    with suppress(BaseException):
        forever()
    return DONE


async def waits() -> None:
    await asyncio.get_running_loop().create_future()


async def spins() -> None:
    while True:
        await asyncio.sleep(0)


def angry() -> None:
    with suppress(BaseException):
        forever()
    raise ValueError


@pytest.mark.parametrize("work", [forever, stubborn, angry, waits, spins])
def test_a_client_that_hangs_is_stopped(work: Callable[[], Any]) -> None:
    calls = iter([work, lambda: DONE, work])

    def following() -> Any:
        return next(calls)()

    before = signal.getsignal(signal.SIGALRM)
    with PythonClient("mine", factory(following)) as client:
        found = client.call(SETTING, {}, 1, SHORT)
        assert isinstance(found, Trouble)
        assert found.kind is Mishap.HUNG
        assert found.says == "it did not return within 0.1 s of real time"
        assert client.call(SETTING, {}, 2, PATIENCE) == DONE
        again = client.call(SETTING, {}, 3, SHORT)
        assert isinstance(again, Trouble)
        assert again.kind is Mishap.HUNG
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_client_that_swallows_everything_once_is_interrupted_again() -> None:
    def swallows() -> None:
        with suppress(BaseException):
            forever()
        forever()

    assert trouble(factory(swallows), SHORT).kind is Mishap.HUNG


def test_an_async_client_that_hung_does_not_go_on_in_the_next_call() -> None:
    steps = []

    async def generate(_model: str, payload: Any) -> Outcome:
        if payload == "hang":
            await asyncio.get_running_loop().create_future()
        for _ in range(5):
            steps.append(len(asyncio.all_tasks()))
            await asyncio.sleep(0)
        return DONE

    with PythonClient("mine", lambda _: generate) as client:
        assert isinstance(client.call(SETTING, "hang", 1, SHORT), Trouble)
        assert client.call(SETTING, "end", 2, PATIENCE) == DONE
    assert steps == [1] * 5


def test_the_limit_counts_real_time_whatever_clock_is_in_its_place() -> None:
    def sleeps() -> Outcome:
        time.sleep(900)
        return DONE

    async def sleeps_async() -> Outcome:
        await asyncio.sleep(900)
        return DONE

    for work in (sleeps, sleeps_async):
        clock = PatchingClock()
        with clock.patch():
            assert ended(factory(work), PATIENCE) == DONE
        assert clock.elapsed == 900
    with PatchingClock().patch():
        assert trouble(factory(forever), SHORT).kind is Mishap.HUNG


def test_another_timer_is_set_again() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 500, 7)
        assert limited(lambda: 5, PATIENCE) == 5
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 400 < left <= 500
        assert interval == 7
        signal.setitimer(signal.ITIMER_REAL, SHORT / 2)
        with pytest.raises(Overdue):
            limited(forever, SHORT)
        while not rung:
            signal.pause()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_outside_the_main_thread_there_is_no_limit_and_all_else_works() -> None:
    found: list[Outcome | Trouble] = []
    thread = threading.Thread(target=lambda: found.append(ended(Async, patience=1e-9)))
    thread.start()
    thread.join()
    assert isinstance(found[0], Outcome)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (5, "mine is 5 (int); a client has a method generate(model, payload), or is a factory"),
        (lambda model, payload: None, "cannot be called as a factory: missing a required argum"),
        (type("Two", (), {"__init__": lambda self, a, b: None}), "It is called with one argument"),
    ],
)
def test_what_cannot_be_a_client_is_told_at_once(target: Any, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        PythonClient("mine", target)
    assert says in str(caught.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current directory, with a package ``apack`` and files that fail."""
    files = {
        "apack/__init__.py": "",
        "apack/client.py": "class Maker:\n    def make(self): ...\n\nmaker = Maker()\n",
        "alone.py": "import helper_beside\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Client:\n    x: int = helper_beside.X\n",
        "helper_beside.py": "X = 5\n",
        "needs.py": "\nimport not_there_at_all\n",
        "raises.py": "def deep():\n    raise ValueError('no key')\n\ndeep()\n",
        "syntax.py": "x = 1\nx = = 2\n",
        "leaves.py": "import sys\nsys.exit(2)\n",
        "script.txt": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def test_modules_and_files_are_loaded(folder: Path) -> None:
    assert load("apack.client:Maker").__name__ == "Maker"
    assert load("apack.client:maker.make")() is None
    assert load("alone.py:Client")().x == 5
    assert load(f"{folder / 'alone.py'}:Client")().x == 5
    assert load("wan_contracts.outcome:Outcome") is Outcome


def test_a_file_finds_what_stands_beside_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert load(f"{folder}/alone.py:Client")().x == 5


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("apack.client", "is given as package.module:attribute or path/to/file.py:attribute, for"),
        ("apack.client", "for example apack.client:make_client"),
        ("alone.py", "for example alone.py:make_client"),
        ("", "for example package.module:make_client"),
        (":x", "for example x:make_client"),
        ("apack.client:", "for example apack.client:make_client"),
        ("apack.client:a b", "for example apack.client:make_client"),
        ("script.txt:x/y", "for example script.txt:make_client"),
        ("my-client:x", "'my-client' is no name of a module, and no path that ends in .py"),
        ("apak:x", "there is no module 'apak', neither in the current directory nor installed"),
        ("aloen:x", "did you mean alone?"),
        ("apack.clint:x", "there is no module 'apack.clint': 'apack' was found, and has no 'clin"),
        ("alone.deeper:x", "there is no module 'alone.deeper': 'alone' was found"),
        ("aloen.py:x", "there is no file aloen.py; did you mean alone.py?"),
        ("nowhere/x.py:x", "there is no file nowhere/x.py"),
        ("needs:x", "needs cannot be imported: ModuleNotFoundError: No module named 'not_there_at"),
        ("needs:x", "(needs.py, line 2)"),
        ("needs.py:x", "(needs.py, line 2)"),
        ("raises:x", "raises cannot be imported: ValueError: no key (raises.py, line 2)"),
        ("raises.py:x", "raises.py cannot be imported: ValueError: no key (raises.py, line 2)"),
        ("syntax.py:x", "cannot be imported: SyntaxError: invalid syntax (syntax.py, line 2)"),
        ("syntax:x", "(syntax.py, line 2)"),
        ("leaves:x", "leaves cannot be imported: SystemExit: 2 (leaves.py, line 2)"),
        ("apack.client:Makr", "apack.client has no 'Makr'; did you mean Maker?"),
        ("apack.client:zzz", "apack.client has no 'zzz'; it has Maker, maker"),
        ("apack.client:maker.mak", "apack.client.maker has no 'mak'; did you mean make?"),
        ("alone.py:zzz", "alone.py has no 'zzz'; it has Client"),
        ("helper_beside:zzz", "helper_beside has no 'zzz'; it has nothing that could be meant"),
    ],
)
def test_what_cannot_be_loaded_is_told(folder: Path, spec: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(spec)
    assert says in str(caught.value)
    assert str(caught.value).count(", line ") <= 1


def test_a_module_that_prints_and_goes_elsewhere_while_it_is_loaded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "busy.py").write_text("import os\nprint('loading')\nos.chdir('/')\nx = 5\n")
    assert load("busy.py:x") == 5
    assert Path.cwd() == folder
    assert capsys.readouterr() == ("", "loading\n")
