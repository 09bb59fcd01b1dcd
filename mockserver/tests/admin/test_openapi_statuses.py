"""No request gets a status, a type or a body that the OpenAPI documents do not describe.

``make api-check`` sends many more, with schemathesis.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock

Make = Callable[..., Mock]
Ask = Callable[..., Response]

TOKEN = "t0ken"
KEYS: Mapping[str, Mapping[str, str]] = {
    "no key": {},
    "a key": {"Authorization": "Bearer alice"},
    "another scheme": {"Authorization": "Key alice"},
    "no scheme": {"Authorization": "alice"},
    "an empty key": {"Authorization": "Bearer "},
    "an unknown scenario": {"Authorization": "Bearer alice", "X-Wanproof-Scenario": "0"},
    "the token": {"X-Wanproof-Admin-Token": TOKEN},
}
BODIES = (
    b"",
    b"{}",
    b"[]",
    b"\xff",
    b'{"model": 0}',
    b"[" * 2000,
    b'{"a": 1e999}',
    b" " * 1_000_001,
)
TYPES = ("application/json", "text/plain", "multipart/form-data; boundary=a", "")
QUERIES = (
    "",
    "a",
    "action=getPolicy&model=%00",
    "limit=x&q=%ff",
    "page_size=-1&page_no=a&cursor=-",
)
NAMES = ("nothing", "..", "%2e%2e%2f", "\x1b[31m", "a" * 3000)


def build_requests(path: str, method: str) -> Iterator[Request]:
    """Yields requests to *path*, each with one thing that is wrong or missing."""
    usual = {"Authorization": "Bearer alice", "X-Wanproof-Admin-Token": TOKEN}
    targets = [path.replace("{", "").replace("}", "")]
    if "{" in path:
        targets += [re.sub(r"\{\w+\}", name, path) for name in NAMES]
    for headers in KEYS.values():
        yield build(method, targets[0], headers, b"{}", TYPES[0])
    for target in targets[1:]:
        yield build(method, target, usual, b"", "")
    for query in QUERIES:
        yield build(method, targets[0], usual, b"", "", query=query)
    if method == "POST":
        for body in BODIES:
            yield build(method, targets[0], usual, body, TYPES[0])
        for kind in TYPES:
            yield build(method, targets[0], usual, b"{}", kind)


def build(
    method: str, path: str, headers: Mapping[str, str], body: bytes, kind: str, *, query: str = ""
) -> Request:
    content = {"Content-Type": kind} if kind else {}
    return Request(
        method=method,
        path=path,
        query=query,
        headers={**headers, **content},
        body=body if method == "POST" else b"",
        base_url="http://localhost:8321",
    )


def find_problem(document: Any, described: Mapping[str, Any], answer: Response) -> str | None:
    """Returns what the *described* responses do not say about *answer*."""
    if answer.status >= 500 and str(answer.status) not in described:
        return "is an internal error"
    response = described.get(str(answer.status), described.get("default"))
    if response is None:
        return f"has the status {answer.status}"
    if not answer.body:
        return None
    kind = answer.headers["Content-Type"].partition(";")[0]
    media = response.get("content", {}).get(kind)
    if media is None:
        return f"has the type {kind} with the status {answer.status}"
    if kind != "application/json":
        return None
    schema = {**media["schema"], "components": document["components"]}
    found = next(Draft202012Validator(schema).iter_errors(json.loads(answer.body)), None)
    return found and f"with {answer.status} breaks the schema: {found.message}"


@pytest.mark.parametrize("name", ["/openapi.json", "/_wanproof/openapi.json"])
def test_every_response_is_described(make: Make, name: str) -> None:
    mock = make(token=TOKEN)
    asked = build("GET", name, {"X-Wanproof-Admin-Token": TOKEN}, b"", "")
    document = json.loads(mock.handle(asked).body)
    count, problems = 0, []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for request in build_requests(path, method.upper()):
                answer = mock.handle(request)
                problem = find_problem(document, operation["responses"], answer)
                count += 1
                if problem:
                    problems.append(f"{method} {request.path[:99]!r}?{request.query} {problem}")

    assert problems == []
    assert count > 8 * len(document["paths"])
