"""``wanproof drift`` finds differences from the documents, and what a capture settles."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from representative_models import REPRESENTATIVES
from wan_contracts.drift.detection import find_drift
from wan_contracts.drift.finding import DriftReport
from wan_contracts.drift.settling import RECOGNIZERS
from wan_mockserver.captures.exchange import CapturedExchange
from wan_mockserver.captures.har import write_har
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import catalog, model, vendors
from wan_validators.cli import main
from wan_validators.task_bodies import find_task_id

KEY = "sk-do-not-show-1234567890"

PAYLOADS = Path(__file__).parents[2] / "fixtures" / "payloads"

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EDIT = {"prompt": "a cat", "images": ["https://example.com/a.png"], "n": 2}
PENDING = {
    "id": "00000000-0000-4000-8000-000000000000",
    "status": "pending",
    "created_at": "2026-11-28T10:00:00Z",
    "updated_at": "2026-11-28T10:00:00Z",
}


def exchange(
    method: str, path: str, payload: Any, status: int, answer: Any, *, number: int = 1
) -> CapturedExchange:
    """One that could be in a capture; *answer* is a JSON value, or text that is none."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return CapturedExchange(
        request=Request(
            method=method,
            path=path,
            headers={"Authorization": f"Bearer {KEY}"},
            body=json.dumps(payload).encode() if payload is not None else b"",
            base_url="https://api.example.com",
        ),
        response=Response(status=status, body=body),
        at=1_700_000_000.0 + number,
        place=f"entry {number}",
    )


def run(name: str, payload: Any, scenario: str = "ok", **options: Any) -> list[CapturedExchange]:
    """Runs one task of the model *name* against the mock, and returns the exchanges."""
    spec = model(name)
    mock = Mock(Simulator(seed=3, scenario=scenario, lifecycle=Polls(1), **options))
    found: list[CapturedExchange] = []

    def send(method: str, path: str, body: bytes = b"") -> Any:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        headers |= spec.vendor.create_headers
        request = Request(
            method=method, path=path, headers=headers, body=body, base_url="https://example.com"
        )
        response = mock.handle(request)
        place = f"entry {len(found) + 1}"
        found.append(
            CapturedExchange(request=request, response=response, at=mock.clock.now(), place=place)
        )
        return json.loads(response.body)

    made = send("POST", spec.create_path, json.dumps(payload).encode())
    task = find_task_id(made)
    if task:
        poll = spec.poll_path.format(task_id=task)
        for _ in range(3):
            send("GET", poll)
    return found


def test_the_results_of_a_path_of_their_own_are_counted() -> None:
    payload = {"prompt": "night", "images": ["https://example.com/in.png"]}
    exchanges = run(FLAT.id, payload)
    assert "n when moving to or from wan26_i2i" not in evidence(find_drift("a.har", exchanges))

    task = exchanges[-1].request.path.removesuffix("/status")
    body = json.dumps({"request_id": "a", "outputs": [{"url": "a"}, {"url": "b"}]}).encode()
    result = exchanges[-1]
    result = replace(
        result,
        request=replace(result.request, path=f"{task}/response"),
        response=replace(result.response, body=body),
    )
    found = evidence(find_drift("a.har", [*exchanges, result]))

    assert "2 images came" in found["n when moving to or from wan26_i2i"]


def findings(report: DriftReport) -> list[tuple[str, str, str, str]]:
    return [
        (str(each.severity), each.part, each.pointer, each.message)
        for one in report.exchanges
        for each in one.findings
    ]


def evidence(report: DriftReport) -> dict[str, str]:
    return {each.ambiguity.about: each.evidence for each in report.settled}


FLAT = model("vtrix-queue/wan25_i2i_preview_intl")


@pytest.mark.parametrize(
    ("spec", "scenario"),
    [
        *(pytest.param(spec, "ok", id=f"ok-{spec.id}") for spec in catalog()),
        *(
            pytest.param(spec, scenario, id=f"{scenario}-{spec.id}")
            for scenario in ("as-recorded", "fail-3001", "moderated", "no-results", "signed-urls")
            for spec in (*REPRESENTATIVES, FLAT)
        ),
    ],
)
def test_a_run_as_documented_has_no_finding(spec: Any, scenario: str) -> None:
    folder = PAYLOADS / spec.vendor.name / spec.name / "valid"
    payload = json.loads(next(folder.glob("documents-*.json")).read_bytes())

    report = find_drift("a.har", run(spec.id, payload, scenario))

    assert [each for each in findings(report) if each[1] == "response"] == []
    assert report.exchanges


@pytest.mark.parametrize(
    "name", ["dashscope/wan2.2-kf2v-flash", "dashscope/wan2.6-t2i", "dashscope/wan2.5-t2i-preview"]
)
def test_a_poll_without_its_create_is_compared_with_the_likeliest_model(name: str) -> None:
    spec = model(name)
    folder = PAYLOADS / spec.vendor.name / spec.name / "valid"
    payload = json.loads(next(folder.glob("documents-*.json")).read_bytes())

    report = find_drift("a.har", run(name, payload, "ok")[1:])

    assert len(report.exchanges) == 3
    assert findings(report) == []


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ({}, None),
        ({"status": "done"}, ("error", "/task_info/status", "'done' is not a documented word")),
        ({"id": 5}, ("error", "/task_info/id", "is a number, but string is documented")),
        ({"eta": 3}, ("warning", "/task_info/eta", "eta is not a documented member")),
        ({"status": None}, ("error", "/task_info/status", "is null, but string is documented")),
    ],
)
def test_a_member_that_differs_is_found(task: Any, expected: Any) -> None:
    answer = {"task_info": {**PENDING, **task}}

    report = find_drift("a.har", [exchange("POST", MULE, EDIT, 202, answer)])

    found = [each for each in findings(report) if "not a documented word" not in each[3]]
    found = found or findings(report)
    if expected is None:
        assert found == []
    else:
        severity, pointer, text = expected
        assert [(each[0], each[2]) for each in found] == [(severity, pointer)]
        assert text in found[0][3]


def test_a_missing_member_is_found() -> None:
    answer = {"task_info": {"id": PENDING["id"], "status": "pending"}}

    report = find_drift("a.har", [exchange("POST", MULE, EDIT, 202, answer)])

    assert {each[3] for each in findings(report)} >= {"created_at is missing"}


@pytest.mark.parametrize(
    ("status", "answer", "text"),
    [
        (418, {"detail": "x"}, "HTTP 418 is not known here; known: 200, "),
        (202, b"<html>", "the body is not JSON"),
    ],
)
def test_another_status_or_form_is_found(status: int, answer: Any, text: str) -> None:
    report = find_drift("a.har", [exchange("POST", MULE, EDIT, status, answer)])

    (found,) = findings(report)
    assert found[0] == "error"
    assert text in found[3]


def test_an_unknown_code_is_found() -> None:
    exchanges = run("wan2.5-i2i-preview", EDIT, "fail-3001")
    body = json.loads(exchanges[-1].response.body)
    body["task_info"]["error"]["code"] = 4711
    task = body["task_info"]["id"]
    changed = exchange("GET", f"{MULE}/{task}", None, 200, body, number=9)

    report = find_drift("a.har", [*exchanges, changed])

    assert ("warning", "response", "/error/code", "the code 4711 is in no document") in findings(
        report
    )


def test_an_invalid_payload_is_found_with_its_rule() -> None:
    report = find_drift("a.har", run("wan2.5-i2i-preview", {**EDIT, "n": 9}))

    found = [each for one in report.exchanges for each in one.findings]
    assert [(each.part, each.pointer, each.rule) for each in found] == [
        ("request", "/n", "n-range")
    ]


def test_other_services_are_counted() -> None:
    other = exchange("GET", "/v1/users", None, 200, {})

    report = find_drift("a.har", [other, *run("wan2.5-i2i-preview", EDIT)])

    assert report.skipped == 1


CHAT: Any = {
    "model": "wan26_i2i",
    "input": {
        "messages": [
            {"role": "user", "content": [{"text": "a"}, {"image": "https://example.com/a.png"}]}
        ]
    },
}
INTL: Any = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "a", "images": ["https://example.com/a.png"]},
}


@pytest.mark.parametrize(
    ("name", "payload", "options", "about", "text"),
    [
        (
            "wan25_i2i_preview_intl",
            INTL,
            {},
            "n when moving to or from wan26_i2i",
            "n was omitted, and 4 images came",
        ),
        (
            "wan26_i2i",
            CHAT,
            {},
            "n when moving to or from wan25_i2i_preview_intl",
            "n was omitted, and 1 image came",
        ),
        (
            "wan25_i2i_preview_intl",
            {**INTL, "parameters": {"n": 4, "seed": 2147483646}},
            {},
            "a seed near the maximum with n over 1",
            "/parameters/seed 2147483646 was accepted, and the task has 4 results",
        ),
        (
            "wan2.5-i2i-preview",
            {**EDIT, "size": "0768*0768"},
            {},
            "leading zeros in a size, such as 0720*1280",
            "/size '0768*0768' was accepted, and the task has 2 results",
        ),
        (
            "wan2.5-i2i-preview",
            {**EDIT, "n": 1.0},
            {},
            "1.0 for an integer",
            "/n 1.0 was rejected with HTTP 400",
        ),
        (
            "wan26_i2i",
            {**CHAT, "parameters": {"size": "0*0"}},
            {},
            "the code for a malformed size",
            "the task failed with code 001021018",
        ),
        (
            "wan26_i2i",
            {**CHAT, "parameters": {"n": 9}},
            {},
            "where a 001021xxx code is returned",
            "the code '001021011' is in a failed task",
        ),
        (
            "wan26_i2i",
            {**CHAT, "parameters": {"n": 9}},
            {"reject_at_create": ["vtrix"]},
            "where a 001021xxx code is returned",
            "in the create response, HTTP 400",
        ),
        (
            "wan26_i2i",
            {**CHAT, "parameters": {"n": 9}},
            {"scenario": "integer-codes"},
            "the code of an error",
            "the code is a number",
        ),
        (
            "wan2.5-i2i-preview",
            EDIT,
            {"scenario": "as-recorded"},
            "timestamps",
            "created_at has a fraction and an offset",
        ),
        (
            "wan2.5-i2i-preview",
            EDIT,
            {},
            "the word for a completed task",
            "a completed task has the status 'completed'",
        ),
        (
            "wan2.5-i2i-preview",
            {**EDIT, "n": 9},
            {},
            "the response to a rejected payload",
            "a rejected payload is answered with detail and task_info",
        ),
    ],
)
def test_a_capture_settles_an_ambiguity(
    name: str, payload: Any, options: Any, about: str, text: str
) -> None:
    report = find_drift("a.har", run(name, payload, **options))

    assert text in evidence(report)[about]


def test_a_run_without_an_end_settles_nothing_about_acceptance() -> None:
    exchanges = run("wan25_i2i_preview_intl", INTL)

    settled = evidence(find_drift("a.har", exchanges[:2]))

    assert "n when moving to or from wan26_i2i" not in settled


def test_every_recognizer_is_of_a_listed_ambiguity() -> None:
    listed = {each.about for spec in catalog() for each in spec.ambiguities}
    listed |= {each.about for vendor in vendors() for each in vendor.ambiguities}

    assert {*RECOGNIZERS} <= {each.partition(" to or from ")[0] for each in listed}


def test_the_command_prints_findings_once_and_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.har"
    write_har(run("wan2.5-i2i-preview", EDIT, "extra-members"), file)

    assert main(["drift", str(file)]) == 0
    text = capsys.readouterr().out
    assert main(["drift", str(file), "--strict"]) == 1
    capsys.readouterr()
    assert main(["drift", str(file), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)

    assert KEY not in text
    assert text.count("/task_info/labels: labels is not a documented member") == 1
    assert "and in 3 more exchanges" in text
    assert text.splitlines()[-1].startswith("  4 exchanges, 0 errors, ")
    assert document["captures"][0]["exchanges"][0]["findings"][0]["severity"] == "warning"
    assert {each["about"] for each in document["captures"][0]["settled"]} >= {"timestamps"}


def test_a_drifted_capture_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_har(run("wan2.5-i2i-preview", EDIT, "unknown-status"), tmp_path / "a.har")

    assert main(["drift", str(tmp_path / "a.har")]) == 1
    assert "'archiving' is not a documented word; documented: pending" in capsys.readouterr().out


def test_what_is_not_a_capture_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.har").write_text("{}", encoding="utf-8")

    assert main(["drift", str(tmp_path / "a.har")]) == 2
    assert "is not a capture" in capsys.readouterr().err
