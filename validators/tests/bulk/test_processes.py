"""Processes that compute results in the order of the tasks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from wan_validators.bulk.processes import (
    WorkerError,
    _run_worker,
    _Team,
    choose_jobs,
    count_cores,
    map_in_processes,
    serve,
)
from wan_validators.command import UsageError

# Threads of pytest-xdist or of a test make Python warn of a fork; nothing here uses them.
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_results_come_in_the_order_of_the_tasks() -> None:
    def compute(task: int) -> tuple[int, int]:
        time.sleep(0.02 if task % 3 == 0 else 0)
        return task, os.getpid()

    results = [*map_in_processes(compute, range(40), 3)]

    assert [task for task, _ in results] == [*range(40)]
    processes = {process for _, process in results}
    assert len(processes) > 1
    assert os.getpid() not in processes
    assert all(map(is_gone, processes))


def test_few_tasks_are_read_ahead() -> None:
    read = []

    def tasks() -> Iterator[int]:
        for task in range(1000):
            read.append(task)
            yield task

    with closing(map_in_processes(abs, tasks(), 2)) as results:
        assert next(results) == 0
        assert len(read) < 20


def test_large_tasks_and_results_do_not_block_each_other() -> None:
    data = b"x" * 3_000_000
    assert [*map_in_processes(lambda task: task + b"y", [data] * 6, 2)] == [data + b"y"] * 6


def test_no_tasks_have_no_results() -> None:
    assert [*map_in_processes(abs, [], 2)] == []


def test_an_error_in_a_process_is_raised_here_with_its_traceback() -> None:
    def fail(task: int) -> int:
        return 1 // (2 - task)

    with pytest.raises(WorkerError, match=r"ZeroDivisionError: .*by zero") as caught:
        list(map_in_processes(fail, range(10), 2))
    assert "in fail" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("end", "how"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "was killed by SIGKILL"),
        (lambda: os._exit(7), "ended with code 7"),
    ],
)
def test_a_process_that_dies_is_a_clear_error(end: Any, how: str) -> None:
    def compute(task: int) -> int:
        if task == 5:
            end()
        return task

    done: list[int] = []
    with pytest.raises(UsageError, match=f"a process of --jobs {how}.*fewer --jobs"):
        done += map_in_processes(compute, range(100), 2)


def test_a_process_that_died_while_it_waited_is_a_clear_error() -> None:
    processes: set[int] = set()

    def tasks() -> Iterator[int]:
        yield from range(8)
        for each in processes:
            os.kill(each, signal.SIGKILL)
        for each in processes:
            wait_for_death(each)
        yield from range(8)

    results = map_in_processes(lambda _: os.getpid(), tasks(), 2)
    processes.add(next(results))
    with pytest.raises(UsageError, match="SIGKILL"):
        list(results)


def test_a_task_for_a_process_that_died_is_a_clear_error() -> None:
    team = _Team(abs, 1)
    worker = team._start()
    process = team._processes[worker].pid
    assert process
    os.kill(process, signal.SIGKILL)
    wait_for_death(process)
    with pytest.raises(UsageError, match="SIGKILL"):
        team._send(worker, 1)
    team.end()


def wait_for_death(process: int) -> None:
    """Waits until the process is a zombie or gone."""
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize(
    ("text", "cores"), [("150000 100000", 2), ("1000 100000", 1), ("max 100000", 64), ("", 64)]
)
def test_cores_are_those_that_the_process_and_its_container_may_use(
    text: str, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {*range(64)}, raising=False)
    quota = tmp_path / "cpu.max"
    quota.write_text(text)
    assert count_cores(quota) == cores
    assert count_cores(tmp_path / "missing") == 64


def test_there_is_one_process_where_none_can_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_jobs(7) == 7
    assert choose_jobs(None) == count_cores()
    monkeypatch.delattr(os, "fork")
    assert choose_jobs(7) == 1


def test_without_affinity_all_cores_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert count_cores(tmp_path / "missing") == 1


def test_a_server_answers_until_the_other_end_is_closed() -> None:
    """In a thread, as the coverage of other processes is not measured."""
    ours, theirs = Pipe()
    server = Thread(target=serve, args=(lambda task: 1 // task, theirs))
    server.start()
    ours.send(1)
    assert ours.recv() == (1, None)
    ours.send(0)
    result, (message, trace) = ours.recv()
    assert result is None
    assert message.startswith("ZeroDivisionError")
    assert "Traceback" in trace
    ours.close()
    server.join(10)
    assert not server.is_alive()
    theirs.close()


def read_and_close(connection: Any) -> None:
    connection.recv()
    connection.close()


def test_a_worker_closes_what_it_inherits_and_leaves_interrupts_to_the_first_process() -> None:
    ours, theirs = Pipe()
    other, _ = Pipe()
    before = signal.getsignal(signal.SIGINT)
    try:
        ours.send(-3)
        reader = Thread(target=read_and_close, args=(ours,))
        reader.start()
        _run_worker(abs, theirs, [other])
        reader.join(10)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert other.closed
    theirs.close()


def test_a_server_ends_when_nobody_reads_its_answer() -> None:
    ours, theirs = Pipe()

    def compute(task: int) -> int:
        ours.close()
        return task

    ours.send(1)
    serve(compute, theirs)
    theirs.close()


SLEEPING = """
import os, time
from wan_validators.bulk.processes import map_in_processes

def compute(task):
    os.write(1, b"%d\\n" % os.getpid())  # print writes the text and the end of the line apart
    time.sleep(1)

list(map_in_processes(compute, range(10), 3))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_the_first_one(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPING],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as run:
        assert run.stdout is not None
        processes = {int(run.stdout.readline()) for _ in range(3)}
        if how is signal.SIGINT:
            os.killpg(run.pid, how)  # as a terminal does
        else:
            run.send_signal(how)
        run.stdout.read()  # until the last process has closed it
        assert run.wait(30) != 0
    deadline = time.monotonic() + 30
    while not all(map(is_gone, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert all(map(is_gone, processes))
