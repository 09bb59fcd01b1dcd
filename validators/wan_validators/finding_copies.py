"""Copies and pickles of findings refer to the tables and engines that are loaded already."""

from __future__ import annotations

import copyreg
from typing import Any

from .catalog import UnknownModel, find_all, restrict
from .messages.context import Context
from .ready_model import engine
from .spec import ModelSpec
from .vendor import UnwrappedPayload

__all__ = ["load_context", "load_spec"]


def load_spec(name: str, on: str) -> ModelSpec:
    """Returns the spec with the qualified *name* that was read *on* this date.

    Raises UnknownModel if the catalog, of another version, does not have it.
    """
    spec = _find_spec(name, on)
    if spec is None:
        raise UnknownModel(name)
    return spec


def _find_spec(name: str, on: str) -> ModelSpec | None:
    with restrict(None):
        return next((spec for spec in find_all(name) if spec.on == on), None)


def _reduce_spec(spec: ModelSpec) -> Any:
    name, on = spec.qualified_name, spec.on
    if _find_spec(name, on) is spec:
        return load_spec, (name, on)
    return object.__reduce_ex__(spec, 4)  # not in the catalog


def load_context(spec: ModelSpec, payload: Any, wrappers: tuple[UnwrappedPayload, ...]) -> Context:
    """Returns the context of findings of *spec* in *payload*."""
    return Context(spec, payload, engine(spec), wrappers)


def _reduce_context(context: Context) -> Any:
    return load_context, (context.spec, context.payload, context.wrappers)


copyreg.pickle(ModelSpec, _reduce_spec)
copyreg.pickle(Context, _reduce_context)
