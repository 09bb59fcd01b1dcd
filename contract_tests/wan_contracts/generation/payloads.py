"""Builds payloads from rules: with all required members, and accepted by every rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cache, lru_cache
from itertools import product
from typing import Any, Final

from wan_validators.constraints.basic import (
    Absent,
    Items,
    Json,
    MutuallyExclusive,
    ObjectCount,
    View,
)
from wan_validators.constraints.items import TypeSets, UrlOnly
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.source.json_pointer import ANY, MISSING, Path
from wan_validators.spec import Equals, ModelSpec, Rule, Severity

from . import size_values  # noqa: F401  (it registers the values of checks)
from .item_values import fit_items
from .media_values import ODD_URLS, SIGNED_URLS
from .values import (
    AWKWARD_TEXTS,
    FILE_URL,
    MIXED_TEXT,
    JsonValues,
    ValueStrategy,
    valid_value_strategy,
    valid_values,
)

with explain_missing_extra():
    from hypothesis import strategies as st

__all__ = [
    "TELLING_VALUES",
    "Mode",
    "PayloadBuilder",
    "build_leaf_strategy",
    "find_active_rules",
    "find_broken_rules",
    "find_rules_at",
    "is_leaf",
    "is_notice",
    "list_modes",
]

Mode = Mapping[Path, Json]
"""The value at each path that a condition of a rule reads; MISSING if there is none."""


TELLING_VALUES: Final = (
    *(MIXED_TEXT, *SIGNED_URLS.values(), *AWKWARD_TEXTS),
    *(url for urls in ODD_URLS.values() for url in urls),
)
"""Values that clients may wrongly change, the most telling first."""


def find_broken_rules(rows: Iterable[Rule], value: Json) -> list[Rule]:
    """Returns the rules in *rows*, all with the same path, that *value* breaks."""
    rows = list(rows)
    if value is MISSING:
        return [row for row in rows if row.required]
    if value is None and any(row.nullable for row in rows):
        return []
    found: list[Rule] = []
    for row in rows:
        extracted = _extract(row.constraint.view, value)
        if not row.constraint.applies_to(extracted):
            found += [] if found else [row]
        elif not row.constraint.is_satisfied(extracted):
            found.append(row)
    return found


def _extract(view: View, value: Json) -> Any:
    return _extract_from_text(view, value) if type(value) is str else view.extract(value)


@lru_cache(maxsize=2**12)
def _extract_from_text(view: View, text: str) -> Any:
    return view.extract(text)


def is_notice(rule: Rule) -> bool:
    """Returns True if *rule* only mentions the default of an absent member."""
    return rule.required and rule.severity is Severity.INFO


@cache
def list_modes(spec: ModelSpec, *, notices: bool = True) -> tuple[Mode, ...]:
    """Lists all valid values of the members that conditions of *spec* read, simplest first.

    With *notices*, a mode in which the linter mentions a default is not valid.
    """
    paths = dict.fromkeys(row.when.path for row in spec.rules if row.when)
    settings = product(*(_list_condition_values(spec, path) for path in paths))
    every: list[Mode] = [dict(zip(paths, values, strict=True)) for values in settings]
    return tuple(
        mode
        for mode in every
        if all(
            is_notice(rule) and not notices
            for path in paths
            for rule in find_broken_rules(
                find_rules_at(path, find_active_rules(spec, mode)), mode[path]
            )
        )
    )


def _list_condition_values(spec: ModelSpec, path: Path) -> JsonValues:
    """Returns the values to try at *path*: MISSING, null, limits, and values in conditions."""
    conditions = [row.when for row in spec.rules if row.when and row.when.path == path]
    named = [when.value for when in conditions if isinstance(when, Equals)]
    edges = valid_values(find_rules_at(path, spec.rules)[0].constraint)
    unnamed = [edge for edge in edges if edge not in named]
    return (MISSING, None, *unnamed, *dict.fromkeys(named))


def find_active_rules(spec: ModelSpec, mode: Mode) -> list[Rule]:
    """Returns the rules of *spec* that apply in *mode*."""
    return [
        row
        for row in spec.all_rules
        if not row.when or row.when.is_satisfied_by(mode[row.when.path])
    ]


def find_rules_at(path: Path, rules: Iterable[Rule]) -> list[Rule]:
    """Returns the rules with this *path*."""
    return [rule for rule in rules if rule.path == path]


@cache
def is_leaf(spec: ModelSpec, path: Path) -> bool:
    """Returns True if no rule of *spec* has a path below *path*."""
    return all(row.path[: len(path)] != path or row.path == path for row in spec.rules)


@cache
def build_leaf_strategy(rows: tuple[Rule, ...]) -> ValueStrategy:
    """Draws values that all *rows* accept; the rows have the same path."""
    accepted = [
        v for row in rows for v in valid_values(row.constraint) if not find_broken_rules(rows, v)
    ]
    null = st.just(None) if not find_broken_rules(rows, None) else st.nothing()
    if not accepted:
        return null
    anywhere = st.one_of([valid_value_strategy(row.constraint) for row in rows]).filter(
        lambda v: not find_broken_rules(rows, v)
    )
    telling = [each for each in TELLING_VALUES if each in accepted]
    often = st.sampled_from(telling) if telling else st.nothing()
    return st.sampled_from(accepted) | often | anywhere | null


class PayloadBuilder:
    """Builds one payload, member by member, with values from *draw*.

    All *rules* accept the payload, except at paths where *mode* sets the value. The *needed*
    paths are present; other optional members may be.
    """

    def __init__(
        self, draw: st.DrawFn, rules: Sequence[Rule], mode: Mode, needed: Iterable[Path] = ()
    ) -> None:
        self.draw = draw
        self.mode = mode
        self.needed = {*needed, *(path for path, value in mode.items() if value is not MISSING)}
        self.rows: dict[Path, list[Rule]] = {}
        for rule in rules:
            self.rows.setdefault(rule.path, []).append(rule)
        self.below: dict[Path, dict[str | int, None]] = {}
        for path in self.rows:
            if path:
                self.below.setdefault(path[:-1], {})[path[-1]] = None

    def build_value(self, path: Path = ()) -> Json:
        """Returns an accepted value for *path*."""
        if path in self.mode:
            return self.mode[path]
        below = self.below.get(path)
        if not below:
            return self.draw(build_leaf_strategy(tuple(self.rows[path])))
        if ANY in below:
            return self.build_array(path)
        if any(isinstance(part, int) for part in below):
            return [self.build_value((*path, index)) for index in sorted(below, key=int)]
        return self.build_object(path, self._choose_excluded(path))

    def build_array(self, path: Path) -> list[Json]:
        """Builds an array; if its parts differ by a member, each part has one such member."""
        item = (*path, ANY)
        sets = [row.constraint for row in self.rows[path] if isinstance(row.constraint, TypeSets)]
        if sets:
            return self._build_typed_items(path, sets[0])
        ranges = self._find_part_ranges(path)
        if not ranges:
            checks = [row.constraint for row in self.rows[path]]
            limit = next((check for check in checks if isinstance(check, Items)), Items(0, 3))
            length = self._draw_count(item, limit.low, limit.high)
            return fit_items([self.build_value(item) for _ in range(length)], checks)
        parts = [
            self.build_object(item, without={*ranges} - {key}, needed=key)
            for key, (low, high) in ranges.items()
            for _ in range(self._draw_count((*item, key), low, high))
        ]
        order: list[Json] = self.draw(st.permutations(parts))
        return order

    def _build_typed_items(self, path: Path, sets: TypeSets) -> list[Json]:
        """Builds an array whose items have the types of one of *sets*, in any order."""
        counts = self.draw(st.sampled_from(sets.sets))
        limits = [row.constraint for row in self.rows[path] if isinstance(row.constraint, Items)]
        left = (limits[0].high if limits else 9) - sum(count.low for count in counts)
        items = []
        for count in counts:
            most = left if count.high is None else count.high - count.low
            more = self.draw(st.integers(0, min(most, left)))
            left -= more
            number = count.low + more
            items += [self._build_typed_item((*path, ANY), count.name) for _ in range(number)]
        order: list[Json] = self.draw(st.permutations(items))
        return order

    def _build_typed_item(self, path: Path, name: str) -> Json:
        return self._replace_data(path, {**self.build_object(path), "type": name})

    def _replace_data(self, path: Path, built: dict[str, Json]) -> dict[str, Json]:
        """Returns *built* with another URL if its own is data, which a rule at *path* forbids."""
        is_valid = all(
            row.constraint.is_satisfied(built)
            for row in self.rows[path]
            if isinstance(row.constraint, UrlOnly)
        )
        return built if is_valid else {**built, "url": FILE_URL}

    def _find_part_ranges(self, path: Path) -> dict[str, tuple[int, int]]:
        """Returns the members that distinguish the parts of an array, and their allowed counts."""
        exclusive = [
            row.constraint
            for row in self.rows[*path, ANY]
            if isinstance(row.constraint, MutuallyExclusive)
        ]
        counted = [
            row.constraint for row in self.rows[path] if isinstance(row.constraint, ObjectCount)
        ]
        default = {key: (0, 3) for check in exclusive for key in check.keys}
        return default | {check.key: (check.low, check.high) for check in counted}

    def build_object(
        self, path: Path, without: Set[object] = frozenset(), needed: str | None = None
    ) -> dict[str, Json]:
        """Builds an object that has the member *needed* and none of the members *without*."""
        names = [name for name in self.below[path] if name not in without]
        built = {
            str(name): self.build_value((*path, name))
            for name in names
            if name == needed or self._is_present((*path, name))
        }
        return self._replace_data(path, built)

    def _is_present(self, path: Path) -> bool:
        rows = self.rows[path]
        if path in self.mode:
            return self.mode[path] is not MISSING
        if self._is_needed(path) or any(row.required for row in rows):
            return True
        banned = any(isinstance(row.constraint, Absent) for row in rows)
        if banned and find_broken_rules(rows, None):
            return False
        return self.draw(st.booleans())

    def _is_needed(self, path: Path) -> bool:
        return any(needed[: len(path)] == path for needed in self.needed)

    def _draw_count(self, path: Path, low: int, high: int) -> int:
        return self.draw(st.integers(max(low, self._is_needed(path)), high))

    def _choose_excluded(self, path: Path) -> set[str]:
        """Returns the members to omit from an object that may have only one of them."""
        for row in self.rows[path]:
            if isinstance(row.constraint, MutuallyExclusive):
                keys = row.constraint.keys
                return {*keys} - {self.draw(st.sampled_from(keys))}
        return set()
