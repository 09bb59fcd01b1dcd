"""Runs a function on the workers of a Dask cluster and yields its results in order.

Dask repeats the tasks of a worker that is lost. Each result is taken once.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..command import UsageError
from ..optional_dependencies import DISTRIBUTION

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["LOCAL", "map_on_dask"]

T = TypeVar("T")
R = TypeVar("R")

LOCAL: Final = "local"
"""The address that stands for a cluster on this machine, which ends with the run."""

_AHEAD: Final = 4
"""Tasks in flight for each thread of the cluster; more would use memory."""

_CONNECT_SECONDS: Final = 20


def map_on_dask(
    function: Callable[[T], R], tasks: Iterable[T], address: str, jobs: int
) -> Generator[R, None, None]:
    """Yields ``function(task)`` for each of *tasks*, in their order, from the cluster at *address*.

    A local cluster has *jobs* workers. Raises UsageError if the cluster cannot be used, or if it
    gives up a task.
    """
    with ExitStack() as cleanup:
        client = _connect(address, jobs, cleanup)
        most = _AHEAD * max(1, sum(client.nthreads().values()))
        waiting: deque[Any] = deque()
        # Tasks that are not taken, for example after Ctrl-C.
        cleanup.callback(lambda: client.cancel([*waiting], force=True))
        for task in tasks:
            if len(waiting) >= most:
                yield _take(waiting[0])
                waiting.popleft()
            waiting.append(client.submit(function, task, pure=False))
        while waiting:
            yield _take(waiting[0])
            waiting.popleft()


def _connect(address: str, jobs: int, cleanup: ExitStack) -> Client:
    from distributed import Client, LocalCluster

    try:
        if address == LOCAL:
            # A worker that is lost is replaced, and nobody needs the log of that.
            address = cleanup.enter_context(
                LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            )
        client = cleanup.enter_context(Client(address, timeout=_CONNECT_SECONDS))
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no Dask scheduler with workers answers at {address}: "
            f"{str(error).partition(chr(10))[0]}; start dask scheduler and dask worker, or use "
            f"--dask {LOCAL}"
        ) from error
    _check_versions(client.run(_build_version_finder()))
    return client


def _build_version_finder() -> Callable[[], str | None]:
    """Returns a function that Dask sends as it is, as a worker may have no module of ours."""

    def find_version() -> str | None:
        from importlib import metadata

        try:
            return metadata.version("wanproof")
        except metadata.PackageNotFoundError:
            return None

    return find_version


def _check_versions(found: Mapping[str, str | None]) -> None:
    """Raises UsageError if a worker has another version of wanproof, or none."""
    ours = version(DISTRIBUTION)
    for worker, theirs in found.items():
        if theirs != ours:
            has = f"has wanproof {theirs}" if theirs else "has no wanproof"
            raise UsageError(f"the worker {worker} {has}; install version {ours} on each worker")


def _take(future: Any) -> Any:
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        return future.result()
    except KilledWorker as error:
        raise UsageError(
            f"Dask gave a part of the input up, as {error.allowed_failures + 1} workers died of "
            "it; give the workers more memory"
        ) from error
    except FutureCancelledError as error:
        raise UsageError(f"the Dask cluster was lost during the run: {error}") from error
