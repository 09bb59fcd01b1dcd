"""``wanproof``: help and commands, and what happens when something goes wrong."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module, metadata
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from wan_validators import Report, cli, lint
from wan_validators.cli import main
from wan_validators.command import GROUP, Command

from .cli_input import BROKEN, VALID, Run, write

# The front door


def test_help_lists_the_commands_with_a_sentence_and_an_example(wanproof: Run) -> None:
    code, out, _ = wanproof("--help")
    assert code == 0
    assert "\n  lint       Check payloads against every documented rule of their models.\n" in out
    assert "\n  wanproof lint payload.json\n" in out


def test_help_of_lint_has_examples_and_exit_codes(wanproof: Run) -> None:
    code, out, _ = wanproof("lint", "--help")
    assert code == 0
    assert "\nexit codes:\n  0  no payload has an error, or --exit-zero\n" in out
    assert "\nexamples:\n  wanproof lint payload.json\n" in out


def test_the_version_is_that_of_the_distribution(wanproof: Run) -> None:
    assert wanproof("--version") == (0, f"wanproof {metadata.version('wanproof')}\n", "")


def test_without_arguments_the_help_is_an_error(wanproof: Run) -> None:
    code, out, err = wanproof()
    assert (code, out) == (2, "")
    assert err.startswith("usage: wanproof COMMAND")


@pytest.mark.parametrize(
    ("name", "offer"), [("lnt", "did you mean lint?"), ("\x1bqqqq", "commands: ")]
)
def test_an_unknown_command_gets_an_offer(wanproof: Run, name: str, offer: str) -> None:
    for argv in ([name], ["help", name]):
        code, out, err = wanproof(*argv)
        assert (code, out) == (2, "")
        first, last = err.splitlines()
        assert first.startswith(f"wanproof: unknown command {name!r}; {offer}")
        assert last == "usage: wanproof COMMAND ...; wanproof help lists the commands"


def test_help_is_a_command(wanproof: Run) -> None:
    assert wanproof("help") == wanproof("--help") == wanproof("-h")
    assert wanproof("help", "lint") == wanproof("lint", "--help")
    assert wanproof("help", "help") == (0, "usage: wanproof help [COMMAND]\n", "")
    assert wanproof("-V") == wanproof("--version")


def test_a_wrong_option_is_told_first_and_then_the_usage_in_one_line(wanproof: Run) -> None:
    code, out, err = wanproof("lint", "--stict", "a.json")
    assert (code, out) == (2, "")
    assert err == (
        "wanproof lint: error: unknown arguments: --stict; did you mean --strict?\n"
        "usage: wanproof lint [OPTIONS] [FILE ...]; wanproof lint --help shows all options\n"
    )
    for argv in (["-z"], ["--qqqqqqqqqq"]):
        assert f"unknown arguments: {argv[0]}\n" in wanproof("lint", *argv)[2]


def test_the_arguments_are_those_of_the_process(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["wanproof", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("wanproof ")
    assert wanproof("--version")[0] == 0


# When something goes wrong


def install(monkeypatch: pytest.MonkeyPatch, run: Callable[[Namespace], int]) -> None:
    """Makes ``wanproof odd`` a command that does *run*."""
    odd = Command(name="odd", summary="Odd.", arguments=no_arguments, run=run)
    monkeypatch.setattr(f"{__name__}.ODD", odd, raising=False)
    monkeypatch.setitem(sys.modules, "odd_command", sys.modules[__name__])
    entry = EntryPoint("odd", "odd_command:ODD", GROUP)
    monkeypatch.setattr(metadata, "entry_points", lambda group: [entry])


def no_arguments(parser: ArgumentParser) -> None:
    assert parser.prog == "wanproof odd"


def raising(error: BaseException) -> Callable[[Namespace], int]:
    def run(options: Namespace) -> int:
        raise error

    return run


def test_a_fault_of_our_own_is_one_line_without_a_traceback(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, raising(ValueError("\x1b[31m" + "x" * 1000)))
    code, out, err = wanproof("odd")
    assert (code, out) == (3, "")
    assert err.startswith("wanproof: internal error in wanproof: ValueError: \\x1b[31mxxx")
    assert err.count("\n") == 1
    assert len(err) < 400


def test_a_traceback_comes_only_when_asked_for(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, raising(ValueError("odd")))
    monkeypatch.setenv(cli.DEBUG, "1")
    code, _, err = wanproof("odd")
    assert code == 3
    assert err.startswith("Traceback (most recent call last):\n")


def test_an_interrupt_is_quiet(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, raising(KeyboardInterrupt()))
    assert wanproof("odd") == (130, "", "")


def test_a_broken_pipe_is_quiet(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, raising(BrokenPipeError(32, "Broken pipe")))
    assert wanproof("odd") == (141, "", "")


def test_trouble_with_the_machine_is_no_fault_of_ours(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, raising(OSError(28, "No space left on device")))
    assert wanproof("odd") == (2, "", "wanproof: input or output failed: No space left on device\n")


@pytest.mark.parametrize(
    ("module", "extra"),
    [("flask", "mock"), ("av.container", "video"), ("redis", "redis"), ("hypothesis", "contract")],
)
def test_a_missing_extra_is_named(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch, module: str, extra: str
) -> None:
    install(monkeypatch, raising(ModuleNotFoundError("missing", name=module)))
    name = module.partition(".")[0]
    remedy = f'{name} is not installed; get it with: pip install "wanproof[{extra}]"'
    assert wanproof("odd") == (2, "", f"wanproof: {remedy}\n")


@pytest.mark.parametrize("name", ["no_such_module", None])
def test_a_missing_module_of_no_extra_is_our_fault(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    install(monkeypatch, raising(ModuleNotFoundError("missing", name=name)))
    assert wanproof("odd")[0] == 3


def test_help_lists_a_command_whose_extra_is_missing(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(name: str) -> ModuleType:
        if name == "odd_command":
            raise ModuleNotFoundError("missing", name="flask")
        return import_module(name)

    entry = EntryPoint("odd", "odd_command:ODD", GROUP)
    monkeypatch.setattr(metadata, "entry_points", lambda group: [entry])
    monkeypatch.setattr("wan_validators.cli.import_module", load)
    code, out, _ = wanproof("--help")
    assert code == 0
    assert '  odd        (flask is not installed; get it with: pip install "wanproof[mock]")' in out


def test_a_command_that_exits_by_itself_keeps_its_code(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, raising(SystemExit(7)))
    assert wanproof("odd")[0] == 7


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_without_a_traceback(
    wanproof: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(a_json=VALID)
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["lint", "a.json"]) == 2
    assert capsys.readouterr().err == "wanproof: input or output failed: No space left on device\n"


def test_json_is_whole_even_after_a_fault(wanproof: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(a_jsonl=f"{VALID}\n{BROKEN}\n")

    def faulty(data: bytes, model: str | None, **more: Any) -> Report:
        if b'"n"' in data:
            raise RuntimeError("odd")
        return lint(data, model, **more)

    monkeypatch.setattr("wan_validators.record_linter.lint", faulty)
    code, out, _ = wanproof("lint", "a.jsonl", "--format", "json")
    assert code == 3
    assert json.loads(out)["summary"]["payloads"] == 1
