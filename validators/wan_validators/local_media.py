"""Lints the local files that a payload names where the vendors take a URL or base64.

A program that uploads its files before it sends a payload has such payloads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from .constraints.basic import Anything, View
from .constraints.media import AUDIO_VIEW, MediaConstraint
from .finding import Finding
from .media.headers import read_audio_header, read_image_header
from .media.local_files import find_path, read_file
from .messages.context import Context
from .source.json_pointer import find, text
from .spec import ModelSpec, Rule

__all__ = ["lint_local_media"]

_RULES: Final = {True: "audio-file", False: "image-file"}


def lint_local_media(
    found: Iterable[Finding], spec: ModelSpec, payload: Any, context: Context, root: Path | str
) -> Sequence[Finding]:
    """Returns *found*, with the findings on files in *root* in place of those on their names.

    A file outside *root* is an error and is not read. *context* is that of *payload*.
    """
    rules: dict[tuple[str | int, ...], list[Rule]] = {}
    for rule in spec.rules:
        if isinstance(rule.constraint, MediaConstraint) and rule.when is None:
            rules.setdefault(rule.path, []).append(rule)
    files: dict[str, list[Finding]] = {}
    for path, rows in rules.items():
        for at, value in find(payload, path):
            name = find_path(value) if type(value) is str else None
            if name is not None:
                pointer = context.to_outer(text(at))
                files[pointer] = [*_lint_file(name, value, rows, pointer, Path(root))]
    kept = [
        each
        for each in found
        if each.pointer not in files or not isinstance(each.row.constraint, MediaConstraint)
    ]
    return kept + [each for findings in files.values() for each in findings]


def _lint_file(
    name: str, value: str, rules: Sequence[Rule], pointer: str, root: Path
) -> Iterator[Finding]:
    is_audio = rules[0].constraint.view is AUDIO_VIEW
    folder, problem = root.resolve(), None
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder):
            problem = f"is outside the folder {root}, so it is not read"
        elif not file.is_file():
            problem = f"is not a file in the folder {root}"
        else:
            media = read_file(file, read_audio_header if is_audio else read_image_header)
    except (OSError, RuntimeError, ValueError) as error:
        problem = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if problem is not None:
        row = Rule(_RULES[is_audio], "", Anything(), message=f"{name} {problem}")
        yield Finding(row, pointer, value)
        return
    for rule in rules:
        constraint = rule.constraint
        assert isinstance(constraint, MediaConstraint)
        if not constraint.is_satisfied(media):
            on_file = replace(constraint, view=View(lambda _: media, str))
            yield Finding(replace(rule, constraint=on_file), pointer, value)
