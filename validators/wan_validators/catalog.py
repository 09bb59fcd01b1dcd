"""Finds every model spec: a new file in ``models/`` is a new model."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from . import models
from .messages.suggestions import find_nearest
from .spec import ModelSpec
from .vendor import Vendor

__all__ = [
    "UnknownModel",
    "catalog",
    "find",
    "find_nearest_model",
    "find_page",
    "find_representatives",
    "model",
    "models_of",
    "restrict",
    "suggest_model",
    "vendors",
]


class UnknownModel(LookupError):
    """No documented model has this name. The message suggests a known name."""

    def __init__(self, name: str) -> None:
        self.name = name
        edition = f" in the edition {_edition[0]}" if _edition[0] else ""
        super().__init__(f"no documented model is called {name!r}{edition}; {suggest_model(name)}")


_edition: list[str | None] = [None]
"""The date that restricts the catalog; not a context variable, so that threads see it, too."""


def catalog() -> tuple[ModelSpec, ...]:
    """Returns all specs: those that were read first, then in the order of their module names."""
    return _list_specs(_edition[0])


@contextmanager
def restrict(date: str | None) -> Iterator[None]:
    """Restricts the catalog to the models that were read at *date* or before; None means all."""
    before = _edition[0]
    _edition[0] = date
    try:
        yield
    finally:
        _edition[0] = before


@cache
def _list_specs(edition: str | None) -> tuple[ModelSpec, ...]:
    if edition is not None:
        return tuple(spec for spec in _list_specs(None) if spec.on <= edition)
    names = sorted(module.name for module in pkgutil.iter_modules(models.__path__))
    specs = (_spec(import_module(f"{models.__name__}.{name}")) for name in names)
    return tuple(sorted(specs, key=lambda spec: spec.on))


def find_representatives(specs: Iterable[ModelSpec]) -> tuple[ModelSpec, ...]:
    """Returns the first of *specs* of each shape.

    Models have one shape if they have the same vendor, kind of output, mandatory members and
    sound. What is slow runs for representatives only, so its time does not grow with each model.
    """
    found: dict[Any, ModelSpec] = {}
    for spec in specs:
        members = frozenset(rule.pointer for rule in spec.rules if rule.is_mandatory)
        sound = getattr(spec.outputs, "audio", None)
        found.setdefault((spec.vendor.name, type(spec.outputs), members, sound), spec)
    return tuple(found.values())


def model(name: str) -> ModelSpec:
    """Returns the spec called *name*, which may also be a path or URL with the model in it.

    Raises UnknownModel, a LookupError, if there is no such model.
    """
    spec = find(name) or find(_in_path(name) or "")
    if spec is None:
        raise UnknownModel(name)
    return spec


def find(name: Any) -> ModelSpec | None:
    """Returns the spec with the id *name*, or None. *name* may be any JSON value."""
    return _by_id().get(name) if type(name) is str else None


def find_page(name: str) -> ModelSpec | None:
    """Returns the model whose page has the short name *name*, such as ``S2``, or None."""
    pages = {spec.source.partition(":")[0]: spec for spec in catalog()}
    return pages.get(name.upper())


def suggest_model(name: str) -> str:
    """Suggests the model that *name* probably means, or lists all models."""
    nearest = find_nearest_model(name)
    return f"did you mean {nearest.id}?" if nearest else "known models: " + ", ".join(_by_id())


def find_nearest_model(name: str) -> ModelSpec | None:
    """Returns the model of any vendor that *name* probably means, or None."""
    short = name.strip().rpartition("/")[2].lower()
    # A prefix of a known name is a match, however short it is; so are other separators.
    prefixed = [known for known in _by_id() if short and known.startswith(short)]
    prefixed += [known for known in _by_id() if _squeeze(known) == _squeeze(short)]
    return find(prefixed[0] if prefixed else find_nearest(short, _by_id(), cutoff=0.5))


def _squeeze(name: str) -> str:
    return re.sub(r"[._-]", "", name)


def vendors() -> tuple[Vendor, ...]:
    """Returns every vendor of a documented model, in the order of :func:`catalog`."""
    return tuple({spec.vendor.name: spec.vendor for spec in catalog()}.values())


def models_of(vendor: Vendor) -> Mapping[str, ModelSpec]:
    """Returns the models of *vendor* by id."""
    return {spec.id: spec for spec in catalog() if spec.vendor is vendor}


def _by_id() -> dict[str, ModelSpec]:
    return _index(_edition[0])


@cache
def _index(edition: str | None) -> dict[str, ModelSpec]:
    return {spec.id: spec for spec in _list_specs(edition)}


def _in_path(path: str) -> str | None:
    """Returns the part of *path* at ``{model}`` of a vendor's create path, or None."""
    for template in (vendor.create for vendor in vendors() if "{model}" in vendor.create):
        found = re.search(re.escape(template).replace(r"\{model\}", "([^/?#]+)"), path)
        if found:
            return found[1]
    return None


def _spec(module: object) -> ModelSpec:
    spec = getattr(module, "SPEC", None)
    if not isinstance(spec, ModelSpec):
        raise TypeError(f"{module!r} must define SPEC, a ModelSpec")
    return spec
