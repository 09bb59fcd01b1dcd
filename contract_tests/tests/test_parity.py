"""The same requests get the same answers in process and over a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypothesis_profiles import examples
from wan_contracts.generation.strategies import single_fault, valid
from wan_mockserver.clock import ManualClock
from wan_mockserver.http import httpx_transport
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.scenarios.catalogue import load_shipped_scenarios
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import catalog, model
from wan_validators.spec import ModelSpec
from wan_validators.task_bodies import find_task_id

SLOW = ("timeout", "slow", "latency")
"""Parts of the names of scenarios that take real time over a socket."""

SCENARIOS = [name for name in load_shipped_scenarios() if not any(part in name for part in SLOW)]

ADDED = {"server", "connection", "content-length", "via"}
"""Headers that a socket's server adds, or whose absence it makes up for."""


class Step(NamedTuple):
    """A create, its polls, and whether what came of it is downloaded."""

    spec: ModelSpec
    payload: Any
    scenario: str
    polls: int


Seen = tuple[Any, ...]


@st.composite
def runs(draw: st.DrawFn) -> list[Step]:
    """A few calls of any model, good and bad, under any scenario or two."""
    steps = []
    for spec in draw(st.lists(st.sampled_from(catalog()), min_size=1, max_size=3)):
        faults = st.sampled_from(spec.all_rules).flatmap(partial(single_fault, spec))
        names = st.lists(st.sampled_from(SCENARIOS), min_size=1, max_size=2)
        scenario = "+".join(draw(names))
        polls = draw(st.integers(0, 4))
        steps.append(Step(spec, draw(valid(spec) | faults), scenario, polls))
    return steps


def requests(steps: list[Step]) -> Generator[tuple[str, str, dict[str, Any]], Seen, None]:
    """What a client sends, at least one request; it is told what came of each."""
    for nth, step in enumerate(steps):
        key = {"Authorization": f"Bearer wanproof.ok.tenant-{nth % 2}"}
        chosen = {**key, "X-Wanproof-Scenario": step.scenario}
        path = step.spec.create_path
        chosen |= step.spec.vendor.create_headers
        answer = yield "POST", path, {"json": step.payload, "headers": chosen}
        task = id_of(answer)
        place = step.spec.poll_path.format(task_id=task or "none")
        for _ in range(step.polls):
            answer = yield "GET", place, {"headers": key}
            for url in urls_of(answer):
                yield "GET", urlsplit(url).path, {"headers": {"Range": "bytes=0-99"}}


def body_of(seen: Seen | None) -> Any:
    try:
        return json.loads(seen[2]) if seen and len(seen) == 3 else None
    except ValueError:
        return None


def id_of(seen: Seen | None) -> str | None:
    body = body_of(seen)
    found = find_task_id(body)
    return found if isinstance(found, str) else None


def urls_of(seen: Seen | None) -> list[str]:
    body = body_of(seen)
    if not isinstance(body, dict):
        return []
    output = body.get("output") or ()
    if isinstance(output, dict):
        made = [*(output.get("results") or ()), {"url": output.get("video_url")}]
        return [part["url"] for part in made if part.get("url")][:1]
    content = [part for out in output for part in out["content"]]
    named = [part["url"] for part in content if "url" in part]
    return [*(body.get("images") or ()), *named][:1]


def answered(got: httpx.Response) -> Seen:
    headers = {name: value for name, value in got.headers.items() if name not in ADDED}
    return got.status_code, headers, got.content


def mock() -> Mock:
    return Mock(Simulator(seed=5, clock=ManualClock(), listener=lambda _: None))


HERE: dict[str, Any] = {"base_url": httpx_transport.BASE_URL, "timeout": 20}


async def driven(send: Callable[..., Awaitable[httpx.Response]], steps: list[Step]) -> list[Seen]:
    seen: list[Seen] = []
    plan = requests(steps)
    request = next(plan)
    while request:
        method, path, options = request
        try:
            seen.append(answered(await send(method, path, **options)))
        except httpx.TransportError as error:
            seen.append((type(error).__name__,))
        try:
            request = plan.send(seen[-1])
        except StopIteration:
            break
    return seen


def with_client(client: httpx.Client, steps: list[Step]) -> list[Seen]:
    async def send(*given: Any, **options: Any) -> httpx.Response:
        return client.request(*given, **options)

    with client:
        return asyncio.run(driven(send, steps))


async def with_async_client(client: httpx.AsyncClient, steps: list[Step]) -> list[Seen]:
    async with client:
        return await driven(client.request, steps)


def sync_in_process(steps: list[Step]) -> list[Seen]:
    return with_client(httpx.Client(transport=httpx_transport.WanTransport(mock()), **HERE), steps)


def async_in_process(steps: list[Step]) -> list[Seen]:
    client = httpx.AsyncClient(transport=httpx_transport.AsyncWanTransport(mock()), **HERE)
    return asyncio.run(with_async_client(client, steps))


def sync_respx(steps: list[Step]) -> list[Seen]:
    with httpx_transport.mock(mock(), assert_all_called=False):
        return with_client(httpx.Client(**HERE), steps)


def async_respx(steps: list[Step]) -> list[Seen]:
    with httpx_transport.mock(mock(), assert_all_called=False):
        return asyncio.run(with_async_client(httpx.AsyncClient(**HERE), steps))


def over_a_socket(steps: list[Step]) -> list[Seen]:
    """The header Host makes URLs the same as in process."""
    host = {"Host": urlsplit(httpx_transport.BASE_URL).netloc}
    with Server(create_app(mock())) as server:
        return with_client(httpx.Client(base_url=server.url, headers=host, timeout=20), steps)


@pytest.mark.parametrize("other", [async_in_process, sync_respx, async_respx, over_a_socket])
@examples(4, ci=1)
@given(steps=runs())
def test_every_way_to_the_server_gives_the_same_answers(
    other: Callable[[list[Step]], list[Seen]], steps: list[Step]
) -> None:
    assert other(steps) == sync_in_process(steps)


def test_the_runs_reach_tasks_files_and_faults() -> None:
    """So that the property above is about something."""
    spec = model("wan2.5-i2i-preview")
    edit = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 1}
    steps = [Step(spec, edit, "ok", 3), Step(spec, edit, "accept-lost", 1)]
    seen = sync_in_process(steps)
    assert [each[0] for each in seen] == [202, 200, 200, 200, 206, "ReadError", 404]
