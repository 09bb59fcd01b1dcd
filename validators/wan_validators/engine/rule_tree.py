"""The rows of a spec as a tree of places, in the order in which an engine visits them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..source.json_pointer import ANY, Path
from ..spec import ModelSpec, Rule


@dataclass(slots=True)
class Place:
    """The rows that stand at *path*, and the places below it by name or index.

    A place whose value some condition asks for comes before its siblings.
    """

    path: Path = ()
    rules: list[Rule] = field(default_factory=list)
    below: dict[str | int, Place] = field(default_factory=dict)

    @property
    def members(self) -> dict[str, Place]:
        """The places below by the names of an object's members."""
        return {
            part: place
            for part, place in self.below.items()
            if isinstance(part, str) and part != ANY
        }


def flag_paths(spec: ModelSpec) -> list[Path]:
    """The places that the conditions of *spec* ask for."""
    return list(dict.fromkeys(rule.when.path for rule in spec.rules if rule.when))


def tree(spec: ModelSpec) -> Place:
    """All places of *spec*."""
    root = Place()
    for path in [*flag_paths(spec), *(rule.path for rule in spec.rules)]:
        _at(root, path)
    for rule in spec.rules:
        _at(root, rule.path).rules.append(rule)
    return root


def _at(root: Place, path: Path) -> Place:
    place = root
    for part in path:
        place = place.below.setdefault(part, Place((*place.path, part)))
    return place
