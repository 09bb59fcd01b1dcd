"""Tests clients that are one process for all calls."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from client_scripts import CALL_TIMEOUT, GAVE_UP, SETTING, SHORT, Write, client_error, gone
from wan_contracts.cases.case import build_case_document
from wan_contracts.clients.process_client import ProcessClient
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.runner.interaction import ClientError, ClientErrorKind

# --- one process for all calls


ECHO = """
for line in sys.stdin:
    case = json.loads(line)
    answer(task_id=f"{os.getpid()} {case['case']}", message=str(len(case["payload"] or "")))
"""


def calls(
    argv: list[str], *call_timeout: float, payload: Any = None
) -> list[Outcome | ClientError]:
    with ProcessClient(argv) as client:
        return [client.call(SETTING, payload, at, each) for at, each in enumerate(call_timeout)]


def pids(found: list[Outcome | ClientError]) -> set[str]:
    return {str(each.task_id).split()[0] for each in found if isinstance(each, Outcome)}


def test_one_process_answers_all_cases(script: Write) -> None:
    argv = script(ECHO)
    client = ProcessClient(argv)
    assert not client.in_process
    assert client.name == shlex.join(argv)
    with client:
        found = [client.call(SETTING, None, number, CALL_TIMEOUT) for number in range(200)]
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
    (found,) = calls(argv, CALL_TIMEOUT, payload=payload)
    assert isinstance(found, Outcome)
    assert found.message is not None
    assert json.loads(found.message) == build_case_document(SETTING, payload, 0)


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
            found = client.call(SETTING, "x" * 15_000_000, number, CALL_TIMEOUT)
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
    assert calls(argv, *[CALL_TIMEOUT] * 3) == [GAVE_UP] * 3


def test_the_first_call_of_each_new_process_may_take_longer(script: Write) -> None:
    argv = script("time.sleep(2 * 0.5)" + BAD_AT_ONE.format(text="sys.exit(4)"))
    found = calls(argv, SHORT, SHORT, SHORT, SHORT)
    assert [isinstance(each, Outcome) for each in found] == [True, False, True, True]
    assert "it ended with exit code 4" in client_error(found[1]).message
    assert len(pids(found)) == 2


def test_the_message_for_a_client_that_never_starts_has_the_time_limit(script: Write) -> None:
    with ProcessClient(script("time.sleep(60)"), start_timeout=0.25) as client:
        found = client_error(client.call(SETTING, None, 0, SHORT))
    assert found.kind is ClientErrorKind.HUNG
    assert found.message.startswith(
        "it wrote no line within 0.75 s (0.25 s of them for its start)."
    )


def test_empty_lines_are_ignored(script: Write) -> None:
    argv = script("""
        for line in sys.stdin:
            say("\\n \\n")
            answer()
            say("")
        """)
    assert calls(argv, *[CALL_TIMEOUT] * 3) == [GAVE_UP] * 3


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
        ("sys.exit(4)", ClientErrorKind.CRASHED, "it ended with exit code 4 instead of answering"),
        ("1 / 0", ClientErrorKind.CRASHED, "it ended with exit code 1 instead of answering"),
        ("os.kill(os.getpid(), 9)", ClientErrorKind.CRASHED, "it was killed by SIGKILL instead of"),
        (
            "os.close(1); time.sleep(60)",
            ClientErrorKind.CRASHED,
            "it closed its standard output instead",
        ),
        (
            "sys.stdout.write('{\"outc'); break",
            ClientErrorKind.CRASHED,
            "in the middle of a line: '{\"outc",
        ),
        (
            "time.sleep(60)",
            ClientErrorKind.HUNG,
            "it wrote no line within 0.5 s. Is its output flushed",
        ),
        (
            "sys.stdin.close(); time.sleep(60)",
            ClientErrorKind.HUNG,
            "it wrote no line within 0.5 s",
        ),
        (
            "print('{\"outc', end='', flush=True); time.sleep(60)",
            ClientErrorKind.HUNG,
            "in the middle of a line: '{\"outc'. Is its output flushed after each line?",
        ),
        (
            "say('polling')",
            ClientErrorKind.GARBAGE,
            "is not a valid outcome: this is not JSON: expecting value",
        ),
        (
            "say('polling')",
            ClientErrorKind.GARBAGE,
            "line 1, column 1: 'polling'. Logs belong on standard",
        ),
        ("say('{}')", ClientErrorKind.GARBAGE, "outcome is missing"),
        ("answer(status='5')", ClientErrorKind.GARBAGE, '/status: is "5"; allowed: integer, null'),
        (
            "sys.stdout.buffer.write(b'\\xff\\n')",
            ClientErrorKind.GARBAGE,
            "the byte FF is not valid UTF-8",
        ),
        (
            "while True: sys.stdout.write('x' * 99)",
            ClientErrorKind.GARBAGE,
            "it wrote more than 16 MB",
        ),
    ],
)
def test_a_new_process_starts_after_a_client_error(
    script: Write, text: str, kind: ClientErrorKind, says: str
) -> None:
    call_timeout = SHORT if kind is ClientErrorKind.HUNG else CALL_TIMEOUT
    found = calls(script(BAD_AT_ONE.format(text=text)), CALL_TIMEOUT, call_timeout, CALL_TIMEOUT)
    assert isinstance(found[0], Outcome)
    assert isinstance(found[2], Outcome)
    bad = client_error(found[1])
    assert bad.kind is kind
    assert says in bad.message
    assert len(bad.message) < 400
    assert bad.stderr.startswith("about to\nabout to\n")
    assert len(pids(found)) == 2
    assert all(gone(int(pid)) for pid in pids(found))


def test_unexpected_output_is_garbage_of_the_next_call(script: Write) -> None:
    argv = script("""
        for line in sys.stdin:
            sys.stdout.write('{"outcome": "gave_up"}\\nbye\\n')
            sys.stdout.flush()
        """)
    first, second, third = calls(argv, *[CALL_TIMEOUT] * 3)
    assert first == third == GAVE_UP
    found = client_error(second)
    assert found.kind is ClientErrorKind.GARBAGE
    assert "before it was given this case: 'bye'. Logs belong on standard error" in found.message


def test_a_process_that_ends_after_each_answer_is_reported(script: Write) -> None:
    with ProcessClient(script("sys.stdin.readline(); answer(task_id=str(os.getpid()))")) as client:
        first = client.call(SETTING, None, 1, CALL_TIMEOUT)
        assert gone(int(pids([first]).pop()))
        found = client_error(client.call(SETTING, None, 2, CALL_TIMEOUT))
        assert found.kind is ClientErrorKind.CRASHED
        assert "it ended with exit code 0 before it was given this case" in found.message
        assert isinstance(client.call(SETTING, None, 3, CALL_TIMEOUT), Outcome)


def test_a_process_that_dies_at_every_start_is_a_client_error_every_time(script: Write) -> None:
    found = calls(script("log('no key'); sys.exit(9)"), *[CALL_TIMEOUT] * 3)
    for each in map(client_error, found):
        assert each.kind is ClientErrorKind.CRASHED
        assert "it ended with exit code 9" in each.message
        assert each.stderr == "no key\n"


def test_a_large_case_for_a_process_that_dies_without_reading(script: Write) -> None:
    (found,) = calls(script("sys.exit(9)"), CALL_TIMEOUT, payload="x" * 1_000_000)
    assert "it ended with exit code 9" in client_error(found).message


def test_the_exit_is_detected_even_if_children_keep_the_pipes_open(script: Write) -> None:
    argv = script("""
        sys.stdin.readline()
        other = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
        log(str(subprocess.Popen(other).pid))
        sys.exit(2)
        """)
    found = client_error(calls(argv, CALL_TIMEOUT)[0])
    assert "it ended with exit code 2 instead of answering" in found.message
    assert gone(int(found.stderr))


def test_at_the_end_the_input_is_closed_and_the_process_has_time_to_exit(
    script: Write, tmp_path: Path
) -> None:
    mark = tmp_path / "tidy"
    argv = script(ECHO + f"log('x' * 300_000); open({str(mark)!r}, 'w').write('done')")
    assert isinstance(calls(argv, CALL_TIMEOUT)[0], Outcome)
    assert mark.read_text() == "done"


@pytest.mark.parametrize("deaf", [False, True])
def test_a_process_that_ignores_the_end_of_its_input_is_killed(
    script: Write, tmp_path: Path, *, deaf: bool
) -> None:
    mark = tmp_path / "terminated"
    handler = "signal.SIG_IGN" if deaf else f"lambda *_: (open({str(mark)!r}, 'w'), sys.exit())"
    argv = script(f"signal.signal(signal.SIGTERM, {handler}){ECHO}while True: time.sleep(1)")
    found = calls(argv, CALL_TIMEOUT)
    assert gone(int(pids(found).pop()))
    assert mark.exists() is not deaf


def test_an_interruption_ends_the_process(script: Write) -> None:
    argv = script(BAD_AT_ONE.format(text=f"os.kill({os.getpid()}, signal.SIGINT); time.sleep(60)"))
    with ProcessClient(argv) as client:
        first = client.call(SETTING, None, 0, CALL_TIMEOUT)
        with pytest.raises(KeyboardInterrupt):
            client.call(SETTING, None, 1, CALL_TIMEOUT)
        assert gone(int(pids([first]).pop()))
        assert isinstance(client.call(SETTING, None, 2, CALL_TIMEOUT), Outcome)


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
    (found,) = calls(["node", str(path)], CALL_TIMEOUT, payload={"prompt": "é😀"})
    assert found == Outcome.gave_up("0 é😀")
