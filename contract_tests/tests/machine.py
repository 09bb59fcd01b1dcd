"""Runs the mock server as a state machine, and compares it with a model after each step."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from machine_draws import (
    KEYS,
    MANY,
    NOBODY,
    ORDERS,
    OTHER,
    SPANS,
    STATES,
    Cheap,
    Client,
    Order,
    Ticket,
    clients,
    every_order,
    scenarios,
    specs,
    tenants,
)
from machine_model import (
    DONE,
    FAILED,
    IMAGE,
    LOST,
    PENDING,
    SECOND,
    START,
    Model,
    Task,
)
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores.memory import MemoryStore
from wan_mockserver.state.tasks import TaskRecord
from wan_validators.spec import ModelSpec


class Machine(RuleBasedStateMachine):
    """Lets two tenants use one server, and compares all responses with the model."""

    orders = Bundle("orders")
    tickets = Bundle("tickets")

    def __init__(self) -> None:
        super().__init__()
        store = MemoryStore()  # the clock's, too: to forget everything puts it back
        clock = ManualClock(START, store)
        self.mock = Mock(
            Simulator(seed=7, store=store, clock=clock, artefacts=Cheap(), listener=lambda _: None)
        )
        self.model = Model()
        self.drawn = 1
        self.links: dict[str, list[str]] = {}
        self.furthest: dict[str, int] = {}
        self.progress: dict[str, float] = {}

    @initialize(target=orders, order=every_order)
    def first_order(self, order: Order) -> Order:
        return order

    @precondition(lambda self: self.drawn < ORDERS)
    @rule(target=orders, order=every_order)
    def another_order(self, order: Order) -> Order:
        self.drawn += 1
        return order

    @rule(target=tickets, tenant=tenants, order=orders, client=clients)
    def create(self, tenant: str, order: Order, client: Client) -> Any:
        """Creates without a scenario of their own get the armed scenario."""
        return self.called(tenant, order, client)

    @rule(target=tickets, tenant=tenants, order=orders, client=clients, scenario=scenarios)
    def create_by_header(self, tenant: str, order: Order, client: Client, scenario: str) -> Any:
        headers = {"X-Wanproof-Scenario": scenario}
        return self.called(tenant, order, client, asked=scenario, headers=headers)

    @rule(target=tickets, tenant=tenants, order=orders, client=clients, scenario=scenarios)
    def create_by_key(self, tenant: str, order: Order, client: Client, scenario: str) -> Any:
        headers = {"Authorization": f"Bearer wanproof.{scenario}.{tenant}"}
        return self.called(tenant, order, client, asked=scenario, headers=headers)

    def called(
        self,
        tenant: str,
        order: Order,
        client: Client,
        *,
        asked: str = "",
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Returns the task ids that *client* has after its creates and polls."""
        path = order.spec.create_path
        headers = {"Content-Type": "application/json", **(headers or {})}
        body = json.dumps(order.payload).encode()
        tickets = []
        for left in reversed(range(client.creates)):
            response = self.asked("POST", path, tenant, headers, body)
            gone = client.gone and not left
            tickets += self.created(tenant, order, asked, response, gone=gone)
        for ticket in tickets:
            self.poll(ticket, client.polls)
        return multiple(*tickets)

    def created(
        self, tenant: str, order: Order, asked: str, response: Response, *, gone: bool
    ) -> list[Ticket]:
        """Returns the ticket of one create, if there is one."""
        spec = order.spec
        expected = self.model.create(
            tenant, spec.vendor.name, spec.id, order.payload, fault=order.fault, asked=asked
        )
        assert status(response) == expected.status
        assert response.headers.get("Retry-After") == ("2" if response.status == 429 else None)
        if gone:
            self.mock.mark_response_lost(response)
        task = expected.task
        if task is None:
            return []
        self.entered(task)
        task.heard &= not gone
        if not task.heard:
            return []
        seen = sight(response)
        assert (seen.id, seen.word) == (task.id, task.word)
        return [Ticket(spec, tenant, task.id)]

    def entered(self, task: Task) -> None:
        """The ledger's last line is *task*: from there are its id and, where free, its price."""
        charges = self.mock.ledger().entries
        assert len(charges) == len(self.model.tasks)
        assert charges[-1].task not in {each.id for each in self.model.tasks}
        assert charges[-1].usd in task.usd
        task.id, task.usd = charges[-1].task, [charges[-1].usd]

    @rule(ticket=tickets, times=st.integers(1, 4))
    def poll(self, ticket: Ticket, times: int) -> None:
        for _ in range(times):
            self.polled(ticket, ticket.tenant, ticket.spec)

    @rule(ticket=tickets, interval=st.sampled_from((10, 150)))
    def follow(self, ticket: Ticket, interval: int) -> None:
        """Polls like a client that waits for its task."""
        for _ in range(5):
            self.wait(interval)
            self.poll(ticket, 1)

    @rule(ticket=tickets)
    def poll_as_another(self, ticket: Ticket) -> None:
        self.polled(ticket, OTHER[ticket.tenant], ticket.spec)

    @rule(ticket=tickets, spec=specs)
    def poll_at_any_model(self, ticket: Ticket, spec: ModelSpec) -> None:
        self.polled(ticket, ticket.tenant, spec)

    def polled(self, ticket: Ticket, tenant: str, spec: ModelSpec) -> None:
        """Polls the task once as *tenant*, at the path of *spec*."""
        path = spec.poll_path.format(task_id=ticket.id)
        response = self.asked("GET", path, tenant)
        task = self.model.found(tenant, spec.vendor.name, spec.id, ticket.id)
        expected = self.model.poll(task)
        assert status(response) == expected
        if task is None or expected != 200:
            return
        seen, done = sight(response), task.state == DONE
        assert (seen.id, seen.word) == (task.id, task.word)
        assert seen.code == (task.fails if task.state == FAILED else None)
        assert len(seen.urls) == (outputs(task) if done else 0)
        if task.vendor == "vtrix":
            assert seen.cost == (str(task.usd[0]) if done else None)
            assert seen.ended == (task.moved if done else None)
        if seen.progress is not None:
            assert seen.progress >= self.progress.get(task.id, 0.0)
            self.progress[task.id] = seen.progress
        task.told = [url.removeprefix("http://localhost") for url in seen.urls]
        self.links[task.id] = task.told or self.links.get(task.id, [])

    @rule(tenant=st.sampled_from((NOBODY, *KEYS)), spec=specs)
    def poll_unknown(self, tenant: str, spec: ModelSpec) -> None:
        """Polls a task that does not exist, with or without a key."""
        path = spec.poll_path.format(task_id="no-task")
        assert status(self.asked("GET", path, tenant)) == (404 if tenant else 401)

    @precondition(lambda self: self.told())
    @rule(data=st.data(), how=st.sampled_from(("HEAD", "GET", "Range")))
    def download(self, data: st.DataObject, how: str) -> None:
        self.downloaded(*data.draw(st.sampled_from(self.told())), how)

    def told(self) -> list[tuple[str, str]]:
        """Returns all files that clients know: the task id and the path."""
        return [(task_id, path) for task_id, paths in self.links.items() for path in paths]

    def downloaded(self, task_id: str, path: str, how: str) -> None:
        """Downloads need no key, only the URL."""
        task = next((task for task in self.model.tasks if task.id == task_id), None)
        self.model.request(task.tenant if task else NOBODY)
        headers = {"Range": "bytes=0-3"} if how == "Range" else {}
        method = "HEAD" if how == "HEAD" else "GET"
        response = self.mock.handle(Request(method=method, path=path, headers=headers))
        expected = self.model.download(task, path)
        if expected != 200:
            assert expected in (None, status(response))
            return
        assert status(response) == (206 if how == "Range" else 200)
        kind = "video/mp4" if task and task.model in SECOND else "image/png"
        assert response.headers["Content-Type"] == kind
        length = 0 if how == "HEAD" else int(response.headers["Content-Length"])
        assert len(response.body) == (4 if how == "Range" else length)

    @rule(seconds=st.sampled_from(SPANS))
    def wait(self, seconds: int) -> None:
        self.mock.clock.advance(seconds)
        self.model.now += seconds

    @rule(scenario=scenarios, tenant=st.sampled_from((NOBODY, *KEYS)), creates=st.integers(0, 3))
    def arm(self, scenario: str, tenant: str, creates: int) -> None:
        """Arms a scenario for the next creates of one tenant, or of all."""
        self.mock.arm(scenario, creates, tenant)
        self.model.armed[tenant] = (scenario, creates, 0)

    @precondition(lambda self: len(self.model.tasks) > MANY)
    @rule(tenant=st.sampled_from((None, *KEYS)))
    def forget(self, tenant: str | None) -> None:
        """Resets one tenant or everything. After that, ids repeat from the start."""
        self.mock.reset(tenant)
        if tenant is None:
            self.model = Model()
        else:
            self.model.forget(tenant)
        left = {task.id for task in self.model.tasks}
        self.furthest = {task_id: at for task_id, at in self.furthest.items() if task_id in left}
        self.progress = {task_id: at for task_id, at in self.progress.items() if task_id in left}

    @precondition(lambda self: self.model.tasks)
    @rule(tenant=st.none() | tenants)
    def read_the_ledger(self, tenant: str | None) -> None:
        query = f"tenant={tenant}" if tenant else ""
        read = self.mock.handle(Request(method="GET", path="/_wanproof/ledger", query=query))
        wire = json.loads(read.body)
        prices = [task.usd[0] for task in self.model.of(tenant)]
        shown = [None if price is None else f"{price:.2f}" for price in prices]
        assert [entry["usd"] for entry in wire["entries"]] == shown
        assert wire["total_usd"] == f"{self.model.total(tenant):.2f}"
        pairs = [(pair["first"], pair["second"]) for pair in wire["duplicate_charges"]]
        assert pairs == [(one.id, two.id) for one, two in self.model.repeated(tenant)]

    @invariant()
    def books_agree(self) -> None:
        """Compares journal, tasks and ledger with the model, for all and for each tenant."""
        entries, tasks, model = self.mock.journal(), self.mock.tasks(), self.model
        assert [(entry.number, entry.tenant) for entry in entries] == model.journal
        times = [entry.at for entry in entries]
        assert times == sorted(times)
        assert self.mock.clock.now() == model.now
        assert [task.id for task in tasks] == [task.id for task in model.tasks]
        self.no_state_goes_back(tasks)
        ledger, repeated = self.mock.ledger(tasks=tasks), model.repeated()
        assert [(each.tenant, each.usd, each.billed) for each in ledger.entries] == [
            (task.tenant, task.usd[0], model.billed(task)) for task in model.tasks
        ]
        pairs = [(each.first.task, each.second.task) for each in ledger.duplicate_charges]
        assert pairs == [(one.id, two.id) for one, two in repeated]
        twice = [two.usd[0] or 0 for _, two in repeated if model.billed(two)]
        assert (ledger.total_usd, ledger.duplicate_usd) == (model.total(), sum(twice, Decimal(0)))
        for tenant in KEYS:
            self.nothing_of_others_is_seen(tenant)

    def no_state_goes_back(self, tasks: list[TaskRecord]) -> None:
        """A task never goes back behind a state that was seen before."""
        for record, task in zip(tasks, self.model.tasks, strict=True):
            before = max(self.furthest.get(record.id, PENDING), task.state)
            now = STATES.index(record.state)
            assert now == before or (now > before and before < DONE)
            self.furthest[record.id] = now

    def nothing_of_others_is_seen(self, tenant: str) -> None:
        model, tasks = self.model, self.mock.tasks(tenant)
        assert [task.id for task in tasks] == [task.id for task in model.of(tenant)]
        numbers = [number for number, whose in model.journal if whose == tenant]
        assert [entry.number for entry in self.mock.journal(tenant)] == numbers
        assert self.mock.ledger(tenant, tasks).total_usd == model.total(tenant)

    def asked(
        self,
        method: str,
        path: str,
        tenant: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """The answer to a request of *tenant*, whose own key is sent unless *headers* have one."""
        self.model.request(tenant)
        own = {"Authorization": f"Bearer {KEYS[tenant]}"} if tenant else {}
        headers = {**own, **(headers or {})}
        return self.mock.handle(Request(method=method, path=path, headers=headers, body=body))


def status(response: Response) -> int:
    """Returns the status that the client sees; None if it sees none."""
    return LOST if response.delivery.cut else response.status


def outputs(task: Task) -> int:
    """Returns the number of files of *task*, derived from its cost."""
    if task.model in SECOND:
        return 0 if task.scenario == "no-results" else 1
    return int((task.usd[0] or 0) / IMAGE)


class Sight(NamedTuple):
    """What a client reads of a task in an answer of its vendor; None for what is not there."""

    id: str
    word: str
    code: str | None
    progress: float | None
    cost: str | None
    ended: float | None
    urls: list[str]


def sight(response: Response) -> Sight:
    body = json.loads(response.body)
    wire = body.get("task_info", body)
    parts = [part for output in body.get("output", []) for part in output["content"]]
    urls = [part["url"] for part in parts if part["type"] != "text"]
    code = wire.get("error", {}).get("code")
    return Sight(
        id=wire["id"],
        word=wire["status"],
        code=None if code is None else str(code),
        progress=wire.get("progress"),
        cost=body.get("usage", {}).get("cost"),
        ended=body.get("metadata", {}).get("completed_at"),
        urls=body.get("images", body.get("videos", urls)),
    )
