"""A client that only creates tasks is judged on sending, refusals and money alone."""

from __future__ import annotations

from wan_contracts.clients.python_client import PythonClient
from wan_contracts.results.report import Status
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check
from wan_validators.catalog import model

from faulty_clients.broken import CORRECT  # isort: skip

PLAN = RunPlan(
    specs=(model("wan2.5-i2i-preview"),),
    scenarios=("ok", "http-401", "accept-lost", "fail-3001", "download-500"),
    examples=0,
    brief=True,
)


def test_only_laws_about_the_create_apply() -> None:
    report = check(PythonClient("OnlySubmits", CORRECT["OnlySubmits"]), PLAN)
    results = {result.law.id: result for result in report.results}
    assert report.passed
    for name in ("goes-on", "poll-url", "outputs-complete", "failed-is-failed", "bytes-equal"):
        assert results[name].status is Status.SKIPPED
        assert results[name].reason == 'the client only creates tasks: it reported "submitted"'
    for name in ("payload-intact", "one-charge", "status-told", "task-id-kept", "message-told"):
        assert results[name].status is Status.PASS, name
