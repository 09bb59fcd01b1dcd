"""The official SDK of Model Studio, as published, is the client."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import dashscope
import httpx
import pytest
from dashscope import ImageSynthesis, VideoSynthesis

from wan_mockserver.http.server import Server
from wan_mockserver.scenarios.lifecycle import Polls

URL = "https://example.com/in.png"
REFERENCE = {"type": "reference_image", "url": URL}
SMALL = {"resolution": "720P", "duration": 2}

Serve = Callable[..., Server]

# The SDK leaves connections open, for the garbage collector to find.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture
def server(serve: Serve) -> Iterator[Server]:
    yield from point_sdk(serve(lifecycle=Polls(0)))


@pytest.fixture
def slow(serve: Serve) -> Iterator[Server]:
    """A server whose tasks stay pending."""
    yield from point_sdk(serve(lifecycle=Polls(9)))


def point_sdk(server: Server) -> Iterator[Server]:
    before = dashscope.base_http_api_url
    dashscope.base_http_api_url = f"{server.url}/api/v1"
    yield server
    dashscope.base_http_api_url = before


def edit(**more: Any) -> Any:
    return ImageSynthesis.call(
        "wan2.5-i2i-preview", prompt="make it night", images=[URL], api_key="alice", **more
    )


def film(model: str = "wan2.5-i2v-preview", **more: Any) -> Any:
    return VideoSynthesis.call(model, api_key="alice", resolution="480P", **more)


def test_images_are_made_and_can_be_downloaded(server: Server) -> None:
    done = edit(n=2, size="768*768")

    assert done.status_code == 200
    assert done.output.task_status == "SUCCEEDED"
    assert done.usage.image_count == 2
    files = [httpx.get(each.url, timeout=60).content for each in done.output.results]
    assert [file[:4] for file in files] == [b"\x89PNG"] * 2


@pytest.mark.parametrize("model", ["wan2.5-i2v-preview", "wan2.2-i2v-plus"])
def test_a_video_is_made_without_a_prompt(server: Server, model: str) -> None:
    done = film(model, img_url=URL)

    assert done.output.task_status == "SUCCEEDED"
    assert done.usage.video_count == 1
    assert httpx.get(done.output.video_url, timeout=60).content[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("model", "members"),
    [
        ("wan2.6-t2v", {"prompt": "a cat", "size": "1280*720", "shot_type": "multi"}),
        (
            "wan2.2-kf2v-flash",
            {"first_frame_url": URL, "last_frame_url": URL, "resolution": "480P"},
        ),
        ("wan2.7-t2v", {"prompt": "a cat", "ratio": "1:1", **SMALL}),
        ("wan2.7-i2v", {"media": [{"type": "first_frame", "url": URL}], **SMALL}),
        ("wan2.7-r2v", {"prompt": "a", "media": [REFERENCE], **SMALL}),
        ("wan2.6-r2v", {"prompt": "a", "reference_urls": [URL], "size": "1280*720"}),
        ("wan2.6-i2v-flash", {"img_url": URL, "resolution": "720P", "audio": False}),
    ],
)
def test_a_video_of_each_shape_is_made(server: Server, model: str, members: Any) -> None:
    done = VideoSynthesis.call(model, api_key="alice", **members)

    assert done.output.task_status == "SUCCEEDED", done.output
    assert httpx.get(done.output.video_url, timeout=60).content[4:8] == b"ftyp"


def test_images_are_made_from_text(server: Server) -> None:
    done = ImageSynthesis.call("wan2.5-t2i-preview", prompt="a cat", n=1, api_key="alice")

    assert done.output.task_status == "SUCCEEDED", done.output
    assert done.usage.image_count == 1


def test_a_broken_rule_is_a_failed_task(server: Server) -> None:
    done = edit(n=9)

    assert (done.status_code, done.code) == (200, None)
    assert done.output.task_status == "FAILED"
    assert done.output.code == "InvalidParameter"
    assert done.output.message == "parameters.n: n must be an integer from 1 to 4"


def test_a_rejected_create_is_an_error(server: Server) -> None:
    made = VideoSynthesis.async_call("wan9-i2v", img_url=URL, api_key="alice")

    assert (made.status_code, made.code) == (400, "InvalidParameter")
    assert made.message == "Model not exist."


def test_a_task_is_fetched_listed_and_canceled(slow: Server) -> None:
    made = VideoSynthesis.async_call("wan2.5-i2v-preview", img_url=URL, api_key="alice")
    fetched = VideoSynthesis.fetch(made, api_key="alice")
    lister: Any = VideoSynthesis  # its method "list" is added at run time
    listed = lister.list(api_key="alice", model_name="wan2.5-i2v-preview")
    canceled = VideoSynthesis.cancel(made, api_key="alice")
    again = VideoSynthesis.cancel(made, api_key="alice")

    assert fetched.output.task_status == "PENDING"
    assert [each["task_id"] for each in listed.output["data"]] == [made.output.task_id]
    assert canceled.status_code == 200
    assert (again.status_code, again.code) == (400, "UnsupportedOperation")
    assert VideoSynthesis.fetch(made, api_key="alice").output.task_status == "CANCELED"
    gone = VideoSynthesis.fetch("no-such-task", api_key="alice")
    assert gone.output.task_status == "UNKNOWN"


PROGRAM = """
from dashscope import ImageSynthesis
images = ["https://example.com/a.png"]
done = ImageSynthesis.call("wan2.5-i2i-preview", prompt="night", images=images, n=1)
print(done.output.task_status, len(done.output.results))
"""


def test_a_program_needs_only_the_variable(server: Server) -> None:
    """As its users write it: nothing in the program names the mock."""
    variables = {
        "DASHSCOPE_HTTP_BASE_URL": f"{server.url}/api/v1",
        "DASHSCOPE_API_KEY": "sk-test",
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=variables, capture_output=True, text=True, check=False
    )

    assert (run.stdout, run.returncode) == ("SUCCEEDED 1\n", 0), run.stderr
