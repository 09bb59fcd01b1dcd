"""Reports can be copied and pickled, and findings in equal payloads are equal."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from wan_validators import UnknownModel, lint
from wan_validators.catalog import find_all, restrict
from wan_validators.finding_copies import load_spec
from wan_validators.frozen import replace
from wan_validators.source.json_pointer import MISSING

PAYLOADS: list[Any] = [
    {
        "model": "wan26_i2i",
        "input": {"messages": [{"role": "system", "content": [{"text": ""}]}]},
        "x": 1,
    },
    {"model": "wan26_i2i"},
    {"model": "wan2.5-i2i-preview", "prompt": 1, "images": ["a.png"]},
    {"model": "wan26_i2i", "payload": {"messages": 1}},
    {"model": "no such model"},
    "{",
    1,
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_copy_of_a_report_says_the_same(payload: Any) -> None:
    report = lint(payload)
    for copied in (copy.deepcopy(report), pickle.loads(pickle.dumps(report))):
        assert (copied.model, copied.payload) == (report.model, report.payload)
        assert copied.findings == report.findings == lint(copy.deepcopy(payload)).findings
        said = [each.as_dict() for each in report.findings]
        assert [each.as_dict() for each in copied.findings] == said
    assert report.findings


def test_findings_with_other_values_differ() -> None:
    first, second = (lint({"model": "wan26_i2i", "x": value}).findings for value in (1, 2))
    assert first != second


def test_nothing_is_still_nothing_in_a_copy() -> None:
    assert pickle.loads(pickle.dumps(MISSING)) is copy.deepcopy(MISSING) is MISSING


def test_a_copy_refers_to_the_table_of_the_catalog() -> None:
    (spec,) = find_all("wan26_i2i")
    with restrict("2020-01"):
        assert pickle.loads(pickle.dumps(spec)) is copy.copy(spec) is spec
    with pytest.raises(UnknownModel, match="no-such"):
        load_spec("no-such", "2026-10")
    other = replace(spec, on="2020-01")
    copied = copy.copy(other)
    assert copied is not other
    assert copied.__dict__ == other.__dict__
