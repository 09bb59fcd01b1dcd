"""What holds of the simulator for every vendor."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import wan_mockserver
from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.artefacts.plan import Film, Picture
from wan_mockserver.clock import ManualClock
from wan_mockserver.exchange import Exchange, lines
from wan_mockserver.lifecycle import Polls, Seconds
from wan_mockserver.messages import MAX_BODY, Response
from wan_mockserver.simulator import Simulator
from wan_mockserver.stores import Table
from wan_mockserver.tasks import Record
from wan_validators.catalog import models_of, vendors

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
VTRIX = "/model/v1/generation"
MULE_EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 2}
VTRIX_EDIT = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    "parameters": {"size": "768*768", "n": 1},
}


class Api(NamedTuple):
    """One vendor's paths, and a payload that it accepts."""

    create: str
    task: str
    payload: dict[str, Any]


BOTH = pytest.mark.parametrize(
    "api",
    [Api(MULE, MULE, MULE_EDIT), Api(VTRIX, f"{VTRIX}/task", VTRIX_EDIT)],
    ids=["mulerouter", "vtrix"],
)

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def id_of(answer: Response) -> str:
    body = json.loads(answer.body)
    task_id = body["id"] if "id" in body else body["task_info"]["id"]
    assert isinstance(task_id, str)
    return task_id


def urls(answer: Response) -> list[str]:
    body = json.loads(answer.body)
    if "images" in body:
        return list(body["images"])
    return [part["url"] for part in body["output"][0]["content"]]


def path_of(url: str) -> str:
    return url.removeprefix("http://mock.example.com:8321")


def run(send: Send, server: Simulator) -> list[Response]:
    """A session with both vendors: good and bad requests, polls and downloads."""
    answers = [
        send(server, "POST", MULE, MULE_EDIT),
        send(server, "POST", VTRIX, VTRIX_EDIT),
        send(server, "POST", MULE, {**MULE_EDIT, "n": 0}),
        send(server, "POST", VTRIX, body=b"{"),
        send(server, "POST", VTRIX, VTRIX_EDIT, headers={"Authorization": "x"}),
    ]
    places = [f"{MULE}/{id_of(answers[0])}", f"{VTRIX}/task/{id_of(answers[1])}"]
    for place in places:
        answers += [send(server, "GET", place) for _ in range(2)]
        answers += [send(server, "GET", path_of(url)) for url in urls(answers[-1])]
    return answers


def test_the_same_requests_with_the_same_seed_get_the_same_answers_to_the_byte(
    simulator: Make, send: Send
) -> None:
    first = run(send, simulator(seed=3, lifecycle=Polls(1)))
    assert run(send, simulator(seed=3, lifecycle=Polls(1))) == first
    assert [answer.status for answer in first][5:] == [200] * 7


def test_another_seed_gives_other_ids_and_other_pictures(simulator: Make, send: Send) -> None:
    one, other = (run(send, simulator(seed=seed, lifecycle=Polls(1))) for seed in (3, 4))
    assert id_of(one[0]) != id_of(other[0])
    assert one[7].headers["Content-Type"] == "image/png"
    assert one[7].body != other[7].body


def test_how_often_a_client_polls_changes_nothing_about_later_tasks(
    simulator: Make, send: Send
) -> None:
    def second(polls: int) -> str:
        server = simulator()
        first = id_of(send(server, "POST", VTRIX, VTRIX_EDIT))
        for _ in range(polls):
            send(server, "GET", f"{VTRIX}/task/{first}")
        return id_of(send(server, "POST", VTRIX, VTRIX_EDIT))

    assert second(polls=1) == second(polls=5)


@BOTH
def test_the_tasks_of_one_key_are_invisible_to_another(
    simulator: Make, send: Send, api: Api
) -> None:
    server = simulator(lifecycle=Polls(0))
    place = f"{api.task}/{id_of(send(server, 'POST', api.create, api.payload, key='alice'))}"
    assert send(server, "GET", place, key="bob").status == 404
    assert send(server, "GET", place, key="alice").status == 200
    unknown = send(server, "GET", f"{api.task}/unknown", key="bob")
    assert unknown.status == 404


def test_a_task_of_one_vendor_is_unknown_to_the_other(simulator: Make, send: Send) -> None:
    server = simulator()
    there = id_of(send(server, "POST", VTRIX, VTRIX_EDIT))
    here = id_of(send(server, "POST", MULE, MULE_EDIT))
    assert send(server, "GET", f"{MULE}/{there}").status == 404
    assert send(server, "GET", f"{VTRIX}/task/{here}").status == 404


@BOTH
def test_a_key_may_be_anything_printable_and_the_scheme_in_any_case(
    simulator: Make, send: Send, api: Api
) -> None:
    server = simulator()
    for given in ("Bearer sk-1", "bearer sk-1", "BEARER   sk-1", "Bearer !~\"'%00"):
        made = send(server, "POST", api.create, api.payload, headers={"Authorization": given})
        seen = send(
            server, "GET", f"{api.task}/{id_of(made)}", headers={"Authorization": "Bearer sk-1"}
        )
        assert made.status in (200, 202)
        assert (seen.status == 200) == given.endswith("sk-1")


@BOTH
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "FOO"])
def test_a_wrong_method_is_405_and_names_the_right_one(
    simulator: Make, send: Send, api: Api, method: str
) -> None:
    answer = send(simulator(), method, api.create, api.payload)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert send(simulator(), "POST", f"{api.task}/1").headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/vendors/openai/v1/generation", "title"),
        ("/vendors/alibaba/v1/wan2.5-i2i-preview", "title"),
        ("/model/v2/generation", "error"),
        ("/model/v1/generation/", "error"),
    ],
)
def test_an_unknown_path_is_answered_in_the_dialect_of_the_nearest_vendor(
    simulator: Make, send: Send, path: str, member: str
) -> None:
    answer = send(simulator(), "POST", path)
    assert answer.status == 404
    assert member in json.loads(answer.body)


@pytest.mark.parametrize("path", ["/", "", "/nowhere", "/files", "/../../etc/passwd", "*"])
def test_a_path_near_to_nobody_is_404_in_plain_json(simulator: Make, send: Send, path: str) -> None:
    answer = send(simulator(), "GET", path)
    assert answer.status == 404
    assert set(json.loads(answer.body)) == {"message"}


@BOTH
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the text is empty (line 1, column 1)"),
        (b"{", "this is not JSON"),
        (b'{"a": 1,\n "b": NaN}', "there is no NaN (line 2, column 7)"),
        (b"[]", "the payload must be an object (line 1, column 1)"),
        (b"null", "the payload must be an object"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"),
        (b'{"a": "\xe9"}', "the byte E9 is not UTF-8"),
        (b"[" * 100_000, "nested deeper"),
    ],
)
def test_a_malformed_body_is_400_and_says_where(
    simulator: Make, send: Send, api: Api, body: bytes, says: str
) -> None:
    server = simulator()
    answer = send(server, "POST", api.create, body=body)
    parsed = json.loads(answer.body)
    assert answer.status == 400
    assert says in (parsed.get("detail") or parsed["message"])
    assert answer.headers["X-Wanproof-Findings"] == "1"
    assert send(server, "POST", api.create, api.payload).status in (200, 202)
    assert send(server, "GET", f"{api.task}/unknown").status == 404


@BOTH
def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(
    simulator: Make, send: Send, api: Api
) -> None:
    server = simulator()
    text = json.dumps(api.payload).encode()
    assert send(server, "POST", api.create, body=text.ljust(MAX_BODY)).status in (200, 202)
    assert b"64 MB" in send(server, "POST", api.create, body=text.ljust(MAX_BODY + 1)).body
    assert send(server, "GET", f"{api.task}/unknown").status == 404


@BOTH
@pytest.mark.parametrize(
    "junk",
    [r'"\ud800"', r'"\u0000"', f'"{"x" * 100_000}"', "9" * 5000, '{"a": [null]}'],
    ids=["surrogate", "nul", "long", "digits", "object"],
)
def test_hostile_values_are_answered_in_the_vendors_dialect(
    simulator: Make, send: Send, api: Api, junk: str
) -> None:
    text = json.dumps({**api.payload, "model": "JUNK", "n": "JUNK"}).replace('"JUNK"', junk)
    answer = send(simulator(), "POST", api.create, body=text.encode())
    assert answer.status == 400
    assert len(answer.body) < 3000
    assert json.loads(answer.body)


def test_the_trace_of_the_request_goes_on_in_the_answer(simulator: Make, send: Send) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    given = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answers = [send(simulator(), "POST", path, headers=given) for path in (MULE, VTRIX)]
    for answer in answers:
        version, own, span, flags = answer.headers["Traceparent"].split("-")
        assert (version, own, flags) == ("00", trace, "01")
        assert span != "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "given",
    [
        "",
        "junk",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{'a' * 32}-{'0' * 16}-01",
        f"ff-{'a' * 32}-00f067aa0ba902b7-01",
        f"00-{'A' * 32}-00f067aa0ba902b7-01",
    ],
)
def test_what_is_no_trace_is_not_taken_up(simulator: Make, send: Send, given: str) -> None:
    answer = send(simulator(), "POST", MULE, headers={"Traceparent": given})
    assert "a" * 32 not in answer.headers["Traceparent"].lower()
    assert f"-{'0' * 32}-" not in answer.headers["Traceparent"]


def test_files_are_there_once_the_task_was_seen_to_be_done(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(1))
    task_id = id_of(send(server, "POST", MULE, MULE_EDIT))
    path = f"/files/{task_id}/1.png"
    assert send(server, "GET", path).status == 404
    send(server, "GET", f"{MULE}/{task_id}")
    assert send(server, "GET", path).status == 404
    send(server, "GET", f"{MULE}/{task_id}")
    assert send(server, "GET", path).status == 200


def test_files_need_no_key_and_are_read_with_get_and_head_only(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0))
    task_id = id_of(send(server, "POST", MULE, MULE_EDIT))
    send(server, "GET", f"{MULE}/{task_id}")
    path = f"/files/{task_id}/2.png"
    whole = send(server, "GET", path, headers={"Authorization": ""})
    head = send(server, "HEAD", path)
    posted = send(server, "POST", path)
    assert (whole.status, whole.body[:4]) == (200, b"\x89PNG")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))
    assert (posted.status, posted.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("name", ["0.png", "3.png", "1.mp4", "1", "..", "%2e%2e", "1.png\0"])
def test_no_other_name_is_a_file(simulator: Make, send: Send, name: str) -> None:
    server = simulator(lifecycle=Polls(0))
    task_id = id_of(send(server, "POST", MULE, MULE_EDIT))
    send(server, "GET", f"{MULE}/{task_id}")
    assert send(server, "GET", f"/files/{task_id}/{name}").status == 404


def test_without_a_seed_of_its_own_each_task_makes_other_pictures(
    simulator: Make, send: Send
) -> None:
    server = simulator(lifecycle=Polls(0))
    ids = [id_of(send(server, "POST", MULE, MULE_EDIT)) for _ in range(2)]
    for task_id in ids:
        send(server, "GET", f"{MULE}/{task_id}")
    first, second = (send(server, "GET", f"/files/{task_id}/1.png").body for task_id in ids)
    assert first != second


def test_tasks_by_the_clock_need_no_polls(simulator: Make, send: Send, clock: ManualClock) -> None:
    server = simulator(lifecycle=Seconds(60.0))
    place = f"{VTRIX}/task/{id_of(send(server, 'POST', VTRIX, VTRIX_EDIT))}"
    progress = []
    for _ in range(3):
        progress.append(json.loads(send(server, "GET", place).body)["progress"])
        clock.advance(30)
    assert progress == [0.0, 0.5, 1.0]


def test_the_oldest_tasks_are_forgotten(
    simulator: Make, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wan_mockserver.desk.TASKS", Table("tasks", Record, most=3))
    server = simulator()
    ids = [id_of(send(server, "POST", MULE, MULE_EDIT)) for _ in range(5)]
    statuses = [send(server, "GET", f"{MULE}/{task_id}").status for task_id in ids]
    assert statuses == [404, 404, 200, 200, 200]


def test_threads_get_different_tasks_and_every_poll_counts_once(
    simulator: Make, send: Send
) -> None:
    server = simulator(lifecycle=Polls(40))
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: send(server, "POST", VTRIX, VTRIX_EDIT), range(64)))
        place = f"{VTRIX}/task/{id_of(made[0])}"
        polls = list(pool.map(lambda _: send(server, "GET", place), range(40)))
    progress = [json.loads(poll.body)["progress"] for poll in polls]
    assert len({id_of(answer) for answer in made}) == 64
    assert sorted(progress) == [round(nth / 41, 2) for nth in range(1, 41)]


def test_a_listener_hears_what_happened(simulator: Make, send: Send, heard: list[Exchange]) -> None:
    server = simulator()
    answer = send(server, "POST", VTRIX, {**VTRIX_EDIT, "parameters": {"n": 9, "sise": "1*1"}})
    exchange = heard[0]
    assert (exchange.entry.at, exchange.entry.vendor, exchange.entry.task) == (
        1.71e9,
        "vtrix",
        id_of(answer),
    )
    assert exchange.response is answer
    assert [finding.pointer for finding in exchange.findings or ()] == [
        "/parameters/n",
        "/parameters/sise",
    ]


def test_the_log_lists_all_findings_with_pointers_and_no_key(
    simulator: Make, send: Send, heard: list[Exchange]
) -> None:
    value = {**VTRIX_EDIT, "parameters": {"n": 9, "sise\n\x1b[31m": "1*1"}}
    answer = send(simulator(), "POST", VTRIX, value, key="sk-secret")
    log = lines(heard[0])
    assert log[0] == (
        f"POST {VTRIX} 200 task={id_of(answer)} tenant={heard[0].entry.tenant} findings=2"
    )
    assert log[1] == "  error n-range at /parameters/n: n must be an integer from 1 to 4"
    assert log[2].startswith("  warning unknown-member at /parameters/sise\\n\\x1b[31m: ")
    assert "sk-secret" not in "\n".join(log)
    assert "\n" not in "".join(log)


def test_the_key_cannot_be_told_from_the_tenant(
    simulator: Make, send: Send, heard: list[Exchange]
) -> None:
    server = simulator()
    for key in ("sk-secret", "sk-secret", "sk-other"):
        send(server, "GET", f"{MULE}/1", key=key)
    tenants = [exchange.entry.tenant or "" for exchange in heard]
    assert tenants[0] == tenants[1] != tenants[2]
    assert all(len(tenant) == 12 and "secret" not in tenant for tenant in tenants)


class Broken(Artefacts):
    """A cache that fails."""

    def bytes_of(self, artefact: Picture | Film) -> bytes:
        raise RuntimeError(f"no {artefact}")


def test_a_fault_of_our_own_is_a_500_without_a_traceback_and_the_server_lives_on(
    simulator: Make, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    server = simulator(lifecycle=Polls(0), artefacts=Broken())
    task_id = id_of(send(server, "POST", MULE, MULE_EDIT))
    send(server, "GET", f"{MULE}/{task_id}")
    answer = send(server, "GET", f"/files/{task_id}/1.png")
    assert answer.status == 500
    assert b"Traceback" not in answer.body
    assert "RuntimeError: no Picture" in caplog.text
    assert send(server, "POST", MULE, MULE_EDIT).status == 202


@BOTH
def test_unknown_members_and_duplicates_are_heard_of_and_accepted(
    simulator: Make, send: Send, heard: list[Exchange], api: Api
) -> None:
    text = json.dumps(api.payload)[:-1] + ', "extra": 1, "extra": 2}'
    answer = send(simulator(), "POST", api.create, body=b"\xef\xbb\xbf" + text.encode())
    rules = {finding.rule for finding in heard[0].findings or ()}
    assert answer.status in (200, 202)
    assert answer.headers["X-Wanproof-Findings"] == "0"
    assert {"json-bom", "json-duplicate", "unknown-member"} <= rules


def test_a_name_that_is_no_vendors_is_refused(simulator: Make) -> None:
    with pytest.raises(ValueError, match=r"no vendors: \['vtirx'\]; vendors: mulerouter, vtrix"):
        simulator(reject_at_create={"vtirx"})


def test_no_module_of_the_mock_knows_a_vendor_or_a_model_by_name() -> None:
    package = Path(next(iter(wan_mockserver.__path__)))
    names = {vendor.name for vendor in vendors()} | {vendor.title for vendor in vendors()}
    names |= {name for vendor in vendors() for name in models_of(vendor)}
    sources = [*package.rglob("*.py")]
    found = [
        (source.name, name)
        for source in sources
        for name in names
        if name.lower() in source.read_text(encoding="utf-8").lower()
    ]
    assert len(names) == 9
    assert len(sources) > 15
    assert found == []
