"""Payloads inside curl commands and HAR files, and the places of their findings."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_validators.create_requests import CreateUrl, find_create_url
from wan_validators.record_linter import RecordLinter
from wan_validators.reporters import LintResult
from wan_validators.request_files import open_record
from wan_validators.selection import Selection
from wan_validators.source import curl
from wan_validators.source.curl import find_commands
from wan_validators.source.files import Record, Skipped, Unreadable

PATH = "/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
URL = f"https://api.example.com{PATH}"
MODEL = "mulerouter/wan2.5-i2v-preview"


def opened(text: str, source: str = "a.txt") -> list[Record | Unreadable | Skipped]:
    return [*open_record(Record(source, 1, text.encode()))]


def payload_of(text: str) -> Any:
    (record,) = opened(text)
    assert isinstance(record, Record)
    assert record.model == MODEL
    return json.loads(record.data)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (URL, CreateUrl(MODEL)),
        (f"{PATH}/?a=b#c", CreateUrl(MODEL)),
        (f"$BASE{PATH}", CreateUrl(MODEL)),
        (f"{URL}/some-task-id", None),
        ("https://api.example.com/model/v1/generation", CreateUrl(None)),
        ("https://api.example.com/model/v1/generation/task/7", None),
        ("https://example.com/", None),
        ("", None),
    ],
)
def test_the_url_of_a_create_has_the_model(url: str, found: CreateUrl | None) -> None:
    assert find_create_url(url) == found


@pytest.mark.parametrize(
    "command",
    [
        f"curl -X POST {URL} -H 'Authorization: Bearer <token>' -d '{{\"n\": 1}}'",
        f"curl --request POST \\\n  --url {URL} \\\n  --data '\n{{\n\"n\": 1}}\n'",
        f"  $ curl {URL} -d'{{\"n\": 1}}'",
        f'curl -sSXPOST "{URL}" --data-raw "{{\\"n\\": 1}}"',
        f"curl -X 'POST' '{URL}' --json $'{{\"n\":\\u0020\\x31}}'",
        f'curl -o out.json --max-time 5 {URL} -d {{\\"n\\":1}} > out.json 2>&1 | jq .',
        f"curl {URL} -d @- <<'EOF'\n{{\"n\": 1}}\nEOF\n",
        f'curl {URL} -d @- <<-EOF && echo done\n{{"n": 1}}\n\tEOF\n',
        f'curl {URL} --data-binary @- << EOF\n{{"n": 1}}',
        f"curl {URL} --data='{{\"n\": 1}}' # a comment",
        f'curl {URL} ^\n -d \'{{"n"\'": 1}}"',
        f'curl {URL} -d "{{\\\n\\"n\\": 1}}" ; ls',
        f"#!/bin/sh\nset -e\ncurl {URL} -d '{{\"n\": 1}}'\n",
        f"# Page\n\n```sh\ncurl {URL} -d '{{\"n\": 1}}'\n```\n",
        f"curl {URL} -d '{{\"n\":' -d '1}}'".replace("' -d '", " ' 2>/dev/null -d '").replace(
            "-d '1", "-n '' --location -d '1"
        ),
    ],
)
def test_a_curl_command_has_a_payload(command: str) -> None:
    if "--location" in command:
        (record,) = opened(command)
        assert isinstance(record, Record)
        assert record.data == '{"n": &1}'  # as curl joins them
    else:
        assert payload_of(command) == {"n": 1}


@pytest.mark.parametrize(
    "command",
    [
        f"curl {URL}",
        f"curl {URL}/some-task -H 'a: b'",
        f"curl -X GET {URL} -d '{{}}'",
        f"curl -G {URL} -d '{{}}'",
        f"curl --get {URL} -d '{{}}'",
        "curl https://example.com/ -d '{\"a\": 1}'",
        f"curl {URL} -",
        f"curl {URL} -d",
        f"curl {URL} (",
    ],
)
def test_other_curl_commands_are_counted(command: str) -> None:
    assert opened(command) == [Skipped("a.txt", "request")]


def test_a_body_that_names_a_model_is_a_payload_whatever_the_url() -> None:
    (record,) = opened('curl http://127.0.0.1/ -d \'{"model": "a"}\'')
    assert isinstance(record, Record)
    assert record.model is None


def test_a_body_in_a_file_is_to_be_linted_by_itself() -> None:
    reason = "the command in line 2 sends the file p.json; lint that file, with --model"
    assert opened(f"\ncurl {URL} -d @p.json\n") == [Unreadable("a.txt", reason)]


def test_a_body_may_begin_with_an_at_sign_or_be_empty() -> None:
    for command, data in ((f"curl {URL} --data-raw @a", "@a"), (f"curl {URL} -d ''", "")):
        (record,) = opened(command)
        assert isinstance(record, Record)
        assert record.data == data


@pytest.mark.parametrize("quote", ["'", '"', "$'", '"\\', "$'\\"])
def test_a_quotation_mark_that_is_not_closed_has_a_place(quote: str) -> None:
    (item,) = opened(f"curl {URL} -d {quote}abc")
    assert isinstance(item, Unreadable)
    column = len(f"curl {URL} -d ") + 1 + quote.startswith("$")
    assert item.reason == f"line 1, column {column}: a quotation mark is not closed"


def test_each_command_of_a_text_is_read() -> None:
    text = f"curl {URL} -d '{{}}' && echo\ncurl {URL}/7\n\ncurl {URL} -d '[]'\n"
    first, other, last = opened(text)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert (first.number, first.data, last.number, last.data) == (1, "{}", 4, "[]")
    assert other == Skipped("a.txt", "request")


@pytest.mark.parametrize(
    "text",
    ['{"prompt": "curl http://example.com"}', '["curl "]', "curling\n curl", "", "x: curl y"],
)
def test_a_text_without_commands_is_a_payload(text: str) -> None:
    assert opened(text) == [Record("a.txt", 1, text.encode())]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@given(st.lists(st.text("ab '\"\\\n$\u00e9", max_size=6), min_size=1, max_size=3))
def test_words_are_those_of_bash(parts: list[str]) -> None:
    quoted = ["'" + part.replace("'", "'\\''") + "'" for part in parts]
    quoted += [
        '"' + part.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
        for part in parts
    ]
    quoted += ["$'" + part.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
               for part in parts]  # fmt: skip
    text = f"curl x -d {''.join(quoted)}"
    (command,) = find_commands(text)
    shell = subprocess.run(
        ["bash", "-c", f'curl() {{ printf %s "$3"; }}; {text}'],
        capture_output=True,
        check=True,
    )
    pieces = command.data or []
    assert "".join(piece.text for piece in pieces) == shell.stdout.decode()
    assert all(len(piece.text) < 2 or text.startswith(piece.text, piece.offset) for piece in pieces)


def har(*requests: dict[str, Any], **more: Any) -> str:
    entries = [{"request": request} for request in requests]
    return json.dumps({"log": {"version": "1.2", "entries": entries}, **more})


def post(body: str | None, url: str = URL, method: str = "POST") -> dict[str, Any]:
    data = {} if body is None else {"postData": {"mimeType": "application/json", "text": body}}
    return {"method": method, "url": url, **data}


def test_each_create_of_a_har_file_is_a_payload() -> None:
    text = har(
        post('{"n": 1}'),
        post(None, method="GET", url=f"{URL}/7"),
        post('{"n": "\u732b\U0001f408"}'),
        post(None),
        post("a=b", url="https://example.com/"),
        {"method": 7, "url": None},
    )
    first, other, last, *rest = opened(text, "a.har")
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert (first.number, first.data, first.model) == (1, '{"n": 1}', MODEL)
    assert (last.number, last.data) == (3, '{"n": "\u732b\U0001f408"}')
    assert [other, *rest] == [Skipped("a.har", "request")] * 4


VTRIX = "https://cloud.vtrix.ai/model/v1/generation"
UNNAMED = '{"input": {"prompt": "a kite"}, "parameters": {"n": 1}}'

OTHER = UNNAMED.replace("{", '{"model": "wan26_i2i", ', 1)


def in_har(headers: Any) -> str:
    return har({**post(UNNAMED, VTRIX), "headers": headers})


@pytest.mark.parametrize(
    "text",
    [
        f"curl {VTRIX} -H 'X-Model: wan25_t2i_preview' -d '{UNNAMED}'",
        f"curl {VTRIX} -d '{UNNAMED}' --header=x-model:wan25_t2i_preview -H",
        f"curl {VTRIX} -HAccept:*/* -H'X-MODEL:  wan25_t2i_preview ' -d '{UNNAMED}'",
        in_har(
            [{"name": "Accept", "value": "*/*"}, {"name": "X-Model", "value": "wan25_t2i_preview"}]
        ),
        in_har([{"name": "x-model", "value": "wan25_t2i_preview"}, {"name": 7}, "x", {}]),
    ],
)
def test_a_header_may_name_the_model(text: str) -> None:
    (record,) = opened(text)
    assert isinstance(record, Record)
    assert (record.model, record.has_model_header) == ("wan25_t2i_preview", True)
    [result] = linter().lint(Record("a.txt", 1, text.encode()), is_found=False)
    assert isinstance(result, LintResult)
    assert (result.model, list(result.findings)) == ("wan25_t2i_preview", [])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"curl {VTRIX} -d '{UNNAMED}'", "model-known"),
        (f"curl {VTRIX} -H 'X-Model: wan99' -d '{UNNAMED}'", "model-known"),
        (f"curl {VTRIX} -H 'X-Model;' -d '{UNNAMED}'", "model-known"),
        (f"curl {VTRIX} -H 'X-Model: wan25_t2i_preview' -d '{OTHER}'", "model-value"),
        (in_har("x"), "model-known"),
    ],
)
def test_no_header_an_unknown_model_or_another_one_is_reported(text: str, rule: str) -> None:
    [result] = linter().lint(Record("a.txt", 1, text.encode()), is_found=False)
    assert isinstance(result, LintResult)
    assert [finding.rule for finding in result.findings] == [rule]


def linter() -> RecordLinter:
    return RecordLinter(find_model=lambda _: None, selection=Selection(), now=0.0)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ('{"log": {"entries": [', "a.har"),
        ('{"log": {"entries": 7}}', "a.json"),
        ('{"log": {}}', "a.json"),
        ('{"log": 7}', "a.har"),
        ("[" * 100_000, "a.har"),
        ('{"log": {"a": ' + "[" * 100_000, "a.json"),
    ],
)
def test_what_is_not_a_har_file_is_a_payload(text: str, source: str) -> None:
    assert opened(text, source) == [Record(source, 1, text.encode())]


def test_a_har_file_may_begin_with_another_member_or_a_byte_order_mark() -> None:
    assert len(opened('{"comment": "x", ' + har(post("{}"))[1:], "a.har")) == 1
    (record,) = opened("\ufeff" + har(post("{}")), "a.json")
    assert isinstance(record, Record)
    assert record.data == "{}"


@given(st.text(st.characters(exclude_categories=[])))
def test_positions_in_a_body_are_those_in_the_file(prompt: str) -> None:
    body = json.dumps({"prompt": prompt, "mark": 7}, ensure_ascii=False, indent=1)
    text = har(post(body))
    if not text.isascii():
        return
    (record,) = opened(text, "a.har")
    assert isinstance(record, Record)
    assert record.embedding is not None
    assert record.data == body
    lines = body.split("\n")
    at = record.embedding.locate(3, lines[2].index("7") + 1) if len(lines) == 4 else None
    if at is not None:
        assert text[at.column - 1] == "7"


def read_commands(text: str) -> list[Any]:
    try:
        return [*find_commands(text)]
    except curl.UnclosedQuote as error:
        return [error.offset]


@given(
    st.lists(st.sampled_from([*"a1-@#'\"\\;&|()<>^`$\r\xa0\t\n ", " -d ", "\ncurl "]), max_size=20)
)
def test_plain_lines_are_read_as_all_others(parts: list[str]) -> None:
    text = f"curl {''.join(parts)}"

    with patch.object(curl, "_PLAIN_LINE", re.compile("(?!)")):
        careful = read_commands(text)

    assert read_commands(text) == careful


def test_a_command_that_creates_nothing_is_skipped_without_its_payload() -> None:
    assert opened("curl a -d b\ncurl - -d c") == [Skipped("a.txt", "request")] * 2
