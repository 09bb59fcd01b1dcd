"""An argument parser that raises errors, instead of printing the whole usage before them."""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentParser, HelpFormatter
from typing import TYPE_CHECKING, NoReturn

from .command import UsageError
from .messages.suggestions import suggest

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CommandParser", "parse_path"]


def parse_path(text: str) -> Path:
    """Returns *text* as a path. Few runs name one, and pathlib takes 3 ms to load."""
    from pathlib import Path

    return Path(text)


class CommandParser(ArgumentParser):
    """The parser of one command. It raises UsageError for wrong arguments."""

    _is_helping = False

    def format_help(self) -> str:
        self._is_helping = True
        return super().format_help()

    def _get_formatter(self) -> HelpFormatter:
        # argparse builds one to check each argument; only the help needs the terminal's width,
        # for which Python loads eight modules.
        if self._is_helping:
            return super()._get_formatter()
        return HelpFormatter(self.prog, width=80)

    def error(self, message: str) -> NoReturn:
        raise UsageError(self._add_suggestion(message))

    def format_short_usage(self) -> str:
        """Returns the usage in one line, without the single options."""
        names = [
            f"[{action.metavar or action.dest.upper()} ...]"
            for action in self._get_positional_actions()
        ]
        help_hint = f"{self.prog} --help shows all options"
        return f"usage: {' '.join([self.prog, '[OPTIONS]', *names])}; {help_hint}"

    def find_option(self, name: str) -> Action | None:
        """Returns the action of ``--NAME``, or None."""
        return self._option_string_actions.get(f"--{name}")

    def options_of(self, dest: str) -> list[Action]:
        """Returns every action that sets the attribute *dest*."""
        return [action for action in self._actions if action.dest == dest]

    def add_negations(self) -> None:
        """Adds a hidden ``--no-NAME`` for each flag; it cancels the flag of a configuration."""
        for action in list(self._actions):
            name = next((each for each in action.option_strings if each[:2] == "--"), "")
            if action.nargs == 0 and action.default is not SUPPRESS:
                self.add_argument(
                    f"--no-{name.removeprefix('--')}",
                    dest=action.dest,
                    action="store_const",
                    const=action.default,
                    default=SUPPRESS,
                    help=SUPPRESS,
                )

    def _add_suggestion(self, message: str) -> str:
        prefix, found, rest = message.partition("unrecognized arguments: ")
        if not found:
            return message
        name = rest.split()[0].partition("=")[0]
        known = [each for each in self._option_string_actions if each.startswith("--")]
        suggestion = suggest(name, known) if name.startswith("--") else ""
        return f"{prefix}unknown arguments: {rest}" + (f"; {suggestion}" if suggestion else "")
