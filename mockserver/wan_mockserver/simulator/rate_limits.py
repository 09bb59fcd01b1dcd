"""How much one tenant may do: creates and polls a second, running tasks, USD to spend."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from wan_validators.messages.formatting import format_usd
from wan_validators.vendor import RejectionReason

from ..http.errors import RequestRejected
from ..state.stores import Table

__all__ = ["ACCOUNTS", "Account", "Limits"]


@dataclass(frozen=True, slots=True)
class Account:
    """What one tenant has done: times of its *recent* creates and *polls*, and USD *spent*.

    *running* are the ids of its tasks, but for those that are known to have ended; they are
    only kept where their number is limited.
    """

    recent: tuple[float, ...] = ()
    spent: Decimal = Decimal(0)
    polls: tuple[float, ...] = ()
    running: tuple[str, ...] = ()


ACCOUNTS: Final = Table("accounts", Account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What every tenant is held to; None is no limit. *balance* is in USD.

    No vendor publishes its numbers, so there are none here. The upstream's own are 20 polls
    a second, and 2 to 5 creates.
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
        """*account* after one more *task* at *now*; raises RequestRejected if that is too much.

        *ended* are ids of tasks that do not run any more. A task whose *cost* is unknown
        spends nothing.
        """
        account = account or Account()
        recent = _hold_rate("tasks", self.creates_per_second, account.recent, now)
        running = tuple(each for each in account.running if each not in ended)
        if self.running_tasks is not None and len(running) >= self.running_tasks:
            says = f"{len(running)} tasks are running already, as many as may; wait for one to end"
            raise RequestRejected(RejectionReason.RATE, says)
        spent = account.spent + (cost or 0)
        if self.balance is not None and spent > self.balance:
            left = self.balance - account.spent
            raise RequestRejected(
                RejectionReason.BALANCE,
                f"insufficient balance: {format_usd(left)} left, "
                f"{format_usd(cost or Decimal(0))} needed",
            )
        kept = () if self.running_tasks is None else (*running, task)
        return replace(account, recent=recent, spent=spent, running=kept)

    def charge_poll(self, account: Account | None, now: float) -> Account:
        """*account* after one more poll at *now*; raises RequestRejected if that is too much."""
        account = account or Account()
        return replace(
            account, polls=_hold_rate("polls", self.polls_per_second, account.polls, now)
        )


def _hold_rate(
    what: str, limit: int | None, before: tuple[float, ...], now: float
) -> tuple[float, ...]:
    """The times of the last second and *now*, if those are no more than *limit*."""
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
