"""One test for each law, based on one run of the suite."""

from __future__ import annotations

import warnings

from wan_validators.optional_dependencies import explain_missing_extra

from ..laws import LAWS, Law
from ..reporters import descriptions
from ..reporters.details import format_details
from ..results.report import ContractReport, LawResult, Status

with explain_missing_extra():
    import pytest

    from ..pytest_plugin import LawWarning


@pytest.mark.parametrize("law", LAWS, ids=[each.id for each in LAWS])
def test_law(law: Law, wan_report: ContractReport) -> None:
    """No call of the run breaks the law."""
    results = {result.law.id: result for result in wan_report.results}
    if law.id not in results:
        pytest.skip(f"the profile {wan_report.profile} does not include this law")
    result = results[law.id]
    if law is LAWS[0] and not wan_report.exercise.reached_goal:
        # One test fails for the whole run.
        pytest.fail(next(wan_report.exercise.iter_warnings()), pytrace=False)
    match result.status:
        case Status.FAIL:
            pytest.fail(format_details(result), pytrace=False)
        case Status.UNEXPECTED:
            pytest.fail(descriptions.describe_unexpected(result), pytrace=False)
        case Status.WARN:
            _warn(result)
        case Status.KNOWN:
            pytest.xfail(descriptions.format_remark(result))
        case Status.SKIPPED | Status.NOT_REPRODUCED:
            pytest.skip(descriptions.format_remark(result))


def _warn(result: LawResult) -> None:
    """Warns about a broken SHOULD law, and fails with all details if warnings are errors."""
    assert result.failure is not None
    lines = [
        f"{result.law.statement} {descriptions.format_reason(result.failure)}",
        f"hint: {result.law.hint}",
        f"docs: {descriptions.build_law_url(result.law)}",
    ]
    replay = descriptions.format_replay_command(result.failure)
    lines += [f"replay: {replay}"] if replay else []
    try:
        warnings.warn(LawWarning("\n".join(lines)), stacklevel=2)
    except LawWarning:
        pytest.fail(format_details(result), pytrace=False)
