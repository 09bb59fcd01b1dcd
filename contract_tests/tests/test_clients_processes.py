"""Clients in processes of their own: started for every call, or once."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from wan_contracts.case import Setting, wire
from wan_contracts.clients.command import CommandClient
from wan_contracts.clients.process import ProcessClient
from wan_contracts.outcome import Kind, Outcome
from wan_contracts.run import Mishap, Trouble
from wan_validators.command import UsageError

SETTING = Setting(
    base_url="http://127.0.0.1:1/api",
    api_key="a key",
    vendor="vtrix",
    model="wan",
    poll_interval=0.02,
    deadline=1.5,
    timeout=0.5,
)
PATIENCE = 30.0
SHORT = 0.5
GAVE_UP = Outcome(kind=Kind.GAVE_UP)

Client = CommandClient | ProcessClient
Write = Callable[[str], list[str]]


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """Makes a command line of the text of a Python script."""

    def write(text: str) -> list[str]:
        path = tmp_path / "client.py"
        path.write_text(PREAMBLE + dedent(text))
        return [sys.executable, "-S", str(path)]

    return write


PREAMBLE = """\
import json, os, signal, subprocess, sys, time

def say(text):
    print(text, flush=True)

def answer(**members):
    say(json.dumps({"outcome": "gave_up", **members}))

def log(text):
    print(text, file=sys.stderr, flush=True)
"""


def once(client: Client, payload: Any = None, patience: float = PATIENCE) -> Outcome | Trouble:
    with client:
        return client.call(SETTING, payload, 7, patience)


def trouble(found: Outcome | Trouble) -> Trouble:
    assert isinstance(found, Trouble), found
    return found


def gone(pid: int) -> bool:
    """Whether the process *pid* has ended, at once or within some seconds."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


# --- a command for every call


def test_a_command_is_told_the_case_in_two_ways(script: Write) -> None:
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
    assert json.loads(case) == wire(SETTING, {"prompt": "é😀"}, 7)
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


def test_a_case_that_is_too_large_for_an_environment_comes_on_standard_input_alone(
    script: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANPROOF_CASE", "an older one")
    argv = script("""
        case = json.load(sys.stdin)
        answer(message=f"{len(case['payload'])} {'WANPROOF_CASE' in os.environ}")
        """)
    assert once(CommandClient(argv), "x" * 15_000_000) == Outcome.gave_up("15000000 False")


def test_a_command_needs_not_read_what_it_is_told(script: Write) -> None:
    argv = script("sys.stdin.close(); answer()")
    assert once(CommandClient(argv), "x" * 1_000_000) == GAVE_UP


@pytest.mark.parametrize("code", [0, 1, 7])
def test_an_outcome_counts_whatever_the_exit_code(script: Write, code: int) -> None:
    argv = script(f"log('x' * 200_000); say(''); answer(); say('  '); sys.exit({code})")
    assert once(CommandClient(argv)) == GAVE_UP


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", Mishap.GARBAGE, "it ended with exit code 0, and its standard output is no outcome"),
        ("", Mishap.GARBAGE, "the text is empty"),
        ("say('polling')", Mishap.GARBAGE, "this is not JSON: expecting value, in line 1, col"),
        ("say('polling')", Mishap.GARBAGE, "column 1: 'polling'. Logs belong on standard error"),
        ("say('x' * 9999)", Mishap.GARBAGE, "xxx… (9,999 characters)'. Logs belong on"),
        ("answer(); answer()", Mishap.GARBAGE, "extra data, in line 2"),
        ("say('{}')", Mishap.GARBAGE, "outcome is missing"),
        ("answer(ouputs=[])", Mishap.GARBAGE, "did you mean outputs?"),
        ("sys.stdout.buffer.write(b'\\xff')", Mishap.GARBAGE, "the byte FF is not UTF-8"),
        ("sys.exit(3)", Mishap.CRASHED, "it ended with exit code 3, and its standard output"),
        ("1 / 0", Mishap.CRASHED, "it ended with exit code 1"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", Mishap.CRASHED, "it was killed by SIGSEGV"),
    ],
)
def test_what_a_command_writes_instead(script: Write, text: str, kind: Mishap, says: str) -> None:
    found = trouble(once(CommandClient(script(f"log('the last words')\n{text}"))))
    assert found.kind is kind
    assert says in found.says
    assert "the last words" in found.stderr


def test_of_standard_error_the_end_is_kept(script: Write) -> None:
    argv = script("""
        sys.stderr.buffer.write(b"first" + b"x" * 500_000 + b"\\xff the last words")
        """)
    found = trouble(once(CommandClient(argv)))
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
    found = trouble(once(CommandClient(argv), patience=2 * SHORT))
    assert found.kind is Mishap.HUNG
    assert found.says.startswith("it did not end within 1 s")
    assert ("it had written 23 bytes" in found.says) == ("answer" in text)
    assert found.stderr == "here\n"
    assert gone(int(pid.read_text()))


def test_what_a_command_started_ends_with_it(script: Write, tmp_path: Path) -> None:
    argv = script("""
        other = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        answer(task_id=str(other.pid))
        """)
    found = once(CommandClient(argv))
    assert isinstance(found, Outcome)
    assert found.task_id is not None
    assert gone(int(found.task_id))


def test_a_command_that_never_stops_writing_is_stopped(script: Write) -> None:
    found = trouble(once(CommandClient(script("while True: say('x' * 100_000)"))))
    assert found.kind is Mishap.GARBAGE
    assert "more than 16 MB (16,777,216 bytes) on standard output" in found.says


def test_a_large_outcome_is_read(script: Write) -> None:
    found = once(CommandClient(script("answer(message='x' * 10_000_000)")))
    assert isinstance(found, Outcome)
    assert found.message is not None
    assert len(found.message) == 10_000_000


# --- one process for all calls


ECHO = """
for line in sys.stdin:
    case = json.loads(line)
    answer(task_id=f"{os.getpid()} {case['case']}", message=str(len(case["payload"] or "")))
"""


def calls(argv: list[str], *patience: float, payload: Any = None) -> list[Outcome | Trouble]:
    with ProcessClient(argv) as client:
        return [client.call(SETTING, payload, at, each) for at, each in enumerate(patience)]


def pids(found: list[Outcome | Trouble]) -> set[str]:
    return {str(each.task_id).split()[0] for each in found if isinstance(each, Outcome)}


def test_one_process_answers_all_cases(script: Write) -> None:
    argv = script(ECHO)
    client = ProcessClient(argv)
    assert not client.in_process
    assert client.name == shlex.join(argv)
    with client:
        found = [client.call(SETTING, None, number, PATIENCE) for number in range(200)]
    assert all(isinstance(each, Outcome) for each in found)
    (pid,) = pids(found)
    assert [each.task_id for each in found if isinstance(each, Outcome)] == [
        f"{pid} {number}" for number in range(200)
    ]
    assert gone(int(pid))


def test_the_case_is_one_line_of_ascii(script: Write) -> None:
    argv = script("""
        for line in sys.stdin.buffer:
            answer(message=line.decode("ascii"))
        """)
    payload = {"prompt": "a\nb é \u2028"}
    (found,) = calls(argv, PATIENCE, payload=payload)
    assert isinstance(found, Outcome)
    assert found.message is not None
    assert json.loads(found.message) == wire(SETTING, payload, 0)


def test_large_cases_and_large_answers_do_not_block(script: Write) -> None:
    argv = script("""
        while True:
            sys.stdout.write(" " * 300_000)  # before anything is read
            sys.stdout.flush()
            line = sys.stdin.readline()
            if not line:
                break
            answer(message=line[:5_000_000])
        """)
    with ProcessClient(argv) as client:
        for number in range(2):
            found = client.call(SETTING, "x" * 15_000_000, number, PATIENCE)
            assert isinstance(found, Outcome), found
            assert found.message is not None
            assert len(found.message) == 5_000_000


def test_logs_of_any_length_on_standard_error_do_not_block(script: Write) -> None:
    argv = script("""
        for line in sys.stdin:
            log("x" * 300_000)
            answer()
            log("x" * 300_000)
        """)
    assert calls(argv, *[PATIENCE] * 3) == [GAVE_UP] * 3


def test_the_first_call_of_each_new_process_may_take_longer(script: Write) -> None:
    argv = script("time.sleep(2 * 0.5)" + BAD_AT_ONE.format(text="sys.exit(4)"))
    found = calls(argv, SHORT, SHORT, SHORT, SHORT)
    assert [isinstance(each, Outcome) for each in found] == [True, False, True, True]
    assert "it ended with exit code 4" in trouble(found[1]).says
    assert len(pids(found)) == 2


def test_one_that_never_starts_is_told_how_long_was_waited(script: Write) -> None:
    with ProcessClient(script("time.sleep(60)"), starting=0.25) as client:
        found = trouble(client.call(SETTING, None, 0, SHORT))
    assert found.kind is Mishap.HUNG
    assert found.says.startswith("it wrote no line within 0.75 s (0.25 s of them for its start).")


def test_empty_lines_are_passed_over(script: Write) -> None:
    argv = script("""
        for line in sys.stdin:
            say("\\n \\n")
            answer()
            say("")
        """)
    assert calls(argv, *[PATIENCE] * 3) == [GAVE_UP] * 3


BAD_AT_ONE = """
for line in sys.stdin:
    log("about to")
    if json.loads(line)["case"] == 1:
        {text}
    answer(task_id=str(os.getpid()))
"""


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("sys.exit(4)", Mishap.CRASHED, "it ended with exit code 4 instead of answering"),
        ("1 / 0", Mishap.CRASHED, "it ended with exit code 1 instead of answering"),
        ("os.kill(os.getpid(), 9)", Mishap.CRASHED, "it was killed by SIGKILL instead of"),
        ("os.close(1); time.sleep(60)", Mishap.CRASHED, "it closed its standard output instead"),
        ("sys.stdout.write('{\"outc'); break", Mishap.CRASHED, "in the midst of a line: '{\"outc"),
        ("time.sleep(60)", Mishap.HUNG, "it wrote no line within 0.5 s. Is its output flushed"),
        ("sys.stdin.close(); time.sleep(60)", Mishap.HUNG, "it wrote no line within 0.5 s"),
        (
            "print('{\"outc', end='', flush=True); time.sleep(60)",
            Mishap.HUNG,
            "in the midst of a line: '{\"outc'. Is its output flushed after each line?",
        ),
        ("say('polling')", Mishap.GARBAGE, "is no outcome: this is not JSON: expecting value"),
        ("say('polling')", Mishap.GARBAGE, "line 1, column 1: 'polling'. Logs belong on standard"),
        ("say('{}')", Mishap.GARBAGE, "outcome is missing"),
        ("answer(status='5')", Mishap.GARBAGE, '/status: is "5"; allowed: integer, null'),
        ("sys.stdout.buffer.write(b'\\xff\\n')", Mishap.GARBAGE, "the byte FF is not UTF-8"),
        ("while True: sys.stdout.write('x' * 99)", Mishap.GARBAGE, "it wrote more than 16 MB"),
    ],
)
def test_after_a_mishap_there_is_a_new_process(
    script: Write, text: str, kind: Mishap, says: str
) -> None:
    patience = SHORT if kind is Mishap.HUNG else PATIENCE
    found = calls(script(BAD_AT_ONE.format(text=text)), PATIENCE, patience, PATIENCE)
    assert isinstance(found[0], Outcome)
    assert isinstance(found[2], Outcome)
    bad = trouble(found[1])
    assert bad.kind is kind
    assert says in bad.says
    assert len(bad.says) < 400
    assert bad.stderr.startswith("about to\nabout to\n")
    assert len(pids(found)) == 2
    assert all(gone(int(pid)) for pid in pids(found))


def test_what_comes_unasked_is_garbage_of_the_next_call(script: Write) -> None:
    argv = script("""
        for line in sys.stdin:
            sys.stdout.write('{"outcome": "gave_up"}\\nbye\\n')
            sys.stdout.flush()
        """)
    first, second, third = calls(argv, *[PATIENCE] * 3)
    assert first == third == GAVE_UP
    found = trouble(second)
    assert found.kind is Mishap.GARBAGE
    assert "before it was given this case: 'bye'. Logs belong on standard error" in found.says


def test_a_process_that_ends_after_each_answer_is_told(script: Write) -> None:
    with ProcessClient(script("sys.stdin.readline(); answer(task_id=str(os.getpid()))")) as client:
        first = client.call(SETTING, None, 1, PATIENCE)
        assert gone(int(pids([first]).pop()))
        found = trouble(client.call(SETTING, None, 2, PATIENCE))
        assert found.kind is Mishap.CRASHED
        assert "it ended with exit code 0 before it was given this case" in found.says
        assert isinstance(client.call(SETTING, None, 3, PATIENCE), Outcome)


def test_a_process_that_dies_at_every_start_is_trouble_every_time(script: Write) -> None:
    found = calls(script("log('no key'); sys.exit(9)"), *[PATIENCE] * 3)
    for each in map(trouble, found):
        assert each.kind is Mishap.CRASHED
        assert "it ended with exit code 9" in each.says
        assert each.stderr == "no key\n"


def test_a_large_case_for_a_process_that_dies_without_reading(script: Write) -> None:
    (found,) = calls(script("sys.exit(9)"), PATIENCE, payload="x" * 1_000_000)
    assert "it ended with exit code 9" in trouble(found).says


def test_an_end_is_seen_though_others_hold_the_pipes(script: Write) -> None:
    argv = script("""
        sys.stdin.readline()
        other = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
        log(str(subprocess.Popen(other).pid))
        sys.exit(2)
        """)
    found = trouble(calls(argv, PATIENCE)[0])
    assert "it ended with exit code 2 instead of answering" in found.says
    assert gone(int(found.stderr))


def test_at_the_end_the_input_is_closed_and_there_is_time_to_tidy_up(
    script: Write, tmp_path: Path
) -> None:
    mark = tmp_path / "tidy"
    argv = script(ECHO + f"log('x' * 300_000); open({str(mark)!r}, 'w').write('done')")
    assert isinstance(calls(argv, PATIENCE)[0], Outcome)
    assert mark.read_text() == "done"


@pytest.mark.parametrize("deaf", [False, True])
def test_who_does_not_end_at_the_end_of_its_input_is_ended(
    script: Write, tmp_path: Path, *, deaf: bool
) -> None:
    mark = tmp_path / "terminated"
    handler = "signal.SIG_IGN" if deaf else f"lambda *_: (open({str(mark)!r}, 'w'), sys.exit())"
    argv = script(f"signal.signal(signal.SIGTERM, {handler}){ECHO}while True: time.sleep(1)")
    found = calls(argv, PATIENCE)
    assert gone(int(pids(found).pop()))
    assert mark.exists() is not deaf


def test_an_interruption_ends_the_process(script: Write) -> None:
    argv = script(BAD_AT_ONE.format(text=f"os.kill({os.getpid()}, signal.SIGINT); time.sleep(60)"))
    with ProcessClient(argv) as client:
        first = client.call(SETTING, None, 0, PATIENCE)
        with pytest.raises(KeyboardInterrupt):
            client.call(SETTING, None, 1, PATIENCE)
        assert gone(int(pids([first]).pop()))
        assert isinstance(client.call(SETTING, None, 2, PATIENCE), Outcome)


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node")
def test_a_client_in_javascript(tmp_path: Path) -> None:
    path = tmp_path / "client.js"
    path.write_text("""
        const lines = require("node:readline").createInterface({ input: process.stdin });
        lines.on("line", (line) => {
            const { case: number, payload } = JSON.parse(line);
            const message = `${number} ${payload.prompt}`;
            console.log(JSON.stringify({ outcome: "gave_up", task_id: null, message }));
        });
        """)
    (found,) = calls(["node", str(path)], PATIENCE, payload={"prompt": "é😀"})
    assert found == Outcome.gave_up("0 é😀")


# --- commands that cannot be started


@pytest.mark.parametrize("kind", [CommandClient, ProcessClient])
def test_commands_that_are_not_there_are_told_at_once(
    kind: type[Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("client.js").write_text("")
    for argv, says in (
        (["no-such-command-anywhere", "x"], "'no-such-command-anywhere' was not found: it is in"),
        (["./nowhere/client"], "'./nowhere/client' was not found: there is no such file"),
        (["./client.js"], "./client.js is not executable: name its interpreter before it, as in"),
        ([], "no command is given: write it after --"),
    ):
        with pytest.raises(UsageError) as caught, kind(argv):
            pass
        assert says in str(caught.value)


@pytest.mark.parametrize("kind", [CommandClient, ProcessClient])
def test_a_file_that_is_no_program_is_trouble(kind: type[Client], tmp_path: Path) -> None:
    path = tmp_path / "client"
    path.write_text("no interpreter is named here")
    path.chmod(0o755)
    found = trouble(once(kind([str(path)])))
    assert found.kind is Mishap.CRASHED
    assert found.says == "it cannot be started: Exec format error"
