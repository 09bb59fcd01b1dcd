"""Limits the number of findings in one payload, and counts those that are left out.

Errors are kept before warnings, and warnings before infos. Of each severity, the first finding of
every broken rule is kept before the second of any. So a limit hides repetitions, not rules.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from .finding import Finding
from .omitted import LimitedFindings, Omitted, RuleKey, get_omitted
from .spec import Rule, Severity

__all__ = [
    "DEFAULT_MAX_FINDINGS",
    "SLACK",
    "count_omitted",
    "get_rule_key",
    "limit_findings",
    "replace_findings",
]

DEFAULT_MAX_FINDINGS: Final = 100
"""The findings of one payload that are listed, unless another limit is given."""

SLACK: Final = 1000
"""More findings than the limit that an engine collects before it drops some.

So each finding is sorted a constant number of times.
"""

_RANKS: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def get_rule_key(finding: Finding) -> RuleKey:
    row = finding.row
    return row.id, row.code, row.severity


def limit_findings(
    findings: list[Finding], limit: int, *, is_end: bool = True
) -> list[Finding] | LimitedFindings:
    """Returns at most *limit* of *findings*, in their order, and counts the others.

    If *is_end* is false, the caller has more to check. The result is then full if it has as many
    errors as it may, so that whatever else is found would be left out.
    """
    if len(findings) <= limit:
        return findings
    seen: Counter[RuleKey] = Counter()
    ranks = []
    for place, finding in enumerate(findings):
        key = get_rule_key(finding)
        ranks.append((_RANKS[key[2]], seen[key], place))
        seen[key] += 1
    kept = sorted(place for *_, place in sorted(ranks)[:limit])
    before = get_omitted(findings)
    shown = [findings[place] for place in kept]
    counts = seen - Counter(map(get_rule_key, shown)) + Counter(before.counts)
    is_full = not is_end and all(each.row.severity is Severity.ERROR for each in shown)
    return LimitedFindings(shown, Omitted(counts, before.is_exact and not is_full), is_full=is_full)


def count_omitted(findings: list[Finding], rule: Rule, count: int) -> list[Finding]:
    """Returns *findings*, with *count* more findings of *rule* that were not built."""
    key = rule.id, rule.code, rule.severity
    return LimitedFindings(findings, get_omitted(findings).add(key, count))


def replace_findings(found: list[Finding], changed: list[Finding]) -> list[Finding]:
    """Returns *changed* with what was left out of *found*, which it replaces."""
    omitted = get_omitted(found)
    return LimitedFindings(changed, omitted) if omitted else changed
