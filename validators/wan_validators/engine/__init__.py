"""A spec, compiled once: the oracle's loops unrolled into Python functions.

What the oracle asks of every payload anew (which rows there are, which stand at the same
place, what they depend on) is settled while the source is written; what is left is a
straight run of tests over the members that are there. There are two such functions: see
:mod:`.swift` and :mod:`.careful`. Both find what the oracle finds, place by place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..finding import Finding
from ..spec import ModelSpec
from .codegen import Writer
from .fast_path import FastPathWriter
from .full import FullWriter
from .rule_tree import tree

Engine = Callable[[Any], list[Finding]]


def compile_spec(spec: ModelSpec) -> Engine:
    """A function from an unwrapped payload to all findings of *spec* in it."""
    careful = _run(_write_source(FullWriter, spec), "careful")
    writer = _write_source(FastPathWriter, spec)
    writer.names["careful"] = careful
    return _run(writer, "swift")


def build_source(spec: ModelSpec) -> str:
    """The Python source that :func:`compile_spec` runs, to be read by a person."""
    return (
        _write_source(FastPathWriter, spec).source + "\n\n" + _write_source(FullWriter, spec).source
    )


def _write_source(form: type[Writer], spec: ModelSpec) -> Writer:
    writer = form(spec)
    writer.write(tree(spec))
    return writer


def _run(writer: Writer, name: str) -> Engine:
    code = compile(writer.source, f"<{name} engine>", "exec")
    exec(code, writer.names)  # noqa: S102  (our own source, made from our own tables)
    engine: Engine = writer.names[name]
    return engine
