"""Transcripts: curl commands to paste, no control characters, no API key."""

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
    """Returns the arguments that a shell with the key passes to curl."""
    script = PROGRAM + "\n".join(curl.format_command(request, key))
    result = subprocess.run(
        ["bash", "-c", script],
        env={curl.KEY_VARIABLE: key, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    assert result.stderr == b""
    return result.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize(
    "body",
    [
        '{"prompt": "plain"}',
        'a cat\'s "quoted" $HOME `ls` \\n \\ ! portrait',
        "line\nline\ttab \x1b[31m\x7f \u202e \u00e9 \U0001f600 'x'",
        f"a key in {KEY} the middle, ${KEY}_and at the end {KEY}",
    ],
)
def test_a_pasted_command_repeats_the_request(body: str) -> None:
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


def test_the_sent_scheme_is_shown_but_no_key() -> None:
    assert '-H "Authorization: Bearer $WANPROOF_API_KEY"' in credentials(f"Bearer {KEY}")
    assert '-H "Authorization: $WANPROOF_API_KEY"' in credentials(KEY)
    assert '-H "Authorization: token  $WANPROOF_API_KEY"' in credentials(f"token  {KEY}")
    assert "'Authorization: Bearer undefined'" in credentials("Bearer undefined")
    for somebodys in ("Bearer sk-live-4711", "sk-live-4711", "Basic c2stbGl2ZS00NzEx"):
        shown = credentials(somebodys)
        assert "another key, of " in shown
        assert somebodys.split()[-1] not in shown


def test_a_long_body_is_clipped_with_a_comment() -> None:
    payload = {"prompt": "cat", "image": "data:image/png;base64," + "A" * 5000}
    request = Request(method="POST", path="/", body=json.dumps(payload).encode())
    *_, last = curl.format_command(request, KEY)
    assert '"prompt": "cat"' in last
    assert "# clipped; it has 5,052 characters" in last
    assert len(last) < 300
    request = Request(method="POST", path="/", body=b"x" * 5000 + KEY.encode())
    *_, last = curl.format_command(request, KEY)
    assert len(last) < curl.MAX_BODY_CHARS + 100


def test_a_long_url_and_long_headers_are_clipped_without_a_part_of_the_key() -> None:
    long = "x" * (curl.MAX_BODY_CHARS - 10) + KEY + "x" * 5000
    request = Request(
        method="GET", path="/", query=f"a={long}", headers={"range": long, "authorization": long}
    )
    lines = curl.format_command(request, KEY)
    assert all(len(line) < curl.MAX_BODY_CHARS + 100 for line in lines)
    assert sum("..." in line for line in lines) == 3
    assert not any(KEY[:8] in line for line in lines)


@pytest.mark.parametrize(("body", "comment"), [(None, "too long"), (b"\xff\xfe", "2 bytes")])
def test_a_body_that_cannot_be_shown_is_described(body: bytes | None, comment: str) -> None:
    *_, last = curl.format_command(Request(method="POST", path="/", body=body), KEY)
    assert comment in last


def test_a_lost_response_is_shown_with_its_task() -> None:
    interaction = paid_twice()
    lines = format_lines(interaction, (1, 2))
    lost, second = (
        lines.index(f"> #{number} {at} create") for number, at in ((1, "+0s"), (2, "+1.5s"))
    )
    first = "\n".join(lines[lost:second])
    assert "=> (lost) 202 application/json" in first
    assert "LOST: the connection was reset before the first byte" in first
    assert f"task {interaction.tasks[0].id} was created anyway" in first
    assert "scenario: accept-lost create 1: reset" in first
    rest = "\n".join(lines[second:])
    assert "LOST" not in rest
    assert f"task {interaction.tasks[1].id} is pending" in rest
    assert f"task {interaction.tasks[1].id} is done" in rest
    assert "=> 200 image/png (" in rest
    assert "\n  #3 +11.5s poll\n" in rest


def test_lines_have_no_control_characters_and_no_key() -> None:
    for interaction in (hostile(), stuck(), paid_twice()):
        for line in format_lines(interaction, (1,)):
            assert line.isprintable()
            assert KEY not in line


def test_equal_polls_are_folded() -> None:
    blocks = build_blocks(stuck())
    folded = [block for block in blocks if not block.sent]
    assert len(folded) == 1
    assert folded[0].head == "… 84 more polls like these, until +880s …"
    assert sum(block.count for block in blocks) == 91
    assert [block.head.split()[0] for block in blocks[-LAST_POLLS:]] == ["#90", "#91"]
    assert len(format_lines(stuck())) < 60


def test_marked_exchanges_are_never_folded() -> None:
    shown = range(30, 61)
    blocks = build_blocks(stuck(), shown)
    marked = [int(block.head.split()[0][1:]) for block in blocks if block.is_marked]
    assert marked == list(shown)
    assert sum(block.count for block in blocks) == 91


def test_a_poll_that_differs_is_not_folded_with_others() -> None:
    at = server("poll-503")
    response = at.create()
    assert response is not None
    at.poll(response.json()["task_info"]["id"], 4)
    interaction = at.interaction(Outcome.gave_up("tired"), Case(MODEL, PAYLOAD, "poll-503"))
    lines = "\n".join(format_lines(interaction))
    assert lines.count("=> 503") == 2
    assert "like these" not in lines


def runaway() -> Interaction:
    at = server("http-503")
    for _ in range(10 * MAX_EXCHANGES):
        at.create()
    return at.interaction(Outcome.gave_up("tired"), Case(MODEL, PAYLOAD, "http-503"))


def test_many_exchanges_are_folded_except_marked_ones() -> None:
    blocks = build_blocks(runaway(), (5, 300))
    assert len(blocks) == MAX_EXCHANGES + 3
    assert sum(block.count for block in blocks) == 10 * MAX_EXCHANGES
    assert [block.head.split()[0] for block in blocks if block.is_marked] == ["#5", "#300"]
    assert [block.head for block in blocks if not block.sent] == [
        "… 269 more exchanges …",
        "… 270 more exchanges …",
    ]


def test_retry_after_and_location_are_shown() -> None:
    for scenario, header in (("rate-limited", "Retry-After: 2"), ("redirect", "Location: http")):
        at = server(scenario)
        at.create()
        interaction = at.interaction(Outcome.gave_up("tired"), Case(MODEL, PAYLOAD, scenario))
        assert any(header in line for line in format_lines(interaction))


def test_findings_about_the_payload_are_shown() -> None:
    at = server()
    at.create({"prompt": HOSTILE})
    lines = "\n".join(format_lines(at.interaction(Outcome.gave_up("tired"), Case(MODEL, PAYLOAD))))
    assert re.search(r"^ +lint: error \S+ .*: ", lines, re.MULTILINE)


def test_a_call_without_requests_has_no_lines() -> None:
    assert format_lines(server().interaction(Outcome.not_sent("no"), Case(MODEL, PAYLOAD))) == []
