"""The file of known failures: what is read from it, what is refused, and what it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_examples import failure, law, paid_twice
from wan_contracts.results.known_failures import load_known_failures, mark_known_failures
from wan_contracts.results.report import LawResult, Status
from wan_validators.command import UsageError

LAWS = ("one-charge", "connections-reused", "retry-after")


def test_reasons_are_read_by_law(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(
        '\ufeff[connections-reused]\nreason = " curl is started anew "\n'
        '[one-charge]\nreason = "a wontfix"\n',
        encoding="utf-8",
    )
    assert load_known_failures(file, LAWS) == {
        "connections-reused": "curl is started anew",
        "one-charge": "a wontfix",
    }


def test_an_empty_file_knows_of_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text("")
    assert load_known_failures(str(file), iter(LAWS)) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[one-charge]", ["one-charge: the member reason is missing", "reason ="]),
        ('[one-charge]\nreason = " "', ["one-charge.reason", "allowed: a text that says why"]),
        ("[one-charge]\nreason = 3", ["one-charge.reason: 3", "allowed: a text"]),
        ('[one-charg]\nreason = "x"', ["'one-charg'", "did you mean one-charge?"]),
        ('[zzz]\nreason = "x"', ["no law 'zzz'", "`wanproof check --list`"]),
        ('[one-charge]\nreson = "x"', ["no member 'reson'", "did you mean reason?"]),
        ('one-charge = "x"', ["one-charge: 'x' is not valid; allowed: a table"]),
        ("[one-charge]\nreason = x", ["is not valid TOML", "line 2"]),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, text: str, says: list[str]) -> None:
    file = tmp_path / "known.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as error:
        load_known_failures(file, LAWS)
    assert str(file) in str(error.value)
    for part in says:
        assert part in str(error.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_bytes(b"\xff\xfe[")
    with pytest.raises(UsageError, match="is not valid TOML"):
        load_known_failures(file, LAWS)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*gone\.toml: No such file"):
        load_known_failures(tmp_path / "gone.toml", LAWS)
    with pytest.raises(UsageError, match="cannot read"):
        load_known_failures(tmp_path, LAWS)


def test_a_known_failure_is_borne_with_and_its_passing_is_not() -> None:
    broken = LawResult(
        law=law("one-charge"), judged=2, broken=1, failure=failure(paid_twice(), "twice")
    )
    kept = LawResult(law=law("retry-after"), judged=2)
    other = LawResult(law=law("answers"), judged=2)
    made = mark_known_failures(
        [broken, kept, other], {"one-charge": "so it is", "retry-after": "so it was"}
    )
    assert [each.status for each in made] == [
        Status.KNOWN,
        Status.UNEXPECTED,
        Status.PASS,
    ]
    assert made[0].known == "so it is"
    assert broken.known is None
