"""Loads the specs: each module in ``models/`` defines one, and second protocols derive more."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType

from . import models
from . import vendors as vendor_modules
from .spec import ModelSpec
from .vendor import Vendor

__all__ = [
    "derive_flat_spec",
    "index_specs",
    "list_flat_specs",
    "list_modules",
    "list_written_specs",
    "load_named",
    "squeeze",
]


@cache
def list_written_specs(edition: str | None) -> tuple[ModelSpec, ...]:
    """Returns the written specs that were read until *edition*, a month; None means all."""
    if edition is not None:
        return tuple(spec for spec in list_written_specs(None) if spec.on <= edition)
    return _sort(map(_load_spec, list_modules()))


@cache
def list_modules(package: ModuleType = models) -> tuple[str, ...]:
    """Returns the names of the modules in *package*, without loading them."""
    try:
        files = sorted(os.listdir(package.__path__[0]))
    except OSError:  # the package is in an archive
        from pkgutil import iter_modules

        return tuple(sorted(module.name for module in iter_modules(package.__path__)))
    return tuple(each[:-3] for each in files if each.endswith(".py") and each[0] != "_")


def _load_spec(module: str) -> ModelSpec:
    return _spec(import_module(f"{models.__name__}.{module}"))


def _sort(specs: Iterable[ModelSpec]) -> tuple[ModelSpec, ...]:
    return tuple(sorted(specs, key=lambda spec: (spec.id != spec.name, spec.on)))


@cache
def list_flat_specs(edition: str | None) -> tuple[ModelSpec, ...]:
    """Returns the derived specs, for flat payloads, as :func:`list_written_specs` does."""
    if edition is not None:
        return tuple(spec for spec in list_flat_specs(None) if spec.on <= edition)
    return tuple(
        _build_flat_spec(spec, protocol)
        for protocol in _list_flat_protocols()
        for spec in list_written_specs(None)
        if _takes_flat_payloads(spec, protocol)
    )


def derive_flat_spec(spec: ModelSpec) -> ModelSpec | None:
    """Returns the spec that is derived from *spec* for flat payloads, or None."""
    for protocol in _list_flat_protocols():
        if _takes_flat_payloads(spec, protocol):
            return _build_flat_spec(spec, protocol)
    return None


@cache
def _build_flat_spec(spec: ModelSpec, protocol: Vendor) -> ModelSpec:
    from .flat_form import build_flat_spec

    return build_flat_spec(spec, protocol)


@cache
def _list_flat_protocols() -> tuple[Vendor, ...]:
    """Returns the second protocols of vendors, whose payloads are flat."""
    names = list_modules(vendor_modules)
    found = [import_module(f"{vendor_modules.__name__}.{name}") for name in names]
    protocols = [module.VENDOR for module in found if hasattr(module, "VENDOR")]
    return tuple(each for each in protocols if each.platform)


def _takes_flat_payloads(spec: ModelSpec, protocol: Vendor) -> bool:
    return spec.vendor.name == protocol.platform and spec.name in protocol.flat_models


@lru_cache(maxsize=256)
def load_named(name: str) -> tuple[ModelSpec, ...]:
    """Returns the models that *name* means, and loads only modules that are named after it.

    A module in ``models/`` is named after the vendor and the model. To load all of them takes
    longer than to lint a payload.
    """
    end = squeeze(name.replace("/", ""))
    modules = [each for each in list_modules() if end and squeeze(each).endswith(end)]
    known = map(_load_spec, modules)
    return _sort(spec for spec in known if name in (spec.name, spec.qualified_name))


@cache
def index_specs(edition: str | None) -> dict[str, tuple[ModelSpec, ...]]:
    """Returns the specs of *edition* by their names, plain and qualified."""
    found: dict[str, tuple[ModelSpec, ...]] = {}
    for spec in list_written_specs(edition):
        for name in spec.names:
            found[name] = (*found.get(name, ()), spec)
            found[f"{spec.vendor.name}/{name}"] = (spec,)
    # A plain name means the written spec; its form decides, see derive_flat_spec().
    return found | {spec.qualified_name: (spec,) for spec in list_flat_specs(edition)}


def squeeze(name: str) -> str:
    """Returns *name* without separators, of which vendors and files have different ones."""
    return re.sub(r"[._-]", "", name)


def _spec(module: object) -> ModelSpec:
    spec = getattr(module, "SPEC", None)
    if not isinstance(spec, ModelSpec):
        raise TypeError(f"{module!r} must define SPEC, a ModelSpec")
    return spec
