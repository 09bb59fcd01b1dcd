"""Groups the exchanges of a capture into tasks: a create, its polls, its downloads."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from mimetypes import guess_extension
from typing import Any, Final

from wan_validators.catalog import vendors
from wan_validators.task_bodies import find_task_id
from wan_validators.vendor import Vendor

from ..http.errors import RequestRejected
from ..simulator.routing import Action, build_routes, find_route, normalize_path
from ..state.secrets import redact_members
from .exchange import CapturedExchange, find_header

__all__ = ["ROUTES", "RecordedTask", "build_key", "group_tasks", "parse_json"]

ROUTES: Final = build_routes(vendors())


@dataclass(slots=True, eq=False)
class RecordedTask:
    """A create, its polls in their order, and the downloads of its files by URL.

    *urls* are those in the responses to its polls, with their numbers.
    """

    vendor: Vendor
    create: CapturedExchange
    id: str = ""
    polls: list[CapturedExchange] = field(default_factory=list)
    urls: dict[str, int] = field(default_factory=dict)
    downloads: dict[str, CapturedExchange] = field(default_factory=dict)

    def add_poll(self, exchange: CapturedExchange) -> list[str]:
        """Adds the response to a poll. Returns the URLs that no poll before had."""
        self.polls.append(exchange)
        found = dict.fromkeys(_iter_urls(parse_json(exchange.response.body)))
        new = [url for url in found if url not in self.urls]
        self.urls |= {url: len(self.urls) + nth for nth, url in enumerate(new, 1)}
        return new

    def name_file(self, url: str) -> str:
        """Returns the name of the file with the recorded *url*: its number, and its extension."""
        path = re.split("[?#]", url.partition("://")[2].partition("/")[2], maxsplit=1)[0]
        _, dot, extension = path.rpartition("/")[2].rpartition(".")
        if not (dot and extension.isalnum()):
            exchange = self.downloads.get(url)
            kind = find_header(exchange.response.headers, "content-type") if exchange else ""
            extension = (guess_extension(kind.partition(";")[0]) or ".bin")[1:]
        return f"{self.urls[url]}.{extension}"


def group_tasks(exchanges: Iterable[CapturedExchange]) -> dict[str, list[RecordedTask]]:
    """Groups the exchanges of each task, by the key of its create."""
    recorded: dict[str, list[RecordedTask]] = defaultdict(list)
    tasks: dict[str, RecordedTask] = {}
    without_download: dict[str, list[RecordedTask]] = defaultdict(list)
    for exchange in exchanges:
        path = normalize_path(exchange.request.path)
        try:
            route, names = find_route(ROUTES, exchange.request.method, path)
        except RequestRejected:
            route, names = None, {}
        if route is None or route.vendor is None:
            for task in without_download.pop(exchange.url, ()):
                task.downloads.setdefault(exchange.url, exchange)
        elif route.action is Action.CREATE:
            task_id = find_task_id(parse_json(exchange.response.body)) or ""
            task = RecordedTask(route.vendor, exchange, task_id)
            recorded[build_key(path, exchange.request.body or b"")].append(task)
            if task.id:
                tasks[task.id] = task
        elif route.waits:
            """A stream of a task is not one of its polls."""
        elif route.action is Action.POLL and names["task_id"] in tasks:
            task = tasks[names["task_id"]]
            for url in task.add_poll(exchange):
                without_download[url].append(task)
    return dict(recorded)


def build_key(path: str, body: bytes) -> str:
    """Builds the key of a create.

    The order of members and the white space do not matter, and neither do signatures of URLs: a
    capture does not have them.
    """
    value = parse_json(body)
    text = body.decode("utf-8", "replace") if value is None else json.dumps(value, sort_keys=True)
    return f"{path} {redact_members(text)}"


def parse_json(body: bytes) -> Any:
    """Returns the value of *body*, None if it is not JSON or is nested too deeply."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _iter_urls(value: Any) -> Iterator[str]:
    """Yields the URLs in *value* in their order."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if value.startswith(("http://", "https://")):
                yield value
        elif isinstance(value, dict | list):
            waiting += reversed(value.values() if isinstance(value, dict) else value)
