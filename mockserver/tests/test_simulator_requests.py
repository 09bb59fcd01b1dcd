"""What the simulator makes of keys, methods, paths, bodies and traces."""

from __future__ import annotations

import json

import pytest

from wan_mockserver.http.messages import MAX_BODY_BYTES
from wan_mockserver.scenarios.lifecycle import Polls

from .simulator_calls import BOTH, MULE, MULE_EDIT, VTRIX, VTRIX_EDIT, Api, Make, Send, id_of


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
def test_a_path_near_to_no_vendor_is_404_in_plain_json(
    simulator: Make, send: Send, path: str
) -> None:
    answer = send(simulator(), "GET", path)
    assert answer.status == 404
    assert set(json.loads(answer.body)) == {"message"}


@BOTH
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the text is empty (line 1, column 1)"),
        (b"{", "this is not JSON"),
        (b'{"a": 1,\n "b": NaN}', "NaN is not allowed (line 2, column 7)"),
        (b"[]", "the payload must be an object (line 1, column 1)"),
        (b"null", "the payload must be an object"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"),
        (b'{"a": "\xe9"}', "the byte E9 is not valid UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_malformed_body_is_400_with_its_position(
    simulator: Make, send: Send, api: Api, body: bytes, says: str
) -> None:
    server = simulator()
    answer = send(server, "POST", api.create, body=body)
    parsed = json.loads(answer.body)
    assert answer.status == 400
    assert says in (parsed.get("detail") or parsed["error"]["message"])
    assert answer.headers["X-Wanproof-Findings"] == "1"
    assert send(server, "POST", api.create, api.payload).status in (200, 202)
    assert send(server, "GET", f"{api.task}/unknown").status == 404


@BOTH
def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(
    simulator: Make, send: Send, api: Api
) -> None:
    server = simulator()
    text = json.dumps(api.payload).encode()
    assert send(server, "POST", api.create, body=text.ljust(MAX_BODY_BYTES)).status in (200, 202)
    assert b"64 MB" in send(server, "POST", api.create, body=text.ljust(MAX_BODY_BYTES + 1)).body
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
def test_an_invalid_traceparent_is_ignored(simulator: Make, send: Send, given: str) -> None:
    answer = send(simulator(), "POST", MULE, headers={"Traceparent": given})
    assert "a" * 32 not in answer.headers["Traceparent"].lower()
    assert f"-{'0' * 32}-" not in answer.headers["Traceparent"]


def test_the_root_names_the_dashboard(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "GET", "/")
    message = json.loads(answer.body)["message"]
    assert answer.status == 404
    assert "the dashboard is at /_wanproof/" in message
    assert "/openapi.json" in message


@BOTH
@pytest.mark.parametrize(
    "template", ["/api/v2/tasks/{}", "/{}", "/model/v1/tasks/{}/status", "/vendors/alibaba/v1/{}"]
)
def test_a_404_with_the_id_of_a_task_says_where_to_poll_it(
    simulator: Make, send: Send, api: Api, template: str
) -> None:
    server = simulator()
    body = json.loads(send(server, "POST", api.create, api.payload).body)
    task = body["id"] if "id" in body else body["task_info"]["id"]
    answer = send(server, "GET", template.format(task))
    assert answer.status == 404
    assert f"poll this task with GET {api.task}/{task}" in answer.body.decode()


@pytest.mark.parametrize(
    "path",
    [
        "alibaba/v1/wan2.6-r2v",
        "alibaba/v1/happy-horse-1-0-i2v",
        "alibaba/v1/WAN2.1-VACE-PLUS",
        "carrothub/v1/wan2.7-i2v-spicy",
        "carrothub/v1/w3.0-video-prime",
    ],
)
def test_a_model_that_only_the_vendor_knows_is_named(
    simulator: Make, send: Send, path: str
) -> None:
    answer = send(simulator(), "POST", f"/vendors/{path}/generation", {})
    assert answer.status == 404
    model = path.rpartition("/")[2]
    assert (
        f"MuleRouter has the model {model}, but wanproof does not know its limits yet"
        in json.loads(answer.body)["detail"]
    )


SPARK = "/vendors/mulerouter/v1/wan2.6-i2v-spark/generation"


def test_a_model_has_its_own_create_and_poll_path(simulator: Make, send: Send) -> None:
    server = simulator()
    film = {"prompt": "a cat", "image": "https://example.com/cat.jpg"}
    made = send(server, "POST", SPARK, film)
    task = json.loads(made.body)["task_info"]["id"]
    other = SPARK.replace("/mulerouter/", "/alibaba/")

    assert made.status == 202
    assert send(server, "GET", f"{SPARK}/{task}").status == 200
    assert send(server, "GET", f"{other}/{task}").status == 404
    for path, place in (
        (other, SPARK),
        (SPARK.replace("2.6-i2v-spark", "2.6-i2v"), "/vendors/alibaba/v1/wan2.6-i2v/generation"),
    ):
        answer = send(server, "POST", path, film)
        assert answer.status == 404
        assert f"is at POST {place}, not at {path}" in json.loads(answer.body)["detail"]
    for path in (f"/task/{task}", f"{SPARK}s/{task}"):
        assert f"GET {SPARK}/{task}" in send(server, "GET", path).body.decode()


def test_a_misspelt_owner_in_a_path_is_corrected(simulator: Make, send: Send) -> None:
    answer = send(simulator(), "POST", SPARK.replace("mulerouter", "mule-router"), {})

    assert f"did you mean {SPARK}?" in json.loads(answer.body)["detail"]
