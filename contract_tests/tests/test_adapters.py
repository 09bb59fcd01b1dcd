"""``wanproof check`` as a user starts it, with every adapter that stands in this repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from wan_contracts.laws import LAWS

FOLDER = Path(__file__).parents[1] / "adapters"
WANPROOF = str(Path(sys.executable).with_name("wanproof"))

MODELS = ("--model", "wan2.5-i2i-preview", "--model", "wan26_i2i")

SOME = (
    *("accept-lost", "accept-502", "empty-202", "rate-limited", "http-401", "http-402"),
    *("poll-502", "poll-html-page", "poll-reset-before", "unknown-status", "fail-3001"),
    *("moderated", "no-results", "partial", "interleaved", "expired-urls", "download-truncated"),
)
"""Scenarios of the gate; `make thorough` has all of them."""

OF_THE_SDK = (
    *("ok", "partial", "moderated", "no-results", "accept-lost", "empty-202", "rate-limited"),
    *("http-401", "poll-502", "not-found-yet", "last-minute-3", "poll-503-retry-after"),
)
"""Scenarios for a client that waits 300 seconds in others."""

OF_THE_QUEUE = (
    *("ok", "partial", "moderated", "fail-without-error", "html-page", "http-401", "poll-502"),
    *("poll-500", "not-found-yet", "poll-503-retry-after", "accept-lost"),
)
"""Scenarios for a client that makes a TLS context for every request, and can wait 600 seconds."""

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


class Adapter(NamedTuple):
    """How a client is named, with how many laws must at least have been judged on it.

    *usual* are the options of a run that is not thorough, *programs* what it needs.
    """

    argv: Sequence[str]
    usual: Sequence[str] = ()
    known: str | None = None
    judged: int = 41
    programs: Sequence[str] = ()


def in_python(name: str, *usual: str, **facts: Any) -> Adapter:
    return Adapter(("--client", f"{name}:client"), usual, **facts)


def few(*names: str, models: Sequence[str] = MODELS) -> list[str]:
    scenarios = (word for name in names for word in ("--scenario", name))
    return ["--brief", "--examples", "5", *models, *scenarios]


ADAPTERS: Mapping[str, Adapter] = {
    "httpx": in_python("httpx_sync.py", *few("ok", "stuck", *SOME), judged=40),
    "httpx-async": in_python("httpx_async.py", *few("ok", "stuck", *SOME), judged=40),
    "requests": in_python("requests_client.py", *few("ok", "stuck", *SOME), judged=40),
    "aiohttp": in_python("aiohttp_client.py", *few("ok", "stuck", *SOME), judged=40),
    "dashscope": Adapter(
        (
            *("--client", "dashscope_sdk.py:client"),
            *("--model", "dashscope/wan2.5-i2i-preview", "--model", "dashscope/wan2.2-i2v-plus"),
            *("--model", "dashscope/wan2.5-i2v-preview"),
            *(word for name in OF_THE_SDK for word in ("--scenario", name)),
        ),
        ("--examples", "5"),
        known="dashscope_sdk.toml",
        judged=41,
    ),
    "seacloudai": Adapter(
        (
            *("--client", "seacloudai.py:client", "--model", "vtrix-queue/wan25_i2i_preview_intl"),
            *(word for name in OF_THE_QUEUE for word in ("--scenario", name)),
        ),
        ("--examples", "5", "--brief"),
        known="seacloudai.toml",
        judged=35,
    ),
    "seaart": in_python(
        "seaart.py",
        *few("ok", "stuck", *SOME, models=("--model", "wan26_i2i")),
        known="seaart.toml",
        judged=33,
    ),
    "node": Adapter(
        ("--stdio", "--", "node", "node_fetch.mjs"),
        few("ok", "stuck", *SOME),
        judged=38,
        programs=("node",),
    ),
    "node-started-anew": Adapter(
        ("--", "node", "node_fetch.mjs"), few(*SOME[:8]), judged=20, programs=("node",)
    ),
    "shell": Adapter(
        ("--", "sh", "curl_jq.sh"),
        few(*SOME[::2]),
        known="curl_jq.toml",
        judged=30,
        programs=("curl", "jq"),
    ),
}


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_keeps_every_law_except_its_known_failures(name: str, tmp_path: Path) -> None:
    adapter = ADAPTERS[name]
    need(*adapter.programs)
    usual = () if THOROUGH else adapter.usual
    expected = ("--expect", f"known/{adapter.known}") if adapter.known else ()
    options = ["--strict", "--seed", "1", "--format", "json", "--replays", str(tmp_path)]
    command = [WANPROOF, "check", *options, *usual, *expected, *adapter.argv]

    run = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    report = json.loads(run.stdout)
    judged = [law["id"] for law in report["laws"] if law["judged"]]
    assert len(judged) >= adapter.judged, sorted({law.id for law in LAWS} - {*judged})
    assert run.stderr == ""


def need(*programs: str) -> None:
    """Skips the test where one of them is not installed; with CI set it fails."""
    for program in programs:
        if shutil.which(program) is None:
            says = f"{program} is not installed; on Debian: apt-get install nodejs curl jq"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(says)
