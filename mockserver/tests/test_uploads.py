"""Uploads of files to Model Studio, and the use of their URLs, as typed from its pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import MAX_BODY_BYTES, Request, Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state import uploads
from wan_mockserver.state.stores import Table
from wan_validators.examples.tiny_files import build_png

API = "/api/v1"
VIDEOS = f"{API}/services/aigc/video-generation/video-synthesis"
MODEL = "wan2.5-i2v-preview"
BASE = "http://mock.example.com:8321"
ASYNC = {"X-DashScope-Async": "enable"}
RESOLVE = {**ASYNC, "X-DashScope-OssResourceResolve": "enable"}
PICTURE = build_png(400)
ORDER = (
    *("OSSAccessKeyId", "Signature", "policy", "key", "x-oss-object-acl"),
    *("x-oss-forbid-overwrite", "success_action_status", "x-oss-content-type", "file"),
)

Make = Callable[..., Simulator]
Send = Callable[..., Response]


def ask_policy(server: Simulator, query: str, key: str = "alice") -> Response:
    headers = {"Authorization": f"Bearer {key}"}
    asked = Request(
        method="GET", path=f"{API}/uploads", query=query, headers=headers, base_url=BASE
    )
    return server.handle(asked)


def grant(server: Simulator, key: str = "alice", model: str = MODEL) -> dict[str, Any]:
    answer = ask_policy(server, f"action=getPolicy&model={model}", key)
    assert answer.status == 200, answer.body
    data = json.loads(answer.body)["data"]
    assert isinstance(data, dict)
    return data


def build_fields(policy: Mapping[str, Any], name: str, **changes: str) -> dict[str, str]:
    return {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "key": f"{policy['upload_dir']}/{name}",
        "x-oss-object-acl": policy["x_oss_object_acl"],
        "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        "success_action_status": "200",
        "x-oss-content-type": "image/png",
        **changes,
    }


def post(
    server: Simulator,
    fields: Mapping[str, str],
    content: bytes | None = PICTURE,
    order: tuple[str, ...] = ORDER,
    path: str = "/dashscope-uploads",
) -> Response:
    parts = []
    for name in order:
        if name == "file" and content is not None:
            head = 'Content-Disposition: form-data; name="file"; filename="in.png"'
            parts.append(head.encode() + b"\r\n\r\n" + content)
        elif name in fields:
            head = f'Content-Disposition: form-data; name="{name}"'
            parts.append(f"{head}\r\n\r\n{fields[name]}".encode())
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    return server.handle(
        Request(method="POST", path=path, headers=headers, body=body, base_url=BASE)
    )


def upload(server: Simulator, content: bytes = PICTURE, name: str = "in.png", **who: str) -> str:
    fields = build_fields(grant(server, **who), name)
    assert post(server, fields, content).status == 200
    return f"oss://{fields['key']}"


def error(answer: Response) -> tuple[int, str, str]:
    root = ET.fromstring(answer.body)
    return answer.status, root.findtext("Code", ""), root.findtext("Message", "")


def film(send: Send, server: Simulator, url: str, **more: Any) -> Any:
    """Makes a film from *url* and returns the output of its task."""
    key = more.pop("key", "alice")
    payload = {"model": more.pop("model", MODEL), "input": {"img_url": url}}
    made = send(server, "POST", VIDEOS, payload, key=key, headers=more.get("headers", RESOLVE))
    assert made.status == 200, made.body
    task = json.loads(made.body)["output"]["task_id"]
    return json.loads(send(server, "GET", f"{API}/tasks/{task}", key=key).body)["output"]


@pytest.fixture
def server(simulator: Make) -> Simulator:
    return simulator(lifecycle=Polls(0))


def test_a_policy_has_what_clients_need(server: Simulator) -> None:
    policy = grant(server)

    assert policy.keys() == {
        *("upload_host", "upload_dir", "oss_access_key_id", "signature", "policy"),
        *("x_oss_object_acl", "x_oss_forbid_overwrite"),
        *("expire_in_seconds", "max_file_size_mb", "capacity_limit_mb"),
    }
    assert policy["upload_host"] == f"{BASE}/dashscope-uploads"
    assert grant(server)["upload_dir"] != policy["upload_dir"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "the query must be action=getPolicy&model=MODEL"),
        ("action=getPolicy", "the query must be action=getPolicy&model=MODEL"),
        ("action=getPolicy&model=wan9", "Model not exist."),
    ],
)
def test_a_policy_needs_a_model(server: Simulator, query: str, message: str) -> None:
    answer = ask_policy(server, query)

    assert (answer.status, json.loads(answer.body)["message"]) == (400, message)


def test_an_uploaded_image_is_used(send: Send, server: Simulator) -> None:
    output = film(send, server, upload(server))

    assert output["task_status"] == "SUCCEEDED"


def test_an_uploaded_image_is_checked(send: Send, server: Simulator) -> None:
    small = film(send, server, upload(server, build_png(100)))
    text = film(send, server, upload(server, b"no image at all"))

    assert small["task_status"] == text["task_status"] == "FAILED"
    assert small["message"].startswith("input.img_url: ")
    assert "100*100 pixels" in small["message"]


def test_a_url_is_not_resolved_without_the_header(send: Send, server: Simulator) -> None:
    output = film(send, server, upload(server), headers=ASYNC)

    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidParameter")
    assert "X-DashScope-OssResourceResolve: enable" in output["message"]


def test_an_upload_is_for_one_key_and_one_model(send: Send, server: Simulator) -> None:
    url, other = upload(server), upload(server, model="wan2.2-i2v-plus")

    assert "no such upload" in film(send, server, url, key="bob")["message"]
    assert "for the model wan2.2-i2v-plus" in film(send, server, other)["message"]
    assert "no such upload" in film(send, server, "oss://nowhere/in.png")["message"]


def test_an_upload_lives_48_hours(send: Send, server: Simulator, clock: ManualClock) -> None:
    url = upload(server)
    clock.advance(48 * 3600)
    assert film(send, server, url)["task_status"] == "SUCCEEDED"

    clock.advance(1)
    assert "older than 48 hours" in film(send, server, url)["message"]


def test_the_second_file_of_one_key_replaces_the_first(send: Send, server: Simulator) -> None:
    policy = grant(server)
    fields = build_fields(policy, "in.png")

    assert post(server, fields, build_png(100)).status == 200
    assert post(server, fields).status == 200
    assert film(send, server, f"oss://{fields['key']}")["task_status"] == "SUCCEEDED"
    forbidden = {**fields, "x-oss-forbid-overwrite": "true"}
    assert error(post(server, forbidden))[:2] == (409, "FileAlreadyExists")


def test_a_policy_expires(server: Simulator, clock: ManualClock) -> None:
    policy = grant(server)
    clock.advance(policy["expire_in_seconds"] + 1)

    assert error(post(server, build_fields(policy, "in.png"))) == (
        403,
        "AccessDenied",
        "Invalid according to Policy: Policy expired.",
    )


def test_a_form_must_match_its_policy(server: Simulator) -> None:
    fields = build_fields(grant(server), "in.png")

    def refused(**changes: str) -> tuple[int, str]:
        return error(post(server, {**fields, **changes}))[:2]

    assert refused(key="elsewhere/in.png") == (403, "AccessDenied")
    assert refused(Signature="x") == (403, "SignatureDoesNotMatch")
    assert refused(policy="x") == (403, "SignatureDoesNotMatch")
    assert refused(OSSAccessKeyId="x") == (403, "InvalidAccessKeyId")


def test_fields_after_the_file_do_not_count(server: Simulator) -> None:
    fields = build_fields(grant(server), "in.png")
    late = ("OSSAccessKeyId", "Signature", "file", "policy", "key")

    assert error(post(server, fields, order=late)) == (
        400,
        "InvalidArgument",
        "The form lacks policy, key before the file.",
    )
    assert error(post(server, fields, content=None))[0] == 400


def test_a_request_that_is_no_form_is_refused(server: Simulator) -> None:
    def send_raw(body: bytes | None, kind: str) -> tuple[int, str, str]:
        headers = {"Content-Type": kind}
        request = Request(method="POST", path="/dashscope-uploads", headers=headers, body=body)
        return error(server.handle(request))

    form = "multipart/form-data; boundary=edge"
    assert send_raw(b"{}", "application/json")[:2] == (412, "PreconditionFailed")
    assert send_raw(b"", form)[0] == 400
    assert send_raw(b"--edge\r\nnonsense", form)[0] == 400
    status, code, message = send_raw(None, form)
    assert (status, code) == (400, "EntityTooLarge")
    assert f"{MAX_BODY_BYTES // 1024**2} MB" in message


def test_the_status_of_success_can_be_chosen(server: Simulator) -> None:
    fields = build_fields(grant(server), "in.png")

    for wanted, status in (("200", 200), ("201", 201), ("", 204), ("999", 204)):
        assert post(server, {**fields, "success_action_status": wanted}).status == status


def test_the_oldest_files_are_forgotten(
    send: Send, server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wan_mockserver.simulator import uploads as simulated

    few = Table("uploads", uploads.Upload, max_count=1)
    monkeypatch.setattr(simulated, "UPLOADS", few)
    first, second = upload(server), upload(server)

    assert "the newest 100 files and 128 MB" in film(send, server, first)["message"]
    assert film(send, server, second)["task_status"] == "SUCCEEDED"


def test_a_failed_upload_does_not_reach_another_path(server: Simulator) -> None:
    fields = build_fields(grant(server), "in.png")

    assert post(server, fields, path="/dashscope-upload").status == 404
