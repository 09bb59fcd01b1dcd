"""Reads and changes the mock's state for the admin API, the dashboard and tests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Final

from .clock import Clock
from .simulator.scenario_selection import UNLIMITED_CREATES, Armed, put_armed
from .simulator.simulator import SEED, Simulator
from .state.journal import JOURNAL, Entry, get_entry, list_entries
from .state.ledger import DEFAULT_WINDOW_S, Ledger, build_ledger
from .state.stores import COUNTERS, Store
from .state.summaries import ENTRY_SUMMARIES, TASK_SUMMARIES
from .state.tasks import TASKS, TaskRecord, state_at
from .time_slices import in_slices

__all__ = ["HOSTS", "Control"]

HOSTS: Final = ("wanproof.test",)
"""Host names of the mock for clients in process; no machine has them."""


class Control:
    """Reads and changes the state that *simulator* and its store keep.

    *window* is the most seconds between two equal creates that count as a duplicate charge.
    The admin API requires *token*. If it is None, that API only accepts this machine's own
    host names and *hosts*, because a web page could misuse any other. The names in *hosts*
    have no port.
    """

    def __init__(
        self,
        simulator: Simulator,
        *,
        token: str | None = None,
        window: float = DEFAULT_WINDOW_S,
        hosts: Collection[str] = HOSTS,
    ) -> None:
        self.simulator = simulator
        self.token = token
        self.hosts = frozenset(map(str.lower, hosts))
        self._window = window

    @property
    def clock(self) -> Clock:
        return self.simulator.clock

    @property
    def store(self) -> Store:
        return self.simulator.store

    def journal(self, tenant: str | None = None, newest: int | None = None) -> list[Entry]:
        """Returns the stored exchanges of one tenant or of all, the oldest first.

        With *newest*, from 0 up, returns only the last *newest* of them.
        """
        return list_entries(self.store, tenant, newest)

    def tasks(self, tenant: str | None = None, newest: int | None = None) -> list[TaskRecord]:
        """Returns the stored tasks as they are now, the oldest first.

        With *newest*, from 0 up, returns only the last *newest* of them.
        """
        now, records = self.clock.now(), self.store.values(TASKS, tenant, newest)
        return [state_at(record, now) for record in in_slices(records)]

    def ledger(
        self, tenant: str | None = None, tasks: Sequence[TaskRecord] | None = None
    ) -> Ledger:
        """Returns what the tasks cost until now; *tasks* saves reading them again."""
        if tasks is None:
            now, stored = self.clock.now(), self.store.values(TASK_SUMMARIES, tenant)
            tasks = [state_at(record, now) for record in in_slices(stored)]
        forgotten = self.store.count_forgotten(TASKS)
        # Once for all tasks: it reads the whole journal.
        find_oldest = cache(self._find_oldest_entry)

        def has_response(record: TaskRecord) -> bool:
            """Returns False if the create of *record* was lost, or never got to its entry.

            A server that stops after it stored a task cannot record that the response is missing.
            """
            if not record.answered:
                return False
            if record.visits or get_entry(self.store, record.entry):
                return True
            return record.entry < find_oldest()

        return build_ledger(tasks, forgotten, self._window, has_response)

    def _find_oldest_entry(self) -> int:
        """Returns the lowest number in the journal, 0 if it has forgotten none."""
        if not self.store.count_forgotten(JOURNAL):
            return 0
        return min((entry.number for entry in self.store.values(ENTRY_SUMMARIES)), default=0)

    def arm(self, scenario: str, creates: int | None = 1, tenant: str = "") -> None:
        """Arms *scenario* for the next *creates*, None for all, of *tenant*, "" for any.

        Raises ValueError if the scenario is unknown or *creates* is negative.
        """
        self.simulator.scenarios.find(scenario)
        if creates is not None and creates < 0:
            raise ValueError(f"creates must be a whole number from 0 up, not {creates}")
        count = UNLIMITED_CREATES if creates is None else creates
        put_armed(self.store, Armed(scenario=scenario, creates=count, tenant=tenant))

    def reset(self, tenant: str | None = None, seed: int | None = None) -> None:
        """Forgets everything, or everything of one tenant, and sets *seed* if it is not None.

        A whole reset also resets a clock that keeps its time in the same store.
        Raises ValueError if *tenant* is "".
        """
        if tenant == "":
            raise ValueError('a tenant has a name; None, not "", stands for all of them')
        self.store.clear(tenant)
        if seed is not None:
            self.set_seed(seed)

    def set_seed(self, seed: int) -> None:
        """Sets the number that all chance depends on from now on.

        Raises ValueError if *seed* is not exact as a float.
        """
        if abs(seed) > 2**53:
            raise ValueError(f"a seed must lie between -2**53 and 2**53; {seed} does not")
        self.store.put(COUNTERS, SEED, float(seed))

    def tenants(self) -> list[str]:
        """Returns the tenants in the journal, in the order of their first entries."""
        return [tenant for tenant in self.store.tenants(JOURNAL) if tenant]
