"""Functions that Dask, Ray and Spark map over partitions."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pytest

import wanproof
from wan_validators import UnknownModel
from wan_validators.bulk.partitions import lint_batch, lint_partition

from .test_lint_jobs import BAD, GOOD


def test_each_payload_has_an_object() -> None:
    good, bad, text = lint_partition([GOOD, json.dumps(BAD), b"{"])
    assert good == {"model": "wan26_i2i", "valid": True, "findings": []}
    assert bad["findings"] == [each.as_dict() for each in wanproof.lint(json.dumps(BAD)).findings]
    assert [each["rule"] for each in text["findings"]] == ["json-syntax"]
    json.dumps([good, bad, text], allow_nan=False)


def test_the_partition_is_not_read_ahead() -> None:
    read = []

    def payloads() -> Iterator[Mapping[str, object]]:
        for payload in (GOOD, BAD):
            read.append(payload)
            yield payload

    assert next(lint_partition(payloads()))["valid"]
    assert read == [GOOD]


def test_arguments_are_those_of_lint() -> None:
    [found] = lint_partition([BAD], max_findings=1)
    assert len(found["findings"]) == 1
    assert found["omitted"] == 2
    [found] = lint_partition([{"prompt": "a"}], model="wan2.5-t2i-preview", now=0)
    assert found["model"] == "wan2.5-t2i-preview"
    with pytest.raises(UnknownModel):
        list(lint_partition([GOOD], model="nothing"))


def test_a_batch_keeps_its_columns_and_has_the_same_types_each_time() -> None:
    batch = {"id": [7, 8, 9], "request": [GOOD, json.dumps(BAD), "{"]}
    found = lint_batch(batch, "request")
    assert found["id"] == [7, 8, 9]
    assert found["request"] is batch["request"]
    assert found["valid"] == [True, False, False]
    assert found["model"] == ["wan26_i2i", "wan26_i2i", ""]
    assert [len(json.loads(each)) for each in found["findings"]] == [0, 3, 1]
    assert batch.keys() == {"id", "request"}


@pytest.mark.parametrize("function", [lint_partition, lint_batch])
def test_the_functions_can_be_sent(function: Callable[..., object]) -> None:
    sent = pickle.loads(pickle.dumps(partial(function, model="wan26_i2i")))
    assert sent.func is function
