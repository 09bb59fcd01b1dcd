"""Compiles a spec to Python functions.

An interpreter of rules finds out for each payload which rules exist, which share a pointer,
and which conditions they have. The compiler does that once; the generated source only tests
the members that are present. There are two functions: see :mod:`.fast_path` and :mod:`.full`.
Tests compare both with a slow reference implementation.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from ..finding import Finding
from ..finding_limit import DEFAULT_MAX_FINDINGS
from ..frozen import Frozen
from ..spec import ModelSpec
from .codegen import Writer
from .fast_path import FastPathWriter
from .full import FullWriter
from .rule_tree import build_tree

__all__ = ["Engine", "FastEngine", "build_source", "compile_spec"]


class Engine(Protocol):
    """A compiled spec."""

    def __call__(self, payload: Any, limit: int = ..., /) -> list[Finding]:
        """Returns findings of *payload*, a LimitedFindings if there are many more than *limit*."""
        ...


class FastEngine(Protocol):
    """A compiled spec that tells how many members it saw."""

    def __call__(self, payload: Any, limit: int = ..., /) -> list[Finding] | int:
        """Returns findings as an Engine does, or the number of members if there are none.

        These are the members of the objects that have rules. An empty list means that there are
        no findings either, but that nothing was counted.
        """
        ...


def compile_spec(spec: ModelSpec) -> FastEngine:
    """Returns a function from an unwrapped payload to all findings of *spec* in it.

    The full engine is compiled when the fast path needs it for the first time.
    """

    writer = _write_source(FastPathWriter, spec)
    writer.names["find_all"] = FullEngine(spec)
    engine: FastEngine = _compile(writer, "find_fast")
    return engine


class FullEngine(Frozen):
    """The full engine of *spec*, which findings refer to, so it can be pickled as they can."""

    spec: ModelSpec

    def __call__(self, payload: Any, limit: int = DEFAULT_MAX_FINDINGS, /) -> list[Finding]:
        return _compile_full(self.spec)(payload, limit)


@cache
def _compile_full(spec: ModelSpec) -> Engine:
    writer = _write_source(FullWriter, spec)
    engine: Engine = _compile(writer, "find_all")
    writer.names["find_all"] = FullEngine(spec)
    return engine


def build_source(spec: ModelSpec) -> str:
    """Returns the Python source that :func:`compile_spec` compiles, for readers."""
    return (
        _write_source(FastPathWriter, spec).source + "\n\n" + _write_source(FullWriter, spec).source
    )


def _write_source(form: type[Writer], spec: ModelSpec) -> Writer:
    writer = form(spec)
    writer.write(build_tree(spec))
    return writer


def _compile(writer: Writer, name: str) -> Any:
    code = compile(writer.source, f"<{name} engine>", "exec")
    exec(code, writer.names)  # nosec B102  # noqa: S102  (our own source, built from our own tables)
    return writer.names[name]
