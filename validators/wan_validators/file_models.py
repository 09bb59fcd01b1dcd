"""Finds the model of a payload by the path of its file, as the configuration says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .catalog import UnknownModel, check_model
from .command import UsageError
from .source.path_patterns import PathPatterns

__all__ = ["FileModels"]


class FileModels:
    """The models of files by patterns that are relative to *folder*; the first match counts.

    Raises UsageError if a name is not that of a model.
    """

    def __init__(self, names: Mapping[str, str], folder: Path) -> None:
        self._models: Sequence[tuple[PathPatterns, str]] = [
            (PathPatterns([pattern], folder), _check_name(pattern, name))
            for pattern, name in names.items()
        ]

    def find(self, source: str) -> str | None:
        """Returns the model of the file *source*, or None."""
        return next((name for patterns, name in self._models if patterns.match(source)), None)


def _check_name(pattern: str, name: str) -> str:
    try:
        return check_model(name)
    except UnknownModel as error:
        raise UsageError(f"the model of {pattern!r} in the configuration: {error}") from error
