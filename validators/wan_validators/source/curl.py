"""Finds curl commands in a text, as vendors print them, and the payloads that they send.

The commands are not executed: variables and command substitutions stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from .embedding import Piece

__all__ = ["CURL", "CurlCommand", "UnclosedQuote", "find_commands"]

CURL: Final = re.compile(r"^[ \t]*(?:[$>%#] )?[ \t]*curl(?:\.exe)?(?=[ \t])", re.MULTILINE)
"""The start of a command, possibly behind a prompt."""

_SPACE: Final = re.compile(r"(?:[ \t]|[\\^`]\r?\n)+")
_END: Final = re.compile(r"\r?\n|[;&|)#]|\Z")
_HERE: Final = re.compile(r"<<(-?)[ \t]*(['\"]?)(\w+)\2")
_REDIRECTION: Final = re.compile(r"[0-9]*(?:<<<|>>|[<>])&?[0-9]*")
_PLAIN_LINE: Final = re.compile(r"(?:[ \t]++(?!#)[^\s'\"\\;&|()<>^`]++)*+[ \t]*+(?=\r?\n|\Z)")
"""The rest of a line of words that have no special characters: most commands have only such."""

_PLAIN_WORD: Final = re.compile(r"[^ \t]+")
_UNQUOTED: Final = re.compile(r"[^\s'\"\\;&|()<>]+")
_QUOTED: Final = re.compile(r'[^"\\]+|\\[\\"$`]|\\\r?\n|\\')
_ANSI: Final = re.compile(r"[^'\\]+|\\u[0-9A-Fa-f]{1,4}|\\x[0-9A-Fa-f]{1,2}|\\.", re.DOTALL)
_ANSI_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

_DATA: Final = frozenset(
    ("--data", "--data-raw", "--data-binary", "--data-ascii", "--json", "--data-urlencode", "-d")
)
_SHORT_WITH_VALUE: Final = frozenset("AbcCdDeEFhHKmnoPQrtTuUwxXyYz") - {"n"}
_LONG_WITH_VALUE: Final = re.compile(
    r"--(?:cacert|cert|config|connect-timeout|connect-to|cookie|cookie-jar|dump-header|"
    r"expect100-timeout|form|form-string|header|interface|key|limit-rate|max-time|"
    r"oauth2-bearer|output|output-dir|proto|proxy|proxy-header|proxy-user|range|referer|"
    r"request|resolve|retry|retry-delay|retry-max-time|socks5|stderr|trace|trace-ascii|"
    r"unix-socket|upload-file|url|user|user-agent|variable|write-out)"
)


class UnclosedQuote(ValueError):
    """A quotation mark in a command is not closed. *offset* is its place."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__("a quotation mark is not closed")


class _Word(NamedTuple):
    """A word of a command: its *pieces* without the quotation marks."""

    pieces: list[Piece]

    @property
    def text(self) -> str:
        pieces = self.pieces
        return pieces[0].text if len(pieces) == 1 else "".join(piece.text for piece in pieces)


@dataclass(slots=True)
class CurlCommand:
    """A command at *offset*. *data* is None without a body, *file* a file with the body.

    The names of *headers* are in lower case.
    """

    offset: int
    url: str = ""
    method: str = ""
    data: list[Piece] | None = None
    file: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def find_commands(text: str) -> Iterator[CurlCommand]:
    """Yields each curl command of *text*. Raises UnclosedQuote if one does not end."""
    at = 0
    while found := CURL.search(text, at):
        start = found.end() - len(found[0].lstrip("$>%# \t\n"))
        words, at, here = _split(text, found.end())
        yield _interpret(start, words, here)


def _interpret(offset: int, words: list[_Word], here: Piece | None) -> CurlCommand:
    command = CurlCommand(offset)
    rest = iter(words)
    for word in rest:
        if word.text == "-" or not word.text.startswith("-"):
            command.url = command.url or word.text
            continue
        for name, value in _read_options(word, rest):
            _apply(command, name, value, here)
    return command


def _read_options(word: _Word, rest: Iterator[_Word]) -> Iterator[tuple[str, _Word]]:
    """Yields the options of *word*, which begins with a hyphen, with their values."""
    text = word.text
    if text.startswith("--"):
        name, mark, _ = text.partition("=")
        if mark and _has_value(name):
            yield name, _cut(word, len(name) + 1)
        else:
            yield text, next(rest, _Word([])) if _has_value(text) else _Word([])
    else:
        for index, letter in enumerate(text[1:], 1):
            if letter in _SHORT_WITH_VALUE:
                inline = index + 1 < len(text)
                yield f"-{letter}", _cut(word, index + 1) if inline else next(rest, _Word([]))
                return
            yield f"-{letter}", _Word([])


def _has_value(name: str) -> bool:
    return name in _DATA or _LONG_WITH_VALUE.fullmatch(name) is not None


def _apply(command: CurlCommand, name: str, value: _Word, here: Piece | None) -> None:
    if name in _DATA:
        text = value.text
        if text in ("@-", "@/dev/stdin") and here is not None:
            value = _Word([here])
        elif text.startswith("@") and name != "--data-raw":
            command.file = text[1:]
        if command.data and value.pieces:
            command.data.append(Piece("&", value.pieces[0].offset))
        command.data = command.data or []
        command.data += value.pieces
    elif name == "--url":
        command.url = command.url or value.text
    elif name in ("-X", "--request"):
        command.method = value.text.upper()
    elif name in ("-H", "--header"):
        header, _, text = value.text.partition(":")
        command.headers[header.strip().lower()] = text.strip()
    elif name in ("-G", "--get"):
        command.method = "GET"


def _cut(word: _Word, count: int) -> _Word:
    """Returns *word* without its first *count* characters."""
    pieces = []
    for piece in word.pieces:
        dropped = min(count, len(piece.text))
        pieces.append(Piece(piece.text[dropped:], piece.offset + dropped))
        count -= dropped
    return _Word(pieces)


def _split(text: str, at: int) -> tuple[list[_Word], int, Piece | None]:
    """Splits the command at *at* to words, with the place behind it and its here-document."""
    if plain := _PLAIN_LINE.match(text, at):
        end = plain.end()
        found = _PLAIN_WORD.finditer(text, at, end)
        return [_Word([Piece(each[0], each.start())]) for each in found], end, None
    words: list[_Word] = []
    here: tuple[str, bool] | None = None
    while True:
        if space := _SPACE.match(text, at):
            at = space.end()
        elif document := _HERE.match(text, at):
            here, at = (document[3], bool(document[1])), document.end()
        elif redirection := _REDIRECTION.match(text, at):
            at = redirection.end()
            if space := _SPACE.match(text, at):
                at = space.end()
            at = _read_word(text, at)[1]
        elif _END.match(text, at):
            break
        else:
            word, end = _read_word(text, at)
            at = max(end, at + 1)
            words.append(word)
    if here is None:
        return words, at, None
    piece, at = _read_document(text, at, *here)
    return words, at, piece


def _read_word(text: str, at: int) -> tuple[_Word, int]:
    pieces: list[Piece] = []
    while at < len(text):
        if text[at] == "'":
            end = _find_end(text, "'", at)
            pieces.append(Piece(text[at + 1 : end], at + 1))
            at = end + 1
        elif text[at] == '"' or text.startswith('$"', at):
            at = _read_escaped(text, text.index('"', at), _QUOTED, pieces)
        elif text.startswith("$'", at):
            at = _read_escaped(text, at + 1, _ANSI, pieces)
        elif text[at] == "\\" and text[at + 1 : at + 2] not in ("\n", "\r", ""):
            pieces.append(Piece(text[at + 1], at + 1))
            at += 2
        elif plain := _UNQUOTED.match(text, at):
            pieces.append(Piece(plain[0], at))
            at = plain.end()
        else:
            break
    return _Word(pieces), at


def _read_escaped(text: str, at: int, pattern: re.Pattern[str], pieces: list[Piece]) -> int:
    """Reads a quoted string with escapes at *at*. Returns the place behind it."""
    quote, opened, at = text[at], at, at + 1
    while text[at : at + 1] != quote:
        found = pattern.match(text, at)
        if found is None:
            raise UnclosedQuote(opened)
        pieces.append(Piece(_unescape(found[0], quote), at))
        at = found.end()
    return at + 1


def _unescape(part: str, quote: str) -> str:
    if part[0] != "\\" or len(part) == 1:
        return part
    if part[1] in "\r\n":
        return ""
    if quote == '"':
        return part[1:]
    if part[1] in "ux" and len(part) > 2:
        return chr(int(f"0x{part[2:]}", 0))
    return _ANSI_ESCAPES.get(part[1], part[1:])


def _find_end(text: str, quote: str, at: int) -> int:
    end = text.find(quote, at + 1)
    if end < 0:
        raise UnclosedQuote(at)
    return end


def _read_document(text: str, at: int, mark: str, is_indented: bool) -> tuple[Piece, int]:  # noqa: FBT001
    """Reads the here-document in the lines behind *at*. Returns the place behind it."""
    start = text.find("\n", at) + 1 or len(text)
    indent = "\t*" if is_indented else ""
    end = re.compile(rf"^{indent}{re.escape(mark)}\r?$", re.MULTILINE).search(text, start)
    if end is None:
        return Piece(text[start:], start), len(text)
    return Piece(text[start : end.start()], start), end.end()
