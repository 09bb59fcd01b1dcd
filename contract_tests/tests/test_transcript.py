"""A call as a person reads it: lines to paste, nothing to obey, no key, and what matters."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from report_examples import (
    HOSTILE,
    KEY,
    MODEL,
    PAYLOAD,
    hostile,
    paid_twice,
    server,
    stuck,
)
from wan_contracts.cases.case import Case
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.results import curl
from wan_contracts.results.transcript import LAST_POLLS, MAX_EXCHANGES, build_blocks, format_lines
from wan_contracts.runner.interaction import Interaction
from wan_mockserver.http.messages import Request

PROGRAM = 'curl() { printf "%s\\0" "$@"; }\n'


def arguments(request: Request, key: str = KEY) -> list[str]:
    """What a shell that knows the key gives to curl, if the lines are pasted into it."""
    script = PROGRAM + "\n".join(curl.format_command(request, key))
    made = subprocess.run(
        ["bash", "-c", script],
        env={curl.KEY_VARIABLE: key, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    assert made.stderr == b""
    return made.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize(
    "body",
    [
        '{"prompt": "plain"}',
        'a cat\'s "quoted" $HOME `ls` \\n \\ ! portrait',
        "line\nline\ttab \x1b[31m\x7f \u202e \u00e9 \U0001f600 'x'",
        f"a key in {KEY} the middle, ${KEY}_and at the end {KEY}",
    ],
)
def test_a_pasted_line_sends_what_was_sent(body: str) -> None:
    request = Request(
        method="POST",
        path="/a b/it's/ü",
        query=f"key={KEY}&x='1'",
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
        body=body.encode(),
        base_url="http://127.0.0.1:8321",
    )
    assert arguments(request) == [
        *("-X", "POST", f"http://127.0.0.1:8321/a%20b/it's/%C3%BC?key={KEY}&x='1'"),
        *("-H", f"Authorization: Bearer {KEY}"),
        *("-H", "Content-Type: application/json"),
        *("--data-raw", body),
    ]
    assert not any(KEY in line for line in curl.format_command(request, KEY))


def credentials(value: str) -> str:
    request = Request(method="GET", path="/", headers={"authorization": value})
    return "\n".join(curl.format_command(request, KEY))


def test_the_scheme_that_was_sent_is_shown_and_no_key_ever() -> None:
    assert '-H "Authorization: Bearer $WANPROOF_API_KEY"' in credentials(f"Bearer {KEY}")
    assert '-H "Authorization: $WANPROOF_API_KEY"' in credentials(KEY)
    assert '-H "Authorization: token  $WANPROOF_API_KEY"' in credentials(f"token  {KEY}")
    assert "'Authorization: Bearer undefined'" in credentials("Bearer undefined")
    for somebodys in ("Bearer sk-live-4711", "sk-live-4711", "Basic c2stbGl2ZS00NzEx"):
        shown = credentials(somebodys)
        assert "another key, of " in shown
        assert somebodys.split()[-1] not in shown


def test_a_long_body_is_clipped_and_says_so() -> None:
    payload = {"prompt": "cat", "image": "data:image/png;base64," + "A" * 5000}
    request = Request(method="POST", path="/", body=json.dumps(payload).encode())
    *_, last = curl.format_command(request, KEY)
    assert '"prompt": "cat"' in last
    assert "# clipped; it has 5,052 characters" in last
    assert len(last) < 300
    request = Request(method="POST", path="/", body=b"x" * 5000 + KEY.encode())
    *_, last = curl.format_command(request, KEY)
    assert len(last) < curl.MAX_BODY_CHARS + 100


@pytest.mark.parametrize(("body", "says"), [(None, "too long"), (b"\xff\xfe", "2 bytes")])
def test_a_body_that_cannot_be_shown_is_described(body: bytes | None, says: str) -> None:
    *_, last = curl.format_command(Request(method="POST", path="/", body=body), KEY)
    assert says in last


def test_it_tells_of_a_lost_answer_and_of_the_task_behind_it() -> None:
    run = paid_twice()
    told = format_lines(run, (1, 2))
    lost, second = (
        told.index(f"> #{number} {at} create") for number, at in ((1, "+0s"), (2, "+1.5s"))
    )
    first = "\n".join(told[lost:second])
    assert "=> (lost) 202 application/json" in first
    assert "LOST: the connection was reset before the first byte" in first
    assert f"task {run.tasks[0].id} was created anyway" in first
    assert "scenario: accept-lost create 1: reset" in first
    rest = "\n".join(told[second:])
    assert "LOST" not in rest
    assert f"task {run.tasks[1].id} is pending" in rest
    assert f"task {run.tasks[1].id} is done" in rest
    assert "=> 200 image/png (" in rest
    assert "\n  #3 +11.5s poll\n" in rest


def test_nothing_in_it_is_obeyed_by_a_terminal_or_secret() -> None:
    for run in (hostile(), stuck(), paid_twice()):
        for line in format_lines(run, (1,)):
            assert line.isprintable()
            assert KEY not in line


def test_polls_that_are_alike_are_folded() -> None:
    told = build_blocks(stuck())
    folded = [block for block in told if not block.sent]
    assert len(folded) == 1
    assert folded[0].head == "… 84 more polls like these, until +880s …"
    assert sum(block.count for block in told) == 91
    assert [block.head.split()[0] for block in told[-LAST_POLLS:]] == ["#90", "#91"]
    assert len(format_lines(stuck())) < 60


def test_marked_exchanges_are_never_folded() -> None:
    shown = range(30, 61)
    told = build_blocks(stuck(), shown)
    marked = [int(block.head.split()[0][1:]) for block in told if block.is_marked]
    assert marked == list(shown)
    assert sum(block.count for block in told) == 91


def test_a_poll_that_differs_is_not_folded_with_others() -> None:
    at = server("poll-503")
    answer = at.create()
    assert answer is not None
    at.poll(answer.json()["task_info"]["id"], 4)
    run = at.run(Outcome.gave_up("tired"), Case(MODEL, PAYLOAD, "poll-503"))
    told = "\n".join(format_lines(run))
    assert told.count("=> 503") == 2
    assert "like these" not in told


def runaway() -> Interaction:
    at = server("http-503")
    for _ in range(10 * MAX_EXCHANGES):
        at.create()
    return at.run(Outcome.gave_up("tired"), Case(MODEL, PAYLOAD, "http-503"))


def test_a_runaway_is_folded_but_for_what_is_marked() -> None:
    told = build_blocks(runaway(), (5, 300))
    assert len(told) == MAX_EXCHANGES + 3
    assert sum(block.count for block in told) == 10 * MAX_EXCHANGES
    assert [block.head.split()[0] for block in told if block.is_marked] == ["#5", "#300"]
    assert [block.head for block in told if not block.sent] == [
        "… 269 more exchanges …",
        "… 270 more exchanges …",
    ]


def test_retry_after_and_location_are_told() -> None:
    for scenario, says in (("rate-limited", "Retry-After: 2"), ("redirect", "Location: http")):
        at = server(scenario)
        at.create()
        run = at.run(Outcome.gave_up("tired"), Case(MODEL, PAYLOAD, scenario))
        assert any(says in line for line in format_lines(run))


def test_findings_about_the_payload_are_told() -> None:
    at = server()
    at.create({"prompt": HOSTILE})
    told = "\n".join(format_lines(at.run(Outcome.gave_up("tired"), Case(MODEL, PAYLOAD))))
    assert re.search(r"^ +lint: error \S+ .*: ", told, re.MULTILINE)


def test_a_call_without_requests_has_no_lines() -> None:
    assert format_lines(server().run(Outcome.not_sent("no"), Case(MODEL, PAYLOAD))) == []
