"""What a person or a test reads of the mock's state, and changes in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from .clock import Clock
from .simulator.armed_scenarios import Armed, put_armed
from .simulator.simulator import SEED, Simulator
from .state.journal import JOURNAL, Entry, entries
from .state.ledger import DEFAULT_WINDOW_S, Ledger, ledger
from .state.stores import COUNTERS, Store
from .state.tasks import TASKS, TaskRecord, state_at

ROOT: Final = "/_wanproof"
"""Below this path is what no vendor has: the dashboard and the admin API."""

HOSTS: Final = ("wanproof.test",)
"""Names of no machine, by which clients in process call the mock."""

UNLIMITED_CREATES: Final = 10**9
"""So many creates as never come."""


class Control:
    """Reads and changes the state that *simulator* and its store keep.

    *window* is how many seconds may lie between two equal creates that count as a duplicate
    charge. *token* is asked for by the admin API, None asks for none; then that API answers
    only to this machine's own names and to *hosts*, since any other may be a trick of a page
    elsewhere. The names of *hosts* have no port.
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
        """The exchanges that are kept, of one tenant or of all, the oldest first.

        With *newest*, from 0 up, only the last that many of them.
        """
        return entries(self.store, tenant, newest)

    def tasks(self, tenant: str | None = None) -> list[TaskRecord]:
        """The tasks that are kept, the oldest first, as they stand now."""
        now = self.clock.now()
        return [state_at(record, now) for record in self.store.values(TASKS, tenant)]

    def ledger(
        self, tenant: str | None = None, tasks: Sequence[TaskRecord] | None = None
    ) -> Ledger:
        """What the tasks would have cost until now; *tasks* are they, if they are at hand."""
        records = self.tasks(tenant) if tasks is None else tasks
        return ledger(records, self.store.count_forgotten(TASKS), self._window)

    def arm(self, scenario: str, creates: int | None = 1, tenant: str = "") -> None:
        """Lets the next *creates* of *tenant* ("" for any) meet *scenario*; None means all.

        Raises ValueError for a scenario that there is not, and for a number below 0.
        """
        self.simulator.scenarios.find(scenario)
        if creates is not None and creates < 0:
            raise ValueError(f"creates must be a whole number from 0 up, not {creates}")
        many = UNLIMITED_CREATES if creates is None else creates
        put_armed(self.store, Armed(scenario=scenario, creates=many, tenant=tenant))

    def reset(self, tenant: str | None = None, seed: int | None = None) -> None:
        """Forgets everything, or all about one tenant, and draws from *seed* from now on.

        A whole reset also puts the clock back to where it began, if that keeps its time in the
        same store. Raises ValueError for the tenant "", which is nobody.
        """
        if tenant == "":
            raise ValueError('a tenant has a name; None, not "", stands for all of them')
        self.store.clear(tenant)
        if seed is not None:
            self.set_seed(seed)

    def set_seed(self, seed: int) -> None:
        """Draws everything from *seed* from now on.

        Raises ValueError for a number that is not exact as a float.
        """
        if abs(seed) > 2**53:
            raise ValueError(f"a seed must lie between -2**53 and 2**53; {seed} does not")
        self.store.change(COUNTERS, SEED, lambda _: float(seed))

    def tenants(self) -> list[str]:
        """Whoever has done anything that is still kept, in the order they came."""
        return [tenant for tenant in self.store.tenants(JOURNAL) if tenant]
