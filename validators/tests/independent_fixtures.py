"""What was typed by hand from the documents: the limits, and the golden payloads."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"
LIMITS = FIXTURES / "limits"
PAYLOADS = FIXTURES / "payloads"
UNQUALIFIED = ("mulerouter", "vtrix")
"""The vendors of the documents, whose models have ids without a vendor."""


@cache
def limits(vendor: str, model: str) -> dict[str, Any]:
    """The file of one model in ``fixtures/limits``; see ``fixtures/README.md``."""
    name = model.rpartition("/")[2]
    return tomllib.loads((LIMITS / vendor / f"{name}.toml").read_text("utf-8"))


@cache
def codes() -> dict[str, dict[str, str]]:
    """The code table, in its two parts."""
    return tomllib.loads((LIMITS / "codes.toml").read_text("utf-8"))


class Golden(NamedTuple):
    """A payload that was written by hand, and what it must raise: one rule, or nothing."""

    vendor: str
    model: str
    name: str
    text: bytes
    rule: str | None

    @property
    def payload(self) -> Any:
        return json.loads(self.text)

    @property
    def expected(self) -> tuple[str, str, str | None]:
        """Rule, severity and code, as typed from the page."""
        rows = [row for row in limits(self.vendor, self.model)["rules"] if row["id"] == self.rule]
        known = {(row["id"], row.get("severity", "error"), row.get("code")) for row in rows}
        assert len(known) == 1, f"{self.name}: {self.rule} is no rule of {self.model}"
        return known.pop()


def golden(kind: str) -> list[Golden]:
    """Every file in the folders called *kind*, ``valid`` or ``invalid``."""
    files = sorted(PAYLOADS.glob(f"*/*/{kind}/*.json"))
    return [_golden(file, kind) for file in files]


def _golden(file: Path, kind: str) -> Golden:
    vendor, name = file.parts[-4:-2]
    model = name if vendor in UNQUALIFIED else f"{vendor}/{name}"
    rule = file.stem.partition("--")[0] if kind == "invalid" else None
    return Golden(vendor, model, str(file.relative_to(PAYLOADS)), file.read_bytes(), rule)


def per_model(cases: Iterable[Golden]) -> pytest.MarkDecorator:
    """Parametrizes a test with a list of *cases* for each model."""
    groups: dict[str, list[Golden]] = {}
    for case in cases:
        groups.setdefault(case.model, []).append(case)
    return pytest.mark.parametrize("cases", groups.values(), ids=groups.keys())


def check_each(check: Callable[[Golden], object], cases: Iterable[Golden]) -> None:
    """Runs *check* on each of *cases*, and fails with the name of every case that fails it.

    One test for many cases, as a test of its own takes longer than the check.
    """
    failures = []
    for case in cases:
        try:
            check(case)
        except Exception as error:  # noqa: BLE001  (one case must not hide the others)
            failures.append(f"{case.name}: {type(error).__name__}: {error}")
    assert not failures, "\n".join([f"{len(failures)} payloads fail:", *failures])
