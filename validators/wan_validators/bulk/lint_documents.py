"""Reads the documents of ``wanproof lint --format json``, one result at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ..command import UsageError
from ..cost import Cost
from ..omitted import NOTHING_OMITTED, Omitted
from ..outputs import Price
from ..plain_finding import PlainFinding
from ..reporters import LintResult
from ..reporters.json import VERSION
from ..source.files import Record, Unreadable
from ..spec import Severity
from .shards import Shard

__all__ = ["LintDocument", "order_documents"]

_HINT: Final = "merge reads what wanproof lint --format json wrote"


class LintDocument:
    """The document in the file *name*. Raises UsageError if it cannot be read or is another.

    *shard* is the shard that it is about, if any. After :meth:`read_results`, *unreadable* and
    *skipped* have the other input.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._tail: Mapping[str, Any] = {}
        head = self._read_head()
        if head.get("version") != VERSION or not isinstance(head.get("results"), list):
            raise self._reject("is not a report of wanproof lint")
        shard = head.get("shard")
        self.shard = shard and Shard(shard["number"], shard["of"], shard["bytes"])

    def read_results(self) -> Iterator[tuple[LintResult, int]]:
        """Yields each result, and its size; one at a time, so that memory stays constant."""
        self._tail = {}
        try:
            for each, size in self._read_objects():
                yield _build_result(each), size
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._reject(f"is damaged ({type(error).__name__}: {error})") from error
        if "summary" not in self._tail:
            raise self._reject("is cut off")
        if not self._tail["summary"].get("complete", True):
            raise self._reject("is of a run that was interrupted")

    @property
    def has_costs(self) -> bool:
        return "cost" in self._tail

    @property
    def unreadable(self) -> list[Unreadable]:
        return [Unreadable(each["source"], each["reason"]) for each in self._tail["unreadable"]]

    @property
    def skipped_requests(self) -> int:
        return int(self._tail["summary"]["skipped"]["requests"])

    @property
    def skipped_files(self) -> Sequence[str]:
        """The names of the skipped files; where the document has only their number, invented."""
        count = self._tail["summary"]["skipped"]["files"]
        unnamed = [f"{self.name}\0{number}" for number in range(count)]
        return [*self._tail.get("skipped_files", unnamed)]

    def _read_head(self) -> Mapping[str, Any]:
        lines = self._read_lines()
        first = next(lines, "")
        try:
            if first.rstrip().endswith("["):
                head = json.loads(f"{first}]}}")
            else:
                head = json.loads("".join([first, *lines]))
        except (ValueError, RecursionError) as error:
            raise self._reject("is not a JSON document of one report") from error
        return head if isinstance(head, dict) else {}

    def _read_objects(self) -> Iterator[tuple[Any, int]]:
        lines = self._read_lines()
        first = next(lines)
        if not first.rstrip().endswith("["):  # another program has changed the layout
            self._tail = json.loads("".join([first, *lines]))
            yield from ((each, 0) for each in self._tail["results"])
            return
        for line in lines:
            if line.startswith("]"):
                self._tail = json.loads(line.replace("],", "{", 1))
                return
            yield json.loads(line.rstrip().removesuffix(",")), len(line)

    def _read_lines(self) -> Iterator[str]:
        try:
            with Path(self.name).open(encoding="utf-8") as file:
                yield from file
        except OSError as error:
            raise UsageError(f"cannot read {self.name}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise self._reject("is not text in UTF-8") from error

    def _reject(self, problem: str) -> UsageError:
        return UsageError(f"{self.name} {problem}; {_HINT}")


def order_documents(documents: Sequence[LintDocument]) -> list[LintDocument]:
    """Returns *documents* in the order of their shards; others stay as they are.

    Raises UsageError if a shard is missing or is there twice, or if they are not of one run.
    """
    shards = [(each.shard, each) for each in documents if each.shard is not None]
    if not shards:
        return [*documents]
    if len(shards) < len(documents):
        other = next(each.name for each in documents if each.shard is None)
        raise UsageError(f"{other} is not of a shard, and others are; merge one kind at a time")
    first, origin = shards[0]
    found: dict[int, LintDocument] = {}
    for shard, document in shards:
        if (shard.shards, shard.total) != (first.shards, first.total):
            raise UsageError(
                f"{document.name} and {origin.name} are not of one run: {_describe(shard)}, and "
                f"{_describe(first)}; lint the same input with the same number of shards"
            )
        if shard.number in found:
            twice = f"{found[shard.number].name} and {document.name}"
            raise UsageError(f"{twice} are both of shard {shard.number}; leave one out")
        found[shard.number] = document
    missing = [str(each) for each in range(1, first.shards + 1) if each not in found]
    if missing:
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        names = ", ".join(missing[:10])
        raise UsageError(f"of {first.shards} shards, these are missing: {names}{more}")
    return [found[number] for number in sorted(found)]


def _describe(shard: Shard) -> str:
    return f"shard {shard.number} of {shard.shards} of {shard.total} bytes"


def _build_result(found: Mapping[str, Any]) -> LintResult:
    """Builds a result from its JSON object. Raises KeyError or TypeError if it is another."""
    if "findings" not in found:
        raise ValueError("it was written with --statistics, so it has no findings")
    members = found["findings"]
    shown = found.get("shown") or [_show(each) for each in members]
    findings = [
        PlainFinding(each, got, None if line is None else (line, caret))
        for each, (got, line, caret) in zip(members, shown, strict=True)
    ]
    record = Record(found["source"], found["record"], b"")
    cost = found.get("cost") and _build_cost(found["model"], found["cost"])
    omitted = found.get("omitted")
    return LintResult(
        record,
        found["model"],
        found["valid"],
        findings,
        cost,
        _build_omitted(omitted) if omitted else NOTHING_OMITTED,
    )


def _show(finding: Mapping[str, Any]) -> tuple[str | None, None, None]:
    got = finding["got"]
    return None if got is None else json.dumps(got, ensure_ascii=False), None, None


def _build_omitted(found: Mapping[str, Any]) -> Omitted:
    counts = {
        (each["rule"], each["code"], Severity(each["severity"])): each["count"]
        for each in found["rules"]
    }
    return Omitted(counts, found["exact"])


def _build_cost(model: str | None, found: Mapping[str, Any]) -> Cost:
    price = found["price"]
    low, high = (None if found[each] is None else Decimal(found[each]) for each in _AMOUNTS)
    return Cost(
        model=model,
        units=found["units"],
        low=low,
        high=high,
        unknown=found["unknown"],
        notes=tuple(found["notes"]),
        price=price
        and Price(
            usd={unit: Decimal(usd) for unit, usd in price["usd"].items()},
            source=price["source"],
            on=price["on"],
            confidence=price["confidence"],
        ),
    )


_AMOUNTS: Final = ("low_usd", "high_usd")
