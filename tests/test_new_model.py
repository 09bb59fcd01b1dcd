"""Tests the tool that writes the skeleton of a model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from wan_validators.catalog import catalog
from wan_validators.spec import ModelSpec

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from new_model import build_table, main


def load(text: str) -> ModelSpec:
    names: dict[str, Any] = {"__package__": "wan_validators.models"}
    exec(compile(text, "skeleton", "exec"), names)
    spec = names["SPEC"]
    assert isinstance(spec, ModelSpec)
    return spec


@pytest.mark.parametrize("like", catalog(), ids=lambda spec: spec.id)
def test_a_skeleton_has_the_rows_of_the_other_model_and_texts_to_type(like: ModelSpec) -> None:
    spec = load(build_table(like, like.vendor.name, "wan9.9-new"))

    assert spec.names == ("wan9.9-new",)
    assert spec.vendor is like.vendor
    assert [rule.id for rule in spec.rules] == [rule.id for rule in like.rules]
    price = spec.outputs.price
    typed = [spec.title, spec.source, spec.on, spec.confidence, *spec.gaps]
    assert len(typed) == 5
    assert price.usd == {}
    typed += [price.source, price.on, price.confidence]
    assert all(text.startswith("TYPE:") for text in typed)


def test_an_upstream_table_has_a_qualified_id_and_a_plain_name_in_its_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["dashscope", "wan9.9-t2v", "--like", "dashscope/wanx2.1-t2v-plus"]
    assert main([*arguments, "--root", str(tmp_path)]) == 0

    table = tmp_path / "validators/wan_validators/models/dashscope_wan99_t2v.py"
    spec = load(table.read_text("utf-8"))
    assert (spec.id, spec.names) == ("dashscope/wan9.9-t2v", ("wan9.9-t2v",))
    assert repr(spec.rule("model-value").constraint) == "OneOf(values=('wan9.9-t2v',))"
    assert "has the rows" not in capsys.readouterr().err


def test_the_tool_writes_files_and_lists_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["mulerouter", "wan9.9-t2i", "--like", "wan2.6-t2i", "--root", str(tmp_path)]
    assert main(arguments) == 0

    written = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*")}
    assert written >= {
        "validators/wan_validators/models/mulerouter_wan99_t2i.py",
        "fixtures/limits/mulerouter/wan9.9-t2i.toml",
        "fixtures/payloads/mulerouter/wan9.9-t2i/valid",
        "fixtures/payloads/mulerouter/wan9.9-t2i/invalid",
    }
    shown = capsys.readouterr().out
    assert "    n-range at /n: 1 to 4\n" in shown
    assert "    prompt-length at /prompt: at most 2000 characters\n" in shown

    with pytest.raises(SystemExit):
        main(arguments)
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mulerouter", "wan9.9-t2i", "--like", "wan2.6-t2x"], "did you mean wan2.6-t2i?"),
        (["mulerouter", "wan2.6-t2v", "--like", "wan2.6-t2i"], "wan2.6-t2v has a table already"),
        (["mulerouter", "../x", "--like", "wan2.6-t2i"], "'../x' is not an id of letters"),
        (
            ["dashscope", "wan2.1-kf2v-plus", "--like", "wan2.6-t2i"],
            "wan2.1-kf2v-plus has the table of dashscope/wanx2.1-kf2v-plus",
        ),
        (["nobody", "wan9.9-t2i", "--like", "wan2.6-t2i"], "invalid choice: 'nobody'"),
    ],
)
def test_a_mistake_is_explained(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert message in capsys.readouterr().err
