"""``wanproof schema``: prints or writes the JSON Schemas of payloads."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..catalog import list_all_specs, model
from ..command import EXIT_OK, Command, UsageError

__all__ = ["COMMAND"]

DRAFTS = ("2020-12", "07")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", nargs="?", metavar="MODEL", help="print the schema of this model")
    parser.add_argument(
        "--all", metavar="FOLDER", type=Path, help="write FOLDER/MODEL.json for each model instead"
    )
    parser.add_argument(
        "--draft",
        choices=DRAFTS,
        default=DRAFTS[0],
        help="the draft of JSON Schema; editors support 07 best (default %(default)s)",
    )


def run(options: Namespace) -> int:
    if (options.model is None) == (options.all is None):
        raise UsageError("name one model, or --all FOLDER for the schemas of all models")
    if options.all is None:
        print(_format_schema(options.model, options.draft), end="")
        return EXIT_OK
    for spec in list_all_specs():
        file = options.all / f"{spec.id}.json"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_format_schema(spec.id, options.draft), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {file}: {error.strerror}") from error
        print(file)
    return EXIT_OK


def _format_schema(name: str, draft: str) -> str:
    from ..json_schema import build_document

    return json.dumps(build_document(model(name), draft), indent=2, ensure_ascii=False) + "\n"


COMMAND = Command(
    name="schema",
    summary="Print the JSON Schema of a model's payloads, for editors and other tools.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof schema wan2.5-i2v-preview > wan2.5-i2v-preview.json",
        "wanproof schema --all schemas --draft 07",
    ),
    notes="""A schema has the rules that JSON Schema can express. Its descriptions name the others,
which `wanproof lint` checks. It is for the documented payload, without a vendor's wrapper.

exit codes:
  0  the schema was printed or written
  2  wrong usage, an unknown model, or a folder that cannot be written""",
)
