"""The rows of the linter's benchmark: each is one number, beside its target."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final

from lint_commands import WANPROOF, cpu_of, install_check_jsonschema, peak_memory
from lint_payloads import CONTENT, EDITING, PAYLOADS, changed
from peers import by_jsonschema, by_pydantic
from PIL import Image
from timing import Measure, interleaved, per_call

from wan_validators import lint

__all__ = ["Row", "describe_versions", "measure_rows"]

ROUNDS: Final = 60
CALLS: Final = 500
MEGABYTE: Final = 1 << 20
LINES: Final = 20_000
CORE_SECONDS: Final = 5
"""Runs of commands, and of megabytes; the best of each counts."""


@dataclass(frozen=True)
class Row:
    """One number. *is_least* tells whether *target* is the least or the most that it may be."""

    what: str
    value: float
    target: float
    is_least: bool = True
    unit: str = "x"

    @property
    def is_met(self) -> bool:
        return self.value >= self.target if self.is_least else self.value <= self.target


def describe_versions() -> dict[str, str]:
    """Returns the versions of the peers."""
    return {name: version(name) for name in ("jsonschema-rs", "pydantic", "pillow")}


def measure_rows() -> Iterator[Row]:
    yield from _measure_parsed()
    yield from _measure_text()
    yield from _measure_command()
    yield from _measure_lines()
    yield from _measure_uri()
    yield from _measure_faults()


def _best(measures: dict[str, Measure], rounds: int) -> dict[str, float]:
    return {name: min(times) for name, times in interleaved(measures, rounds).items()}


def _measure_parsed() -> Iterator[Row]:
    for title, targets in (("valid", (2, 5)), (CONTENT, (3, 2.5))):
        calls: dict[str, Callable[[Any], Sequence[Any]]] = {
            "lint": lambda payload: lint(payload).findings,
            "jsonschema-rs": by_jsonschema,
            "pydantic": by_pydantic,
        }
        measures = {
            name: per_call(partial(call, PAYLOADS[title]), CALLS) for name, call in calls.items()
        }
        ours, *theirs = _best(measures, ROUNDS).values()
        for peer, time, target in zip(("jsonschema-rs", "pydantic"), theirs, targets, strict=True):
            yield Row(f"lint(dict), {title}: as fast as {peer}", time / ours, target)


def _measure_text() -> Iterator[Row]:
    for title in ("valid", "valid, interleaved", "valid, long"):
        data = json.dumps(PAYLOADS[title]).encode()
        measures = {
            "lint": per_call(partial(lint, data), CALLS),
            "json": per_call(partial(json.loads, data), CALLS),
        }
        ours, theirs = _best(measures, ROUNDS).values()
        what = f"lint(bytes), {title}: time of json.loads"
        yield Row(what, ours / theirs, 1.5, is_least=False)


def _measure_command() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        file = Path(folder, "p.json")
        file.write_text(json.dumps(EDITING), encoding="utf-8")
        commands = {
            "lint": [WANPROOF, "lint", str(file)],
            "python": [sys.executable, "-c", "pass"],
        }
        peer = install_check_jsonschema()
        if peer is not None:
            commands["check-jsonschema"] = [*peer, str(file)]
        best = _best({name: cpu_of(command) for name, command in commands.items()}, 11)
    yield Row(
        "wanproof lint p.json: CPU of python -c pass",
        best["lint"] / best["python"],
        5,
        is_least=False,
    )
    if peer is None:
        print("check-jsonschema could not be installed, so it is not compared")
    else:
        ratio = best["lint"] / best["check-jsonschema"]
        yield Row("wanproof lint p.json: CPU of check-jsonschema", ratio, 0.3, is_least=False)


def _measure_lines() -> Iterator[Row]:
    """Lints lines of which every tenth has a fault, from a file, as JSON Lines."""
    valid = [PAYLOADS[each] for each in ("valid", "valid, interleaved", "valid, long")]
    lines = [json.dumps(valid[number % 3]) for number in range(9)]
    block = "\n".join([*lines, json.dumps(changed(EDITING, n=9))]) + "\n"
    with TemporaryDirectory() as folder:
        few, many = Path(folder, "few.jsonl"), Path(folder, "many.jsonl")
        few.write_text(block, encoding="utf-8")
        many.write_text(block * (LINES // 10), encoding="utf-8")
        argv = [WANPROOF, "lint", "--jobs", "1", "--quiet", "--format", "jsonl"]
        best = _best({each.name: cpu_of([*argv, str(each)]) for each in (few, many)}, CORE_SECONDS)
        rate = (LINES - 10) / (best["many.jsonl"] - best["few.jsonl"])
        yield Row(".jsonl, a tenth with faults: payloads per core-second", rate, 150_000, unit="")
        growth = peak_memory([*argv, str(many)]) / peak_memory([*argv, str(few)])
        yield Row(f".jsonl of {LINES:,} lines: memory of 10 lines", growth, 1.2, is_least=False)


def _measure_uri() -> Iterator[Row]:
    image = io.BytesIO()
    Image.effect_noise((1500, 1400), 100).convert("RGB").save(image, "PNG", compress_level=0)
    data = base64.b64encode(image.getvalue()).decode()
    payload = {"prompt": "a", "images": [f"data:image/png;base64,{data}"]}
    text = json.dumps(payload).encode()

    def by_pillow() -> tuple[int, int]:
        uri = json.loads(text)["images"][0]
        content = base64.b64decode(uri.partition(",")[2], validate=True)
        return Image.open(io.BytesIO(content)).size

    calls: dict[str, Callable[[], object]] = {
        "pillow": by_pillow,
        "bytes": lambda: lint(text, "wan2.5-i2i-preview"),
        "dict": lambda: lint(payload, "wan2.5-i2i-preview"),
    }
    best = _best({name: per_call(call, 1) for name, call in calls.items()}, 20)
    for name in ("bytes", "dict"):
        what = f"8 MB data: URI, {name}: time of json, b64decode and Pillow"
        yield Row(what, best[name] / best["pillow"], 0.2, is_least=False)


FAULTS: Final = (
    "import resource, sys, json\n"
    "from wan_validators import lint\n"
    "lint({'model': 'wan26_i2i'}); data = open(sys.argv[2], 'rb').read()\n"
    "json.loads(data) if sys.argv[1] == 'json' else lint(data)\n"
)


def _measure_faults() -> Iterator[Row]:
    strays = ", ".join(f'"stray{number}": 1' for number in range(8 * MEGABYTE // 17))
    text = f'{{"model": "wan26_i2i", "input": {{}}, "parameters": {{{strays}}}}}'.encode()

    def measure() -> float:
        start = process_time()
        lint(text)
        return process_time() - start

    best = _best({"lint": measure}, CORE_SECONDS)["lint"]
    yield Row("8 MB with 480,000 faults: CPU seconds", best, 1, is_least=False, unit="s")
    with TemporaryDirectory() as folder:
        file, empty = Path(folder, "p.json"), Path(folder, "empty.json")
        file.write_bytes(text)
        empty.write_bytes(b"{}")
        argv = [sys.executable, "-c", FAULTS]
        base = peak_memory([*argv, "json", str(empty)])
        sizes = [peak_memory([*argv, how, str(file)]) - base for how in ("lint", "json")]
    yield Row(
        "8 MB with 480,000 faults: memory of the text", sizes[0] / len(text), 3, is_least=False
    )
    yield Row(
        "8 MB with 480,000 faults: memory of json.loads", sizes[0] / sizes[1], 1.3, is_least=False
    )
