"""A name that two vendors have: what each command, report and format makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wan_validators import UnknownModel, lint, model
from wan_validators.catalog import find_all, find_nearest_model
from wan_validators.cli import main
from wan_validators.create_requests import CreateUrl, find_create_url
from wan_validators.guard.routes import find_guarded_route
from wan_validators.prices import read_prices
from wan_validators.request_files import open_record
from wan_validators.source.files import Record
from wan_validators.spec_loading import list_modules

URL = "https://example.com/in.png"
NAME = "wan2.5-i2i-preview"
OTHER = f"dashscope/{NAME}"
FLAT = {"prompt": "make it night", "images": [URL], "n": 1}
NESTED = {
    "model": NAME,
    "input": {"prompt": "make it night", "images": [URL]},
    "parameters": {"n": 1},
}
IMAGES = "/api/v1/services/aigc/image2image/image-synthesis"
VIDEOS = "/api/v1/services/aigc/video-generation/video-synthesis"
AMBIGUOUS = "model-ambiguous"


def rules(payload: Any, name: str | None = None) -> tuple[str | None, list[str]]:
    report = lint(payload, name)
    return report.model, [found.rule for found in report.findings]


@pytest.fixture
def payload_file(tmp_path: Path) -> str:
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(NESTED), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("payload", "name", "chosen"),
    [
        (FLAT, NAME, NAME),
        (NESTED, NAME, OTHER),
        (NESTED, None, OTHER),
        (NESTED, OTHER, OTHER),
        (FLAT, f"mulerouter/{NAME}", NAME),
        (FLAT, f"/vendors/alibaba/v1/{NAME}/generation", NAME),
        (NESTED, f"https://dashscope.aliyuncs.com{IMAGES}", OTHER),
        ({"model": NAME, "payload": FLAT}, None, NAME),
    ],
)
def test_the_form_of_a_payload_or_the_name_decides(
    payload: Any, name: str | None, chosen: str
) -> None:
    assert rules(payload, name) == (chosen, [])
    assert rules(json.dumps(payload), name) == (chosen, [])


def test_a_name_decides_against_the_form() -> None:
    assert not lint(FLAT, OTHER).valid
    assert not lint(NESTED, f"mulerouter/{NAME}").valid
    assert not lint(NESTED, f"/vendors/alibaba/v1/{NAME}/generation").valid


@pytest.mark.parametrize("payload", [{}, {"seed": 1, "input": {}}, {"input": {}}])
def test_a_payload_of_neither_form_names_both_models(payload: Any) -> None:
    report = lint(payload, NAME)
    first = report.findings[0]

    assert (report.model, first.rule, str(first.severity)) == (NAME, AMBIGUOUS, "warning")
    assert f"mulerouter/{NAME} or {OTHER}" in first.message
    assert AMBIGUOUS not in rules(payload, OTHER)[1]
    assert AMBIGUOUS not in rules(payload, f"mulerouter/{NAME}")[1]


def test_what_is_not_an_object_has_one_fault_at_every_vendor() -> None:
    assert rules([], NAME) == (NAME, ["payload-type"])


def test_a_payload_of_several_forms_one_after_another() -> None:
    """No model is remembered under a name that another vendor has."""
    for _ in range(2):
        assert rules(NESTED)[0] == OTHER
        assert rules({"model": NAME, **FLAT})[0] == NAME


def test_a_path_with_several_models_leaves_the_choice_to_the_payload() -> None:
    film = {"model": "wan2.2-i2v-plus", "input": {"img_url": URL}}

    assert len(find_all(VIDEOS)) > 2
    assert rules(film, VIDEOS) == ("dashscope/wan2.2-i2v-plus", [])


def test_names_are_suggested_with_their_vendor() -> None:
    nearest = find_nearest_model("dashscope/wan2.5-i2i-previw")

    assert nearest is model(OTHER)
    with pytest.raises(UnknownModel, match=f"did you mean {OTHER}"):
        model("dashscope/wan2.5-i2i-previw")
    assert find_nearest_model("wan2.5-i2i-previw") is model(NAME)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (f"https://x.example{IMAGES}", IMAGES),
        (f"https://x.example/vendors/alibaba/v1/{NAME}/generation", f"mulerouter/{NAME}"),
    ],
)
def test_a_curl_command_has_the_model_of_its_path(url: str, named: str) -> None:
    command = f"curl {url} -d '{json.dumps(NESTED)}'".encode()
    [record] = open_record(Record("a.sh", 1, command))

    assert isinstance(record, Record)
    assert record.model == named


def test_a_guard_knows_the_vendor_by_the_path() -> None:
    create = find_guarded_route("POST", f"/proxy{IMAGES}")
    poll = find_guarded_route("GET", "/api/v1/tasks/abc")

    assert create is not None
    assert poll is not None
    assert (create.vendor, create.is_create) == (model(OTHER).vendor, True)
    assert (poll.vendor.name, poll.task) == ("dashscope", "abc")
    assert find_guarded_route("POST", "/api/v1/services/aigc/text-generation/generation") is None


SPARK = "/vendors/mulerouter/v1/wan2.6-i2v-spark/generation"


def test_a_path_of_one_model_has_that_model_only() -> None:
    create = find_guarded_route("POST", f"/proxy{SPARK}/")
    poll = find_guarded_route("GET", f"{SPARK}/abc")

    assert create is not None
    assert poll is not None
    assert (create.model, create.is_create) == ("wan2.6-i2v-spark", True)
    assert (poll.model, poll.task) == ("wan2.6-i2v-spark", "abc")
    assert find_guarded_route("DELETE", f"{SPARK}/abc") is None
    assert find_guarded_route("GET", SPARK) is None
    assert find_create_url(f"{SPARK}?x=1") == CreateUrl("mulerouter/wan2.6-i2v-spark")
    assert [spec.id for spec in find_all(f"https://x.example{SPARK}")] == ["wan2.6-i2v-spark"]
    assert find_all(SPARK.replace("/mulerouter/", "/alibaba/")) == ()


def test_commands_take_and_print_qualified_names(
    payload_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        code = main([*arguments])
        return code, capsys.readouterr().out

    code, text = run("lint", "--model", OTHER, "--format", "json", payload_file)
    assert code == 0
    assert OTHER in text
    assert run("lint", "--model", NAME, payload_file)[0] == 0
    assert run("lint", "--model", f"mulerouter/{NAME}", payload_file)[0] == 1
    for name in (OTHER, NAME):
        code, text = run("cost", "--model", name, "--format", "json", payload_file)
        assert json.loads(text)["results"][0]["model"] == OTHER
    code, text = run("rules", "--format", "json", OTHER)
    [table] = json.loads(text)["models"]
    assert (table["model"], table["vendor"], table["create"]) == (OTHER, "dashscope", IMAGES)
    assert (table["on"], table["confidence"]) == ("2026-11", "high")
    code, text = run("schema", OTHER)
    assert json.loads(text)["$id"] == f"urn:wanproof:schema:{OTHER}:2020-12"


def test_a_price_list_has_qualified_names(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(f'["{OTHER}"]\nusd = {{image = "1"}}\n', encoding="utf-8")
    prices = read_prices(file)

    assert str(prices[OTHER].usd["image"]) == "1"
    assert str(prices[NAME].usd["image"]) == "0.03"


def test_the_configuration_names_models_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps(NESTED), encoding="utf-8")
    for name, code in ((OTHER, 0), (NAME, 0), (f"mulerouter/{NAME}", 1)):
        text = f'[lint.models]\n"*.json" = "{name}"\n'
        (tmp_path / "wanproof.toml").write_text(text, encoding="utf-8")
        assert main(["lint", "a.json"]) == code, capsys.readouterr()


def test_models_are_found_in_an_archive_too(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list_modules()
    list_modules.cache_clear()

    def refuse(_folder: str) -> list[str]:
        raise NotADirectoryError

    monkeypatch.setattr("wan_validators.spec_loading.os", SimpleNamespace(listdir=refuse))

    assert list_modules() == before
    list_modules.cache_clear()
