"""The guard that a program puts around its HTTP client."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..optional_dependencies import explain_missing_extra
from ..prices import amount, read_prices
from ..spec import Severity
from .errors import GuardedCreate
from .watch import Watch

if TYPE_CHECKING:
    import httpx
    import requests.adapters

    from .httpx_transports import AsyncGuardTransport, GuardTransport
    from .requests_adapter import GuardAdapter

__all__ = ["Guard", "guard"]


def guard(
    max_cost: Decimal | float | str | None = None,
    on: Literal["error", "warning"] = "error",
    *,
    prices: str | PathLike[str] | None = None,
    allow_unknown_cost: bool = False,
    allow_duplicates: bool = False,
) -> Guard:
    """Builds a guard for one account at a vendor.

    It blocks a create with a finding of severity *on* or worse, and one that could exceed
    *max_cost*, in USD, for all creates together. *prices* is a file with a price list. With
    *allow_unknown_cost*, creates of unknown cost are sent although there is a maximum. With
    *allow_duplicates*, identical creates are sent although the outcome of the first is unknown.
    Raises ValueError or OSError if an argument cannot be used.
    """
    if on not in (Severity.ERROR, Severity.WARNING):
        raise ValueError(f"on is {on!r}; allowed: error, warning")
    watch = Watch(
        max_cost=None if max_cost is None else amount(str(max_cost)),
        on=Severity(on),
        prices=None if prices is None else read_prices(Path(prices)),
        allow_unknown_cost=allow_unknown_cost,
        allow_duplicates=allow_duplicates,
    )
    return Guard(watch)


class Guard:
    """Makes transports that check every create before they send it, and share one budget.

    It reads no key, keeps none and logs nothing. Anything but a vendor's create or poll passes
    through its transports unchanged.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def transport(self, inner: httpx.BaseTransport | None = None) -> GuardTransport:
        """Returns a transport for ``httpx.Client``, around *inner* or a new HTTPTransport.

        Raises ModuleNotFoundError if httpx is not installed.
        """
        with explain_missing_extra():
            from .httpx_transports import GuardTransport
        return GuardTransport(self._watch, inner)

    def async_transport(self, inner: httpx.AsyncBaseTransport | None = None) -> AsyncGuardTransport:
        """Returns a transport for ``httpx.AsyncClient``, otherwise like :meth:`transport`."""
        with explain_missing_extra():
            from .httpx_transports import AsyncGuardTransport
        return AsyncGuardTransport(self._watch, inner)

    def adapter(self, inner: requests.adapters.BaseAdapter | None = None) -> GuardAdapter:
        """Returns an adapter for ``Session.mount`` of requests, around *inner* or a new one.

        Raises ModuleNotFoundError if requests is not installed.
        """
        from .requests_adapter import GuardAdapter

        return GuardAdapter(self._watch, inner)

    @property
    def max_cost(self) -> Decimal | None:
        """The maximum for all creates together, in USD."""
        return self._watch.max_cost

    @property
    def spent(self) -> Decimal:
        """The USD of all accepted creates, as the vendor reported them, or as estimated."""
        return self._watch.spent

    @property
    def reserved(self) -> Decimal:
        """The estimated USD of creates that are under way or uncertain."""
        return self._watch.reserved

    @property
    def uncertain(self) -> Sequence[GuardedCreate]:
        """The creates whose outcome is unknown, oldest first: the vendor may bill them."""
        return tuple(self._watch.list_uncertain())

    def clear(self, create: GuardedCreate | None = None, *, billed: bool = True) -> None:
        """Ends the uncertainty about *create*, or about all, so that it can be sent again.

        If *billed* is true, its estimate counts as spent.
        """
        self._watch.clear(create, billed=billed)

    def __repr__(self) -> str:
        return f"Guard(max_cost={self.max_cost}, spent={self.spent}, reserved={self.reserved})"
