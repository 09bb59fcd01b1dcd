"""Replay files: what is written, and what is said of those that are no such."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import report_examples as examples
from wan_contracts.cases.time_profiles import REAL, VIRTUAL
from wan_contracts.laws import law
from wan_contracts.results.replay import ClientSpec, Replay, write_replays
from wan_contracts.results.replay_fields import REPLAY
from wan_contracts.results.report import LawResult
from wan_validators.cli import main
from wan_validators.command import UsageError

WHOLE: dict[str, Any] = {
    "version": 1,
    "law": "one-charge",
    "why": "2 tasks",
    "tempo": "virtual",
    "case": {"model": "wan26_i2i", "payload": {"prompt": "a"}, "scenario": "accept-lost"},
    "client": {"form": "python", "argv": ["mine.py:Client"]},
}
CASE: dict[str, Any] = WHOLE["case"]
DEEP = "[" * 100_000


def refused(folder: Path, text: str | bytes) -> str:
    path = folder / "replay.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError) as caught:
        Replay.load(path)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert len(said) < len(str(path)) + 300
    return said


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(REPLAY.json_schema)


@pytest.mark.parametrize("full_size", [None, False, True])
def test_a_file_is_read(tmp_path: Path, *, full_size: bool | None) -> None:
    path = tmp_path / "replay.json"
    more = {} if full_size is None else {"full_size": full_size}
    path.write_text(json.dumps({**WHOLE, **more}))

    replay = Replay.load(path)

    assert replay.law == law("one-charge")
    assert (replay.case.model_id, replay.case.scenario) == ("wan26_i2i", "accept-lost")
    assert replay.case.payload == {"prompt": "a"}
    assert replay.time_profile == VIRTUAL
    assert replay.client == ClientSpec(form="python", argv=("mine.py:Client",))
    assert replay.why == "2 tasks"
    assert replay.full_size is bool(full_size)
    assert replay.as_json() == {**WHOLE, "full_size": bool(full_size)}


def test_the_pace_and_the_scenarios_of_the_run_are_kept(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        "[mine]\nsummary = 'Mine.'\n[mine.poll]\nsteps = [{status = 500, done = false}]\n"
    )
    more = {"pace": {"deadline": 60, "poll_interval": 5}, "scenarios": str(own)}
    path = tmp_path / "replay.json"
    path.write_text(json.dumps({**WHOLE, **more, "case": {**CASE, "scenario": "mine:2"}}))

    replay = Replay.load(path)

    times = (replay.time_profile.deadline, replay.time_profile.poll_interval)
    assert times == (60, 5)
    assert replay.time_profile.timeout == VIRTUAL.timeout
    assert "mine" in replay.time_profile.scenarios
    assert {name: replay.as_json()[name] for name in more} == more
    own.unlink()
    with pytest.raises(UsageError, match=r"cannot read its scenarios .*own.toml: No such file"):
        Replay.load(path)


@pytest.mark.parametrize("scenario", ["last-minute-1", "rate-limited:3+expired-urls"])
def test_scenarios_of_the_suite_and_compositions_are_known(tmp_path: Path, scenario: str) -> None:
    path = tmp_path / "replay.json"
    path.write_text(json.dumps({**WHOLE, "case": {**CASE, "scenario": scenario}}))
    assert Replay.load(path).case.scenario == scenario


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a replay file: the text is empty, in line 1, column 1"),
        ("{", "is not a replay file: this is not JSON"),
        (b"\xff\xfe{", "is not a replay file: the text looks like UTF-16"),
        (DEEP, "is not a replay file: arrays and objects are nested too deeply"),
        ("[]", "is not a replay file: an array of 0 items is not valid; allowed: an obj"),
        ('{"version": 2}', "is not a replay file: its version is 2, not 1"),
        ('{"version": true}', "is not a replay file: "),
        ('{"version": 1}', "the member law is missing: the id of the law"),
        ('{"version": 1, "version": 1}', "version appears twice"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_text_that_is_no_replay_is_refused(tmp_path: Path, text: str | bytes, says: str) -> None:
    assert says in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"law": "one-chrge"}, "there is no law 'one-chrge'; did you mean one-charge?"),
        ({"law": 5}, "law: 5 is not valid; allowed: a string"),
        ({"law": "x" * 9999}, "law: 'xxx"),
        ({"lwa": "x"}, "there is no member 'lwa'; did you mean law?"),
        ({"tempo": "slow"}, "tempo: 'slow' is not valid; allowed: virtual, real"),
        ({"tempo": []}, "tempo: an array of 0 items is not valid; allowed: virtual"),
        ({"full_size": 1}, "full_size: 1 is not valid; allowed: true or false"),
        ({"why": None}, "why: null is not valid; allowed: a string"),
        ({"case": 5}, "case: 5 is not valid; allowed: an object"),
        ({"case": {}}, "case: the member model is missing: the id of the model"),
        ({"case": {**CASE, "model": "wan26_i2"}}, "'wan26_i2'; did you mean wan26_i2i?"),
        ({"case": {**CASE, "model": 5}}, "case.model: 5 is not valid; allowed: a string"),
        ({"case": {**CASE, "payload": []}}, "case.payload: an array of 0 items is not valid"),
        ({"case": {**CASE, "scenario": 5}}, "case.scenario: 5 is not valid; allowed: a string"),
        ({"case": {**CASE, "scenario": "acept-lost"}}, "'acept-lost'; did you mean accept-lost?"),
        ({"case": {**CASE, "scenario": "ok:0"}}, "after the colon comes a whole number"),
        ({"case": {**CASE, "scenario": "é" * 999}}, "at most 200 printable ASCII characters"),
        (
            {"client": {"form": "magic", "argv": ["x"]}},
            "client.form: 'magic' is not valid; allowed: py",
        ),
        (
            {"client": {"form": "python", "argv": []}},
            "client.argv: an array of 0 items is not valid; a",
        ),
        (
            {"client": {"form": "python", "argv": [5]}},
            "client.argv[0]: 5 is not valid; allowed: a string",
        ),
        (
            {"client": {"form": "python", "argv": "x"}},
            "client.argv: 'x' is not valid; allowed: an array",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_members_that_do_not_fit_are_told(
    tmp_path: Path, members: dict[str, Any], says: str
) -> None:
    said = refused(tmp_path, json.dumps({**WHOLE, **members}))
    assert says in said
    assert "\n" not in said


@pytest.mark.parametrize("depth", [500, 900, 990, 2000])
def test_a_payload_of_any_depth_is_read_or_refused(tmp_path: Path, depth: int) -> None:
    text = json.dumps({**WHOLE, "case": {**CASE, "payload": {"prompt": "HERE"}}})
    path = tmp_path / "replay.json"
    path.write_text(text.replace('"HERE"', "[" * depth + "]" * depth))
    try:
        said = Replay.load(path).case.canonical_json
    except UsageError as error:
        said = str(error)
    assert "nested" in said or said.count("[") == depth


def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^cannot read gone\.json: No such file or directory$"):
        Replay.load(Path("gone.json"))
    with pytest.raises(UsageError, match=r"Is a directory$"):
        Replay.load(tmp_path)
    Path("replay.json").write_text("{")

    assert main(["replay", "gone.json"]) == 2
    assert main(["replay", "replay.json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "cannot read gone.json: No such file" in err
    assert "replay.json is not a replay file: this is not JSON" in err


@pytest.mark.parametrize("full_size", [False, True])
def test_what_is_written_is_read_again_and_holds_no_key(tmp_path: Path, *, full_size: bool) -> None:
    client = ClientSpec(form="stdio", argv=("node", "client.mjs"))
    paid = examples.paid_twice()
    run = replace(paid, case=replace(paid.case, model_id="wan2.5-i2i-preview"))
    failure = examples.failure(run, f"the URL has {examples.KEY} in it")
    report = examples.report(LawResult(law=law("one-charge"), judged=9, broken=2, failure=failure))

    kept = write_replays(report, tmp_path / "a" / "b", client, REAL, full_size=full_size)

    (result,) = kept.results
    assert result.failure
    assert result.failure.replay == (tmp_path / "a/b/one-charge.json").as_posix()
    path = Path(result.failure.replay)
    replay = Replay.load(path)
    assert (replay.law, replay.client, replay.time_profile) == (law("one-charge"), client, REAL)
    assert (replay.case, replay.full_size) == (run.case, full_size)
    assert run.setting.api_key == examples.KEY
    assert examples.KEY not in path.read_text(encoding="utf-8")


def test_git_ignores_a_new_hidden_folder_of_replays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failure = examples.failure(examples.paid_twice(), "two tasks")
    report = examples.report(LawResult(law=law("one-charge"), judged=9, broken=2, failure=failure))
    client = ClientSpec(form="stdio", argv=("node", "client.mjs"))
    Path(".mine").mkdir()
    Path(".theirs").mkdir()
    Path(".theirs/.gitignore").write_text("own", encoding="utf-8")

    for folder in ("a/.wanproof", ".mine", ".theirs", "kept"):
        write_replays(report, Path(folder), client, REAL)

    assert Path("a/.wanproof/.gitignore").read_text(encoding="utf-8") == "*\n"
    assert Path(".theirs/.gitignore").read_text(encoding="utf-8") == "own"
    assert not Path(".mine/.gitignore").exists()
    assert not Path("kept/.gitignore").exists()
    assert not Path("a/.gitignore").exists()


@pytest.mark.parametrize(
    ("client", "action"),
    [
        (("python", ["evil.py:Client"]), "import evil.py:Client"),
        (("command", ["sh", "-c", "touch ran"]), "run sh -c 'touch ran'"),
        (("stdio", ["sh", "-c", "touch ran\x1b[2J"]), "run sh -c 'touch ran\\x1b[2J'"),
    ],
)
def test_nothing_that_a_file_names_runs_without_trust(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    client: tuple[str, list[str]],
    action: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    form, argv = client
    Path("evil.py").write_text("from pathlib import Path\nPath('ran').touch()")
    Path("replay.json").write_text(json.dumps({**WHOLE, "client": {"form": form, "argv": argv}}))

    assert main(["replay", "replay.json"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert f"which would {action}; if that is what you want, add --trust" in " ".join(err.split())
    assert not Path("ran").exists()

    main(["replay", "replay.json", "--trust"])

    assert f"lets wanproof {action}" in " ".join(capsys.readouterr().err.split())
    assert Path("ran").exists() or "\x1b" in argv[-1]


def test_trust_beside_another_client_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "replay.json"
    path.write_text(json.dumps(WHOLE))
    assert main(["replay", str(path), "--trust", "--client", "mine.py:Client"]) == 2
    assert "--trust is for the client that FILE names" in capsys.readouterr().err
