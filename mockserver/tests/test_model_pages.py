"""The pages about models at Vtrix are what its command-line clients and SDKs read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wan_mockserver.http.messages import Request, Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import Exchange
from wan_validators import lint
from wan_validators.catalog import models_of, vendors

from .cli_rules import (
    LISTED,
    SPEC,
    TASK,
    TEXT,
    Contract,
    MissingParameter,
    check_types,
    decode_envelope,
    read_parameters,
)

Make = Callable[..., Simulator]
Send = Callable[..., Response]

VTRIX = next(vendor for vendor in vendors() if vendor.name == "vtrix")
MODELS = sorted(models_of(VTRIX))
IMAGE = "https://example.com/in.png"

MESSAGES = [{"role": "user", "content": [{"text": "make it night"}, {"image": IMAGE}]}]
TEXT_ONLY = [{"role": "user", "content": [{"text": "a kite"}]}]
PARAMETERS: dict[str, dict[str, str]] = {
    "wan26_i2i": {"input.messages": json.dumps(MESSAGES), "parameters.n": "2"},
    "wan25_i2i_preview": {
        "input.prompt": "make it night",
        "input.images": json.dumps([IMAGE]),
        "parameters.n": "2",
        "parameters.watermark": "false",
    },
    "wan25_t2i_preview": {"input.prompt": "a kite", "parameters.size": "1104*1472"},
    "wan26_t2i": {"input.messages": json.dumps(TEXT_ONLY), "parameters.n": "1"},
    "wan25_t2v_preview": {"input.prompt": "a kite", "parameters.size": "832*480"},
    "wan25_i2v_preview_intl": {"input.img_url": IMAGE, "parameters.duration": "5"},
}
"""What a user types, as ``--param NAME=TEXT``."""


def get(simulator: Simulator, path: str, query: str = "", base_url: str = "http://h:1") -> Response:
    """Asks for a page without a key, as one of the clients does."""
    return simulator.handle(Request(method="GET", path=path, query=query, base_url=base_url))


def get_spec(simulator: Simulator, name: str) -> Any:
    return decode_envelope(get(simulator, f"/api/v1/skill/models/{name}/spec").body, SPEC)


def get_contract(simulator: Simulator, name: str) -> Contract:
    return Contract(get(simulator, f"/api/v1/skill/model-contracts/{name}").body)


def list_models(simulator: Simulator, query: str = "") -> Any:
    return decode_envelope(get(simulator, "/api/v1/skill/models", query).body, LISTED)


def find(members: list[Any], *names: str) -> Any:
    for name in names[:-1]:
        members = find(members, name)["children"]
    return next(each for each in members if each["name"] == names[-1])


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_client_reads_the_spec_creates_and_polls(simulator: Make, send: Send, name: str) -> None:
    server = simulator(lifecycle=Polls(1))
    spec = get_spec(server, name)
    params = read_parameters(PARAMETERS[name], spec["parameters"])
    path = spec["api"]["endpoint"].removeprefix("http://h:1")

    created = send(server, "POST", path, {"model": name, "input": [{"params": params}]})
    task = json.loads(created.body)
    check_types(task, TASK)
    assert created.headers["X-Wanproof-Findings"] == "0"
    polls = [json.loads(send(server, "GET", f"{path}/task/{task['id']}").body) for _ in range(2)]
    for each in polls:
        check_types(each, TASK)
    assert [each["status"] for each in polls] == ["in_progress", "completed"]
    assert polls[1]["output"][0]["content"][0]["url"]
    assert polls[1]["usage"]["cost"]


def test_a_client_reads_the_error_of_a_failed_task(simulator: Make, send: Send) -> None:
    server = simulator(lifecycle=Polls(0))
    params = {"input": {"messages": MESSAGES}, "parameters": {"n": 9}}
    value = {"model": "wan26_i2i", "input": [{"params": params}]}
    created = json.loads(send(server, "POST", "/model/v1/generation", value).body)
    answer = send(server, "GET", f"/model/v1/generation/task/{created['id']}")
    task = json.loads(answer.body)

    check_types(task, TASK)
    assert (answer.status, task["status"]) == (200, "failed")
    check_types(task["error"], {"code": TEXT, "message": TEXT})
    assert task["error"]["message"] == "n must be an integer between 1 and 4"


def test_a_client_reads_http_errors_as_texts(simulator: Make, send: Send) -> None:
    answer = send(simulator(error_texts={"vtrix"}), "GET", "/model/v1/generation/task/none")
    body = json.loads(answer.body)

    assert answer.status == 404
    check_types(body, {"message": TEXT, "error": TEXT})
    assert body.get("message") or body["error"]


def test_the_spec_of_the_fact_sheet_is_ours() -> None:
    spec = get_spec(Simulator(), "wan26_i2i")

    assert spec["api"] == {
        "endpoint": "http://h:1/model/v1/generation",
        "method": "POST",
        "headers": {},
    }
    assert [each["name"] for each in spec["parameters"]] == ["input", "parameters"]
    assert find(spec["parameters"], "input")["required"] is True
    assert find(spec["parameters"], "input")["path"] == "$.input"
    messages = find(spec["parameters"], "input", "messages")
    assert (messages["type"], messages["required"]) == ("array", True)
    n = find(spec["parameters"], "parameters", "n")
    assert (n["type"], n["required"]) == ("integer", False)
    assert (n["constraints"]["min"], n["constraints"]["max"]) == (1, 4)
    assert find(spec["parameters"], "parameters", "size")["type"] == "string"
    assert find(spec["parameters"], "parameters", "enable_interleave")["type"] == "boolean"

    intl = get_spec(Simulator(), "wan25_i2i_preview_intl")["parameters"]
    prompt = find(intl, "input", "prompt")
    assert (prompt["type"], prompt["required"]) == ("string", True)
    assert prompt["constraints"]["max_length"] == 2000
    assert find(intl, "input", "images")["constraints"] == {"max_items": 3}
    assert find(intl, "input", "negative_prompt")["required"] is False
    names = [each["name"] for each in find(intl, "parameters")["children"]]
    assert sorted(names) == ["n", "prompt_extend", "seed", "size", "watermark"]


def test_choices_of_a_spec_are_texts_also_those_of_numbers() -> None:
    parameters = get_spec(Simulator(), "wan25_i2v_preview_intl")["parameters"]

    duration = find(parameters, "parameters", "duration")
    assert duration["type"] == "integer"
    assert duration["constraints"]["enum"] == ["5", "10"]
    tier = find(parameters, "parameters", "resolution")["constraints"]
    assert (tier["enum"], tier["default"]) == (["720P", "1080P"], "1080P")


def test_a_client_stops_if_a_required_parameter_is_missing() -> None:
    parameters = get_spec(Simulator(), "wan25_t2i_preview")["parameters"]

    with pytest.raises(MissingParameter, match=r"^input$"):
        read_parameters({"parameters.n": "1"}, parameters)
    with pytest.raises(MissingParameter, match=r"^input\.prompt$"):
        read_parameters({"input.negative_prompt": "x"}, parameters)
    with pytest.raises(AssertionError):
        read_parameters({"input.prompt": "x", "parameters.n": "5"}, parameters)


def test_the_address_in_a_spec_follows_the_host_of_the_request(simulator: Make) -> None:
    path = "/api/v1/skill/models/wan26_i2i/spec"
    for host in ("http://127.0.0.1:8321", "https://mock.example.com"):
        data = decode_envelope(get(simulator(), path, base_url=host).body, SPEC)
        assert data["api"]["endpoint"] == f"{host}/model/v1/generation"


def test_the_contract_of_the_fact_sheet_is_ours(simulator: Make) -> None:
    contract = get_contract(simulator(), "wan25_i2i_preview_intl")
    queue = "/model/v1/queue/wan25_i2i_preview_intl"
    task = f"{queue}/requests/{{request_id}}"

    assert contract.data["endpoints"] == {
        "submit": {"method": "POST", "path": queue},
        "status": {"method": "GET", "path": f"{task}/status"},
        "result": {"method": "GET", "path": f"{task}/response"},
        "cancel": {"method": "PUT", "path": f"{task}/cancel"},
    }
    names = ("model_id", "kind", "protocol", "body_mode")
    assert [contract.data[name] for name in names] == [
        *("wan25_i2i_preview_intl", "image", "queue", "raw_json")
    ]
    schema = contract.schema
    assert (schema["type"], schema["required"]) == ("object", ["prompt", "images"])
    assert schema["additionalProperties"] is False
    assert schema["properties"]["prompt"] == {"type": "string", "maxLength": 2000}
    assert schema["properties"]["images"] == {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 1,
        "maxItems": 3,
    }
    assert schema["properties"]["n"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 4,
        "default": 4,
    }


@pytest.mark.parametrize("name", MODELS)
def test_defaults_that_a_client_fills_in_change_no_result(simulator: Make, name: str) -> None:
    spec = models_of(VTRIX)[name]
    contract = get_contract(simulator(), name)
    needed = {
        "prompt": "a kite",
        "images": [IMAGE],
        "img_url": IMAGE,
        "messages": MESSAGES,
    }
    given = {each: needed[each] for each in contract.schema["required"]}
    if name == "wan26_t2i":
        given["messages"] = TEXT_ONLY

    sent = contract.fill_in(given)
    inner = {rule.path[1] for rule in spec.rules if rule.path[:1] == ("input",) and rule.path[1:]}
    payload = {
        "model": name,
        "input": {each: value for each, value in sent.items() if each in inner},
        "parameters": {each: value for each, value in sent.items() if each not in inner},
    }

    assert list(lint(payload).findings) == []
    # Without a size, the result has the aspect of the image.
    assert "size" not in sent or "images" not in sent
    for rule in spec.rules:
        if len(rule.path) == 2 and rule.path[1] in sent and rule.path[1] not in given:
            assert spec.value({}, rule.pointer) == sent[str(rule.path[1])]


def test_models_are_listed_in_pages_and_can_be_filtered(simulator: Make) -> None:
    server = simulator()

    def names(query: str) -> list[str]:
        return [each["id"] for each in list_models(server, query)["models"]]

    first = list_models(server, "page=1&page_size=2")
    assert (first["total"], first["page"], first["page_size"]) == (len(MODELS), 1, 2)
    assert first["total_pages"] == (len(MODELS) + 1) // 2
    pages = range(1, first["total_pages"] + 1)
    assert sorted(name for page in pages for name in names(f"page={page}&page_size=2")) == MODELS
    assert names(f"page={first['total_pages'] + 1}&page_size=2") == []
    assert sorted(names("")) == sorted(names("page_size=500")) == MODELS
    assert set(names("type=video")) | set(names("type=image")) == set(MODELS)
    assert "wan25_i2v_preview_intl" in names("type=video")
    assert names("keywords=Interleaved") == ["wan26_i2i"]
    assert names("keywords=editing+international") == ["wan25_i2i_preview_intl"]
    assert sorted(names("provider=aliyun")) == MODELS
    assert names("provider=kling") == names("type=audio") == []


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=a", "page_size=0", "page_size=%C2%B2"]
)
def test_a_wrong_page_is_explained(simulator: Make, query: str) -> None:
    body = json.loads(get(simulator(), "/api/v1/skill/models", query).body)

    assert (body["status"]["code"], body["data"]) == (400, None)
    name = query.partition("=")[0]
    assert body["status"]["message"].startswith(f"{name} must be an integer of at least 1, not '")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wan27_r2v", "Vtrix has the model wan27_r2v, but wanproof does not know its limits yet"),
        ("wan26_i2x", "there is no model 'wan26_i2x'; did you mean wan26_i2i?"),
        ("veo", "there is no model 'veo'; models of Vtrix: wan25_i2i_preview_intl, wan26_i2i, "),
        ("wan2.6-t2i", "there is no model 'wan2.6-t2i'; "),
    ],
)
def test_an_unknown_model_has_the_code_404(simulator: Make, name: str, message: str) -> None:
    server = simulator()
    for path in (f"models/{name}/spec", f"model-contracts/{name}"):
        body = json.loads(get(server, f"/api/v1/skill/{path}").body)
        assert (body["status"]["code"], body["data"]) == (404, None)
        assert body["status"]["message"].startswith(message)
    text = get(server, f"/model/v1/models/skill/{name}")
    assert text.status == 404
    assert json.loads(text.body)["error"]["message"].startswith(message)


@pytest.mark.parametrize("name", MODELS)
def test_the_text_about_a_model_is_markdown(simulator: Make, name: str) -> None:
    answer = get(simulator(), f"/model/v1/models/skill/{name}")
    text = answer.body.decode()

    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.startswith(f"# {models_of(VTRIX)[name].title}\n")
    assert get_spec(simulator(), name)["agent_prompt"] == text
    example = text.partition("```json\n")[2].partition("\n```")[0]
    assert list(lint(example).findings) == []
    assert json.loads(example)["model"] == name


def test_a_search_finds_models_by_words_and_kinds(simulator: Make) -> None:
    server = simulator()

    def search(query: str) -> Any:
        body = json.loads(get(server, "/model/v1/models/skill/search", query).body)
        numbers = ("limit", "offset", "processingTimeMs", "estimatedTotalHits")
        assert all(type(body[name]) is int for name in numbers)
        return body

    every = search("q=")
    assert (every["query"], every["estimatedTotalHits"]) == ("", len(MODELS))
    assert {"id", "name", "provider", "input", "output", "media_type", "tags", "tags_abbr"} < set(
        every["hits"][0]
    )
    assert every["hits"][0]["skill_content"].startswith("# Wan 2.5 image editing")
    assert [each["id"] for each in search("q=interleaved")["hits"]] == ["wan26_i2i"]
    limited = search("q=&limit=2&output=image")
    assert (len(limited["hits"]), limited["limit"]) == (2, 2)
    assert limited["estimatedTotalHits"] > 2
    assert all("audio" in each["input"] for each in search("q=&input=audio")["hits"])
    assert search("q=&type=video&provider=kling")["hits"] == []
    assert get(server, "/model/v1/models/skill/search", "q=&limit=x").status == 400


def test_pages_need_no_key_and_use_up_no_scenario(
    simulator: Make, send: Send, heard: list[Exchange]
) -> None:
    server = simulator(scenario="accept-500")
    answers = [
        get(server, "/api/v1/skill/models"),
        send(server, "GET", "/api/v1/skill/model-contracts/wan26_i2i", key="two words"),
        send(server, "GET", "/api/v1/skill/models", headers={"Authorization": "Key k"}),
        server.handle(Request(method="HEAD", path="/api/v1/skill/models")),
        get(server, "//api/v1/skill/models"),
    ]

    assert [answer.status for answer in answers] == [200] * 5
    assert answers[3].body == b""
    assert {exchange.entry.action for exchange in heard} == {"page"}
    assert {exchange.entry.step for exchange in heard} == {""}
    refused = send(server, "POST", "/api/v1/skill/models", {})
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD")
