"""Completes the options of a command: flags first, then the environment, then the file."""

from __future__ import annotations

import os
from argparse import SUPPRESS, Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..argument_parser import CommandParser, parse_path
from ..command import UsageError
from ..frozen import Frozen, replace
from .files import ConfigurationFile, find_file, read_file

if TYPE_CHECKING:
    from pathlib import Path

    from .keys import Key

__all__ = ["FILE_VARIABLE", "add_arguments", "parse_options"]

FILE_VARIABLE: Final = "WANPROOF_CONFIG"

_MAX_WORDS: Final = 50
"""Arguments that are parsed at once: the time of argparse grows with the square of their number."""

_TABLES: Final = ("names", "lists")
"""The kinds of values that only a file can have."""

_WORDS: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off", ""), False),
}


class _Setting(Frozen):
    """One configured value. *origin* names its place in messages."""

    key: Key
    value: Any
    origin: str
    folder: Path | None = None


def add_arguments(parser: CommandParser) -> None:
    """Adds the options that choose the configuration, and ``--no-NAME`` for each flag."""
    parser.add_negations()
    group = parser.add_argument_group("configuration")
    group.add_argument(
        "--config",
        type=parse_path,
        metavar="FILE",
        help="read the options from this file (default: the nearest wanproof.toml, or "
        "pyproject.toml with [tool.wanproof])",
    )
    group.add_argument("--no-config", action="store_true", help="read no configuration file")


def parse_options(
    parser: CommandParser, command: str, argv: Sequence[str], environ: Mapping[str, str]
) -> Namespace:
    """Parses *argv* and completes it. Raises UsageError for a wrong value anywhere.

    The attribute ``folders`` has the folder of the file for each attribute that came from it.
    The attributes ``models`` and ``per_file_ignores``, which no option sets, come from it only.
    """
    options = parser.parse_args(argv)
    options.folders = {}
    file = _choose_file(options, environ)
    settings = [*(_read_sections(file, command) if file else ())]
    settings += _read_environment(command, environ)
    if not settings:
        return options
    values: dict[str, _Setting] = {}
    for setting in {each.key.name: each for each in settings}.values():
        values |= _convert(parser, setting)
    return _complete(parser, argv, values)


def _complete(
    parser: CommandParser, argv: Sequence[str], values: Mapping[str, _Setting]
) -> Namespace:
    """Parses *argv* again without the defaults of *values*, which then fill the gaps."""
    defaults = vars(parser.parse_args([]))
    for dest in values:
        for action in parser.options_of(dest):
            action.default = SUPPRESS
    options = parser.parse_args(argv)
    given, folders = {**vars(options)}, {}
    for dest, setting in values.items():
        if dest in given:
            continue
        is_replaced = bool(given.get(setting.key.yields_to))
        setattr(options, dest, defaults.get(dest) if is_replaced else setting.value)
        folders[dest] = setting.folder
    options.folders = {dest: folder for dest, folder in folders.items() if folder}
    return options


def _choose_file(options: Namespace, environ: Mapping[str, str]) -> ConfigurationFile | None:
    if options.no_config:
        return None
    named = options.config or environ.get(FILE_VARIABLE)
    return read_file(os.path.abspath(named)) if named else find_file(os.getcwd())


def _read_sections(file: ConfigurationFile, command: str) -> Iterator[_Setting]:
    """Yields the settings of *command*, and checks the names of all sections."""
    from .keys import get_keys

    for name, section in file.content.items():
        heading, place = f"{file.heading}{name}", f"in {file.path}"
        if name not in get_keys():
            raise UsageError(f"unknown key {heading} {place}; {_suggest_section(name, file)}")
        if not isinstance(section, dict):
            raise UsageError(f"{heading} {place} must be a table: [{heading}]")
        for each, value in section.items():
            key = get_keys()[name].get(each)
            if key is None:
                hint = _suggest_key(each, name)
                raise UsageError(f"unknown key {each} in [{heading}] {place}; {hint}")
            if name == command:
                yield _Setting(key, value, f"{each} in [{heading}] {place}", file.path.parent)


def _read_environment(command: str, environ: Mapping[str, str]) -> Iterator[_Setting]:
    prefix = f"WANPROOF_{command.upper()}_"
    for name in sorted(each for each in environ if each.startswith(prefix)):
        from ..messages.suggestions import suggest
        from .keys import get_keys

        each = name.removeprefix(prefix).lower().replace("_", "-")
        key = get_keys()[command].get(each)
        if key is None or key.kind in _TABLES:
            variables = [
                prefix + other.name.upper().replace("-", "_")
                for other in get_keys()[command].values()
                if other.kind not in _TABLES
            ]
            hint = suggest(name, variables, f"variables: {', '.join(variables)}")
            raise UsageError(f"unknown variable {name}; {hint}")
        value: Any = environ[name]
        if key.kind == "list":
            value = [part.strip() for part in value.split(",") if part.strip()]
        elif key.kind == "flag":
            value = _WORDS.get(value.lower(), value)
        yield _Setting(key, value, name)


def _suggest_section(name: str, file: ConfigurationFile) -> str:
    from ..messages.suggestions import suggest
    from .keys import get_keys

    homes = [f"[{file.heading}{each}]" for each, keys in get_keys().items() if name in keys]
    if homes:
        return f"it belongs to {' or '.join(homes)}"
    return suggest(name, get_keys(), f"sections: {', '.join(get_keys())}")


def _suggest_key(name: str, command: str) -> str:
    from ..messages.suggestions import suggest
    from .keys import get_keys

    keys = get_keys()[command]
    return suggest(name.replace("_", "-"), keys, f"keys: {', '.join(sorted(keys))}")


def _convert(parser: CommandParser, setting: _Setting) -> dict[str, _Setting]:
    """Returns *setting* with the parsed value, by its attribute.

    Raises UsageError, which names the origin, if the value is wrong.
    """
    key, value = setting.key, setting.value
    fault = _find_fault(key.kind, value)
    if fault is not None:
        raise UsageError(f"{setting.origin} must be {fault}, not {value!r}")
    if key.kind in _TABLES:
        return {key.name.replace("-", "_"): setting}
    action = parser.find_option(key.name)
    assert action is not None
    if key.kind == "flag":
        words = [f"--{key.name}"] if value else []
    elif key.kind == "list":
        words = [f"--{key.name}={each}" for each in value]
    elif key.kind == "path" and setting.folder is not None:
        words = [f"--{key.name}={setting.folder / value}"]
    else:
        words = [f"--{key.name}={value}"]
    try:
        parsed = _parse_words(parser, words, action.dest)
    except UsageError as error:
        reason = str(error).partition(": ")[2] or str(error)
        raise UsageError(f"{setting.origin}: {reason}") from error
    return {action.dest: replace(setting, value=parsed)} if words else {}


def _parse_words(parser: CommandParser, words: Sequence[str], dest: str) -> Any:
    """Returns the value of *dest* after *words*, of which only those of a list can be many."""
    if len(words) <= _MAX_WORDS:
        return getattr(parser.parse_args(words), dest)
    parts = [words[start : start + _MAX_WORDS] for start in range(0, len(words), _MAX_WORDS)]
    return [each for part in parts for each in getattr(parser.parse_args(part), dest)]


def _find_fault(kind: str, value: Any) -> str | None:
    """Returns what a value of *kind* must be if *value* is not."""
    match kind:
        case "flag":
            return None if isinstance(value, bool) else "true or false"
        case "list":
            return None if _is_list_of_texts(value) else "an array of strings"
        case "names":
            is_table = isinstance(value, dict) and _is_list_of_texts([*value.values()])
            return None if is_table else "a table of strings"
        case "lists":
            is_table = isinstance(value, dict) and all(map(_is_list_of_texts, value.values()))
            return None if is_table else "a table of arrays of strings"
        case "text" | "path":
            return None if isinstance(value, str) else "a string"
        case _:
            is_number = isinstance(value, str | int | float) and not isinstance(value, bool)
            return None if is_number else "a number or a string"


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
