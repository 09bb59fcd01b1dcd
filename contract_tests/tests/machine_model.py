"""Models the mock server in a few lines: an independent fixture for test_machine.py.

It shares no code with the server. Words, prices, defaults and times are typed from the
documents, and what a scenario does from the sentence that ``wanproof scenarios`` prints for it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

START: Final = 1_700_000_000.0
DAY: Final = 24 * 3600
WINDOW: Final = 600
"""Seconds within which an equal create repeats one whose response was lost."""

PENDING, RUNNING, DONE, FAILED = range(4)
WORDS: Final = {
    "mulerouter": ("pending", "processing", "completed", "failed"),
    "vtrix": ("in_progress", "in_progress", "completed", "failed"),
}
CREATED: Final = {"mulerouter": 202, "vtrix": 200}

IMAGE: Final = Decimal("0.03")
SECOND: Final = {
    "wan2.2-i2v-plus": {"480P": "0.02", "1080P": "0.10"},
    "wan2.5-i2v-preview": {"480P": "0.05", "720P": "0.10", "1080P": "0.15"},
}
"""Price of one second of video in USD."""
TIER: Final = {"wan2.2-i2v-plus": "1080P", "wan2.5-i2v-preview": "720P"}
"""The default resolution."""

LOST: Final = 0
"""The status of a response that never comes."""
CREATES: Final[Mapping[str, tuple[int, ...]]] = {
    "http-500": (500, 500),
    "rate-limited": (429, 429),
    "accept-lost": (LOST,),
    "accept-502": (502,),
}
"""Statuses of the first creates, before one is accepted."""
MAKING: Final = {"accept-lost", "accept-502"}
"""Scenarios in which such creates make a task anyway."""
FAILURES: Final = {
    "fail-2001": {"mulerouter": "2001"},
    "fail-4008": {"mulerouter": "4008"},
    "fail-001021097": {"vtrix": "001021097"},
    "moderated": {"mulerouter": "3001", "vtrix": "001021095"},
}
"""The codes of failed tasks, by the vendors that have them."""
OTHERS: Final = (
    *("ok", "slow", "stuck", "partial", "no-results", "unknown-status"),
    *("poll-401", "poll-502", "forgotten", "expired-urls"),
)
SCENARIOS: Final = (*OTHERS, *CREATES, *FAILURES)


def prices(model: str, payload: Any, scenario: str) -> list[Decimal | None]:
    """Returns the possible prices of the task in USD."""
    if scenario == "no-results":
        return [Decimal(0)]
    if model in SECOND:
        tier = payload.get("resolution", TIER[model])
        return [Decimal(SECOND[model][tier]) * payload.get("duration", 5)]
    counts = [1] if scenario == "partial" else images(model, payload)
    return [IMAGE * count for count in counts]


def images(model: str, payload: Any) -> range:
    """Returns the possible numbers of images; with texts between them the server decides."""
    asked = payload if model == "wan2.5-i2i-preview" else payload.get("parameters", {})
    if asked.get("enable_interleave"):
        return range(1, asked.get("max_images", 5) + 1)
    count = asked.get("n", 1 if model == "wan26_i2i" else 4)
    return range(count, count + 1)


@dataclass(eq=False, kw_only=True)
class Task:
    """Models a task. *usd* holds its possible prices, *fails* the code that it will end with.

    *heard* is whether its client knows of it, *moved* when it came to its present state.
    *same* is equal for equal creates, and *told* are the files that its client was told of.
    """

    tenant: str
    vendor: str
    model: str
    scenario: str
    same: str
    at: float
    moved: float
    usd: list[Decimal | None]
    fails: str | None
    heard: bool
    id: str = ""
    state: int = PENDING
    polls: int = 0
    visits: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def word(self) -> str:
        unknown = self.scenario == "unknown-status" and self.state < DONE
        return "archiving" if unknown else WORDS[self.vendor][self.state]


class Created(NamedTuple):
    """Holds the response status and the created task."""

    status: int
    task: Task | None = None


class Model:
    """Holds the tasks in the order of creation, and the state that decides the next response."""

    def __init__(self) -> None:
        self.now = START
        self.tasks: list[Task] = []
        self.journal: list[tuple[int, str]] = []
        self.requests = 0
        self.creates: Counter[tuple[str, str]] = Counter()
        self.armed: dict[str, tuple[str, int, int]] = {}

    def request(self, tenant: str) -> None:
        self.requests += 1
        self.journal.append((self.requests, tenant))

    def forget(self, tenant: str) -> None:
        self.tasks = [task for task in self.tasks if task.tenant != tenant]
        self.journal = [each for each in self.journal if each[1] != tenant]
        self.creates = Counter({key: n for key, n in self.creates.items() if key[0] != tenant})
        self.armed.pop(tenant, None)

    def of(self, tenant: str | None) -> list[Task]:
        return [task for task in self.tasks if tenant in (None, task.tenant)]

    def create(
        self, tenant: str, vendor: str, model: str, payload: Any, *, fault: str | None, asked: str
    ) -> Created:
        """Creates a task. *fault* is the code of the fault in *payload*; *asked* is a scenario."""
        scenario, status = self._met(tenant, asked)
        codes = FAILURES.get(scenario)
        if (codes and vendor not in codes) or (scenario == "partial" and model in SECOND):
            return Created(400)
        if status is not None and scenario not in MAKING:
            return Created(status)
        if fault is not None and vendor == "mulerouter":
            return Created(400 if status is None else status)
        failing = codes[vendor] if codes else None
        task = Task(
            tenant=tenant,
            vendor=vendor,
            model=model,
            scenario=scenario,
            same=json.dumps([vendor, model, payload], sort_keys=True),
            at=self.now,
            moved=self.now,
            usd=[None] if fault is not None else prices(model, payload, scenario),
            fails=failing if fault is None else fault,
            heard=status is None,
        )
        self.tasks.append(task)
        return Created(CREATED[vendor] if status is None else status, task)

    def _met(self, tenant: str, asked: str) -> tuple[str, int | None]:
        """Returns the scenario of the next create, and the status that replaces the default.

        What a client chose lets one create pass after its last step; what is armed does not.
        """
        for whose in (tenant, ""):
            scenario, creates, used = self.armed.get(whose, ("", 0, 0))
            if not asked and used < creates:
                self.armed[whose] = scenario, creates, used + 1
                steps = CREATES.get(scenario)
                return scenario, steps[used % len(steps)] if steps else None
        passing = (*CREATES.get(asked, ()), None)
        nth = self.creates[tenant, asked] % len(passing)
        self.creates[tenant, asked] += 1
        return asked or "ok", passing[nth]

    def found(self, tenant: str, vendor: str, model: str, task_id: str) -> Task | None:
        """Finds the task of *tenant*; only one vendor has the model in its paths."""
        for task in self.of(tenant):
            if (task.id, task.vendor) == (task_id, vendor):
                return task if vendor == "vtrix" or task.model == model else None
        return None

    def poll(self, task: Task | None) -> int:
        """Returns the status of a poll of *task*, which advances if the poll reaches it."""
        if task is None:
            return 404
        task.visits += 1
        if task.scenario == "poll-401":
            return 401
        if task.scenario == "poll-502" and task.visits <= 2:
            return 502
        if (task.scenario == "forgotten" and task.visits > 2) or self.now - task.at > DAY:
            return 404
        task.polls += 1
        state, since = self._stage(task)
        if state > task.state:
            task.state, task.moved = state, since
        return 200

    def _stage(self, task: Task) -> tuple[int, float]:
        """Returns the state that a poll finds, and the time since which it holds."""
        stages = PENDING, RUNNING, DONE if task.fails is None else FAILED
        if task.scenario == "slow":
            since = [at for at in (0, 120, 600) if self.now - task.at >= at]
            return stages[len(since) - 1], task.at + since[-1]
        last = 1 if task.scenario == "stuck" else 2
        return stages[min(task.polls - 1, last)], self.now

    def billed(self, task: Task) -> bool:
        """Returns True if the task was seen as done, or can no longer be seen otherwise."""
        if task.fails is not None or task.scenario == "no-results":
            return False
        if task.state == DONE or task.scenario == "stuck":
            return task.state == DONE
        if task.scenario == "slow":
            return self.now - task.at >= 600
        return not task.heard or self.now - task.at > DAY

    def total(self, tenant: str | None = None) -> Decimal:
        billed = filter(self.billed, self.of(tenant))
        return sum((task.usd[0] or Decimal(0) for task in billed), Decimal(0))

    def repeated(self, tenant: str | None = None) -> list[tuple[Task, Task]]:
        """Returns pairs of equal creates of which the first response was lost."""
        good = [task for task in self.of(tenant) if task.fails is None]
        pairs = []
        for nth, second in enumerate(good):
            whose = second.tenant, second.same
            equal = [task for task in good[:nth] if (task.tenant, task.same) == whose]
            if equal and not equal[-1].heard and second.at - equal[-1].at <= WINDOW:
                pairs.append((equal[-1], second))
        return pairs

    def download(self, task: Task | None, path: str) -> int | None:
        """Returns the status of a complete file; None if the task has not shown its URL."""
        if task is None:
            return 404
        if path not in task.told:
            return None
        expired = task.scenario == "expired-urls" or self.now - task.moved > DAY
        return 403 if expired else 200
