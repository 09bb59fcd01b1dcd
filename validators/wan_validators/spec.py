"""A model's documentation as data: rules and their conditions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from .ambiguity import Ambiguity
from .constraints.basic import Constraint, KnownMembers
from .frozen import Frozen, field
from .outputs import Images, Outputs
from .source import json_pointer
from .source.json_pointer import MISSING, Path
from .vendor import Vendor

__all__ = ["UNKNOWN_MEMBER", "Equals", "ModelSpec", "Rule", "Severity"]


class Severity(StrEnum):
    """The severity of a finding: an error is forbidden, a warning has costs, an info is advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Equals(Frozen):
    """The condition of a rule: the member at *pointer* is *value*.

    An absent member counts as *default*.
    """

    pointer: str
    value: bool | int
    default: bool | int
    path: Path = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", json_pointer.parse(self.pointer))

    def __invert__(self) -> Equals:
        """Returns the condition for the other value of a boolean member."""
        if not isinstance(self.value, bool):
            raise TypeError(f"only a condition with a boolean value can be inverted, not {self!r}")
        return Equals(self.pointer, value=not self.value, default=self.default)

    def describe(self) -> str:
        """Formats the condition, for example ``enable_interleave = true``."""
        implied = " or left out" if self.value == self.default else ""
        return f"{self.path[-1]} = {json.dumps(self.value)}{implied}"

    def is_satisfied_by(self, value: Any) -> bool:
        effective = self.default if value is MISSING else value
        return type(effective) is type(self.value) and bool(effective == self.value)


class Rule(Frozen):
    """One documented sentence: *constraint* limits the value at *pointer* if *when* is true.

    *id* is the stable id, the same at every vendor. *code* is the vendor's documented code,
    if any. A *required* value must be present. A *nullable* value may be null, which means
    *default*, as absence does. *message* replaces the message derived from the constraint.
    """

    id: str
    pointer: str
    constraint: Constraint
    code: str | None = None
    severity: Severity = Severity.ERROR
    required: bool = False
    nullable: bool = False
    default: Any = MISSING
    when: Equals | None = None
    message: str | None = None
    path: Path = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", json_pointer.parse(self.pointer))

    @property
    def is_mandatory(self) -> bool:
        """True if a payload without the value has an error, not just a notice."""
        return self.required and self.severity is Severity.ERROR


UNKNOWN_MEMBER = "unknown-member"


class ModelSpec(Frozen, kw_only=True, eq=False):
    """Everything documented about one model at one vendor.

    *id* is unique among all vendors: the name of the model, with the vendor's name and a slash
    before it if another vendor has, or may have, a model of this name. *endpoint* is the part
    ``{endpoint}`` of the vendor's paths, if it is not the usual one of the vendor.

    *rules* are in the order in which the vendor would report them. *unknown_member_rules*
    are derived from them: one for each object, with the members that any rule knows.

    *source* names the document, *on* the month in which it was read, and *confidence* is
    ``high`` for a page that was read completely, else ``medium`` or ``low``. *gaps* are facts
    that no source has: the model is served without a rule for them. *aliases* are further names
    on the wire, such as those of snapshots. *derived_from* is the id of the model whose table was
    converted to this one, "" if the table was written.
    """

    id: str
    vendor: Vendor
    title: str
    source: str
    rules: tuple[Rule, ...]
    outputs: Outputs
    ambiguities: tuple[Ambiguity, ...] = ()
    endpoint: str = ""
    on: str = "2026-10"
    confidence: str = "high"
    gaps: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    derived_from: str = ""
    unknown_member_rules: tuple[Rule, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "unknown_member_rules", tuple(self._build_unknown_member_rules()))
        first = {rule.path: rule for rule in reversed(self.rules)}
        for path, rule in first.items():
            if rule.when or (path and path[:-1] not in first):
                raise ValueError(
                    f"{self.id}: {rule.pointer} and the pointer above it each need a first rule "
                    "without a condition (when) that fixes the type of the value"
                )
        rows = Counter((rule.id, rule.pointer, rule.when) for rule in self.rules)
        duplicates = [row for row, count in rows.items() if count > 1]
        if duplicates:
            raise ValueError(f"{self.id}: two rules for {duplicates[0]}; remove one")
        unknown = {name for ambiguity in self.ambiguities for name in ambiguity.rules} - {
            rule.id for rule in self.rules
        }
        if unknown:
            raise ValueError(f"{self.id}: ambiguities name unknown rules: {sorted(unknown)}")

    @property
    def name(self) -> str:
        """The name of the model on the wire."""
        return self.id.rpartition("/")[2]

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the model on the wire."""
        return (self.name, *self.aliases)

    @property
    def qualified_name(self) -> str:
        """The name with the vendor before it."""
        return f"{self.vendor.name}/{self.name}"

    @property
    def price_id(self) -> str:
        """The id under which a price list has the model."""
        return self.derived_from or self.id

    @property
    def create_template(self) -> str:
        """The path of a create, with ``{model}`` if the vendor has the model in it."""
        return self._fill_endpoint(self.vendor.create)

    @property
    def create_path(self) -> str:
        """The path of a create of this model."""
        return self.create_template.replace("{model}", self.name)

    @property
    def synchronous_path(self) -> str | None:
        """The path of creates of this model that wait for the task, None without one."""
        api = self.vendor.synchronous
        return api.path if api and api.endpoint in ("", self.endpoint) else None

    @property
    def has_choices(self) -> bool:
        """Whether the vendor returns the outputs of this model as messages."""
        api = self.vendor.synchronous
        return api is not None and bool(api.endpoint) and api.endpoint == self.endpoint

    @property
    def submit_templates(self) -> tuple[str, ...]:
        """The paths of all creates of this model."""
        waiting = self.synchronous_path
        return (self.create_template, *([waiting] if waiting else []))

    @property
    def poll_template(self) -> str:
        """The path of a poll, with ``{model}`` if the vendor has the model in it."""
        return self._fill_endpoint(self.vendor.poll)

    @property
    def poll_path(self) -> str:
        """The path of a poll of a task of this model, with ``{task_id}``."""
        return self.poll_template.replace("{model}", self.name)

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """The written rules, then the derived ones."""
        return self.rules + self.unknown_member_rules

    @cached_property
    def rules_by_pointer(self) -> dict[str, list[Rule]]:
        """The written rules of each pointer."""
        rules: dict[str, list[Rule]] = {}
        for rule in self.rules:
            rules.setdefault(rule.pointer, []).append(rule)
        return rules

    @property
    def basis(self) -> str:
        """The source with its date and confidence."""
        return f"{self.source} (read in {self.on}, confidence {self.confidence})"

    def rule(self, id: str) -> Rule:
        """Returns the first rule with this id. Raises LookupError if there is none."""
        for rule in self.all_rules:
            if rule.id == id:
                return rule
        raise LookupError(f"{self.id} has no rule {id!r}")

    def value(self, payload: Any, pointer: str) -> Any:
        """Returns the value of *payload* at *pointer*, or the documented default, or MISSING."""
        value = json_pointer.value(payload, json_pointer.parse(pointer))
        if value is not MISSING and value is not None:
            return value
        for rule in _find_defaults(self, pointer):
            if rule.when is None or rule.when.is_satisfied_by(_read(payload, rule.when)):
                return rule.default
        return MISSING

    def _fill_endpoint(self, template: str) -> str:
        return template.replace("{endpoint}", self.endpoint or self.vendor.endpoint)

    def has_fixed_count(self, payload: Any) -> bool:
        """Returns False if the number of images in *payload* is an upper bound."""
        outputs = self.outputs
        if not isinstance(outputs, Images):
            return True
        flags = [flag for flag in (outputs.interleave, outputs.sequential) if flag]
        return not any(self.value(payload, flag) is True for flag in flags)

    def _build_unknown_member_rules(self) -> Iterator[Rule]:
        known: dict[Path, set[str]] = {(): set(self.vendor.tolerated)}
        for rule in self.rules:
            for depth, part in enumerate(rule.path):
                if isinstance(part, str) and part != json_pointer.ANY:
                    known.setdefault(rule.path[:depth], set()).add(part)
        for path, names in known.items():
            pointer, known_members = json_pointer.text(path), KnownMembers(frozenset(names))
            yield Rule(UNKNOWN_MEMBER, pointer, known_members, severity=Severity.WARNING)


@lru_cache(maxsize=4096)  # the pointers of the tables, for each payload
def _find_defaults(spec: ModelSpec, pointer: str) -> tuple[Rule, ...]:
    """Returns the rules at *pointer* that have a default."""
    rules = (rule for rule in spec.rules if rule.pointer == pointer)
    return tuple(rule for rule in rules if rule.default is not MISSING)


def _read(payload: Any, when: Equals) -> Any:
    return json_pointer.value(payload, when.path)
