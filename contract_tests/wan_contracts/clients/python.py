"""A client in Python, called in the suite's own process."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from wan_validators.command import UsageError
from wan_validators.wording import clip

from ..case import Setting
from ..outcome import Outcome
from ..protocol import Malformed, checked
from ..run import Mishap, Trouble
from . import limit, telling
from .limit import Overdue, limited

OURS: Final = (__file__, limit.__file__)


class Runaway(BaseException):
    """Raised in the midst of a client that sends requests long after its deadline."""


class Unusable(Exception):
    """The factory made something that is no client."""


class PythonClient:
    """An object, or a factory of objects, with a method ``generate(model, payload)``.

    *target* is used for all calls if it has that method, which is given the Setting as a third
    argument if it takes one. Otherwise *target* is called with the Setting once per call, and
    returns such an object, or a function ``generate``; what it
    made is closed after the call by its ``aclose`` or ``close``, if it has one. All of these
    may be async; they share one event loop for as long as the client lives.

    ``generate`` returns an Outcome, or a mapping as the schema ``outcome`` describes it.
    Raises UsageError for a *target* that is neither.
    """

    in_process = True

    def __init__(self, name: str, target: Any) -> None:
        self.name = name
        self._ready = None if isinstance(target, type) else _generator(target)
        self._wants_setting = _takes(self._ready, 3)
        self._make = target
        self._runner: asyncio.Runner | None = None
        if self._ready is None:
            _check_factory(name, target)

    def call(
        self,
        setting: Setting,
        payload: Any,
        number: int,
        patience: float,
    ) -> Outcome | Trouble:
        """What the client reports. Raises KeyboardInterrupt, and nothing else."""
        try:
            return _read(limited(lambda: self._called(setting, payload), patience))
        except KeyboardInterrupt:
            raise
        except Unusable as error:
            return Trouble(kind=Mishap.GARBAGE, says=str(error))
        except Overdue as error:
            self._drop_loop()
            says = f"it did not return within {patience:g} s of real time"
            return Trouble(kind=Mishap.HUNG, says=says, stderr=telling.trace(error, OURS))
        except BaseException as error:  # noqa: BLE001  (SystemExit, too, is a crash)
            return _trouble(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop_loop()

    def _called(self, setting: Setting, payload: Any) -> Any:
        if self._ready is not None:
            more = (setting,) if self._wants_setting else ()
            return self._settled(self._ready(setting.model, payload, *more))
        made = self._settled(self._make(setting))
        generate = _generator(made) or made
        if not callable(generate):
            raise Unusable(f"the factory returned {_named(made)}, which has no method generate")
        try:
            result = self._settled(generate(setting.model, payload))
        except BaseException:
            with suppress(Exception):
                self._close(made)
            raise
        self._close(made)
        return result

    def _close(self, made: Any) -> None:
        close = getattr(made, "aclose", None) or getattr(made, "close", None)
        if callable(close):
            self._settled(close())
        if self._runner is not None and asyncio.all_tasks(self._runner.get_loop()):
            self._runner.run(_cancel_others())

    def _settled(self, value: Any) -> Any:
        """*value*, or what it comes to if it is to be awaited."""
        if not inspect.isawaitable(value):
            return value
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(_awaited(value))

    def _drop_loop(self) -> None:
        """Ends the event loop and whatever is left in it."""
        runner, self._runner = self._runner, None
        if runner is not None:
            # A task that cannot be cancelled must not hold up the others' calls.
            with suppress(Overdue):
                limited(runner.close, limit.AGAIN)


def _generator(target: Any) -> Callable[..., Any] | None:
    generate = getattr(target, "generate", None)
    return generate if callable(generate) else None


def _takes(generate: Callable[..., Any] | None, count: int) -> bool:
    """Whether *generate* can be called with *count* arguments."""
    try:
        inspect.signature(generate or (lambda: None)).bind(*range(count))
    except (TypeError, ValueError):
        return False
    return True


def _check_factory(name: str, target: Any) -> None:
    """Raises UsageError if *target* cannot be called with a Setting."""
    if not callable(target):
        raise UsageError(
            f"{name} is {_named(target)}; a client has a method generate(model, payload), "
            "or is a factory that is called with the Setting and returns one"
        )
    try:
        signature = inspect.signature(target)
    except ValueError:
        return
    try:
        signature.bind(None)
    except TypeError as error:
        raise UsageError(
            f"{name}{signature} cannot be called as a factory: {error}. It is called with one "
            "argument, the Setting, and returns an object with generate(model, payload)"
        ) from None


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


async def _cancel_others() -> None:
    """Ends the tasks that a client left behind, which would run on in the next call."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _read(result: Any) -> Outcome | Trouble:
    if not isinstance(result, Outcome | Mapping):
        says = (
            f"generate returned {_named(result)}; allowed: an Outcome, "
            "or a dict as `wanproof check --schema outcome` describes it"
        )
        return Trouble(kind=Mishap.GARBAGE, says=says)
    try:
        return checked(result)
    except Malformed as error:
        return Trouble(kind=Mishap.GARBAGE, says=f"what generate returned is no outcome: {error}")


def _trouble(error: BaseException) -> Trouble:
    if _ran_away(error):
        says = f"it went on sending requests long after its deadline{_tail(str(error))}"
        return Trouble(kind=Mishap.RUNAWAY, says=says, stderr=telling.trace(error, OURS))
    place = telling.where(error)
    says = f"it raised {telling.said(error)}{f' ({place})' if place else ''}"
    return Trouble(kind=Mishap.CRASHED, says=says, stderr=telling.trace(error, OURS))


def _tail(says: str) -> str:
    return f": {says}" if says else ""


def _ran_away(error: BaseException) -> bool:
    """Whether *error* is a Runaway, or was raised because of one."""
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        each = rest.pop()
        if each is None or id(each) in seen:
            continue
        if isinstance(each, Runaway):
            return True
        seen.add(id(each))
        rest += [each.__cause__, each.__context__]
        rest += each.exceptions if isinstance(each, BaseExceptionGroup) else ()
    return False


def _named(value: Any) -> str:
    return "None" if value is None else f"{clip(repr(value))} ({type(value).__name__})"
