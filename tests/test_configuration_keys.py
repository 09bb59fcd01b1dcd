"""The table of configuration keys has the options of the commands, and nothing else."""

from __future__ import annotations

from argparse import Action, _AppendAction, _StoreConstAction
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from wan_validators.argument_parser import CommandParser
from wan_validators.command import Command, UsageError
from wan_validators.configuration import add_arguments, parse_options
from wan_validators.configuration.keys import KINDS, get_keys

NOT_CONFIGURABLE = {
    "lint": {"stdin-filename", "config-schema", "fix", "diff", "shard", "dask"},
    "serve": {"admin-token"},  # a secret does not belong into a file
    "check": {"list", "listen", "schema", "stdio"},
}
"""Options that are for one call."""

COMMANDS: dict[str, Command] = {
    point.name: point.load()
    for point in entry_points(group="wanproof.commands")
    if point.load().is_configurable
}


def create_parser(name: str) -> CommandParser:
    parser = CommandParser(prog=f"wanproof {name}", allow_abbrev=False)
    COMMANDS[name].arguments(parser)
    return parser


def options_of(name: str) -> dict[str, Action]:
    return {
        option.removeprefix("--"): action
        for action in create_parser(name)._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }


def test_the_commands_with_a_configuration_are_those_of_the_table() -> None:
    assert {*COMMANDS} == {*get_keys()} == {*NOT_CONFIGURABLE}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_keys_are_the_options(name: str) -> None:
    keys = {key.name: key for key in get_keys()[name].values()}
    options = options_of(name)
    tables = {each for each, key in keys.items() if key.kind in ("names", "lists")}
    assert keys.keys() - tables == options.keys() - NOT_CONFIGURABLE[name]
    for each in keys.keys() - tables:
        key, action = keys[each], options[each]
        assert key.kind in KINDS
        assert tuple(action.choices or ()) == key.choices, each
        assert isinstance(action, _AppendAction) == (key.kind == "list"), each
        assert isinstance(action, _StoreConstAction) == (key.kind == "flag"), each
        if action.type is Path:
            assert key.kind == "path"


def test_a_key_yields_to_an_argument_that_exists() -> None:
    for name, keys in get_keys().items():
        dests = {action.dest for action in create_parser(name)._actions}
        assert {key.yields_to for key in keys.values()} - {""} <= dests


def parse(name: str, *argv: str, **environ: str) -> dict[str, object]:
    parser = create_parser(name)
    add_arguments(parser)
    return vars(parse_options(parser, name, argv, environ))


def test_a_command_takes_the_place_of_a_configured_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wanproof.toml").write_text('[check]\nclient = "a:B"\n[serve]\nport = 70000\n')
    assert parse("check")["client"] == "a:B"
    assert parse("check", "--", "./client.sh")["client"] is None
    assert parse("check", "--client", "c:D")["client"] == "c:D"
    with pytest.raises(UsageError, match=r"port in \[serve\] in .*: '70000' must be a whole"):
        parse("serve")
    assert parse("serve", "--no-config", WANPROOF_SERVE_PORT="7")["port"] == 7
    assert parse("serve", "--no-config", "-p", "8", WANPROOF_SERVE_PORT="7")["port"] == 8
    assert parse("serve", "--no-config")["folders"] == {}
