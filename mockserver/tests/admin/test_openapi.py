"""Both OpenAPI documents: valid, whole, and true to what the server does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from wan_mockserver.admin.api import ROUTES
from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.artefacts.plan import Artefact
from wan_mockserver.clock import AutoClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.openapi.schema_from_types import infer_schema
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_mockserver.simulator.routing import ROOT
from wan_validators.catalog import (
    catalog,
    find_representatives,
    list_all_specs,
    model,
    models_of,
    vendors,
)
from wan_validators.json_schema import build_payload_schema
from wan_validators.spec import ModelSpec
from wan_validators.vendor import Vendor

FLAT = model("vtrix-queue/wan25_i2i_preview_intl")

Make = Callable[..., Mock]
Ask = Callable[..., Response]
Create = Callable[..., str]
Poll = Callable[..., Response]

FILES = "/files/{task_id}/{name}"

PAYLOADS = Path(__file__).parents[3] / "fixtures" / "payloads"

REPRESENTATIVES = find_representatives(catalog())


@pytest.fixture
def admin(mock: Mock, ask: Ask) -> Any:
    return json.loads(ask(mock, "/openapi.json").body)


@pytest.fixture(scope="module")
def of_vendors() -> Any:
    from wan_mockserver.simulator.simulator import Simulator

    asked = Request(method="GET", path="/openapi.json", base_url="http://localhost:8321")
    return json.loads(Mock(Simulator()).handle(asked).body)


def errors(document: Any) -> list[str]:
    return [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()]


def validator(document: Any, schema: Any) -> Draft202012Validator:
    """Of a schema that refers into *document*."""
    return Draft202012Validator({**schema, "components": document["components"]})


def schemas(document: Any) -> Iterator[Any]:
    """Every schema of a body, of a request or of an answer."""
    for operations in document["paths"].values():
        for operation in operations.values():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in bodies:
                for media in body.get("content", {}).values():
                    yield media.get("schema", {})
    yield from document["components"]["schemas"].values()


def test_the_admin_document_is_valid(make: Make, ask: Ask, admin: Any) -> None:
    protected = ask(make(token="t"), "/openapi.json", headers={"X-Wanproof-Admin-Token": "t"})

    assert errors(admin) == []
    assert errors(json.loads(protected.body)) == []
    assert admin["openapi"] == "3.1.0"
    assert admin["servers"] == [{"url": "http://localhost:8321"}]
    assert "security" not in admin
    assert {*json.loads(protected.body)["components"]["securitySchemes"]} == {
        "bearer",
        "basic",
        "header",
    }


def test_it_has_every_route(admin: Any) -> None:
    documented = {
        (method.upper(), path)
        for path, operations in admin["paths"].items()
        for method in operations
    }

    assert documented == {(route.method, ROOT + route.path) for route in ROUTES}
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("of", ["admin", "of_vendors"])
def test_its_schemas_are_schemas(of: str, request: pytest.FixtureRequest) -> None:
    found = list(schemas(request.getfixturevalue(of)))

    assert len(found) > 20
    for schema in found:
        Draft202012Validator.check_schema(schema)


@pytest.fixture
def busy(make: Make, create: Create, poll: Poll, ask: Ask) -> Mock:
    """One in which everything has happened that the answers can tell of."""
    mock = make(clock=AutoClock())
    done = create(mock)
    for _ in range(4):
        poll(mock, done)
    failed = create(mock, key="wanproof.fail-3001.alice")
    for _ in range(4):
        poll(mock, failed)
    for _ in range(2):
        create(mock, key="wanproof.accept-lost.bob", n=9)
        create(mock, key="wanproof.accept-lost.bob")
    ask(mock, "/scenarios", {"scenario": "slow", "creates": None})
    return mock


BODIES: dict[str, Any] = {
    "arm": {"scenario": "slow", "creates": 2},
    "advance": {"advance": 1.5},
    "reseed": {"seed": 3},
    "reset": {"tenant": "bob"},
    "verify": {"checks": [{"creates": 1}, {"usd_at_most": "0.06"}, {"no_poll_after_end": True}]},
}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_answers_are_as_described(busy: Mock, ask: Ask, admin: Any, route: Any) -> None:
    operation = admin["paths"][ROOT + route.path][route.method.lower()]
    path = route.path.replace("{task_id}", busy.tasks()[0].id)
    body = BODIES.get(route.name)
    if body:
        described = operation["requestBody"]["content"]["application/json"]["schema"]
        validator(admin, described).validate(body)
        assert not validator(admin, described).is_valid({**body, "strange": 1})

    answer = ask(busy, path, body, method=route.method)

    assert answer.status == 200
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    validator(admin, schema).validate(json.loads(answer.body))


def test_errors_are_as_described(mock: Mock, ask: Ask, admin: Any) -> None:
    refused = ask(mock, "/clock", {"advance": -1})

    described = admin["paths"][f"{ROOT}/clock"]["post"]["responses"][str(refused.status)]
    schema = described["content"]["application/json"]["schema"]
    validator(admin, schema).validate(json.loads(refused.body))


def test_the_vendors_document_is_valid(of_vendors: Any) -> None:
    assert errors(of_vendors) == []
    assert {*of_vendors["components"]["schemas"]} == {
        spec.id.replace("/", ".") for spec in list_all_specs()
    }


def test_only_reading_it_is_allowed(mock: Mock, ask: Ask) -> None:
    refused = ask(mock, "/openapi.json", {}, root="")

    assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD")
    assert ask(mock, "/openapi.json", method="HEAD", root="").body == b""


WAITING = find_representatives(spec for spec in catalog() if spec.synchronous_path)


def test_it_has_every_path_of_every_vendor(of_vendors: Any) -> None:
    expected = {"/files/{task_id}/{name}"}
    for vendor in vendors():
        for spec in models_of(vendor).values():
            expected |= {spec.create_path, spec.poll_path}
            expected |= {spec.synchronous_path} if spec.synchronous_path else set()
        stream = vendor.synchronous and vendor.synchronous.stream
        uploads = vendor.uploads
        for path in filter(None, (vendor.cancel, vendor.result)):
            expected |= {path.replace("{model}", name) for name in models_of(vendor)}
        others = (vendor.listing, stream, vendor.precharge, *vendor.pages.values())
        expected |= {path for path in others if path}
        expected |= {uploads.path, uploads.store} if uploads else set()

    assert {*of_vendors["paths"]} == expected


def test_pages_about_models_need_no_key_and_say_what_they_return(of_vendors: Any) -> None:
    spec = of_vendors["paths"]["/api/v1/skill/models/{model}/spec"]["get"]
    text = of_vendors["paths"]["/model/v1/models/skill/{model}"]["get"]

    assert spec["security"] == text["security"] == []
    assert "wan26_i2i" in spec["parameters"][0]["schema"]["enum"]
    assert list(text["responses"]["200"]["content"]) == ["text/markdown"]


def test_it_has_the_schema_of_every_model(of_vendors: Any) -> None:
    expected = {spec.id.replace("/", "."): build_payload_schema(spec) for spec in list_all_specs()}

    assert of_vendors["components"]["schemas"] == json.loads(json.dumps(expected))


@pytest.mark.parametrize("spec", [*REPRESENTATIVES, FLAT], ids=lambda spec: spec.id)
@pytest.mark.parametrize("scenario", ["ok", "moderated", "http-401", "http-500", "rate-limited"])
def test_the_vendors_answers_are_as_described(
    make: Make, of_vendors: Any, spec: ModelSpec, scenario: str
) -> None:
    vendor = spec.vendor
    folder = PAYLOADS / vendor.name / spec.name / "valid"
    payload = next(folder.glob("documents-*.json")).read_bytes()
    mock = make()
    headers = {
        "Authorization": f"Bearer wanproof.{scenario}.alice",
        "Content-Type": "application/json",
        **vendor.create_headers,
    }
    create = spec.create_path
    poll = spec.poll_path

    def check(method: str, path: str, template: str) -> Any:
        asked = Request(method=method, path=path, headers=headers, body=payload)
        answer = mock.handle(asked)
        responses = of_vendors["paths"][template][method.lower()]["responses"]
        described = responses.get(str(answer.status), responses["default"])
        schema = described["content"]["application/json"]["schema"]
        value = json.loads(answer.body)
        validator(of_vendors, schema).validate(value)
        return value

    check("POST", create, create)
    made = mock.tasks()
    assert bool(made) == (scenario in ("ok", "moderated"))
    for _ in range(4):
        task = made[0].id if made else "nothing"
        check("GET", poll.replace("{task_id}", task), poll)


@pytest.mark.parametrize("spec", WAITING, ids=lambda spec: spec.id)
@pytest.mark.parametrize("scenario", ["ok", "moderated", "stuck", "http-401"])
def test_responses_that_wait_are_as_described(
    make: Make, of_vendors: Any, spec: ModelSpec, scenario: str
) -> None:
    folder = PAYLOADS / spec.vendor.name / spec.name / "valid"
    api = spec.vendor.synchronous
    assert api
    key = f"Bearer wanproof.{scenario}.alice"
    headers = {"Authorization": key, "Content-Type": "application/json"}
    payload = max(folder.glob("documents-*.json"), key=lambda file: "stream" not in file.name)
    for more in ({}, {api.stream_header: api.stream_value}):
        asked = Request(
            method="POST", path=api.path, headers=headers | more, body=payload.read_bytes()
        )
        answer = make().handle(asked)
        responses = of_vendors["paths"][api.path]["post"]["responses"]
        described = responses.get(str(answer.status), responses["default"])
        content = described["content"][answer.headers["Content-Type"].partition(";")[0]]
        if "event-stream" not in answer.headers["Content-Type"]:
            validator(of_vendors, content["schema"]).validate(json.loads(answer.body))


def test_inferring_from_examples() -> None:
    values = [{"a": 1, "b": "done", "c": []}, {"a": 1.5, "c": ["x"]}, {"a": 2, "c": [None]}]

    assert infer_schema(values, words=("done", "failed")) == {
        "type": "object",
        "properties": {
            "a": {"type": "number"},
            "b": {"type": "string", "enum": ["done", "failed"]},
            "c": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        },
        "required": ["a", "c"],
    }


@pytest.mark.parametrize("vendor", vendors(), ids=lambda vendor: vendor.name)
def test_a_create_is_linked_to_its_poll_and_a_poll_to_a_file(
    make: Make, of_vendors: Any, vendor: Vendor
) -> None:
    spec = next(iter(models_of(vendor).values()))
    operations = {
        operation["operationId"]: (path, operation)
        for path, methods in of_vendors["paths"].items()
        for operation in methods.values()
    }
    _, create = next(each for each in operations.values() if each[0] == spec.create_path)
    link = create["responses"][str(vendor.created_status)]["links"]["poll"]
    path, poll = operations[link["operationId"]]
    payload = next((PAYLOADS / vendor.name / spec.name / "valid").glob("documents-*.json"))
    headers = {
        "Authorization": "Bearer alice",
        "Content-Type": "application/json",
        **vendor.create_headers,
    }
    mock = make(lifecycle=Polls(0))
    place = spec.create_path
    body = payload.read_bytes()
    made = mock.handle(Request(method="POST", path=place, headers=headers, body=body))
    found = json.loads(made.body)
    for name in link["parameters"]["task_id"].removeprefix("$response.body#/").split("/"):
        found = found[name]
    asked = Request(method="GET", path=path.replace("{task_id}", found), headers=headers)
    assert mock.handle(asked).status == 200
    link = poll["responses"]["200"]["links"]["file"]
    path, download = operations[link["operationId"]]
    assert link["parameters"]["task_id"] == "$request.path.task_id"
    file = path.replace("{task_id}", found).replace("{name}", link["parameters"]["name"])
    assert mock.handle(Request(method="GET", path=file)).status == 200
    unknown = Request(method="GET", path=file, headers={"X-Wanproof-Scenario": "nothing"})
    assert str(mock.handle(unknown).status) in download["responses"]


class PlainFiles(Artefacts):
    """Makes files at once: their content makes no difference to the headers."""

    def bytes_of(self, artefact: Artefact) -> bytes:
        return b"0123456789"


UNDESCRIBED = {"Content-Type", "Content-Length", "Date"}
"""Headers of every response, or that OpenAPI describes by other means."""


@pytest.mark.parametrize("scenario", ["ok", "rate-limited", "expired-urls", "signed-urls"])
@pytest.mark.parametrize("spec", REPRESENTATIVES, ids=lambda spec: spec.id)
def test_the_headers_of_all_responses_are_described(
    make: Make, of_vendors: Any, spec: ModelSpec, scenario: str
) -> None:
    mock = make(lifecycle=Polls(0), artefacts=PlainFiles())
    folder = PAYLOADS / spec.vendor.name / spec.name / "valid"
    payload = next(folder.glob("documents-*.json")).read_bytes()
    key = f"Bearer wanproof.{scenario}.alice"
    headers = {"Authorization": key, "Content-Type": "application/json"}
    headers |= spec.vendor.create_headers
    met: set[str] = set()

    def send(method: str, template: str, url: str, **more: str) -> Response:
        path, _, query = url.partition("?")
        body = payload if method == "POST" and template != FILES else b""
        request = Request(
            method=method, path=path, query=query, headers={**headers, **more}, body=body
        )
        response = mock.handle(request)
        operations = of_vendors["paths"][template]
        responses = operations.get(method.lower(), operations.get("get"))["responses"]
        described = responses.get(str(response.status), responses["default"])
        assert {*response.headers} - UNDESCRIBED <= {*described["headers"]}
        content_type = response.headers.get("Content-Type")
        assert content_type is None or content_type in described["content"]
        met.update(response.headers)
        return response

    create = spec.create_path
    for _ in range(3):
        made = send("POST", create, create)
    assert made.status == spec.vendor.created_status
    task = mock.tasks()[0].id
    poll = spec.poll_path
    result = send("GET", poll, poll.replace("{task_id}", task))
    for path in re.findall(r'https?://[^"]*(/files/[^"]*)', result.body.decode()):
        for more in ({}, {"Range": "bytes=0-3"}, {"Range": "bytes=9999999-"}):
            send("GET", FILES, path, **more)
        send("GET", FILES, path.partition("?")[0])
    send("GET", FILES, f"/files/{task}/none.png")
    send("POST", FILES, f"/files/{task}/none.png")
    assert {"Traceparent", "X-Wanproof-Findings", "Allow"} <= met
    assert ("X-Wanproof-Step" in met) == (scenario != "ok")
    assert ("Retry-After" in met) == (scenario == "rate-limited")


def test_a_whole_number_may_be_written_as_a_float(mock: Mock, ask: Ask) -> None:
    assert json.loads(ask(mock, "/seed", {"seed": 1370213.0}).body) == {"seed": 1370213}
    assert ask(mock, "/seed", {"seed": 1370213.5}).status == 400
