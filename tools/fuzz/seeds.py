"""The seeds of the fuzz targets: inputs that lead far into the code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["CREATE", "SEEDS", "find_seeds"]

CREATE: Final = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"

_PAYLOAD: Final = {"prompt": "a", "images": ["https://b.io/a.png"]}
_CREATED: Final = {"task_info": {"id": "1", "created_at": "2026-11-28T10:00:00Z"}}
_DONE: Final = {
    "task_info": {"id": "1", "status": "completed"},
    "images": ["https://a.io/1.png"],
    "created_at": 1,
}


def _build_entry(method: str, path: str, body: Any, answer: Any) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-11-28T10:00:00Z",
        "request": {
            "method": method,
            "url": f"https://a.io{path}",
            "headers": [{"name": "Authorization", "value": "Key k-123456"}],
            **({"postData": {"text": json.dumps(body)}} if body else {}),
        },
        "response": {"status": 200, "headers": [], "content": {"text": json.dumps(answer)}},
    }


_HAR: Final = json.dumps(
    {
        "log": {
            "entries": [
                _build_entry("POST", CREATE, _PAYLOAD, _CREATED),
                _build_entry("GET", f"{CREATE}/1", None, _DONE),
                _build_entry("GET", "/1.png", None, "a"),
            ]
        }
    }
)
_JOURNAL: Final = json.dumps(
    {
        "requests": [
            {
                "sent": {"headers": {}, "text": json.dumps(_PAYLOAD)},
                "answer": {"headers": {}, "text": json.dumps(_CREATED)},
                "base_url": "http://a.io",
                "path": CREATE,
                "method": "POST",
                "status": 202,
                "at": 1e9,
                "number": 1,
                "arrived": True,
            }
        ]
    }
)
_CASSETTE: Final = f"""interactions:
- request: &r
    {{method: GET, uri: "https://a.io{CREATE}/1", headers: {{A: [b]}}, body: !!binary aGk=}}
  response:
    {{status: {{code: 200}}, headers: {{content-encoding: [gzip]}}, body: {{string: "{{}}"}}}}
  recorded_at: 2026-11-28T10:00:00
version: 1
"""
_CURL: Final = f"""$ curl -X POST 'https://a.io{CREATE}' -H "Authorization: Key $K" \\
  -d $'{{"prompt":"\\u0061","n":1}}'; curl https://a.io -d @- <<-'END'
{{"model":"wan26_i2i"}}
END
"""
_FORM: Final = "".join(
    f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{{{name}}}\r\n'
    for name in ("OSSAccessKeyId", "Signature", "policy", "key", "file")
)
_HEAD: Final = "Host: localhost:1\r\nContent-Type: application/json\r\n"
_REPLAY: Final = {
    "version": 1,
    "law": "one-charge",
    "tempo": "real",
    "case": {"model": "wan26_i2i", "payload": {}, "scenario": "ok"},
    "large": [{"at": "/law", "zlib": "eJw="}],
    "client": {"form": "command", "argv": ["rm"]},
}

SEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "json": ('{"prompt":"a","images":["https://example.com/a.jpg"],"seed":NaN1}', "[1e999]"),
    "media": (
        "data:image/png;base64,iVBORw0KGgo=",
        "https://example.com/a.jpg?Expires=1&sig=a",
        "oss://dashscope-instant/a/b.png",
        "http://[::1]:99999/\\..%2f",
    ),
    "files": (  # the bytes of the files are written as characters of Latin-1
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\4\0\0\0\4\0\x08\2\0\0\0",
        "GIF89a\1\0\1\0\0\0\0;",
        "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x44\xac\0\0\x88\x58\1\0\2\0\x10\0data\0\0\0\0",
        "RIFF\x1a\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0\xff\3\0\xff\3\0",
        "\xff\xd8\xff\xc0\0\x11\x08\4\0\4\0\3\1\x22\0\2\x11\1\3\x11\1",
        "ID3\4\0\0\0\0\0\0\xff\xfb\x90d\0\0",
        "\0\0\0\x14ftypheic\0\0\0\0heic",
    ),
    "lines": ('{"prompt":"a"}\n\n{"model":"wan26_i2i"}\r\n', "\n[]"),
    "har": (_HAR, '{"log":{"entries":[{"request":{"method":"POST"}}]}}'),
    "curl": (_CURL, 'curl "a" --json "{}" &'),
    "capture": (_HAR, _JOURNAL, _CASSETTE),
    "admin": ('{"scenario":"fail"}', '{"seconds":1}', '{"checks":[{"creates":{"at_most":1}}]}'),
    "query": ("limit=x&tenant=%00&page_no=1", "action=getPolicy&model=wan2.5-i2v-preview", "q=wan"),
    "path": (
        "GET /model/v1/queue/wan26_i2i/requests/1/status",
        "POST /model/v1/queue/wan26_i2i",
        "PUT /model/v1/queue/wan26_i2i/requests/1/cancel",
        "GET /model/v1/generation/task/1/stream?cursor=1",
        "POST /api/v1/tasks/1/cancel",
        "GET /files/1/..%2f1.png",
        "GET /_wanproof/ui/static/..%2f..",
    ),
    "dashscope": (
        '{"model":"wan2.5-i2v-preview","input":{"img_url":"oss://a/b","prompt":"a"}}',
        '{"model":"wan2.6-t2i","input":{"messages":[{"role":"user","content":[{"text":"a"}]}]}}',
    ),
    "vtrix": (
        '{"model":"wan26_i2i","input":{"messages":[{"role":"user","content":[{"text":"a"}]}]}}',
        '{"prompt":"a"}',
    ),
    "upload": (f"{_FORM}--edge--\r\n", "--edge\r\n\r\n"),
    "http": (
        f"POST {CREATE}?a=b HTTP/1.1\r\n{_HEAD}Content-Length: 2\r\n\r\n{{}}",
        f"GET / HTTP/1.0\r\n{_HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n",
    ),
    "response": (
        json.dumps(_DONE),
        '{"output":{"task_status":"FAILED","results":[{"url":"a"}]},"usage":{"cost":"1e9"}}',
        "Wed, 21 Oct 2026 07:28:00 GMT",
    ),
    "toml": ('[mine]\nuse = ["moderated"]\noutcome = { after = 3 }\n', "[a]\noutcome.fail = 1\n"),
    "config": (
        '[lint]\nformat = "json"\nignore = ["unknown-member"]\n[serve]\nseed = 1\n',
        '[lint.models]\n"*.json" = "wan26_i2i"\n',
        '[tool.wanproof.lint]\nmodel = "wan26_i2i"\n',
    ),
    "prices": ('["wan2.5-i2i-preview"]\nusd = "0.03"\n', '"wan26_i2i" = "0.1"\n'),
    "known": ('[one-charge]\nreason = "It retries."\n', "[one-charge]\nreason = 1\n"),
    "edition": ("2026-10", "2026-11-28", "9999-99"),
    "stdio": ('{"kind":"completed","outputs":[]}', '{"kind":"failed","code":1}'),
    "replay": ('{"version":1}', "[]", json.dumps(_REPLAY)),
}


def _build_parquet() -> list[bytes]:
    """Builds files of one column with texts, and of several with structs, lists and times."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = json.dumps({"model": "wan26_i2i", **_PAYLOAD})
    tables = [
        pa.table({"request": [text, "{}", None, text.replace(",", ",\n")]}),
        pa.table({"request": pa.array([text.encode(), b"\xff"]).dictionary_encode()}),
        pa.table(
            {
                "prompt": ["a", None],
                "images": [["https://b.io/a.png"], []],
                "parameters": [{"n": 1, "seed": None}, {"n": 9, "seed": 2**40}],
                "labels": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
                "at": pa.array([0, 2**62], pa.timestamp("ns")),
            }
        ),
    ]
    files = []
    for table, compression in zip(tables, ("none", "snappy", "none"), strict=True):
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression=compression, store_schema=False)
        files.append(sink.getvalue().to_pybytes())
    return files


def find_seeds(name: str) -> list[bytes]:
    """Returns the seeds of the target *name*."""
    if name == "parquet":
        return _build_parquet()
    coding = "latin-1" if name == "files" else "utf-8"
    return [text.encode(coding) for text in SEEDS[name]]
