"""Measures the fuzz targets with inputs of megabytes that are made to be slow.

    python tools/fuzz/large.py [--megabytes N] [NAME ...]

An input may take MAX_SECONDS of CPU time and MAX_GROWTH times its size of memory. Each runs in a
process of its own; what that process takes for a small input does not count.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from seeds import CREATE, find_seeds
from targets import TARGETS

from wan_mockserver.captures.reading import read_capture
from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.http.sockets.request_reader import RequestReader, ServerFacts
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators import lint
from wan_validators.command import UsageError

MAX_SECONDS: Final = 2.0

MAX_GROWTH: Final = 3.0

MEGABYTE: Final = 1_000_000

HEAD_BYTES: Final = 64_000
"""The server reads no longer head of a request, and not much more at once."""

FACTS: Final = ServerFacts(host="127.0.0.1", port=80, max_body=1000)

OBJECTS_GROWTH: Final[Mapping[str, float]] = {
    "capture": 200,
    "config": 100,
    "curl": 100,
    "dashscope": 100,
    "har": 100,
    "http": 100,
    "json": 100,
    "known": 100,
    "media": 100,
    "path": 100,
    "prices": 100,
    "query": 100,
    "replay": 100,
    "response": 100,
    "stdio": 100,
    "toml": 100,
    "upload": 100,
    "vtrix": 100,
}
"""Larger limits, where an input is read as a tree: an object of Python takes 60 bytes and more, and
these inputs have one for every two or three characters. Real files have far fewer."""


def _repeat(part: str, start: str = "", end: str = "") -> Callable[[int], bytes]:
    """Returns a function that repeats *part* up to a size."""
    return lambda size: (start + part * (size // len(part.encode())) + end).encode()


def _build_bomb(size: int) -> bytes:
    """Builds a replay file of *size* bytes, whose text has a thousand times as many."""
    packed = b64encode(zlib.compress(b" " * (size * 700))).decode()
    large = [{"at": "/why", "zlib": packed}]
    return json.dumps({"version": 1, "why": "", "large": large}).encode()


def _build_har(size: int) -> bytes:
    entry = json.dumps(json.loads(find_seeds("capture")[0])["log"]["entries"][1])
    return f'{{"log":{{"entries":[{",".join([entry] * (size // len(entry)))}]}}}}'.encode()


INPUTS: Final[Mapping[str, tuple[str, Callable[[int], bytes]]]] = {
    "json-numbers": ("json", _repeat("1,", "[", "1]")),
    "json-faults": ("json", _repeat('{"a":1},', '{"images":[', "1]}")),
    "json-open": ("json", _repeat("[")),
    "json-escapes": ("json", _repeat("\\u0000", '{"prompt":"', '"}')),
    "json-names": (
        "json",
        lambda size: json.dumps(dict.fromkeys(map(str, range(size // 12)))).encode(),
    ),
    "media-url": ("media", _repeat("a.", "https://")),
    "media-path": ("media", _repeat("/%2e", "https://a.io")),
    "media-base64": ("media", _repeat("A=\n", "data:image/png;base64,")),
    "media-type": ("media", _repeat(";a=b", "data:image/png")),
    "files-chunks": ("files", _repeat("\0\0\0\0abcd\0\0\0\0", "\x89PNG\r\n\x1a\n")),
    "files-jpeg": ("files", _repeat("\x7f\x7f")),
    "lines-blank": ("lines", _repeat(" \n")),
    "har-entries": ("har", _build_har),
    "har-escapes": (
        "har",
        _repeat("\\n", '{"log":{"entries":[{"request":{"postData":{"text":"', '"}}}]}}'),
    ),
    "curl-commands": ("curl", _repeat("curl a -d b\n")),
    "curl-words": ("curl", _repeat("'a' ", "curl ")),
    "curl-breaks": ("curl", _repeat("\\\n", "curl ")),
    "curl-quotes": ("curl", _repeat('curl "', "")),
    "curl-documents": ("curl", _repeat("curl <<A\n")),
    "curl-documents-2": ("curl", _repeat("curl -d @- <<A\nA\n")),
    "capture-entries": ("capture", _build_har),
    "capture-yaml": ("capture", _repeat("- a: *b\n", "interactions:\n- &b {}\n")),
    "admin-body": ("admin", _repeat("[")),
    "query-fields": ("query", _repeat("a=b&")),
    "query-escapes": ("query", _repeat("%ff")),
    "path-slashes": ("path", lambda size: b"GET " + b"/" * min(size, HEAD_BYTES)),
    "path-dots": ("path", lambda size: b"GET /" + b"/.." * (min(size, HEAD_BYTES) // 3)),
    "vtrix-content": (
        "vtrix",
        _repeat(
            '{"image":"a"},', '{"model":"wan26_i2i","input":{"messages":[{"content":[', "1]}]}}"
        ),
    ),
    "vtrix-unknown": (
        "vtrix",
        _repeat(
            '{"a":1},',
            '{"model":"wan26_i2i","input":{"messages":[{"role":"user","content":[',
            "1]}]}}",
        ),
    ),
    "dashscope-oss": (
        "dashscope",
        _repeat('"oss://a",', '{"model":"wan2.6-t2i","input":{"a":[', '""]}}'),
    ),
    "upload-parts": ("upload", _repeat("--edge\r\n\r\n\r\n")),
    "upload-fields": (
        "upload",
        _repeat('--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'),
    ),
    "upload-edges": ("upload", _repeat("\r\n--edg", "--edge\r\nA: b\r\n\r\n")),
    "http-headers": ("http", _repeat("A: b\r\n", f"GET {CREATE} HTTP/1.1\r\n")),
    "http-requests": (
        "http",
        lambda size: b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * (min(size, HEAD_BYTES) // 27),
    ),
    "response-list": ("response", _repeat('"a",', '{"images":[', '""]}')),
    "toml-tables": ("toml", _repeat("[[a]]\n")),
    "toml-keys": ("toml", _repeat("a.", "", "a = 1")),
    "config-strings": ("config", _repeat("\\n", 'a = "', '"')),
    "prices-open": ("prices", _repeat("[", "a = ")),
    "known-keys": ("known", _repeat("[one-charge]\n")),
    "replay-bomb": ("replay", _build_bomb),
    "replay-texts": (
        "replay",
        _repeat('{"at":"/why","zlib":"eJw="},', '{"version":1,"why":"","large":[', "1]}"),
    ),
}
"""By name a target, and what builds its input of about so many bytes."""


def _replay(data: bytes) -> None:
    """Reads a capture in YAML, which includes JSON, and groups its tasks."""
    file = Path(tempfile.mkdtemp()) / "input.yaml"
    file.write_bytes(data)
    with suppress(UsageError):
        CaptureReplay(read_capture(file), Mock(Simulator()))


ONCE: Final[Mapping[str, Callable[[bytes], object]]] = {
    "json": lambda data: lint(data, "wan26_i2i"),
    "files": lambda data: lint(_as_image(data), "wan2.5-i2v-preview"),
    "media": lambda data: lint({"image": data.decode()}, "wan2.5-i2v-preview"),
    "capture": _replay,
    "http": lambda data: RequestReader(FACTS, "").feed(data),
    "vtrix": lambda data: lint(data, "wan26_i2i"),
    "dashscope": lambda data: lint(data, "wan2.6-t2i"),
}
"""What stands for the targets that read an input several times."""


def _as_image(data: bytes) -> dict[str, str]:
    return {"image": f"data:image/png;base64,{b64encode(data).decode()}"}


def measure(name: str, megabytes: float) -> tuple[float, float]:
    """Returns the CPU seconds for an input, and how many times its size it takes in memory."""
    target, build = INPUTS[name]
    run = ONCE.get(target, TARGETS[target])
    for seed in find_seeds(target):
        run(seed)
    data = build(int(megabytes * MEGABYTE))
    before, begun = _peak(), time.process_time()
    run(data)
    return time.process_time() - begun, (_peak() - before) / len(data)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--megabytes", type=float, default=1.0)
    parser.add_argument("--alone", action="store_true", help="measure in this process")
    options = parser.parse_args()
    if options.alone:
        print(*measure(options.names[0], options.megabytes))
        return 0
    slow = 0
    for name in options.names or INPUTS:
        command = [sys.executable, __file__, "--alone", name, "--megabytes", str(options.megabytes)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            slow += 1
            print(f"{name}: {done.stderr[-1000:]}")
            continue
        seconds, growth = map(float, done.stdout.split())
        limit = OBJECTS_GROWTH.get(INPUTS[name][0], MAX_GROWTH)
        is_bad = seconds > MAX_SECONDS or growth > limit
        slow += is_bad
        print(f"{'TOO MUCH' if is_bad else 'ok':8} {seconds:7.2f} s {growth:6.1f} times  {name}")
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
