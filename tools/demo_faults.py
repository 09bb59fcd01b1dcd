"""What a client with retries pays when answers are lost, and what it should have paid.

Run by ``make demo-faults``. It starts ``wanproof serve`` as a user would. A naive client, which
repeats every request that fails, makes one call under each of several scenarios; a careful one,
which never repeats a create that may have been accepted, does the same. The scenario is chosen
by the API key. Everything stays on this machine. Exit code 0 means that the naive client was
billed twice where that was to be shown, and the careful one nowhere.
"""

from __future__ import annotations

import sys
import tempfile
from typing import Any, Protocol

import httpx
from demo import expect, say, serving, title

PATH = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
PAYLOAD = {"prompt": "Make it night", "images": ["https://example.com/day.jpg"], "n": 1}
SCENARIOS = ("ok", "rate-limited", "accept-lost", "accept-lost:3", "accept-502", "accept-timeout")
READ_TIMEOUT = 0.5
"""Seconds, so that the demo need not wait a minute for an answer that never comes."""

BUSY = (429, 503)
"""Statuses which say that nothing was accepted."""


class Client(Protocol):
    """Makes one call and says what became of it."""

    name: str

    def __call__(self, http: httpx.Client) -> str: ...


class Naive:
    """Repeats whatever fails, as many clients and HTTP libraries are set up to do."""

    name = "naive"

    def __call__(self, http: httpx.Client) -> str:
        for _ in range(5):
            try:
                answer = http.post(PATH, json=PAYLOAD)
            except httpx.TransportError:
                continue
            if answer.is_success:
                return finished(http, answer)
        return "gave up"


class Careful:
    """Repeats a create only if the answer says that it was not accepted."""

    name = "careful"

    def __call__(self, http: httpx.Client) -> str:
        for _ in range(5):
            try:
                answer = http.post(PATH, json=PAYLOAD)
            except httpx.TransportError as error:
                return f"stopped: it may have been accepted ({type(error).__name__})"
            if answer.is_success:
                return finished(http, answer)
            if answer.status_code not in BUSY:
                return f"stopped: it may have been accepted (HTTP {answer.status_code})"
        return "gave up"


def finished(http: httpx.Client, created: httpx.Response) -> str:
    """Polls the task to its end; this demo need not wait between polls."""
    task = created.json()["task_info"]["id"]
    for _ in range(10):
        status: str = http.get(f"{PATH}/{task}").json()["task_info"]["status"]
        if status in ("completed", "failed"):
            return status
    return "unfinished"


def main() -> int:
    twice: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="wanproof-demo-") as folder, serving(folder) as url:
        for client in (Naive(), Careful()):
            title(f"A {client.name} client: one call, one image, 0.03 USD")
            twice[client.name] = [name for name in SCENARIOS if billed_twice(client, name, url)]
        title("The verdict of the ledger")
        verdict(url)
    lost = [name for name in SCENARIOS if name.startswith("accept-")]
    expect(twice["naive"] == lost, f"the naive client should pay twice under {lost}")
    expect(twice["careful"] == [], "the careful client should never be billed twice")
    return 0


def billed_twice(client: Client, scenario: str, url: str) -> bool:
    """Whether *client* was, which is said with what it knew itself."""
    tenant = f"{client.name}-{scenario.replace(':', '-')}"
    key = {"Authorization": f"Bearer wanproof.{scenario}.{tenant}"}
    # No proxy leads to this machine.
    with httpx.Client(base_url=url, headers=key, timeout=READ_TIMEOUT, trust_env=False) as http:
        told = client(http)
    ledger = fetched(url, "ledger", tenant)
    creates = fetched(url, "requests/count", tenant, action="create")["count"]
    twice = ledger["duplicate_charges"]
    counts = f"creates: {creates}, tasks: {len(ledger['entries'])}"
    says = f", {ledger['duplicate_usd']} of it twice" if twice else ""
    say(f"{scenario:15} {told:52} {counts}, USD: {ledger['total_usd']}{says}")
    return bool(twice)


def verdict(url: str) -> None:
    ledger = fetched(url, "ledger", "naive-accept-lost")
    (pair,) = ledger["duplicate_charges"]
    say(f"$ curl {url}/_wanproof/ledger?tenant=naive-accept-lost")
    say(f"task {pair['first']} was accepted and its answer lost;")
    say(f"task {pair['second']} repeats it: {pair['usd']} USD paid twice.")
    for entry in pair["entries"]:
        say(f"  {entry['method']} {entry['path']} -> {outcome(entry)}   [{entry['step']}]")
    everything = fetched(url, "ledger")
    say(
        f"All of it would have cost {everything['total_usd']} USD, "
        f"{everything['duplicate_usd']} USD of it twice."
    )


def outcome(entry: dict[str, Any]) -> str:
    return str(entry["delivery"] or entry["status"])


def fetched(url: str, what: str, tenant: str | None = None, **query: str) -> Any:
    asked = {**query, **({"tenant": tenant} if tenant else {})}
    answer = httpx.get(f"{url}/_wanproof/{what}", params=asked, trust_env=False)
    expect(answer.is_success, f"{answer.url} answers {answer.status_code} {answer.text}")
    return answer.json()


if __name__ == "__main__":
    sys.exit(main())
