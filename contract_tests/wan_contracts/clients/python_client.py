"""Drives a client in Python, which is called in the suite's own process."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any, Self

from wan_validators.command import UsageError
from wan_validators.messages.formatting import clip, format_seconds

from ..cases.case import Setting
from ..protocol.outcome import Outcome
from ..protocol.schemas import InvalidDocument, validate_outcome
from ..runner.interaction import ClientError, ClientErrorKind
from . import error_formatting
from .loop import ClientEventLoop
from .process_state import preserve_process_state
from .time_limit import CallTimeout, run_with_limit
from .time_zone import use_time_zone

__all__ = ["PythonClient", "Runaway", "UnusableClient"]


class Runaway(BaseException):
    """Raised inside a client that sends requests long after its deadline."""


class UnusableClient(Exception):
    """Raised if the given object, or what the factory returned, is not a client."""


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

    def __init__(self, name: str, target: Any, reload: Callable[[], Any] | None = None) -> None:
        self.name = name
        self._loop = ClientEventLoop()
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
    ) -> Outcome | ClientError:
        """Calls the client and returns its report; raises only KeyboardInterrupt."""
        with preserve_process_state(), use_time_zone():
            return self._call_with_limit(setting, payload, call_timeout)

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

    def _call_with_limit(
        self, setting: Setting, payload: Any, call_timeout: float
    ) -> Outcome | ClientError:
        try:
            return _parse_result(
                run_with_limit(lambda: self._call_target(setting, payload), call_timeout)
            )
        except KeyboardInterrupt:
            raise
        except UnusableClient as error:
            return ClientError(kind=ClientErrorKind.GARBAGE, message=str(error))
        except CallTimeout as error:
            self._loop.close()
            message = f"it did not return within {format_seconds(call_timeout)} of real time"
            return ClientError(
                kind=ClientErrorKind.HUNG,
                message=message,
                stderr=error_formatting.format_traceback(error),
            )
        except BaseException as error:  # noqa: BLE001  (SystemExit is a crash as well)
            return _build_client_error(error)

    def _call_target(self, setting: Setting, payload: Any) -> Any:
        if self._ready is not None:
            extra = (setting,) if self._wants_setting else ()
            return self._await_if_needed(self._ready(setting.model, payload, *extra))
        made = self._await_if_needed(self._make(setting))
        generate = _find_generate(made) or made
        if not callable(generate):
            raise UnusableClient(
                f"the factory returned {_describe_value(made)}, which has no method generate"
            )
        try:
            _check_generate(generate)
            result = self._await_if_needed(generate(setting.model, payload))
        except BaseException:
            with suppress(Exception):
                self._close(made)
            raise
        self._close(made)
        return result

    def _close(self, made: Any) -> None:
        close = getattr(made, "aclose", None) or getattr(made, "close", None)
        if callable(close):
            self._await_if_needed(close())
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
            f"{name} is {_describe_value(target)}; a client has a method generate(model, payload), "
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


def _parse_result(result: Any) -> Outcome | ClientError:
    if not isinstance(result, Outcome | Mapping):
        message = (
            f"generate returned {_describe_value(result)}; allowed: an Outcome, "
            "or a dict as `wanproof check --schema outcome` describes it"
        )
        return ClientError(kind=ClientErrorKind.GARBAGE, message=message)
    try:
        return validate_outcome(result)
    except InvalidDocument as error:
        return ClientError(
            kind=ClientErrorKind.GARBAGE,
            message=f"generate returned an invalid outcome: {error}",
        )


def _build_client_error(error: BaseException) -> ClientError:
    if _is_runaway(error):
        message = f"it sent requests long after its deadline{_format_suffix(str(error))}"
        return ClientError(
            kind=ClientErrorKind.RUNAWAY,
            message=message,
            stderr=error_formatting.format_traceback(error),
        )
    place = error_formatting.find_error_location(error)
    message = f"it raised {error_formatting.format_error(error)}{f' ({place})' if place else ''}"
    return ClientError(
        kind=ClientErrorKind.CRASHED,
        message=message,
        stderr=error_formatting.format_traceback(error),
    )


def _format_suffix(message: str) -> str:
    return f": {message}" if message else ""


def _is_runaway(error: BaseException) -> bool:
    """Returns True if *error* is a Runaway, or was raised because of one."""
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


def _describe_value(value: Any) -> str:
    return "None" if value is None else f"{clip(repr(value))} ({type(value).__name__})"
