"""Payloads of the queue protocol, which are flat and name no model, as files and requests."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from wan_validators import lint
from wan_validators.catalog import (
    catalog,
    find_flat_form,
    list_all_specs,
    model,
    restrict,
    vendors,
)
from wan_validators.cli import main
from wan_validators.finding import Report
from wan_validators.guard.routes import find_guarded_route
from wan_validators.outputs import Price
from wan_validators.spec import Severity

MODEL = "wan25_i2i_preview_intl"
QUEUE = f"vtrix-queue/{MODEL}"
FLAT: dict[str, Any] = {"prompt": "night", "images": ["https://example.com/in.png"], "n": 2}
BAD = FLAT | {"n": 9, "size": "1x1"}
MESSAGES: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": [{"text": "night"}, {"image": "https://example.com/in.png"}]}
    ]
}


def facts(report: Report) -> list[tuple[str, str, str]]:
    return [(each.rule, each.pointer, str(each.severity)) for each in report.findings]


@pytest.mark.parametrize("name", [MODEL, QUEUE, f"/model/v1/queue/{MODEL}"])
def test_a_flat_payload_is_checked_where_its_members_are(name: str) -> None:
    report = lint(BAD, name)

    assert report.model == QUEUE
    assert facts(report) == [("n-range", "/n", "error"), ("size-format", "/size", "error")]
    assert not lint(FLAT, name).findings


def test_a_nested_payload_of_the_same_name_belongs_to_the_other_protocol() -> None:
    nested = {"model": MODEL, "input": {"prompt": "night"}, "parameters": {"n": 9}}

    assert lint(nested, MODEL).model == lint(nested).model == MODEL
    assert ("n-range", "/parameters/n", "error") in facts(lint(nested, MODEL))
    assert lint({}, MODEL).model == MODEL
    assert lint([], MODEL).model == MODEL


def test_a_nested_payload_at_the_queue_lacks_its_members() -> None:
    nested = {"input": {"prompt": "night", "images": ["https://example.com/in.png"]}}

    assert {
        ("prompt-type", "/prompt", "error"),
        ("images-count", "/images", "error"),
        ("unknown-member", "/input", "warning"),
    } <= {*facts(lint(nested, QUEUE))}


@pytest.mark.parametrize("text", [False, True])
def test_an_envelope_names_the_model(text: bool) -> None:  # noqa: FBT001
    record = {"model": MODEL, "payload": BAD}
    for _ in range(2):  # the second time, the model is compiled
        report = lint(json.dumps(record) if text else record)

        assert report.model == QUEUE
        assert facts(report)[0] == ("n-range", "/payload/n", "error")


def test_a_model_in_a_flat_payload_is_an_unknown_member() -> None:
    report = lint(FLAT | {"model": MODEL}, MODEL)

    assert facts(report) == [("unknown-member", "/model", "warning")]


@pytest.mark.parametrize(
    ("payload", "at"),
    [
        (MESSAGES | {"n": 9}, "/n"),
        ({"input": MESSAGES, "parameters": {"n": 9}}, "/parameters/n"),
    ],
)
def test_messages_may_be_flat_or_nested_and_no_limit_is_an_error(payload: Any, at: str) -> None:
    report = lint(payload, "vtrix-queue/wan26_i2i")

    assert facts(report) == [("n-range", at, "warning")]
    assert report.valid


def test_a_finding_in_nested_messages_points_into_them() -> None:
    payload = {"input": {"messages": []}, "parameters": {"size": "1x1"}, "extra": 1}

    assert [at for _, at, _ in facts(lint(payload, "vtrix-queue/wan26_i2i"))] == [
        "/input/messages",
        "/parameters/size",
        "/extra",
    ]


@pytest.mark.parametrize(
    "payload",
    [{"input": 1}, {"input": {"messages": []}, "parameters": 1}, {"input": {"prompt": "night"}}],
)
def test_no_other_form_is_unwrapped(payload: Any) -> None:
    found = facts(lint(payload, "vtrix-queue/wan26_i2i"))

    assert ("messages-count", "/messages", "warning") in found


def test_a_curl_command_and_a_har_file_are_recognised_by_the_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"https://cloud.example.com/model/v1/queue/{MODEL}"
    script = tmp_path / "create.sh"
    script.write_text(f"curl {url} -H 'Authorization: Key k' -d '{json.dumps(BAD)}'\n")
    request = {"method": "POST", "url": url, "headers": [], "postData": {"text": json.dumps(BAD)}}
    har = tmp_path / "calls.har"
    har.write_text(json.dumps({"log": {"entries": [{"request": request}]}}))

    assert main(["lint", "--format", "json", str(script), str(har)]) == 1

    results = json.loads(capsys.readouterr().out)["results"]
    assert [each["model"] for each in results] == [QUEUE, QUEUE]
    pointers = [[found["pointer"] for found in each["findings"]] for each in results]
    assert pointers == [["/n", "/size"], ["/n", "/size"]]


def test_a_model_without_a_table_is_named_as_one_of_the_vendor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "create.sh"
    script.write_text('curl https://a.example/model/v1/queue/wan27_image -d \'{"prompt": "a"}\'\n')

    assert main(["lint", str(script)]) == 1
    assert "Vtrix, queue protocol has the model wan27_image" in capsys.readouterr().out


def test_a_flat_payload_costs_as_much_as_a_nested_one() -> None:
    costs = [lint(FLAT, name).estimate_cost() for name in (MODEL, QUEUE)]

    assert [(cost.model, str(cost.high)) for cost in costs] == [(QUEUE, "0.06")] * 2
    own = {MODEL: Price(usd={"image": Decimal("0.05")}, source="ours", on="", confidence="")}
    assert str(lint(FLAT, QUEUE).estimate_cost(own).high) == "0.10"


def test_every_derived_table_has_the_limits_of_its_written_one() -> None:
    derived = [spec for spec in list_all_specs() if spec.derived_from]

    assert [spec.id for spec in list_all_specs()[: len(catalog())]] == [s.id for s in catalog()]
    of_vtrix = {spec.id for spec in catalog() if spec.vendor.name == "vtrix"}
    assert {spec.derived_from for spec in derived} == of_vtrix
    for spec in derived:
        written = model(spec.derived_from)
        assert find_flat_form(written) is spec
        assert spec.price_id == written.id
        limits = {(rule.id, rule.constraint) for rule in written.rules}
        assert {(rule.id, rule.constraint) for rule in spec.rules} <= limits
        assert not any(rule.pointer.startswith(("/input", "/parameters")) for rule in spec.rules)
        assert not any(rule.code for rule in spec.rules)
        errors = {rule.id for rule in spec.rules if rule.severity is Severity.ERROR}
        is_shown = spec.vendor.flat_models[spec.name]
        assert (errors != {"payload-type"}) == is_shown
        assert any("no page shows" in gap for gap in spec.gaps) != is_shown


def test_the_commands_show_the_flat_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", QUEUE]) == 0
    assert f"POST /model/v1/queue/{MODEL}" in capsys.readouterr().out
    assert main(["schema", QUEUE]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert {"prompt", "images"} == {*schema["required"]}
    assert main(["rules", "vtrix-queue/wan26_i2i"]) == 0
    assert "no page shows it" in capsys.readouterr().out


def test_an_older_edition_has_no_queue() -> None:
    with restrict("2026-10"):
        assert "vtrix-queue" not in {vendor.name for vendor in vendors()}
        assert lint(FLAT, MODEL).model == MODEL


def test_a_guard_lints_a_flat_create_by_its_path() -> None:
    route = find_guarded_route("POST", f"/model/v1/queue/{MODEL}")
    task = find_guarded_route("GET", f"/model/v1/queue/{MODEL}/requests/mmsu_01/status")

    assert route
    assert task
    assert (route.vendor.name, route.model, route.is_create) == ("vtrix-queue", MODEL, True)
    assert (task.task, task.is_create) == ("mmsu_01", False)
