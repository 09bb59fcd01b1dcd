"""Tests clients that are a command, started for every call."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from client_scripts import CALL_TIMEOUT, GAVE_UP, SETTING, SHORT, Write, client_error, gone
from wan_contracts.cases.case import build_case_document
from wan_contracts.clients.command_client import CommandClient
from wan_contracts.clients.process_client import ProcessClient
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.runner.interaction import ClientError, ClientErrorKind
from wan_validators.command import UsageError

Client = CommandClient | ProcessClient


def once(
    client: Client, payload: Any = None, call_timeout: float = CALL_TIMEOUT
) -> Outcome | ClientError:
    with client:
        return client.call(SETTING, payload, 7, call_timeout)


# --- a command for every call


def test_a_command_gets_the_case_on_stdin_and_in_the_environment(script: Write) -> None:
    argv = script("""
        case = sys.stdin.read()
        told = {k: v for k, v in os.environ.items() if k.startswith("WANPROOF_")}
        answer(message=json.dumps([case, told]))
        """)
    client = CommandClient(argv)
    assert not client.in_process
    assert client.name == shlex.join(argv)
    found = once(client, {"prompt": "é😀"})
    assert isinstance(found, Outcome)
    assert found.message is not None
    case, told = json.loads(found.message)
    assert json.loads(case) == build_case_document(SETTING, {"prompt": "é😀"}, 7)
    assert told == {
        "WANPROOF_BASE_URL": "http://127.0.0.1:1/api",
        "WANPROOF_API_KEY": "a key",
        "WANPROOF_VENDOR": "vtrix",
        "WANPROOF_MODEL": "wan",
        "WANPROOF_POLL_INTERVAL": "0.02",
        "WANPROOF_DEADLINE": "1.5",
        "WANPROOF_TIMEOUT": "0.5",
        "WANPROOF_CASE": case,
    }


def test_a_very_large_case_is_sent_only_on_standard_input(
    script: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANPROOF_CASE", "an older one")
    argv = script("""
        case = json.load(sys.stdin)
        answer(message=f"{len(case['payload'])} {'WANPROOF_CASE' in os.environ}")
        """)
    assert once(CommandClient(argv), "x" * 15_000_000) == Outcome.gave_up("15000000 False")


def test_a_command_need_not_read_its_input(script: Write) -> None:
    argv = script("sys.stdin.close(); answer()")
    assert once(CommandClient(argv), "x" * 1_000_000) == GAVE_UP


@pytest.mark.parametrize("code", [0, 1, 7])
def test_an_outcome_is_accepted_with_any_exit_code(script: Write, code: int) -> None:
    argv = script(f"log('x' * 200_000); say(''); answer(); say('  '); sys.exit({code})")
    assert once(CommandClient(argv)) == GAVE_UP


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        (
            "",
            ClientErrorKind.GARBAGE,
            "it ended with exit code 0, and its standard output is not a valid outcome",
        ),
        ("", ClientErrorKind.GARBAGE, "the text is empty"),
        (
            "say('polling')",
            ClientErrorKind.GARBAGE,
            "this is not JSON: expecting value, in line 1, col",
        ),
        (
            "say('polling')",
            ClientErrorKind.GARBAGE,
            "column 1: 'polling'. Logs belong on standard error",
        ),
        ("say('x' * 9999)", ClientErrorKind.GARBAGE, "xxx… (9,999 characters)'. Logs belong on"),
        ("answer(); answer()", ClientErrorKind.GARBAGE, "extra data, in line 2"),
        ("say('{}')", ClientErrorKind.GARBAGE, "outcome is missing"),
        ("answer(ouputs=[])", ClientErrorKind.GARBAGE, "did you mean outputs?"),
        (
            "sys.stdout.buffer.write(b'\\xff')",
            ClientErrorKind.GARBAGE,
            "the byte FF is not valid UTF-8",
        ),
        (
            "sys.exit(3)",
            ClientErrorKind.CRASHED,
            "it ended with exit code 3, and its standard output",
        ),
        ("1 / 0", ClientErrorKind.CRASHED, "it ended with exit code 1"),
        (
            "os.kill(os.getpid(), signal.SIGSEGV)",
            ClientErrorKind.CRASHED,
            "it was killed by SIGSEGV",
        ),
    ],
)
def test_a_command_without_a_valid_outcome_is_a_client_error(
    script: Write, text: str, kind: ClientErrorKind, says: str
) -> None:
    found = client_error(once(CommandClient(script(f"log('the last words')\n{text}"))))
    assert found.kind is kind
    assert says in found.message
    assert "the last words" in found.stderr


def test_the_end_of_standard_error_is_kept(script: Write) -> None:
    argv = script("""
        sys.stderr.buffer.write(b"first" + b"x" * 500_000 + b"\\xff the last words")
        """)
    found = client_error(once(CommandClient(argv)))
    assert found.stderr.endswith("\ufffd the last words")
    assert len(found.stderr) == 4096
    assert "first" not in found.stderr


HANGS = [
    "while True: time.sleep(1)",
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); answer(); time.sleep(60)",
    "sys.stdout.close(); os.close(1); time.sleep(60)",
]


@pytest.mark.parametrize("text", HANGS)
def test_a_command_that_does_not_end_is_killed(script: Write, tmp_path: Path, text: str) -> None:
    pid = tmp_path / "pid"
    argv = script(f"open({str(pid)!r}, 'w').write(str(os.getpid())); log('here')\n{text}")
    found = client_error(once(CommandClient(argv), call_timeout=2 * SHORT))
    assert found.kind is ClientErrorKind.HUNG
    assert found.message.startswith("it did not end within 1 s")
    assert ("it had written 23 bytes" in found.message) == ("answer" in text)
    assert found.stderr == "here\n"
    assert gone(int(pid.read_text()))


def test_children_of_a_command_end_with_it(script: Write, tmp_path: Path) -> None:
    argv = script("""
        other = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        answer(task_id=str(other.pid))
        """)
    found = once(CommandClient(argv))
    assert isinstance(found, Outcome)
    assert found.task_id is not None
    assert gone(int(found.task_id))


def test_a_command_that_never_stops_writing_is_stopped(script: Write) -> None:
    found = client_error(once(CommandClient(script("while True: say('x' * 100_000)"))))
    assert found.kind is ClientErrorKind.GARBAGE
    assert "more than 16 MB (16,777,216 bytes) on standard output" in found.message


def test_a_large_outcome_is_read(script: Write) -> None:
    found = once(CommandClient(script("answer(message='x' * 10_000_000)")))
    assert isinstance(found, Outcome)
    assert found.message is not None
    assert len(found.message) == 10_000_000


# --- commands that cannot be started


@pytest.mark.parametrize("kind", [CommandClient, ProcessClient])
def test_a_missing_command_is_reported_at_once(
    kind: type[Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("client.js").write_text("")
    for argv, says in (
        (["no-such-command-anywhere", "x"], "'no-such-command-anywhere' was not found: it is not"),
        (["./nowhere/client"], "'./nowhere/client' was not found: there is no such file"),
        (["./client.js"], "./client.js is not executable: name its interpreter before it, as in"),
        ([], "no command is given: write it after --"),
    ):
        with pytest.raises(UsageError) as caught, kind(argv):
            pass
        assert says in str(caught.value)


@pytest.mark.parametrize("kind", [CommandClient, ProcessClient])
def test_a_file_that_is_not_a_program_is_a_client_error(kind: type[Client], tmp_path: Path) -> None:
    path = tmp_path / "client"
    path.write_text("no interpreter is named here")
    path.chmod(0o755)
    found = client_error(once(kind([str(path)])))
    assert found.kind is ClientErrorKind.CRASHED
    assert found.message == "it cannot be started: Exec format error"
