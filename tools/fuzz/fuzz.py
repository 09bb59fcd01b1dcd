"""Coverage-guided fuzz targets for everything that reads text from outside; needs atheris.

    python tools/fuzz/fuzz.py TARGET [options of libFuzzer]

A target ends with a traceback if its input has any effect but a result or a documented error.
``make fuzz`` runs all of them for some minutes each.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wan_validators", "wan_mockserver", "wan_contracts"]):
    from wan_contracts.protocol.schemas import parse_outcome
    from wan_contracts.protocol.validation import InvalidDocument
    from wan_contracts.results.replay import Replay
    from wan_mockserver.clock import ManualClock
    from wan_mockserver.http.messages import Request
    from wan_mockserver.scenarios.toml_format import read_scenarios
    from wan_mockserver.service import Mock
    from wan_mockserver.simulator.routing import ROOT
    from wan_mockserver.simulator.simulator import Simulator
    from wan_validators import lint
    from wan_validators.command import UsageError
    from wan_validators.fields import InvalidField
    from wan_validators.fixes import fix

MODELS = ("wan2.5-i2i-preview", "wan2.5-i2v-preview", "wan2.2-i2v-plus", "wan26_i2i", None)
ADMIN_PATHS = tuple(f"{ROOT}/{name}" for name in ("scenarios", "reset", "verify", "clock", "seed"))
CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
SEEDS: Mapping[str, tuple[str, ...]] = {
    "json": ('{"prompt":"a","images":["https://example.com/a.jpg"],"seed":NaN1}', "[1e999]"),
    "media": ("data:image/png;base64,iVBORw0KGgo=", "https://example.com/a.jpg?Expires=1&sig=a"),
    "admin": ('{"scenario":"fail"}', '{"seconds":1}'),
    "toml": ('[mine]\nuse = "fail"\n', "[a]\noutcome.fail = 1\n"),
    "stdio": ('{"kind":"completed","outputs":[]}', '{"kind":"failed","code":1}'),
    "replay": ('{"version":1}', "[]"),
}


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
    headers = {"content-type": "application/json", "authorization": "Bearer sk-1"}
    _check_response("POST", CREATE, headers, data)


def fuzz_media(data: bytes) -> None:
    """Lints a reference, in the place of an image and in that of a sound."""
    text = data.decode("utf-8", "surrogatepass" if data[:1] == b"\xed" else "replace")
    payload = {"prompt": text, "image": text, "audio_url": text}
    for finding in lint(payload, "wan2.5-i2v-preview", now=2e9).findings:
        json.dumps(finding.as_dict())


def fuzz_admin(data: bytes) -> None:
    for path in ADMIN_PATHS:
        _check_response("POST", path, {"content-type": "application/json"}, data)


def fuzz_toml(data: bytes) -> None:
    with suppress(InvalidField):
        read_scenarios(_write(data))


def fuzz_stdio(data: bytes) -> None:
    with suppress(InvalidDocument):
        parse_outcome(data)


def fuzz_replay(data: bytes) -> None:
    with suppress(UsageError):
        Replay.load(_write(data))


def _check_response(method: str, path: str, headers: dict[str, str], body: bytes) -> None:
    response = _mock().handle(Request(method=method, path=path, headers=headers, body=body))
    if response.status >= 500:
        raise AssertionError(f"{path} answers {response.status}")


@cache
def _mock() -> Mock:
    return Mock(Simulator(seed=1, clock=ManualClock()))


@cache
def _file() -> Path:
    return Path(tempfile.mkdtemp()) / "input"


def _write(data: bytes) -> Path:
    _file().write_bytes(data)
    return _file()


def fuzz_all(data: bytes) -> None:
    """Gives the rest of *data* to the target that its first byte chooses."""
    names = sorted(SEEDS)
    TARGETS[names[data[0] % len(names)] if data else "json"](data[1:])


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    name.removeprefix("fuzz_"): function
    for name, function in list(globals().items())
    if name.startswith("fuzz_")
}


def _seeds(name: str) -> list[bytes]:
    if name in SEEDS:
        return [text.encode() for text in SEEDS[name]]
    chosen = enumerate(sorted(SEEDS))
    return [bytes([number]) + text.encode() for number, each in chosen for text in SEEDS[each]]


def main(argv: list[str]) -> int:
    name, *options = argv[1:] or [""]
    if name not in TARGETS:
        print(f"name a target: {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    seeds = Path(tempfile.mkdtemp())
    for number, content in enumerate(_seeds(name)):
        (seeds / str(number)).write_bytes(content)
        TARGETS[name](content)
    atheris.Setup([argv[0], *options, str(seeds)], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
