"""The official SDK of Model Studio calls the models of messages, and uploads files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from dashscope import ImageSynthesis, VideoSynthesis
from dashscope.aigc.image_generation import AioImageGeneration, ImageGeneration
from dashscope.api_entities.aio_session import close_shared_aio_session
from dashscope.common.error import UploadFileException

from wan_mockserver.http.server import Server
from wan_mockserver.scenarios.lifecycle import Polls
from wan_validators.examples.tiny_files import build_png

from .test_dashscope_sdk import point_sdk

URL = "https://example.com/in.png"
DRAW: Any = [{"role": "user", "content": [{"text": "a flower shop"}]}]
EDIT: Any = [{"role": "user", "content": [{"text": "make it night"}, {"image": URL}]}]

Serve = Callable[..., Server]

# The SDK leaves connections open, for the garbage collector to find.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture
def server(serve: Serve) -> Iterator[Server]:
    yield from point_sdk(serve(lifecycle=Polls(0)))


def images(*answers: Any) -> list[str]:
    contents = [
        choice.message.content for answer in answers for choice in answer.output.choices or ()
    ]
    return [part["image"] for content in contents for part in content if "image" in part]


def call(messages: Any, model: str = "wan2.6-t2i", **more: Any) -> Any:
    return ImageGeneration.call(model, **{"api_key": "alice", "messages": messages, **more})


def test_a_call_returns_the_images(server: Server) -> None:
    done = call(DRAW, n=2)

    assert (done.status_code, done.output.finished) == (200, True)
    assert done.usage.image_count == 2
    assert [httpx.get(url).content[:4] for url in images(done)] == [b"\x89PNG"] * 2


def test_a_stream_yields_a_chunk_for_each_part(server: Server) -> None:
    story: Any = [{"role": "user", "content": [{"text": "a story"}]}]
    chunks = [*call(story, "wan2.6-image", stream=True, enable_interleave=True, max_images=3)]
    last = chunks[-1]

    assert {chunk.status_code for chunk in chunks} == {200}
    assert [chunk.output.finished for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert [choice.finish_reason for choice in last.output.choices] == ["stop"]
    assert len(images(*chunks)) == last.usage.image_count
    assert any("text" in chunk.output.choices[0].message.content[0] for chunk in chunks)


def test_a_task_is_created_and_awaited(server: Server) -> None:
    made: Any = ImageGeneration.async_call(
        "wan2.6-image", api_key="alice", messages=EDIT, n=1, size="2K"
    )
    done: Any = ImageGeneration.wait(made, api_key="alice")

    assert made.output.task_status == "PENDING"
    assert done.output.task_status == "SUCCEEDED"
    assert done.usage.size == "2048*2048"
    assert len(images(done)) == 1


def test_a_broken_rule_is_an_error_or_a_failed_task(server: Server) -> None:
    rejected = call(DRAW, n=9)
    [streamed] = call(DRAW, n=9, stream=True)
    made: Any = ImageGeneration.async_call("wan2.6-t2i", api_key="alice", messages=DRAW, n=9)
    failed: Any = ImageGeneration.wait(made, api_key="alice")

    message = "parameters.n: n must be an integer from 1 to 4"
    for each in (rejected, streamed):
        assert (each.status_code, each.code, each.message) == (400, "InvalidParameter", message)
    assert failed.output.task_status == "FAILED"
    assert (failed.output.code, failed.output.message) == ("InvalidParameter", message)


def test_an_error_in_a_stream_ends_it(server: Server) -> None:
    [chunk] = call(DRAW, stream=True, api_key="wanproof.moderated")

    assert (chunk.status_code, chunk.code) == (400, "DataInspectionFailed")


async def run_async() -> tuple[Any, list[Any], Any]:
    key: Any = {"api_key": "alice", "messages": DRAW, "n": 2}
    plain = await AioImageGeneration.call("wan2.6-t2i", **key)
    stream: Any = await AioImageGeneration.call("wan2.6-t2i", stream=True, **key)
    chunks = [chunk async for chunk in stream]
    made: Any = await AioImageGeneration.async_call("wan2.6-t2i", **key)
    done = await AioImageGeneration.wait(made, api_key="alice")
    await close_shared_aio_session()  # or aiohttp complains when the process ends
    return plain, chunks, done


def test_the_asynchronous_class_does_the_same(server: Server) -> None:
    plain, chunks, done = asyncio.run(run_async())

    assert [len(images(plain)), len(images(*chunks)), len(images(done))] == [2, 2, 2]
    assert done.output.task_status == "SUCCEEDED"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "in.png"
    file.write_bytes(build_png(400))
    return file


def test_local_files_are_uploaded(server: Server, picture: Path) -> None:
    edited = ImageSynthesis.call(
        "wan2.5-i2i-preview", prompt="night", images=[str(picture)], n=1, api_key="alice"
    )
    film = VideoSynthesis.call("wan2.5-i2v-preview", img_url=picture.as_uri(), api_key="alice")
    told = [{"role": "user", "content": [{"text": "at night"}, {"image": str(picture)}]}]
    drawn = call(told, "wan2.6-image", n=1)

    assert edited.output.task_status == film.output.task_status == "SUCCEEDED"
    assert len(images(drawn)) == 1


def test_two_local_files_of_one_name_become_one(server: Server, picture: Path) -> None:
    """The SDK sends both to one key, so the second one replaces the first."""
    other = picture.parent / "other" / picture.name
    other.parent.mkdir()
    other.write_bytes(build_png(100))
    both = [str(picture), str(other)]
    done = ImageSynthesis.call(
        "wan2.5-i2i-preview", prompt="night", images=both, n=1, api_key="alice"
    )

    assert done.output.task_status == "FAILED"
    assert done.output.message.startswith("input.images.0: ")


def test_an_upload_that_is_refused_raises(server: Server, picture: Path) -> None:
    with pytest.raises(UploadFileException, match="Model not exist"):
        ImageSynthesis.call("wan9-i2i", prompt="a", images=[str(picture)], api_key="alice")
