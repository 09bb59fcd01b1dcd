"""Long texts are described in reports, and replayed exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import report_examples as examples
from wan_contracts.cases.case import Case
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.generation.media_files import build_large_uri
from wan_contracts.laws import law
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.reporters import FORMATS, render
from wan_contracts.results.large_texts import (
    MAX_TEXT_CHARS,
    compress_texts,
    describe_text,
    describe_texts,
    restore_texts,
)
from wan_contracts.results.replay import ClientSpec, Replay, write_replays
from wan_contracts.results.report import ContractReport, LawResult
from wan_validators.cli import main
from wan_validators.command import UsageError

URI = build_large_uri("PNG", "image/png", 10 * 2**20 + 1)
LONG = "é\ud800" * MAX_TEXT_CHARS
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3) | st.sampled_from([LONG, URI[:9000]]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["", "0", "a/b", "~1", "-", "x" * 2 * MAX_TEXT_CHARS]), inner
        )
    ),
    max_leaves=8,
)


def large_report(payload: dict[str, Any]) -> ContractReport:
    """Returns a report about a call whose payload and outcome are large."""
    paid = examples.paid_twice()
    outcome = Outcome.refused(400, "too-large", URI)
    case = Case("wan2.5-i2i-preview", payload, "accept-lost")
    call = replace(paid, case=case, client_result=outcome)
    failure = examples.failure(call, "two tasks", 1)
    return examples.report(LawResult(law=law("one-charge"), judged=1, broken=1, failure=failure))


def test_a_short_text_is_itself() -> None:
    text = "x" * MAX_TEXT_CHARS

    assert describe_text(text) == text


def test_a_long_text_is_described() -> None:
    text = "x" * (MAX_TEXT_CHARS + 1)

    assert describe_text(text) == (
        f"{'x' * 200}… (a text with 4,097 characters, SHA-256 {sha256(text.encode()).hexdigest()})"
    )


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("data:image/png;base64,", "a data URI of image/png"),
        ("DATA:audio/x-wav,", "a data URI of audio/x-wav"),
        ("data:;base64,", "a data URI of text/plain"),
        ("data: image/png;base64,", "a text"),
        ("https://example.com/", "a text"),
    ],
)
def test_the_kind_of_a_text_is_told(start: str, kind: str) -> None:
    assert f"… ({kind} with " in describe_text(start + "A" * MAX_TEXT_CHARS)


def test_all_texts_and_names_of_a_value_are_described() -> None:
    name = "n" * MAX_TEXT_CHARS * 2
    value = {"a": [LONG, 1, None], name: (LONG,)}

    described = describe_texts(value)

    assert described == {
        "a": [describe_text(LONG), 1, None],
        describe_text(name): [describe_text(LONG)],
    }
    assert set(describe_texts(value, names=False)) == {"a", name}


@given(VALUES)
def test_compressed_texts_are_restored_exactly(value: Any) -> None:
    whole = {"payload": value}
    stored = json.loads(json.dumps([describe_texts(whole, names=False), compress_texts(whole)]))

    restore_texts(*stored)

    assert stored[0] == whole


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_describes_a_large_payload(format: str) -> None:
    text = render(format, large_report({"prompt": "a", "images": [URI] * 3}))

    assert len(text) < 50_000
    assert "a data URI of image/png with 13,981,038 characters, SHA-256" in text
    assert sha256(URI.encode()).hexdigest() in text


def test_a_replay_of_a_large_payload_is_small_and_exact(tmp_path: Path) -> None:
    payload = {"prompt": LONG, "images": [URI, "x", URI], "0": {"~/": URI}}
    client = ClientSpec(form="python", argv=("mine.py:Client",))

    kept = write_replays(large_report(payload), tmp_path, client, VIRTUAL)

    failure = kept.results[0].failure
    assert failure
    path = Path(failure.replay or "")
    assert path.stat().st_size < 100_000
    assert Replay.load(path).case == failure.interaction.case
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert [text["at"] for text in stored["large"]] == [
        "/case/payload/prompt",
        "/case/payload/images/0",
        "/case/payload/images/2",
        "/case/payload/0/~0~1",
    ]
    assert stored["case"]["payload"]["images"][0].startswith("data:image/png;base64,")
    assert failure.interaction.case.payload == payload


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *(
            ({"at": place, "zlib": ""}, f"large: there is no text at '{place}' of the file")
            for place in (
                *("/case/payload/images/1", "/case/payload/images", "/case/payload/images/x"),
                *("/case/payload/prompt/0", "/case/payload/n/0", "/nothing/else", "", "x"),
            )
        ),
        ({"at": "/why", "zlib": "é"}, "large: the text at '/why' cannot be read: "),
        ({"at": "/why", "zlib": "AAAA"}, "large: the text at '/why' cannot be read: "),
        ({"at": "/why", "zlib": "eJw="}, "cannot be read: it is cut off or too long"),
        ({"at": "/why"}, "the member zlib is missing"),
        ({"at": 5, "zlib": ""}, "large[0].at: 5 is not valid; allowed: a string"),
        (5, "large[0]: 5 is not valid; allowed: an object"),
    ],
)
def test_a_damaged_replay_is_refused(tmp_path: Path, text: Any, says: str) -> None:
    path = tmp_path / "replay.json"
    payload = {"prompt": "a", "images": ["b"], "n": 1}
    case = {"model": "wan2.5-i2i-preview", "payload": payload, "scenario": "ok"}
    client = {"form": "python", "argv": ["mine.py:Client"]}
    members = {"version": 1, "law": "one-charge", "why": "", "tempo": "virtual", "client": client}
    path.write_text(json.dumps({**members, "case": case, "large": [text]}))

    with pytest.raises(UsageError, match=r"replay\.json is not a replay file: ") as caught:
        Replay.load(path)

    assert says in str(caught.value)


def test_a_text_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wan_contracts.results.large_texts.MAX_RESTORED_BYTES", 5000)
    small, large = ({"t": "x" * size} for size in (5000, 5001))
    restored = {"t": ""}

    restore_texts(restored, compress_texts(small))

    assert restored == small
    with pytest.raises(ValueError, match="cut off or too long"):
        restore_texts({"t": ""}, compress_texts(large))


def test_a_replayed_call_sends_the_large_payload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    payload = {"prompt": "a", "images": ["https://example.com/a.png", URI]}
    report = large_report(payload)
    client = ClientSpec(form="python", argv=("mine.py:Client",))
    write_replays(report, tmp_path, client, VIRTUAL)
    (tmp_path / "mine.py").write_text(
        "import pathlib\n"
        "class Client:\n"
        "    def __init__(self, setting): ...\n"
        "    def generate(self, model, payload):\n"
        "        pathlib.Path('sent').write_text(payload['images'][1])\n"
        "        return {'outcome': 'gave-up'}\n"
    )

    main(["replay", "one-charge.json", "--client", "mine.py:Client"])

    assert (tmp_path / "sent").read_text() == URI
    assert URI not in capsys.readouterr().out
