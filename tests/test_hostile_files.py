"""Files from outside are data: they start nothing, contact nothing, and control no terminal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from wan_validators.cli import main

WATCH = """
import contextlib, io, json, sys
from wan_validators.cli import main
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

WATCHED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.")
seen = []
sys.addaudithook(lambda event, args: event.startswith(WATCHED) and seen.append([event, repr(args)]))
commands, requests = json.load(sys.stdin)
codes = []
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for argv in commands:
        codes.append(main(argv))
    mock = Mock(Simulator(seed=1, clock=ManualClock()))
    for path, headers, payload in requests:
        made = mock.handle(
            Request(method="POST", path=path, headers=headers, body=json.dumps(payload).encode())
        )
        codes.append(made.status)
print(json.dumps([codes, seen, "evil" in sys.modules]))
"""

URLS = [
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:1/a.png",
    "file:///etc/passwd",
    "https://files.example.org/a.png",
]
MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EDIT = {"prompt": "x", "images": URLS[1:2]}
CHAT = {
    "model": "wan26_i2i",
    "input": {
        "messages": [
            {"role": "user", "content": [{"text": "x"}, *({"image": url} for url in URLS)]}
        ]
    },
}
FILM = {"model": "wan2.5-i2v-preview", "input": {"img_url": URLS[3], "prompt": "x"}}
KEY = {"Authorization": "Bearer alice", "Content-Type": "application/json"}
REQUESTS = [
    *((MULE, KEY, {**EDIT, "images": [url]}) for url in URLS),
    ("/model/v1/generation", KEY, CHAT),
    ("/model/v1/generation/precharge", KEY, CHAT),
    (
        "/api/v1/services/aigc/video-generation/video-synthesis",
        {**KEY, "X-DashScope-Async": "enable"},
        FILM,
    ),
]
CODE = "__import__('os').system('touch pwned')"


def build_har() -> Any:
    def build_entry(method: str, url: str, body: str, answer: str) -> Any:
        return {
            "startedDateTime": "2026-11-28T10:00:00Z",
            "request": {"method": method, "url": url, "headers": [], "postData": {"text": body}},
            "response": {"status": 200, "headers": [], "content": {"text": answer}},
        }

    create = f"http://127.0.0.1:1{MULE}"
    task = {"task_info": {"id": "1", "status": "completed"}, "images": URLS}
    entries = [
        build_entry("POST", create, json.dumps({**EDIT, "prompt": CODE}), json.dumps(task)),
        build_entry("GET", f"{create}/1", "", json.dumps(task)),
    ]
    return {"log": {"entries": entries}}


FILES = {
    "payload.json": json.dumps({**EDIT, "images": URLS, "prompt": "$(touch pwned)"}),
    "run.har": json.dumps(build_har()),
    "a.curl": f"curl $(touch pwned) 'http://127.0.0.1:1{MULE}' -d \"`touch pwned`\" | sh\n",
    "wanproof.toml": '[lint]\nmodel = "wan2.5-i2i-preview"\n',
    "scenarios.toml": f'[mine]\nuse = ["moderated"]\nsummary = "{CODE}"\n',
    "evil.toml": f'[mine]\nuse = "{CODE}"\n',
    "prices.toml": f'"wan26_i2i" = "{CODE}"\n',
    "known.toml": f'[one-charge]\nreason = "{CODE}"\n',
    "evil.py": "from pathlib import Path\nPath('pwned').touch()\n",
    "replay.json": json.dumps(
        {
            "version": 1,
            "law": "one-charge",
            "tempo": "real",
            "case": {"model": "wan2.5-i2i-preview", "payload": EDIT, "scenario": "ok"},
            "scenarios": "scenarios.toml",
            "client": {"form": "python", "argv": ["evil.py:client"]},
        }
    ),
}
COMMANDS = [
    (["lint", "payload.json"], 1),
    (["lint", "run.har"], 0),
    (["lint", "a.curl"], 0),
    (["lint", "--media-root", ".", "payload.json"], 1),
    (["lint", "--diff", "payload.json"], 0),
    (["cost", "payload.json"], 0),
    (["cost", "--prices", "prices.toml", "payload.json"], 2),
    (["drift", "run.har"], 1),
    (["scenarios", "--file", "scenarios.toml"], 0),
    (["scenarios", "--file", "evil.toml"], 2),
    (["replay", "replay.json"], 2),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_is_started_and_no_one_is_contacted(folder: Path) -> None:
    commands = [argv for argv, _ in COMMANDS]
    done = subprocess.run(
        [sys.executable, "-c", WATCH],
        input=json.dumps([commands, REQUESTS]),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    codes, seen, is_evil_imported = json.loads(done.stdout)
    assert seen == []
    assert not is_evil_imported
    assert not (folder / "pwned").exists()
    assert codes[: len(commands)] == [code for _, code in COMMANDS]
    assert max(codes[len(commands) :]) < 500


EVIL = "\x1b]0;title\x07\x1b[2J\x9b31m\u202ecba\x00\r\b"
OWN_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def write_hostile_files(folder: Path) -> None:
    payload = {"model": EVIL, EVIL: {EVIL: EVIL}, "prompt": EVIL, "images": [f"https://{EVIL}"]}
    har = build_har()
    har["log"]["entries"][0]["request"]["postData"]["text"] = json.dumps({**EDIT, EVIL: EVIL})
    har["log"]["entries"][1]["response"]["content"]["text"] = json.dumps(
        {"task_info": {"id": EVIL, "status": EVIL}, EVIL: EVIL}
    )
    har["log"]["entries"][1]["request"]["method"] = f"GET{EVIL}"
    name = f"evil{EVIL.replace(chr(0), '')}.json"
    texts = {
        name: json.dumps(payload),
        "evil.json": json.dumps(payload, ensure_ascii=False),
        "evil.har": json.dumps(har),
        "evil.curl": f"curl http://a{MULE} -d '{EVIL}' -d @{EVIL}",
        "open.curl": f"curl http://a{MULE} -d '{EVIL}",
        "evil.toml": f"[{json.dumps(EVIL)}]\nuse = {json.dumps(EVIL)}\n",
        "evil2.toml": f"[lint]\n{json.dumps(EVIL)} = {json.dumps(EVIL)}\n",
        "evil3.toml": f"[lint]\nmodel = {json.dumps(EVIL)}\n",
        "evil4.toml": f"[{EVIL}",
        "replay.json": json.dumps({"version": EVIL, EVIL: EVIL}),
        "replay2.json": FILES["replay.json"].replace("evil.py:client", json.dumps(EVIL)[1:-1]),
        "replay3.json": FILES["replay.json"].replace("one-charge", json.dumps(EVIL)[1:-1]),
    }
    for each, text in texts.items():
        (folder / each).write_text(text, encoding="utf-8", newline="")


FORMATS = ("text", "json", "jsonl", "github", "gitlab", "junit", "sarif", "md")
OUTPUTS: Sequence[Sequence[str]] = [
    *(["lint", "--format", each, "{name}", "evil.json", "evil.har"] for each in FORMATS),
    ["lint", "--statistics", "{name}", "evil.json"],
    ["lint", "--diff", "evil.json"],
    ["lint", "--model", EVIL.replace("\0", ""), "evil.json"],
    ["lint", "evil.curl", "open.curl"],
    ["lint", f"no{EVIL.replace(chr(0), '')}.json"],
    *(["lint", "--config", f"evil{each}.toml", "evil.json"] for each in (2, 3, 4)),
    ["lint", "--select", EVIL.replace("\0", ""), "evil.json"],
    ["cost", "{name}", "evil.json"],
    ["cost", "--prices", "evil.toml", "evil.json"],
    ["drift", "evil.har"],
    ["drift", "--format", "json", "evil.har"],
    ["drift", "{name}"],
    ["rules", EVIL.replace("\0", "")],
    ["scenarios", "--file", "evil.toml"],
    ["scenarios", "--file", "evil4.toml"],
    ["scenarios", EVIL.replace("\0", "")],
    ["schema", EVIL.replace("\0", "")],
    *(["replay", f"replay{each}.json"] for each in ("", "2", "3")),
    ["serve", "--replay", "evil.toml", "--scenario", EVIL.replace("\0", "")],
    [EVIL.replace("\0", "")],
]


@pytest.mark.parametrize(
    "argv", OUTPUTS, ids=lambda argv: " ".join(argv)[:40].encode("unicode_escape")
)
def test_no_output_controls_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str], argv: Sequence[str]
) -> None:
    write_hostile_files(folder)
    name = next(file.name for file in folder.glob("evil*]0*.json"))

    try:
        code: Any = main([each.replace("{name}", name) for each in argv])
    except SystemExit as ended:
        code = ended.code

    out, err = capsys.readouterr()
    shown = OWN_COLOURS.sub("", out + err).replace("\n", "")
    assert code != 3, err
    assert shown.isprintable(), ascii(shown)
