"""``wanproof lint --dask``: a real cluster, of which a worker is killed."""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import distributed
import pytest
from distributed import KilledWorker, LocalCluster
from distributed.client import FutureCancelledError

from wan_validators.bulk import dask_cluster, pieces
from wan_validators.bulk.dask_cluster import (
    _build_version_finder,
    _check_versions,
    _take,
    map_on_dask,
)
from wan_validators.cli import main
from wan_validators.command import UsageError

from .test_lint_jobs import folder

__all__ = ["folder"]

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_TASK_BYTES", 1)
    monkeypatch.setattr("wan_validators.source.files._BLOCK_BYTES", 1000)


@pytest.mark.usefixtures("folder", "small")
def test_a_cluster_changes_nothing(
    cluster: LocalCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    for options in (["--format=json", "--cost"], ["--max-findings=2"]):
        argv = ["lint", "--now=0", *options, "in", "missing.json", "-m", "wan26_i2i"]
        alone = main(argv), *capsys.readouterr()
        dask = main([*argv, f"--dask={cluster.scheduler_address}"]), *capsys.readouterr()
        assert dask == alone


@pytest.mark.usefixtures("folder", "small")
def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(
    cluster: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    mark = str(tmp_path / "killed")

    def map_and_kill(function: Any, tasks: Any, address: str, jobs: int) -> Any:
        def work(task: tuple[int, Any]) -> Any:  # sent by value, as it is no name of a module
            number, given = task
            if number == 5:
                try:
                    with open(mark, "x"):  # noqa: PTH123
                        os.kill(os.getpid(), signal.SIGKILL)
                except FileExistsError:
                    pass
            return function(given)

        return map_on_dask(work, enumerate(tasks), address, jobs)

    argv = ["lint", "--now=0", "--format=json", "in"]
    alone = main(argv), *capsys.readouterr()
    monkeypatch.setattr(dask_cluster, "map_on_dask", map_and_kill)
    monkeypatch.setattr(distributed, "LocalCluster", lambda **_: nullcontext(cluster))
    dask = main([*argv, "--dask=local", "--jobs=2"]), *capsys.readouterr()

    assert Path(mark).exists()
    assert dask == alone
    numbers = [(each["source"], each["record"]) for each in json.loads(dask[1])["results"]]
    assert len({*numbers}) == len(numbers) > 90


def test_tasks_are_read_as_the_cluster_takes_them(cluster: LocalCluster) -> None:
    read = []

    def tasks() -> Iterator[int]:
        for task in range(10_000):
            read.append(task)
            yield task

    results = map_on_dask(abs, tasks(), cluster.scheduler_address, 1)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    results.close()
    assert len(read) < 50


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://127.0.0.1:1"])
@pytest.mark.usefixtures("folder")
def test_a_cluster_that_does_not_answer_is_reported(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dask_cluster, "_CONNECT_SECONDS", 0.2)
    assert main(["lint", "in", f"--dask={address}"]) == 2
    err = capsys.readouterr().err
    assert f"no Dask scheduler with workers answers at {address}: " in err
    assert "Traceback" not in err


class FailedFuture:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def result(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (KilledWorker("a", None, 3), "as 4 workers died of it; give the workers more memory"),
        (FutureCancelledError("a", "lost"), "the Dask cluster was lost during the run"),
    ],
)
def test_what_the_cluster_gives_up_is_reported(error: Exception, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        _take(FailedFuture(error))


def test_all_workers_have_the_same_version(monkeypatch: pytest.MonkeyPatch) -> None:
    find = _build_version_finder()
    ours = find()
    _check_versions({"tcp://a": ours})
    with pytest.raises(
        UsageError, match=f"worker tcp://b has wanproof 9.9; install version {ours}"
    ):
        _check_versions({"tcp://a": ours, "tcp://b": "9.9"})
    with pytest.raises(UsageError, match="worker tcp://a has no wanproof"):
        _check_versions({"tcp://a": None})

    def fail(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", fail)
    assert find() is None


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("--edition=2026-10", "--edition is for a process of its own; use it without --dask"),
        ("--media-root=.", "--media-root is a folder of this machine; use it without --dask"),
    ],
)
def test_options_that_a_cluster_cannot_have_are_rejected(
    option: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "a.json", "--dask=local", option]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert problem in err


def test_without_dask_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Block:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "distributed":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.delitem(sys.modules, "distributed")
    monkeypatch.setattr(sys, "meta_path", [Block(), *sys.meta_path])
    assert main(["lint", "a.json", "--dask=local"]) == 2
    assert capsys.readouterr().err == (
        'wanproof: distributed is not installed; get it with: pip install "wanproof[dask]"\n'
    )
