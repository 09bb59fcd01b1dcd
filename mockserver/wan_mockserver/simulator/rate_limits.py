"""Limits each tenant: creates and polls per second, running tasks, USD to spend."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from wan_validators.messages.formatting import format_usd
from wan_validators.rejection import RejectionReason

from ..http.errors import RequestRejected
from ..state.evolving import evolve
from ..state.stores import Table

__all__ = ["ACCOUNTS", "Account", "Limits"]


@dataclass(frozen=True, slots=True)
class Account:
    """What one tenant has done: times of its *recent* creates and *polls*, and USD *spent*.

    *running* are the ids of its tasks that are not known to have ended. They are only stored
    if their number is limited.
    """

    recent: tuple[float, ...] = ()
    spent: Decimal = Decimal(0)
    polls: tuple[float, ...] = ()
    running: tuple[str, ...] = ()


ACCOUNTS: Final = Table("accounts", Account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of every tenant; None stands for no limit. *balance* is in USD.

    No vendor publishes its limits, so there are none by default. The upstream allows 20 polls
    and 2 to 5 creates a second.
    """

    creates_per_second: int | None = None
    polls_per_second: int | None = None
    running_tasks: int | None = None
    balance: Decimal | None = None

    def charge_create(
        self,
        account: Account | None,
        now: float,
        cost: Decimal | None,
        task: str = "",
        ended: Collection[str] = (),
    ) -> Account:
        """Returns *account* after one more *task* at *now*.

        *ended* are ids of tasks that no longer run. A task with unknown *cost* spends nothing.
        Raises RequestRejected if a limit would be exceeded.
        """
        account = account or Account()
        recent = _check_rate("tasks", self.creates_per_second, account.recent, now)
        running = tuple(each for each in account.running if each not in ended)
        if self.running_tasks is not None and len(running) >= self.running_tasks:
            detail = f"{len(running)} tasks are running already, the limit; wait for one to end"
            raise RequestRejected(RejectionReason.RATE, detail)
        spent = account.spent + (cost or 0)
        if self.balance is not None and spent > self.balance:
            left = self.balance - account.spent
            raise RequestRejected(
                RejectionReason.BALANCE,
                f"insufficient balance: {format_usd(left)} left, "
                f"{format_usd(cost or Decimal(0))} needed",
            )
        kept = () if self.running_tasks is None else (*running, task)
        return evolve(account, recent=recent, spent=spent, running=kept)

    def give_back(self, account: Account | None, cost: Decimal) -> Account:
        """Returns *account* after a task of *cost* was canceled; only successes are billed."""
        account = account or Account()
        return evolve(account, spent=account.spent - cost)

    def charge_poll(self, account: Account | None, now: float) -> Account:
        """Returns *account* after one more poll. Raises RequestRejected if there are too many."""
        account = account or Account()
        return evolve(
            account, polls=_check_rate("polls", self.polls_per_second, account.polls, now)
        )


def _check_rate(
    what: str, limit: int | None, before: tuple[float, ...], now: float
) -> tuple[float, ...]:
    """Returns the times of the last second and *now*; raises RequestRejected above *limit*."""
    if limit is None:
        return ()
    recent = tuple(time for time in before if now - 1 < time <= now)
    if len(recent) >= limit:
        raise RequestRejected(
            RejectionReason.RATE,
            f"more than {limit} {what} in one second; try again later",
            headers={"Retry-After": "1"},
        )
    return (*recent, now)
