"""How much one API key may do: creates a second, and a balance to spend."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wan_validators.vendor import Refused

from .refusal import TurnedDown


@dataclass(frozen=True, slots=True)
class Account:
    """What one API key has done: times of its *recent* creates, and USD *spent*."""

    recent: tuple[float, ...] = ()
    spent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What every API key is held to; None is no limit. *balance* is in USD.

    No vendor publishes its numbers, so there are none here.
    """

    creates_per_second: int | None = None
    balance: Decimal | None = None

    def booked(self, account: Account, now: float, cost: Decimal | None) -> Account:
        """*account* after one more task at *now*; raises TurnedDown if that is too much.

        A task whose *cost* is unknown spends nothing.
        """
        recent = tuple(time for time in account.recent if now - 1 < time <= now)
        if self.creates_per_second is not None and len(recent) >= self.creates_per_second:
            raise TurnedDown(
                Refused.RATE,
                f"more than {self.creates_per_second} tasks in one second; try again later",
                headers={"Retry-After": "1"},
            )
        spent = account.spent + (cost or 0)
        if self.balance is not None and spent > self.balance:
            left = self.balance - account.spent
            raise TurnedDown(
                Refused.BALANCE, f"insufficient balance: {left:f} USD left, {cost:f} needed"
            )
        kept = () if self.creates_per_second is None else (*recent, now)
        return Account(kept, spent)
