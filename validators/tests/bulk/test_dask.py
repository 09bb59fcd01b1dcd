"""``wanproof lint --dask``: a real cluster, of which a worker is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from wan_validators.bulk import dask_cluster, pieces
from wan_validators.bulk.dask_cluster import map_on_dask
from wan_validators.bulk.pieces import PieceLinter
from wan_validators.cli import main

from .test_lint_jobs import folder

__all__ = ["folder"]

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


@pytest.mark.usefixtures("folder")
def test_a_cluster_changes_nothing(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pieces, "_TASK_PIECES", 1)
    monkeypatch.setattr("wan_validators.source.files._BLOCK_BYTES", 2000)
    for options in ([], ["--format=json", "--cost"], ["--format=sarif"], ["--max-findings=2"]):
        argv = ["lint", "--now=0", *options, "in", "missing.json", "-m", "wan26_i2i"]
        alone = main(argv), *capsys.readouterr()
        dask = main([*argv, f"--dask={cluster.scheduler_address}"]), *capsys.readouterr()
        assert dask == alone


def kill_once(mark: str, task: int) -> tuple[int, int]:
    """Kills its worker at the task 15, the first time."""
    if task == 15 and not os.path.exists(mark):  # noqa: PTH110
        with open(mark, "x"):  # noqa: PTH123
            os.kill(os.getpid(), signal.SIGKILL)
    return task, os.getpid()


def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    from functools import partial

    mark = tmp_path / "killed"
    work = partial(kill_once, str(mark))
    results = [*map_on_dask(work, range(60), cluster.scheduler_address, 1)]

    assert mark.exists()
    assert [task for task, _ in results] == [*range(60)]
    assert len({process for _, process in results}) > 1


class KillingLinter:
    """Lints as usual, and kills its worker once."""

    def __init__(self, mark: Path) -> None:
        self.mark = str(mark)


@pytest.mark.usefixtures("folder")
def test_a_report_is_complete_when_a_worker_is_killed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(pieces, "_TASK_BYTES", 1)
    monkeypatch.setattr("wan_validators.source.files._BLOCK_BYTES", 1000)
    argv = ["lint", "--now=0", "--format=json", "in"]
    alone = main(argv), *capsys.readouterr()
    mark = str(tmp_path / "killed")
    lint = PieceLinter.lint

    def lint_and_kill(self: PieceLinter, given: Any) -> Any:
        def work(given: Any) -> Any:
            if not os.path.exists(mark):  # noqa: PTH110
                with open(mark, "x"):  # noqa: PTH123
                    os.kill(os.getpid(), signal.SIGKILL)
            return lint(self, given)

        return work(given)

    def map_and_kill(function: Any, tasks: Any, address: str, jobs: int) -> Any:
        linter = function.__self__
        return map_on_dask(lambda task: lint_and_kill(linter, task), tasks, address, jobs)

    monkeypatch.setattr(dask_cluster, "map_on_dask", map_and_kill)
    assert (main([*argv, "--dask=local", "--jobs=2"]), *capsys.readouterr()) == alone
    assert os.path.exists(mark)  # noqa: PTH110
