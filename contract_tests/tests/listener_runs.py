"""Listening runs in a thread, and drivers that make their cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import Queue
from threading import Thread
from typing import Any, Final

import httpx

from faulty_clients.reference import Reference
from wan_contracts import Outcome, Setting
from wan_contracts.laws import LAWS
from wan_contracts.listener.run import ListenAddress, listen
from wan_contracts.results.report import ContractReport
from wan_contracts.runner.run_plan import RunPlan
from wan_validators.catalog import model

MODEL: Final = "wan2.5-i2i-preview"

Case = dict[str, Any]
MakeCall = Callable[[Case], Outcome]


class ListeningRun:
    """A run in progress: its base URL and number of cases, and its report after the end."""

    def __init__(self, plan: RunPlan, idle_s: float, origins: Sequence[str]) -> None:
        self._plan = plan
        self._idle_s = idle_s
        self._origins = origins
        self._started: Queue[tuple[str, int]] = Queue()
        self._ended: Queue[ContractReport | BaseException] = Queue()
        Thread(target=self._run, daemon=True).start()
        self.base_url, self.cases = self._started.get(timeout=60)
        self.check_url = f"{self.base_url}/_wanproof/check"
        self.http = httpx.Client(trust_env=False, timeout=60)

    def report(self) -> ContractReport:
        """Returns the report of the run, which must have been told to end."""
        result = self._ended.get(timeout=60)
        if isinstance(result, BaseException):
            raise result
        return result

    def finish(self) -> ContractReport:
        self.http.post(f"{self.check_url}/finish").raise_for_status()
        return self.report()

    def next_case(self) -> Case | None:
        response = self.http.get(f"{self.check_url}/next").raise_for_status()
        return None if response.status_code == 204 else response.json()

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"{self.check_url}/status").json()
        return found

    def send_outcome(self, case: int, outcome: object) -> httpx.Response:
        return self.http.post(f"{self.check_url}/outcome/{case}", json=outcome)

    def drive(self, call: MakeCall, *, workers: int = 1, outcomes: bool = False) -> None:
        """Makes the calls of all cases, by *workers* at the same time."""

        def work(_: int) -> None:
            while case := self.next_case():
                outcome = call(case)
                if outcomes:
                    json = {"outputs": [], **outcome.as_json()}
                    self.send_outcome(case["case"], json).raise_for_status()

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(workers)))

    def _run(self) -> None:
        address = ListenAddress(host="127.0.0.1", port=0, origins=self._origins)
        try:
            report = listen(
                self._plan,
                address,
                {},
                idle_s=self._idle_s,
                announce=lambda base_url, cases: self._started.put((base_url, cases)),
            )
        except BaseException as error:  # noqa: BLE001  (the test's own thread raises it)
            self._ended.put(error)
            self._started.put(("", 0))
        else:
            self._ended.put(report)


@contextmanager
def listening(
    *scenarios: str, laws: Sequence[str] = (), idle_s: float = 600, origins: Sequence[str] = ()
) -> Iterator[ListeningRun]:
    """Starts a run with *scenarios*; the run ends with the block."""
    chosen = [law for law in LAWS if not laws or law.id in laws]
    plan = RunPlan(
        specs=(model(MODEL),), laws=chosen, scenarios=scenarios, brief=True, examples=0, seed=5
    )
    run = ListeningRun(plan, idle_s, origins)
    try:
        yield run
    finally:
        with suppress(httpx.HTTPError):  # the run can be over
            run.http.post(f"{run.check_url}/finish")
        run.http.close()


def make_calls(client: type[Reference]) -> MakeCall:
    """Returns a function that makes the call of a case with *client*."""

    def call(case: Case) -> Outcome:
        names = ("base_url", "api_key", "vendor", "model", "poll_interval", "deadline", "timeout")
        setting = Setting(**{name: case[name] for name in names})
        made = client(setting)
        try:
            return made.generate(case["model"], case["payload"])
        finally:
            made.close()

    return call
