"""What holds of the simulator for every vendor."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import wan_mockserver
from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.artefacts.plan import Film, Picture
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls, Seconds
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import Exchange, format_lines
from wan_mockserver.state.stores import Table
from wan_mockserver.state.tasks import TaskRecord
from wan_validators.catalog import catalog, models_of, vendors

from .simulator_calls import BOTH, MULE, MULE_EDIT, VTRIX, VTRIX_EDIT, Api, Make, Send, id_of


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
    monkeypatch.setattr(
        "wan_mockserver.simulator.task_factory.TASKS", Table("tasks", TaskRecord, max_count=3)
    )
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
    log = format_lines(heard[0])
    assert log[0] == (
        f"POST {VTRIX} 200 task={id_of(answer)} tenant={heard[0].entry.tenant} findings=2"
    )
    assert log[1] == "  error n-range at /parameters/n: n must be an integer from 1 to 4"
    assert log[2].startswith("  warning unknown-member at /parameters/sise\\n\\x1b[31m: ")
    assert "sk-secret" not in "\n".join(log)
    assert "\n" not in "".join(log)


def test_the_tenant_does_not_reveal_the_key(
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
def test_unknown_members_and_duplicates_are_reported_and_accepted(
    simulator: Make, send: Send, heard: list[Exchange], api: Api
) -> None:
    text = json.dumps(api.payload)[:-1] + ', "extra": 1, "extra": 2}'
    answer = send(simulator(), "POST", api.create, body=b"\xef\xbb\xbf" + text.encode())
    rules = {finding.rule for finding in heard[0].findings or ()}
    assert answer.status in (200, 202)
    assert answer.headers["X-Wanproof-Findings"] == "0"
    assert {"json-bom", "json-duplicate", "unknown-member"} <= rules


def test_an_unknown_vendor_name_is_rejected(simulator: Make) -> None:
    with pytest.raises(
        ValueError, match=r"unknown vendors: \['vtirx'\]; vendors: mulerouter, vtrix"
    ):
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
    assert len(names) == 2 * len(vendors()) + len({spec.name for spec in catalog()})
    assert len(sources) > 15
    assert found == []
