"""Finds the specs of models, among those of an edition: by name, path, page and vendor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from . import models
from .messages.suggestions import find_nearest
from .path_templates import compile_template
from .spec import ModelSpec
from .spec_loading import (
    derive_flat_spec,
    index_specs,
    list_flat_specs,
    list_written_specs,
    load_named,
    squeeze,
)
from .vendor import Vendor

__all__ = [
    "UnknownModel",
    "catalog",
    "check_model",
    "describe_edition",
    "describe_unmodelled",
    "find",
    "find_all",
    "find_excluded",
    "find_flat_form",
    "find_nearest_model",
    "find_page",
    "find_representatives",
    "list_all_specs",
    "list_create_templates",
    "list_default_models",
    "list_poll_templates",
    "list_submit_templates",
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
        super().__init__(f"wanproof knows no model {name!r}{edition}; {suggest_model(name)}")


_MAX_NAME_CHARACTERS: Final = 100
"""Longer names are of no model."""

_SHOWN_MODELS: Final = 5
"""Models that an error message names."""

_MAX_PARTS: Final = 20
"""Parts of a path that are compared with names of models."""

_edition: list[str | None] = [None]
"""The date that restricts the catalog; not a context variable, so that threads see it, too."""


def catalog() -> tuple[ModelSpec, ...]:
    """Returns the written specs: those read first, then in the order of their module names."""
    return list_written_specs(_edition[0])


def list_all_specs() -> tuple[ModelSpec, ...]:
    """Returns the written specs, then those derived from them for a vendor's second protocol."""
    return list_written_specs(_edition[0]) + list_flat_specs(_edition[0])


def find_flat_form(spec: ModelSpec) -> ModelSpec | None:
    """Returns the spec that is derived from *spec* for flat payloads, or None."""
    flat = derive_flat_spec(spec)
    return flat if flat and (_edition[0] is None or flat.on <= _edition[0]) else None


@contextmanager
def restrict(date: str | None) -> Iterator[None]:
    """Restricts the catalog to the models that were read at *date* or before; None means all."""
    before = _edition[0]
    _edition[0] = date
    try:
        yield
    finally:
        _edition[0] = before


def list_default_models() -> tuple[ModelSpec, ...]:
    """Returns the models whose id is their name, for commands that check a client.

    A client of other vendors must not fail because a vendor was added here.
    """
    return tuple(spec for spec in catalog() if spec.id == spec.name)


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

    A name that several vendors have means the model whose id it is; with the name of a vendor
    before it, such as ``vendor/name``, it is unique.

    Raises UnknownModel, a LookupError, if there is no such model.
    """
    specs = find_all(name)
    if not specs:
        raise UnknownModel(name)
    return specs[0]


def check_model(name: str) -> str:
    """Returns *name* if it names a model. Raises UnknownModel if it does not."""
    model(name)
    return name


def find(name: Any) -> ModelSpec | None:
    """Returns the spec with the id or the name *name*, or None. *name* may be any JSON value."""
    return next(iter(_find_named(name)), None)


def find_all(name: Any) -> tuple[ModelSpec, ...]:
    """Returns all specs that *name* can mean: a name, a qualified name, a path or a URL.

    The spec whose id it is comes first. *name* may be any JSON value.
    """
    found = _find_named(name)
    if found or type(name) is not str:
        return found
    is_short = len(name) <= 5 * _MAX_NAME_CHARACTERS  # longer paths are not remembered
    return (_find_by_path if is_short else _find_by_path.__wrapped__)(name, _edition[0])


# The requests of a file have the same few URLs, and payloads the same wrong name.
@lru_cache(maxsize=256)
def _find_by_path(path: str, _date: str | None) -> tuple[ModelSpec, ...]:
    return _find_in_path(path, list_all_specs())


def find_excluded(name: Any) -> tuple[ModelSpec, ...]:
    """Returns the specs that *name* can mean, but that the edition leaves out."""
    if type(name) is not str or _edition[0] is None:
        return ()
    every = list_written_specs(None) + list_flat_specs(None)
    found = index_specs(None).get(name) or _find_in_path(name, every)
    return tuple(spec for spec in found if spec not in list_all_specs())


def describe_edition(spec: ModelSpec) -> str:
    """Returns the text about *spec*, which the edition leaves out."""
    return (
        f"{spec.vendor.title} has the model {spec.name}, but its table is of {spec.on}, after the "
        f"edition {_edition[0]}; a later --edition, or none, has it"
    )


def find_page(name: str) -> ModelSpec | None:
    """Returns the model whose page has the short name *name*, such as ``S2``, or None."""
    pages = {spec.source.partition(":")[0]: spec for spec in catalog()}
    return pages.get(name.upper())


def suggest_model(name: str) -> str:
    """Suggests the model that *name*, or a path, probably means, or names some models.

    Says so if a vendor has the model, and its limits are not known.
    """
    is_short = len(name) <= _MAX_NAME_CHARACTERS
    return (_suggest_model if is_short else _suggest_model.__wrapped__)(name, _edition[0])


# The same wrong name is usually in all payloads of a file, and a suggestion takes a millisecond.
@lru_cache(maxsize=256)
def _suggest_model(name: str, _date: str | None) -> str:
    if text := describe_unmodelled(name):
        return text
    nearest = find_nearest_model(name)
    if nearest:
        return f"did you mean {nearest.id}?"
    ids = [spec.id for spec in catalog()]
    more = len(ids) - _SHOWN_MODELS
    others = f" and {more} more, which wanproof rules lists" if more > 0 else ""
    return f"known models: {', '.join(ids[:_SHOWN_MODELS])}{others}"


def describe_unmodelled(name: str) -> str | None:
    """Returns a text about the model in *name*, or a path, that has no table here, or None."""
    parts = name.strip().lower().split("/")[:_MAX_PARTS]
    scope = [vendor for vendor in vendors() if vendor.name == parts[0]] or vendors()
    for vendor in scope:
        for part in parts:
            if part in vendor.other_models:
                return vendor.describe_unmodelled(part)
    return None


def find_nearest_model(name: str) -> ModelSpec | None:
    """Returns the model of any vendor that *name* probably means, or None.

    If *name* begins with a vendor, it is a model of this vendor.
    """
    scope, _, short = name.strip().lower().rpartition("/")
    own = [spec for spec in list_all_specs() if spec.vendor.name == scope]
    known = {spec.name: spec for spec in (*reversed(catalog()), *own)}
    names = list(dict.fromkeys(spec.name for spec in catalog()))
    # A prefix of a known name is a match, however short it is; so are other separators.
    prefixed = [each for each in names if short and each.startswith(short)]
    prefixed += [each for each in names if squeeze(each) == squeeze(short)]
    found = prefixed[0] if prefixed else find_nearest(short, names, cutoff=0.5)
    return known[found] if found else None


def vendors() -> tuple[Vendor, ...]:
    """Returns every vendor of a documented model, in the order of :func:`list_all_specs`."""
    return _list_vendors(_edition[0])


@lru_cache(maxsize=8)
def _list_vendors(_date: str | None) -> tuple[Vendor, ...]:
    return tuple({spec.vendor.name: spec.vendor for spec in list_all_specs()}.values())


def models_of(vendor: Vendor) -> Mapping[str, ModelSpec]:
    """Returns the models of *vendor* by their names on the wire."""
    return {spec.name: spec for spec in list_all_specs() if spec.vendor is vendor}


def list_create_templates(vendor: Vendor) -> tuple[str, ...]:
    """Returns the paths of creates at *vendor*, some with ``{model}``."""
    specs = models_of(vendor).values()
    return tuple(dict.fromkeys(spec.create_template for spec in specs))


def list_submit_templates(vendor: Vendor) -> tuple[str, ...]:
    """Returns the paths of creates at *vendor*, and of those that wait for the task."""
    return _list_submit_templates(vendor.name, _edition[0])


@lru_cache(maxsize=64)
def _list_submit_templates(name: str, _date: str | None) -> tuple[str, ...]:
    vendor = next(each for each in vendors() if each.name == name)
    waiting = (vendor.synchronous.path,) if vendor.synchronous else ()
    return (*list_create_templates(vendor), *waiting)


def list_poll_templates(vendor: Vendor) -> tuple[str, ...]:
    """Returns the paths of polls at *vendor*, some with ``{model}``."""
    specs = models_of(vendor).values()
    return tuple(dict.fromkeys(spec.poll_template for spec in specs))


def _find_named(name: Any) -> tuple[ModelSpec, ...]:
    if type(name) is not str:
        return ()
    is_usual = len(name) <= _MAX_NAME_CHARACTERS and name not in models.SHARED_NAMES
    found = load_named(name) if is_usual else ()
    if not found:
        return index_specs(_edition[0]).get(name, ())
    edition = _edition[0]
    return tuple(spec for spec in found if edition is None or spec.on <= edition)


def _find_in_path(path: str, specs: Iterable[ModelSpec]) -> tuple[ModelSpec, ...]:
    """Returns those of *specs* of which *path*, or a URL, is the path of a create."""
    found = []
    for spec in specs:
        names = [_find_name(template, spec, path) for template in spec.submit_templates]
        found += [spec] if any(name in ("", *spec.names) for name in names) else []
    return tuple(found)


def _find_name(template: str, spec: ModelSpec, path: str) -> str | None:
    """Returns the model in *path*, "" if it needs none, or None for another path."""
    place = compile_template(template, is_whole=False).search(path)
    if place is None:
        return None
    model = place.groupdict().get("model")
    if model is None:
        return None if template == spec.vendor.create else ""
    return str(model)
