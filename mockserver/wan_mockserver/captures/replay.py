"""Replays a capture: a recorded run as a service, with new ids, URLs and times."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from threading import Lock
from typing import Any, Final

from ..artefacts import files
from ..clock import Clock
from ..http.errors import RequestRejected
from ..http.messages import Request, Response
from ..http.service import Service, is_never
from ..simulator.routing import OPENAPI, ROOT, Action, find_route, normalize_path
from ..simulator.scenario_selection import STEP
from .exchange import CapturedExchange, find_header
from .recorded_tasks import ROUTES, RecordedTask, build_key, group_tasks, parse_json

__all__ = ["CaptureReplay"]

DROPPED_HEADERS: Final = frozenset(
    ("connection", "content-encoding", "content-length", "date", "set-cookie", "transfer-encoding")
)
"""Headers that belong to the recorded connection."""

UNKNOWN_TYPE: Final = "application/octet-stream"

ISO_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?")

TIME_MEMBER: Final = re.compile("(_at|_time|created|expires)$").search


@dataclass(slots=True)
class _ReplayedTask:
    """A task of the replay: its *recorded* task, its own *id*, and its number of polls."""

    recorded: RecordedTask
    id: str
    shift: float
    polls: int = 0


class CaptureReplay(Service):
    """Answers recorded creates, their polls and downloads; all else goes to *mock*.

    A create is recorded if its path and its JSON body are those of a recorded one. Equal creates
    get the recorded responses in turn, and then the first again. Each poll gets the next recorded
    response, and then the last again. If *strict*, a create that is not recorded is answered with
    404. Nothing is kept in the journal.
    """

    def __init__(
        self,
        exchanges: Sequence[CapturedExchange],
        mock: Service,
        *,
        strict: bool = False,
        random: Random | None = None,
        log: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._mock = mock
        self.is_download = getattr(mock, "is_download", is_never)
        self.is_long_read = getattr(mock, "is_long_read", is_never)
        self._strict = strict
        self._random = random or Random()  # noqa: S311  (ids of tasks, not secrets)
        self._log = log
        self._recorded = group_tasks(exchanges)
        self._turns: dict[str, int] = defaultdict(int)
        self._tasks: dict[str, _ReplayedTask] = {}
        self._lock = Lock()

    @property
    def clock(self) -> Clock:
        return self._mock.clock

    @property
    def creates(self) -> int:
        """The number of recorded creates."""
        return sum(map(len, self._recorded.values()))

    def handle(self, request: Request) -> Response:
        response = self._replay(request)
        if response is None:
            return self._mock.handle(request)
        place = response.headers[STEP]
        self._log(f"{request.method} {ascii(request.path)[1:-1]} {response.status} {place}")
        return response.without_body() if request.method == "HEAD" else response

    def mark_response_lost(self, response: Response) -> None:
        self._mock.mark_response_lost(response)

    def _replay(self, request: Request) -> Response | None:
        """Returns the recorded response, None if the mock has to answer."""
        path = normalize_path(request.path)
        if path == OPENAPI or f"{path}/".startswith(f"{ROOT}/"):
            return None
        try:
            route, names = find_route(ROUTES, request.method, path)
        except RequestRejected:
            return self._refuse(request) if self._strict else None
        if route.action is Action.CREATE:
            return self._replay_create(request, path)
        task = self._tasks.get(names.get("task_id", ""))
        if task and route.action is Action.POLL and not route.waits:
            return self._replay_poll(request, task)
        if task and route.action is Action.FILE:
            return self._replay_download(request, task, names["name"])
        # Captures have no other routes, such as those of lists, cancels and streams.
        return self._refuse(request) if self._strict else None

    def _replay_create(self, request: Request, path: str) -> Response | None:
        key = build_key(path, request.body or b"")
        with self._lock:
            recorded = self._recorded.get(key)
            if not recorded:
                return self._refuse(request) if self._strict else None
            chosen = recorded[self._turns[key] % len(recorded)]
            self._turns[key] += 1
            task = _ReplayedTask(
                chosen,
                chosen.vendor.new_id(self._random),
                self.clock.now() - chosen.create.at,
            )
            if chosen.id:
                self._tasks[task.id] = task
        return _rewrite(chosen.create, task, request)

    def _replay_poll(self, request: Request, task: _ReplayedTask) -> Response:
        polls = task.recorded.polls
        if not polls:
            return _build_error(404, "the capture has no poll of this task", "no poll")
        with self._lock:
            nth = min(task.polls, len(polls) - 1)
            task.polls += 1
        return _rewrite(polls[nth], task, request)

    def _replay_download(self, request: Request, task: _ReplayedTask, name: str) -> Response:
        for url, exchange in task.recorded.downloads.items():
            if task.recorded.name_file(url) == name:
                response = exchange.response
                if response.status == 200:
                    kind = find_header(response.headers, "content-type") or UNKNOWN_TYPE
                    response = files.download(request, response.body, kind)
                return response.with_headers({STEP: f"replay of {exchange.place}"})
        message = (
            f"the capture has no download of {request.path}; record it with the run, "
            "as wanproof capture does"
        )
        return _build_error(404, message, "no download")

    def _refuse(self, request: Request) -> Response:
        message = (
            f"the capture has no {request.method} {request.path} with this body; without --strict, "
            "the simulator answers it"
        )
        return _build_error(404, message, "not recorded")


def _rewrite(exchange: CapturedExchange, task: _ReplayedTask, request: Request) -> Response:
    """Returns the recorded response with the id, URLs and times of *task*."""
    recorded = task.recorded
    urls = {
        url: request.base_url + files.path(task.id, recorded.name_file(url))
        for url in recorded.urls
    }
    value = parse_json(exchange.response.body)
    body = exchange.response.body
    if value is not None:
        with suppress(RecursionError):  # a body that is nested so deeply is not of a vendor
            body = json.dumps(_Rewriter(task, urls).convert("", value)).encode()
    headers = {
        name: value
        for name, value in exchange.response.headers.items()
        if name.lower() not in DROPPED_HEADERS
    }
    own = {"Content-Length": str(len(body)), STEP: f"replay of {exchange.place}"}
    return Response(status=exchange.response.status, headers={**headers, **own}, body=body)


@dataclass(frozen=True, slots=True)
class _Rewriter:
    """Converts the values of a recorded body to those of a replayed task."""

    task: _ReplayedTask
    urls: Mapping[str, str]

    def convert(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.convert(key, each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.convert(name, each) for each in value]
        if isinstance(value, str):
            return self._convert_text(value)
        is_number = type(value) in (int, float)
        if is_number and TIME_MEMBER(name) and self.task.recorded.create.at:
            with suppress(OverflowError):
                return type(value)(value + self.task.shift)
        return value

    def _convert_text(self, text: str) -> str:
        if text in self.urls:
            return self.urls[text]
        found = ISO_TIME.fullmatch(text)
        if found and self.task.recorded.create.at:
            return _shift_iso_time(found, self.task.shift)
        old = self.task.recorded.id
        return text.replace(old, self.task.id) if old else text


def _shift_iso_time(found: re.Match[str], seconds: float) -> str:
    """Returns the time that was *found*, moved by *seconds*, in the same notation."""
    text = found[0]
    try:
        moved = datetime.fromisoformat(text) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return text
    fraction, zone = found[1] or "", found[2] or ""
    digits = f".{moved.microsecond:06d}"[: len(fraction)].ljust(len(fraction), "0")
    return f"{moved:%Y-%m-%d}{text[10]}{moved:%H:%M:%S}{digits}{zone}"


def _build_error(status: int, message: str, step: str) -> Response:
    return Response.json(status, {"message": message}, {STEP: f"replay: {step}"})
