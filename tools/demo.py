"""The main job on real input, step by step: lint payloads, then run tasks against the mock.

Run by ``make demo``. It starts ``wanproof serve`` as a user would, talks to it with httpx, and
ends it. Everything stays on this machine. Exit code 0 means that all of it went as it should.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import av
import httpx
from PIL import Image

from wan_validators import lint, model

ROOT = Path(__file__).parents[1]
PAYLOADS = ROOT / "fixtures/payloads"
LINTED = {
    None: (
        "vtrix/wan26_i2i/valid/image-jpeg.json",
        "vtrix/wan26_i2i/invalid/size-format--letter-x.json",
    ),
    "wan2.5-i2i-preview": (
        "mulerouter/wan2.5-i2i-preview/invalid/image-dimensions--below-width.json",
    ),
}
"""Payloads by the model that has to be named for them: at one vendor it stands in the path."""

KEY = "demo-key"
PATIENCE = 30.0
"""Seconds until the demo gives up on the server or on a task."""


def main() -> int:
    lint_payloads()
    with tempfile.TemporaryDirectory(prefix="wanproof-demo-") as folder, serving(folder) as url:
        for name, payload in tasks():
            with httpx.Client(
                base_url=url,
                headers={"Authorization": f"Bearer {KEY}"},
                timeout=PATIENCE,
                trust_env=False,  # no proxy leads to this machine
            ) as client:
                run_task(client, name, payload, Path(folder))
    say("stopped the server. Nothing was sent anywhere, and nothing was billed.")
    return 0


def lint_payloads() -> None:
    """A valid payload and two broken ones, with pictures inside the first and the last."""
    title("wanproof lint: what would the API have said?")
    for name, files in LINTED.items():
        paths = [str((PAYLOADS / file).relative_to(ROOT)) for file in files]
        command = ["lint", *(["--model", name] if name else []), *paths]
        say(f"$ wanproof {' '.join(command)}")
        run = subprocess.run([wanproof(), *command], cwd=ROOT, check=False)
        expect(run.returncode == 1, f"lint should find errors, exit code 1, not {run.returncode}")


@contextmanager
def serving(folder: str) -> Iterator[str]:
    """``wanproof serve`` on a free port; yields its base URL."""
    title("wanproof serve: the vendors' APIs on this machine")
    port_file = Path(folder) / "port"
    options = ["--port", "0", "--port-file", str(port_file), "--seed", "7", "--quiet"]
    server = subprocess.Popen([wanproof(), "serve", *options], stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port_of(server, port_file)}"
        say(f"$ wanproof serve --port 0 --seed 7      (listening at {url})")
        yield url
    finally:
        server.terminate()
        code = server.wait(PATIENCE)
    expect(code == 0, f"the server should end with 0, not {code}")


def port_of(server: subprocess.Popen[bytes], port_file: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while not port_file.exists():
        expect(server.poll() is None, "the server ended before it listened")
        expect(time.monotonic() < deadline, "the server does not listen")
        time.sleep(0.02)
    return port_file.read_text().strip()


def tasks() -> Iterator[tuple[str, dict[str, Any]]]:
    """An image and a video task at one vendor; images, and images with text, at the other.

    No video model of that other vendor is documented.
    """
    picture = "https://example.com/portrait.jpg"
    yield (
        "wan2.5-i2i-preview",
        {"prompt": "Make it a watercolour", "images": [picture], "size": "1280*720", "n": 2},
    )
    yield (
        "wan2.5-i2v-preview",
        {"prompt": "She turns and smiles", "image": picture, "resolution": "480P", "duration": 5},
    )
    yield (
        "wan25_i2i_preview_intl",
        {
            "model": "wan25_i2i_preview_intl",
            "input": {"prompt": "Make it night", "images": [picture]},
            "parameters": {"size": "960*1280", "n": 1, "watermark": True},
        },
    )
    yield (
        "wan26_i2i",
        {
            "model": "wan26_i2i",
            "input": {
                "messages": [
                    {"role": "user", "content": [{"text": "An illustrated guide to making tea"}]}
                ]
            },
            "parameters": {"enable_interleave": True, "max_images": 2, "size": "1024*1024"},
        },
    )


def run_task(client: httpx.Client, name: str, payload: dict[str, Any], folder: Path) -> None:
    """One task from create to download, as the vendor's own client would do it."""
    spec = model(name)
    title(f"{spec.vendor.title} {name}: {spec.title}")
    expect(lint(payload, name).valid, f"the payload for {name} should be valid")
    create = spec.create_path
    answer = client.post(create, json=payload)
    say(f"POST {create} -> {answer.status_code} {short(answer.json())}")
    expect(answer.status_code == spec.vendor.created_status, "the task was not accepted")
    task = found(answer.json(), "id")
    done = poll(client, spec.poll_path.format(task_id=task))
    for text in every(done, "text"):
        say(f"  text: {text}")
    urls = [*done.get("images", ()), *done.get("videos", ()), *every(done, "url")]
    expect(bool(urls), "the task has no results")
    for url in urls:
        download(client, url, folder)
    for usage in every(done, "usage"):
        say(f"  it would have cost {usage['cost']} USD")


def poll(client: httpx.Client, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = client.get(path)
        body: dict[str, Any] = answer.json()
        status = found(body, "status")
        say(f"GET  {path} -> {answer.status_code} {status}")
        if status == "completed":
            return body
        expect(status != "failed", f"the task failed: {short(body)}")
    return stop("the task does not end")


def download(client: httpx.Client, url: str, folder: Path) -> None:
    answer = client.get(url)
    expect(answer.status_code == httpx.codes.OK, f"{url} answers {answer.status_code}")
    file = folder / url.rpartition("/")[2]
    file.write_bytes(answer.content)
    facts = described(answer.content, answer.headers["Content-Type"])
    say(f"GET  {httpx.URL(url).path} -> {len(answer.content):,} bytes, {facts}")


def described(content: bytes, mime_type: str) -> str:
    """What is really in the file, as Pillow and ffmpeg read it."""
    if mime_type.startswith("image/"):
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            return f"{image.format} of {image.width}*{image.height}"
    with av.open(io.BytesIO(content), "r") as film:
        video = film.streams.video[0]
        sides = f"{video.width}*{video.height}"
        seconds = float(film.duration or 0) / av.time_base
        sound = "with sound" if film.streams.audio else "silent"
        return f"MP4 of {sides}, {seconds:.1f} s at {video.average_rate} fps, {sound}"


def every(value: Any, name: str) -> list[Any]:
    """All members called *name*, at any depth of *value*, in order."""
    if isinstance(value, list):
        return [found for item in value for found in every(item, name)]
    if not isinstance(value, dict):
        return []
    below = [found for item in value.values() for found in every(item, name)]
    return ([value[name]] if name in value else []) + below


def found(value: Any, name: str) -> Any:
    members = every(value, name)
    expect(bool(members), f"there is no {name} in {short(value)}")
    return members[0]


def short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def wanproof() -> str:
    return str(Path(sys.executable).with_name("wanproof"))


def title(text: str) -> None:
    print(f"\n== {text}", flush=True)


def say(text: str) -> None:
    print(text, flush=True)


def expect(met: bool, otherwise: str) -> None:  # noqa: FBT001  (reads as a sentence)
    if not met:
        stop(otherwise)


def stop(why: str) -> NoReturn:
    print(f"demo: {why}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
