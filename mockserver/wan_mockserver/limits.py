"""How much one tenant may do: creates and polls a second, running tasks, USD to spend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from wan_validators.vendor import Refused

from .refusal import TurnedDown
from .stores import Table


@dataclass(frozen=True, slots=True)
class Account:
    """What one tenant has done: times of its *recent* creates and *polls*, and USD *spent*."""

    recent: tuple[float, ...] = ()
    spent: Decimal = Decimal(0)
    polls: tuple[float, ...] = ()


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

    def booked(
        self, account: Account | None, now: float, cost: Decimal | None, running: int = 0
    ) -> Account:
        """*account* after one more task at *now*; raises TurnedDown if that is too much.

        *running* are the tenant's tasks that have not ended. A task whose *cost* is unknown
        spends nothing.
        """
        account = account or Account()
        recent = _held("tasks", self.creates_per_second, account.recent, now)
        if self.running_tasks is not None and running >= self.running_tasks:
            says = f"{running} tasks are running already, as many as may; wait for one to end"
            raise TurnedDown(Refused.RATE, says)
        spent = account.spent + (cost or 0)
        if self.balance is not None and spent > self.balance:
            left = self.balance - account.spent
            raise TurnedDown(
                Refused.BALANCE, f"insufficient balance: {left:f} USD left, {cost:f} needed"
            )
        return replace(account, recent=recent, spent=spent)

    def polled(self, account: Account | None, now: float) -> Account:
        """*account* after one more poll at *now*; raises TurnedDown if that is too much."""
        account = account or Account()
        return replace(account, polls=_held("polls", self.polls_per_second, account.polls, now))


def _held(what: str, most: int | None, before: tuple[float, ...], now: float) -> tuple[float, ...]:
    """The times of the last second and *now*, if those are no more than *most*."""
    if most is None:
        return ()
    recent = tuple(time for time in before if now - 1 < time <= now)
    if len(recent) >= most:
        raise TurnedDown(
            Refused.RATE,
            f"more than {most} {what} in one second; try again later",
            headers={"Retry-After": "1"},
        )
    return (*recent, now)
