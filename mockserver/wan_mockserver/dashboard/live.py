"""The part of the page that moves, as one value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import sha256
from typing import Final

from wan_validators.catalog import vendors

from ..clock import OFFSET
from ..control import UNLIMITED_CREATES, Control
from ..simulator.scenario_selection import ARMED, Armed
from ..state import journal
from ..state.stores import COUNTERS
from .costs import Costs, costs
from .journal_rows import MAX_JOURNAL_ROWS, EntryRow, entry_rows, latest
from .task_rows import TaskRow, find_next_change, task_rows
from .wording import format_count, format_duration, full_time, next_day

CLOCK_DESCRIPTIONS: Final = {
    "real": "The machine's time. Advance it to make URLs expire, and tasks end.",
    "manual": "Stands still until it is advanced.",
    "auto": "Every poll moves it by the interval a client should wait.",
}

DEFAULT_SCENARIO_NAME: Final = "ok"
"""The scenario that needs no word."""

STEPS: Final = ((10, "+10 s"), (60, "+1 min"), (900, "+15 min"), (86400, "+24 h"))
"""By how many seconds the clock can be advanced, and what its buttons say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """*ticks* tells whether *seconds*, its time, pass by themselves."""

    mode: str
    says: str
    seconds: float
    time: str
    ahead: str
    ticks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmedView:
    """A scenario that was armed and still waits for creates."""

    scenario: str
    creates: str
    whose: str
    tenant: str


@dataclass(frozen=True, kw_only=True)
class DashboardView:
    """Everything that is shown; *tenant* None is all of them, *more* counts what is not.

    *otherwise* is what creates meet for which nobody chose, "" for nothing unusual. Before
    the time *until* nothing looks different, unless something is written to the store.
    """

    until: float
    tenant: str | None
    tenants: tuple[str, ...]
    show: str
    seed: int
    clock: ClockView
    otherwise: str
    waiting: tuple[ArmedView, ...]
    costs: Costs
    tasks: tuple[TaskRow, ...]
    more_tasks: str
    entries: tuple[EntryRow, ...]
    more_entries: str
    empty_journal: str
    creates: tuple[tuple[str, str], ...]

    @cached_property
    def revision(self) -> str:
        """The same for views that look the same, but for a clock that ticks by itself."""
        clock = replace(self.clock, seconds=0.0, time="") if self.clock.ticks else self.clock
        text = repr(replace(self, clock=clock, until=0.0))
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def view(control: Control, tenant: str | None = None, show: str = "all") -> DashboardView:
    """What there is to see, of *tenant* or of all; *show* is one of SHOWN."""
    now, records = control.clock.now(), control.tasks(tenant)
    ledger, (wanted, any_kept) = control.ledger(tenant, records), latest(control, tenant, show)
    tasks = task_rows(records, ledger, now)
    older, default = len(records) - len(tasks), control.simulator.default
    return DashboardView(
        until=min(find_next_change(records, now), next_day(now)),
        tenant=tenant,
        tenants=tuple(dict.fromkeys((*control.tenants(), *([tenant] if tenant else [])))),
        show=show,
        seed=control.simulator.seed,
        clock=_clock(control, now),
        otherwise="" if default == DEFAULT_SCENARIO_NAME else default,
        waiting=_waiting(control),
        costs=costs(ledger, partial(journal.get_entry, control.store), now),
        tasks=tasks,
        more_tasks=f"{format_count(older, 'older task')} not shown." if older else "",
        entries=entry_rows(wanted, now),
        more_entries="Older entries are not shown." if len(wanted) > MAX_JOURNAL_ROWS else "",
        empty_journal="Nothing of this kind yet." if any_kept else "No requests yet.",
        creates=tuple((vendor.title, vendor.create) for vendor in vendors()),
    )


def _clock(control: Control, now: float) -> ClockView:
    offset = control.store.get(COUNTERS, OFFSET) or 0.0
    mode = control.clock.mode
    return ClockView(
        mode=mode,
        says=CLOCK_DESCRIPTIONS.get(mode, ""),
        seconds=now,
        time=full_time(now),
        ahead=f"Advanced by {format_duration(offset)} so far." if offset else "",
        ticks=mode == "real",
    )


def _waiting(control: Control) -> tuple[ArmedView, ...]:
    kept = control.store.values(ARMED)
    return tuple(_wait(armed) for armed in kept if armed.used < armed.creates)


def _wait(armed: Armed) -> ArmedView:
    endless = armed.creates >= UNLIMITED_CREATES
    left = format_count(armed.creates - armed.used, "more create")
    return ArmedView(
        scenario=armed.scenario,
        creates="every create" if endless else left,
        whose=f"of {armed.tenant}" if armed.tenant else "of any tenant",
        tenant=armed.tenant,
    )
