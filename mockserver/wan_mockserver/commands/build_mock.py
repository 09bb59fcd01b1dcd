"""Builds the mock server from the options of ``wanproof serve``."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, TypeVar

from wan_validators.catalog import vendors
from wan_validators.command import UsageError

from .options import TOKEN, parse_token

if TYPE_CHECKING:
    from ..artefacts.cache import Artefacts
    from ..clock import Clock
    from ..scenarios.registry import Scenarios
    from ..service import Mock
    from ..state.journal import Listener
    from ..state.stores import Store

__all__ = [
    "build_mock",
    "choose_admin_token",
    "read_option_file",
]

Value = TypeVar("Value")


def choose_admin_token(options: Namespace, environ: Mapping[str, str]) -> str | None:
    """Returns the token from the option or the environment variable, or None."""
    if options.admin_token is not None or not environ.get(TOKEN):
        option: str | None = options.admin_token
        return option
    try:
        return parse_token(environ[TOKEN])
    except ValueError as error:
        raise UsageError(f"{TOKEN}: {error}") from error


def build_mock(
    options: Namespace,
    token: str | None,
    listener: Listener,
    artefacts: Artefacts | None = None,
) -> Mock:
    """Builds the mock server; the caller closes its store.

    Raises UsageError if an option cannot be used.
    """
    from wan_validators.prices import read_prices

    from ..service import Mock
    from ..simulator.rate_limits import Limits
    from ..simulator.simulator import Simulator
    from ..state.stores.opening import open_store

    known = _load_scenarios(options)
    prices = options.prices and read_option_file("--prices", read_prices, options.prices)
    with ExitStack() as unless_ready:
        try:
            store = open_store(options.store)
            unless_ready.callback(store.close)
            wanted = options.chaos.seed if options.chaos else None
            seed = _choose_seed(store, wanted if options.seed is None else options.seed)
        except (ValueError, OSError) as error:
            raise UsageError(f"--store: {error}") from error
        simulator = Simulator(
            seed=seed,
            clock=_build_clock(options.clock, store),
            lifecycle=options.lifecycle,
            reject_at_create=_list_vendors(options, "reject", "create"),
            error_texts=_list_vendors(options, "error", "text"),
            result_statuses=_list_vendors(options, "result", "status"),
            limits=Limits(
                creates_per_second=options.creates_per_second,
                polls_per_second=options.polls_per_second,
                running_tasks=options.running_tasks,
                balance=options.balance,
            ),
            store=store,
            listener=listener,
            artefacts=artefacts,
            scenario=options.scenario or "ok",
            scenarios=known,
            chaos=options.chaos,
            prices=prices,
        )
        unless_ready.pop_all()
    return Mock(simulator, token=token, window=options.duplicate_window)


def _list_vendors(options: Namespace, name: str, value: str) -> list[str]:
    """Returns the vendors whose option *name*, of those that have it, is *value*."""
    names = [vendor.name for vendor in vendors()]
    return [
        each for each in names if getattr(options, f"{each.replace('-', '_')}_{name}", "") == value
    ]


def _load_scenarios(options: Namespace) -> Scenarios:
    from ..scenarios.registry import Scenarios
    from ..scenarios.toml_format import read_scenarios

    if options.scenario and options.chaos:
        raise UsageError("--scenario and --chaos exclude each other: chaos draws the scenarios")
    own = options.scenarios and read_option_file("--scenarios", read_scenarios, options.scenarios)
    known = Scenarios(own)
    try:
        known.find(options.scenario or "ok")
    except ValueError as error:
        raise UsageError(f"--scenario: {error}") from error
    return known


def read_option_file(option: str, read: Callable[[Path], Value], file: Path) -> Value:
    """Reads *file*, the value of *option*. Raises UsageError if it cannot be used."""
    try:
        return read(file)
    except OSError as error:
        raise UsageError(f"cannot read {option} {file}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def _choose_seed(store: Store, wanted: int | None) -> int:
    """Returns the *wanted* seed, or the seed in a shared store, or a new one.

    The store keeps it for other servers. The ids of a later server also depend on its start.
    """
    from ..simulator.simulator import SEED
    from ..state.stores import COUNTERS

    is_used = False
    new_seed = int.from_bytes(os.urandom(4))

    def choose_seed(kept: float | None) -> float:
        nonlocal is_used
        is_used = kept is not None
        if wanted is not None:
            return float(wanted)
        return float(new_seed) if kept is None else kept

    seed = int(store.change(COUNTERS, SEED, choose_seed))
    if is_used:
        # The store may have lost what an earlier server wrote last, and its ids are known.
        store.epoch = f"~{token_hex(8)}"
    return seed


def _build_clock(mode: str, store: Store) -> Clock:
    from ..clock import AutoClock, ManualClock, RealClock

    match mode:
        case "manual":
            return ManualClock(store=store)
        case "auto":
            return AutoClock(store=store)
    return RealClock(store)
