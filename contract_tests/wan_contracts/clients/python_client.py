"""Drives a client in Python, which is called in the suite's own process."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any, Final, NamedTuple, Self

from wan_validators.command import UsageError
from wan_validators.messages.formatting import clip

from ..cases.case import Setting
from ..protocol.outcome import Outcome
from ..runner.interaction import ClientError
from . import PlannedCall, ignore_end
from .leftovers import let_threads_finish
from .loop import ClientEventLoop
from .process_state import preserve_process_state
from .python_results import (
    Runaway,
    UnusableClient,
    build_client_error,
    build_hung_error,
    describe_value,
    parse_result,
)
from .time_limit import CallTimeout, run_with_limit
from .time_zone import use_time_zone
from .together import make_async_calls, make_calls_in_threads

__all__ = ["MAX_TOGETHER", "PythonClient", "Runaway", "UnusableClient"]

MAX_TOGETHER: Final = 4
"""Number of calls that are made at the same time."""


class _MadeClient(NamedTuple):
    """Holds what a factory made for one call, if anything, and its ``generate``."""

    client: Any
    generate: Callable[..., Any]
    arguments: tuple[Any, ...] = ()

    @property
    def is_async(self) -> bool:
        call = getattr(self.generate, "__call__", None)  # noqa: B004  (its kind matters)
        return any(map(inspect.iscoroutinefunction, (self.generate, call)))

    def run(self, planned: PlannedCall) -> Any:
        """Calls ``generate``; returns what it returns, which may be awaitable."""
        return self.generate(planned.setting.model, planned.payload, *self.arguments)

    def close(self) -> Any:
        """Closes what was made; returns what that returns, which may be awaitable."""
        close = getattr(self.client, "aclose", None) or getattr(self.client, "close", None)
        return close() if self.client is not None and callable(close) else None


class PythonClient:
    """Calls an object, or objects from a factory, with a method ``generate(model, payload)``.

    If *target* has that method, it is used for all calls. The method gets the Setting as a third
    argument if it accepts one. Otherwise *target* is a factory: it is called with the Setting
    once per call, and returns such an object, or a function ``generate``. After the call, the
    ``aclose`` or ``close`` of that object is called, if it has one. All of these may be async.
    They share one event loop unless they leave tasks in it that do not end. Printed output goes
    to standard error, and the working directory is restored after each call. Calls are made in the
    time zone Asia/Shanghai.

    *reload* loads the target anew, with the modules of its folder.

    ``generate`` returns an Outcome, or a mapping that matches the schema ``outcome``. Raises
    UsageError if *target* is neither, or if its ``generate`` does not accept these arguments.
    """

    in_process = True
    max_together: int = MAX_TOGETHER

    def __init__(self, name: str, target: Any, reload: Callable[[], Any] | None = None) -> None:
        self.name = name
        self._loop = ClientEventLoop()
        self._accepted: object = None
        self._reload = reload or _remember_state(target)
        self._use(target)

    def _use(self, target: Any) -> None:
        self._ready = None if isinstance(target, type) else _find_generate(target)
        self._make = target
        if self._ready is None:
            _check_factory(self.name, target)
            return
        self._wants_setting = _accepts_arguments(self._ready, 3) is True
        if not self._wants_setting:
            try:
                _check_generate(self._ready, ready=True)
            except UnusableClient as error:
                raise UsageError(f"{self.name} cannot be used: {error}") from None

    @property
    def target(self) -> Any:
        """Returns the client, or its factory, as it was given."""
        return self._make

    def call(
        self,
        setting: Setting,
        payload: Any,
        number: int,
        call_timeout: float,
        listen: Callable[[], bool] = ignore_end,
    ) -> Outcome | ClientError:
        """Calls the client and returns its report; raises only KeyboardInterrupt."""
        planned = PlannedCall(setting, payload, number, listen)
        with preserve_process_state(), use_time_zone(), let_threads_finish():
            return self._call_with_limit(planned, call_timeout)

    def call_together(
        self, calls: Sequence[PlannedCall], call_timeout: float
    ) -> Sequence[Outcome | ClientError]:
        """Makes *calls* at once: in one event loop if ``generate`` is async, else in threads."""
        with preserve_process_state(), use_time_zone(), let_threads_finish():
            try:
                made = [self._make_client(each.setting) for each in calls]
            except BaseException as error:  # noqa: BLE001  (as in a single call)
                return [build_client_error(error) for _ in calls]
            if made[0].is_async:
                return make_async_calls(self._loop, calls, made, call_timeout)
            return make_calls_in_threads(calls, made, call_timeout)

    def renew(self) -> None:
        """Makes the next call use a client without any state of earlier calls, if possible."""
        with preserve_process_state():
            self._loop.close()
        with suppress(UsageError):  # its file has changed since
            self._use(self._reload())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with preserve_process_state():
            self._loop.close()

    def _call_with_limit(self, planned: PlannedCall, call_timeout: float) -> Outcome | ClientError:
        try:
            return parse_result(run_with_limit(lambda: self._call_target(planned), call_timeout))
        except KeyboardInterrupt:
            raise
        except CallTimeout as error:
            self._loop.close()
            return build_hung_error(call_timeout, error)
        except BaseException as error:  # noqa: BLE001  (SystemExit is a crash as well)
            return build_client_error(error)

    def _call_target(self, planned: PlannedCall) -> Any:
        made = self._make_client(planned.setting)
        try:
            self._check_once(made)
            result = self._await_if_needed(made.run(planned))
        except BaseException:
            planned.listen()
            with suppress(Exception):
                self._close(made)
            raise
        planned.listen()
        self._loop.let_leftovers_run()
        self._close(made)
        return result

    def _make_client(self, setting: Setting) -> _MadeClient:
        """Calls the factory, if there is one; raises UnusableClient if it makes no client."""
        if self._ready is not None:
            return _MadeClient(None, self._ready, (setting,) if self._wants_setting else ())
        made = self._await_if_needed(self._make(setting))
        generate = _find_generate(made) or made
        if not callable(generate):
            raise UnusableClient(
                f"the factory returned {describe_value(made)}, which has no method generate"
            )
        return _MadeClient(made, generate)

    def _check_once(self, made: _MadeClient) -> None:
        """Raises UnusableClient if the client does not accept a model and a payload.

        To read a signature takes long, and most factories return objects of one class.
        """
        function = getattr(made.generate, "__func__", made.generate)
        if made.client is not None and function is not self._accepted:
            _check_generate(made.generate)
            self._accepted = function

    def _close(self, made: _MadeClient) -> None:
        if made.client is not None:
            self._await_if_needed(made.close())
            self._loop.cancel_leftovers()

    def _await_if_needed(self, value: Any) -> Any:
        """Returns *value*, or its result if it is awaitable."""
        return self._loop.run(value) if inspect.isawaitable(value) else value


def _remember_state(target: Any) -> Callable[[], Any]:
    """Returns a function that returns *target* as it is now, or itself if it has no copies."""
    try:
        copy = deepcopy(target)
    except Exception:  # noqa: BLE001  (the target's own methods run)
        return lambda: target
    return lambda: deepcopy(copy)


def _find_generate(target: Any) -> Callable[..., Any] | None:
    generate = getattr(target, "generate", None)
    return generate if callable(generate) else None


def _accepts_arguments(generate: Callable[..., Any], count: int) -> bool | None:
    """Returns whether *generate* accepts *count* arguments; None if that is unknown."""
    try:
        signature = inspect.signature(generate)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True


def _check_generate(generate: Callable[..., Any], *, ready: bool = False) -> None:
    """Raises UnusableClient if *generate* does not accept a model and a payload."""
    if _accepts_arguments(generate, 2) is False:
        form = "generate(model, payload)"
        extra = " or, with the Setting, generate(model, payload, setting)" if ready else ""
        raise UnusableClient(
            f"generate must take a model and a payload: {form}{extra}; "
            f"it is generate{clip(str(inspect.signature(generate)))}"
        )


def _check_factory(name: str, target: Any) -> None:
    """Raises UsageError if *target* does not accept a Setting."""
    if not callable(target):
        raise UsageError(
            f"{name} is {describe_value(target)}; a client has a method generate(model, payload), "
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
