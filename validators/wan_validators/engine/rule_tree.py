"""The rules of a spec as a tree of places, in the order of evaluation."""

from __future__ import annotations

from ..source.json_pointer import ANY, Path
from ..spec import ModelSpec, Rule

__all__ = ["Place", "build_tree", "flag_paths"]


class Place:
    """The rules for *path*, and the places below it by name or index.

    A place that a condition reads comes before its siblings.
    """

    __slots__ = ("below", "path", "rules")

    def __init__(self, path: Path = ()) -> None:
        self.path = path
        self.rules: list[Rule] = []
        self.below: dict[str | int, Place] = {}

    @property
    def members(self) -> dict[str, Place]:
        """The places below that are members of an object, by name."""
        return {
            part: place
            for part, place in self.below.items()
            if isinstance(part, str) and part != ANY
        }


def flag_paths(spec: ModelSpec) -> list[Path]:
    """Returns the paths that the conditions of *spec* read."""
    return list(dict.fromkeys(rule.when.path for rule in spec.rules if rule.when))


def build_tree(spec: ModelSpec) -> Place:
    """Builds the tree of all places of *spec*."""
    root = Place()
    for path in [*flag_paths(spec), *(rule.path for rule in spec.rules)]:
        _find_place(root, path)
    for rule in spec.rules:
        _find_place(root, rule.path).rules.append(rule)
    return root


def _find_place(root: Place, path: Path) -> Place:
    place = root
    for part in path:
        place = place.below.setdefault(part, Place((*place.path, part)))
    return place
