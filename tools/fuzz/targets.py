"""What is fuzzed: everything that reads text from outside, as functions of bytes.

A target raises an exception if its input has any effect but a result or a documented error.
"""

from __future__ import annotations

import json
import tempfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from io import StringIO
from pathlib import Path
from urllib.parse import unquote_to_bytes

from seeds import CREATE

from wan_contracts.drift.detection import find_drift
from wan_contracts.laws import LAWS
from wan_contracts.protocol.schemas import parse_outcome
from wan_contracts.protocol.validation import InvalidDocument
from wan_contracts.reference_client import response_parsing as parsing
from wan_contracts.results.known_failures import load_known_failures
from wan_contracts.results.replay import Replay
from wan_mockserver.captures.har import write_har
from wan_mockserver.captures.reading import read_capture
from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request
from wan_mockserver.http.sockets.request_reader import RequestReader, ServerFacts
from wan_mockserver.scenarios.toml_format import read_scenarios
from wan_mockserver.service import Mock
from wan_mockserver.simulator.routing import ROOT
from wan_mockserver.simulator.simulator import Simulator
from wan_validators import lint
from wan_validators.bulk.parquet import read_rows
from wan_validators.catalog import find_all
from wan_validators.cli import main
from wan_validators.command import UsageError
from wan_validators.editions import use_edition
from wan_validators.field_types import InvalidField
from wan_validators.fixes import fix
from wan_validators.prices import read_prices
from wan_validators.request_files import open_record
from wan_validators.source.files import Record, Unreadable, read

__all__ = ["TARGETS"]

MODELS = ("wan2.5-i2i-preview", "wan2.5-i2v-preview", "wan2.2-i2v-plus", "wan26_i2i", None)
ADMIN_PATHS = tuple(f"{ROOT}/{name}" for name in ("scenarios", "reset", "verify", "clock", "seed"))
UPLOADS = "/dashscope-uploads"
JSON = {"content-type": "application/json", "authorization": "Bearer sk-1"}
ASYNC = {**JSON, "x-dashscope-async": "enable", "x-dashscope-ossresourceresolve": "enable"}


def fuzz_json(data: bytes) -> None:
    """Lints, prices and fixes a text, and sends it to the simulator, which may reject it."""
    for model in MODELS:
        report = lint(data, model, now=2e9)
        for finding in report.findings:
            json.dumps(finding.as_dict())
        json.dumps(report.cost.as_dict())
        fixed = fix(data, model)
        if fix(fixed.data, model).fixes:
            raise AssertionError(f"fixing {data!r} twice changes it twice")
    _check_response("POST", CREATE, JSON, data)


def fuzz_media(data: bytes) -> None:
    """Lints a reference, in the place of an image and in that of a sound."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    payload = {"prompt": text, "image": text, "audio_url": text}
    for finding in lint(payload, "wan2.5-i2v-preview", now=2e9).findings:
        json.dumps(finding.as_dict())


def fuzz_files(data: bytes) -> None:
    """Lints the content of a file, in data URIs of several types."""
    for kind in ("image/png", "image/webp", "audio/wav", "text/html"):
        fuzz_media(b"data:" + kind.encode() + b";base64," + b64encode(data))


def fuzz_lines(data: bytes) -> None:
    for item in read([str(_write(data, "input.jsonl"))]):
        if isinstance(item, Record):
            lint(item.data, "wan26_i2i")


def fuzz_parquet(data: bytes) -> None:
    """Lints the rows of a file, which pyarrow reads, as those of one column and as payloads."""
    name = str(_write(data, "input.parquet"))
    for column in (None, "request", "at"):
        for item in read_rows(name, column):
            if isinstance(item, Record):
                lint(item.data, "wan26_i2i")
            else:
                json.dumps(item.reason)


def fuzz_har(data: bytes) -> None:
    _lint_requests(data, "a.har")


def fuzz_curl(data: bytes) -> None:
    _lint_requests(data, "a.curl")


def _lint_requests(data: bytes, name: str) -> None:
    for item in open_record(Record(name, 1, data)):
        if isinstance(item, Record):
            lint(item.data, item.model if find_all(item.model or "") else None, now=2e9)
        elif isinstance(item, Unreadable):
            json.dumps(item.reason)


def fuzz_capture(data: bytes) -> None:
    """Reads a capture in both notations, writes it, compares it with the documents, replays it."""
    for name in ("input.har", "input.yaml"):
        file = _write(data, name)
        with suppress(UsageError):
            exchanges = read_capture(file)
            write_har(exchanges, file.with_name("out.har"))
            find_drift("a", exchanges)
            replay = CaptureReplay(exchanges, _mock())
            for each in exchanges:
                made = replay.handle(each.request)
                found = parsing.parse_task_id(parsing.parse_object(made.body)) or "1"
                replay.handle(Request(method="GET", path=f"{CREATE}/{found}"))


def fuzz_admin(data: bytes) -> None:
    for path in ADMIN_PATHS:
        _check_response("POST", path, {"content-type": "application/json"}, data)


def fuzz_query(data: bytes) -> None:
    text = data.decode("latin-1")
    for path in (
        "/api/v1/tasks",
        "/api/v1/uploads",
        "/model/v1/models/skill/search",
        CREATE + "/1",
    ):
        _check_response("GET", path, JSON, b"", text)
    for name in ("requests", "tasks", "ledger", "requests/count", "scenarios", "", "ui/live"):
        _check_response("GET", f"{ROOT}/{name}", {}, b"", text)


def fuzz_path(data: bytes) -> None:
    """Takes *data* as a method and a URL."""
    method, _, target = data.decode("latin-1").partition(" ")
    path, _, query = target.partition("?")
    decoded = unquote_to_bytes(path.encode("latin-1")).decode("utf-8", "replace")
    for headers in (JSON, {"authorization": "Key k"}, {}):
        _check_response(method, decoded, headers, b"{}" if method != "GET" else b"", query)


def fuzz_dashscope(data: bytes) -> None:
    for name in ("video-generation/video-synthesis", "multimodal-generation/generation"):
        _check_response("POST", f"/api/v1/services/aigc/{name}", ASYNC, data)


def fuzz_vtrix(data: bytes) -> None:
    for name in ("generation", "generation/precharge", "queue/wan26_i2i"):
        _check_response("POST", f"/model/v1/{name}", JSON, data)


def fuzz_upload(data: bytes) -> None:
    """Sends a form; the names of fields in braces stand for the values of a valid policy."""
    for name, value in _policy().items():
        data = data.replace(b"{%s}" % name.encode(), value.encode())
    kind = {"content-type": "multipart/form-data; boundary=edge"}
    _check_response("POST", UPLOADS, kind, data)
    first, _, rest = data.partition(b"\n")
    _check_response("POST", UPLOADS, {"content-type": first.decode("latin-1")}, rest)


@cache
def _policy() -> Mapping[str, str]:
    asked = "action=getPolicy&model=wan2.5-i2v-preview"
    made = _mock().handle(Request(method="GET", path="/api/v1/uploads", query=asked, headers=JSON))
    policy = json.loads(made.body)["data"]
    return {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "key": f"{policy['upload_dir']}/a.png",
    }


def fuzz_http(data: bytes) -> None:
    """Reads requests from a connection, at once and in two parts."""
    facts = ServerFacts(host="127.0.0.1", port=80, max_body=1000)
    for cut in (0, len(data) // 2):
        reader = RequestReader(facts, "")
        for each in (*reader.feed(data[:cut]), *reader.feed(data[cut:])):
            if each.error is None and _mock().handle(each.request).status >= 500:
                raise AssertionError(f"{each.request} gets an internal error")


def fuzz_response(data: bytes) -> None:
    """Reads a response of a vendor as the reference client does."""
    parsed = parsing.parse_object(data)
    for parse in (parsing.parse_task_id, parsing.parse_state, parsing.parse_code):
        parse(parsed)
    parsing.parse_message(parsed)
    parsing.parse_results(parsed)
    parsing.parse_cost(parsed)
    text = data.decode("latin-1")
    parsing.parse_retry_after({"retry-after": text, "date": text})


def fuzz_toml(data: bytes) -> None:
    with suppress(InvalidField):
        read_scenarios(_write(data))


def fuzz_config(data: bytes) -> None:
    """Lints with a configuration file. The status 3 is an internal error."""
    payload = str(_write(b"{}", "input.json"))
    for name in ("wanproof.toml", "pyproject.toml"):
        argv = ["lint", "--config", str(_write(data, name)), payload]
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as errors:
            if main(argv) == 3:
                raise AssertionError(errors.getvalue())


def fuzz_prices(data: bytes) -> None:
    with suppress(InvalidField):
        read_prices(_write(data))


def fuzz_known(data: bytes) -> None:
    with suppress(UsageError):
        load_known_failures(_write(data), [law.id for law in LAWS])


def fuzz_edition(data: bytes) -> None:
    with suppress(UsageError), use_edition(data.decode("utf-8", "replace")):
        lint(b"{}", None)


def fuzz_stdio(data: bytes) -> None:
    with suppress(InvalidDocument):
        parse_outcome(data)


def fuzz_replay(data: bytes) -> None:
    with suppress(UsageError):
        Replay.load(_write(data))


def _check_response(
    method: str, path: str, headers: Mapping[str, str], body: bytes, query: str = ""
) -> None:
    base_url = "http://localhost:1"
    request = Request(
        method=method, path=path, query=query, headers=headers, body=body, base_url=base_url
    )
    response = _mock().handle(request)
    lines = [f"{name}: {value}" for name, value in response.headers.items()]
    if response.status >= 500 and response.status != 504:
        raise AssertionError(f"{method} {path} answers {response.status}: {response.body[:200]!r}")
    if any("\n" in line or "\r" in line for line in lines):
        raise AssertionError(f"{method} {path} has a header with two lines: {lines}")


@cache
def _mock() -> Mock:
    return Mock(Simulator(seed=1, clock=ManualClock(), listener=lambda _exchange: None))


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp())


def _write(data: bytes, name: str = "input") -> Path:
    file = _folder() / name
    file.write_bytes(data)
    return file


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    name.removeprefix("fuzz_"): function
    for name, function in list(globals().items())
    if name.startswith("fuzz_")
}
