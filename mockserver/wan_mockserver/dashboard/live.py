"""Builds the part of the page that changes, as one value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import sha256
from typing import Final

from wan_validators.catalog import list_create_templates, vendors
from wan_validators.messages.formatting import format_count, format_duration

from ..clock import OFFSET
from ..control import Control
from ..simulator.scenario_selection import ARMED, UNLIMITED_CREATES, Armed
from ..state import journal
from ..state.stores import COUNTERS
from .costs import CostSummary, summarize_costs
from .journal_rows import MAX_JOURNAL_ROWS, EntryRow, build_entry_rows, find_latest_entries
from .task_rows import TaskRow, build_task_rows, find_next_change
from .timestamps import format_timestamp, next_midnight

__all__ = [
    "CLOCK_DESCRIPTIONS",
    "CLOCK_STEPS",
    "DEFAULT_SCENARIO_NAME",
    "ArmedView",
    "ClockView",
    "DashboardView",
    "build_view",
]

CLOCK_DESCRIPTIONS: Final = {
    "real": "The time of this machine. Advance it to expire URLs and finish tasks.",
    "manual": "It stands still until you advance it.",
    "auto": "Each poll advances it by the time that a client should wait between polls.",
}

DEFAULT_SCENARIO_NAME: Final = "ok"
"""The default scenario that the page does not mention."""

CLOCK_STEPS: Final = ((10, "+10 s"), (60, "+1 min"), (900, "+15 min"), (86400, "+24 h"))
"""The buttons of the clock: seconds and label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """The clock; *ticks* is True if it moves by itself."""

    mode: str
    description: str
    seconds: float
    time: str
    offset: str
    ticks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmedView:
    """An armed scenario that still applies to creates."""

    scenario: str
    creates: str
    scope: str
    tenant: str


@dataclass(frozen=True, kw_only=True)
class DashboardView:
    """Everything that the page shows.

    *tenant* None stands for all tenants. *default_scenario* is "" if it is the usual one.
    Until the time *until* the view stays the same, unless something is written to the store.
    """

    until: float
    tenant: str | None
    tenants: tuple[str, ...]
    show: str
    seed: int
    clock: ClockView
    default_scenario: str
    armed: tuple[ArmedView, ...]
    costs: CostSummary
    tasks: tuple[TaskRow, ...]
    more_tasks: str
    entries: tuple[EntryRow, ...]
    more_entries: str
    empty_journal: str
    create_paths: tuple[tuple[str, str], ...]

    @cached_property
    def revision(self) -> str:
        """A digest of the view, without the time of a clock that ticks."""
        clock = replace(self.clock, seconds=0.0, time="") if self.clock.ticks else self.clock
        text = repr(replace(self, clock=clock, until=0.0))
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def build_view(control: Control, tenant: str | None = None, show: str = "all") -> DashboardView:
    """Builds the view of one *tenant* or of all; *show* is a key of ENTRY_FILTERS."""
    now, records = control.clock.now(), control.tasks(tenant)
    ledger = control.ledger(tenant, records)
    entries, any_kept = find_latest_entries(control.store, tenant, show)
    tasks = build_task_rows(records, ledger, now)
    older, default = len(records) - len(tasks), control.simulator.default
    return DashboardView(
        until=min(find_next_change(records, now), next_midnight(now)),
        tenant=tenant,
        tenants=tuple(dict.fromkeys((*control.tenants(), *([tenant] if tenant else [])))),
        show=show,
        seed=control.simulator.seed,
        clock=_build_clock_view(control, now),
        default_scenario="" if default == DEFAULT_SCENARIO_NAME else default,
        armed=_list_armed(control),
        costs=summarize_costs(ledger, partial(journal.get_entry, control.store), now),
        tasks=tasks,
        more_tasks=f"{format_count(older, 'older task')} not shown." if older else "",
        entries=build_entry_rows(entries, now),
        more_entries="Older entries are not shown." if len(entries) > MAX_JOURNAL_ROWS else "",
        empty_journal="No request matches this filter." if any_kept else "No requests yet.",
        create_paths=tuple(
            (vendor.title, template)
            for vendor in vendors()
            for template in list_create_templates(vendor)
        ),
    )


def _build_clock_view(control: Control, now: float) -> ClockView:
    offset = control.store.get(COUNTERS, OFFSET) or 0.0
    mode = control.clock.mode
    return ClockView(
        mode=mode,
        description=CLOCK_DESCRIPTIONS.get(mode, ""),
        seconds=now,
        time=format_timestamp(now),
        offset=f"Advanced by {format_duration(offset)} so far." if offset else "",
        ticks=mode == "real",
    )


def _list_armed(control: Control) -> tuple[ArmedView, ...]:
    armed = control.store.values(ARMED)
    return tuple(_build_armed_view(each) for each in armed if each.used < each.creates)


def _build_armed_view(armed: Armed) -> ArmedView:
    is_unlimited = armed.creates >= UNLIMITED_CREATES
    left = format_count(armed.creates - armed.used, "more create")
    return ArmedView(
        scenario=armed.scenario,
        creates="every create" if is_unlimited else left,
        scope=f"of {armed.tenant}" if armed.tenant else "of any tenant",
        tenant=armed.tenant,
    )
