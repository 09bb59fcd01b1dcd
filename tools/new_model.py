"""Writes the skeleton of a model's table, and lists what a person must type.

    python tools/new_model.py mulerouter wan2.9-t2i --like wan2.6-t2i

The table starts with the rows of a model of the same shape. Each text that must be replaced
begins with ``TYPE:``, and tests fail while one is left. Limits and payloads are independent
fixtures, so nothing is generated for them but empty files.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from wan_validators.catalog import UnknownModel, catalog, find, model, vendors
from wan_validators.messages.allowed_values import describe_allowed
from wan_validators.spec import ModelSpec

__all__ = ["main"]

PROJECT = Path(__file__).parents[1]
MODELS = "validators/wan_validators/models"
PLACEHOLDERS = {
    "title": '"TYPE: what the model makes"',
    "source": '"TYPE: vendor, page"',
    "on": '"TYPE: the month of reading, YYYY-MM"',
    "confidence": '"TYPE: high, medium or low"',
    "gaps": '("TYPE: a fact that no source has",)',
}

IMPORTED_PRICE = "from ..outputs import Price"

PRICE = 'Price(usd={}, source="TYPE: a price list", on="TYPE: YYYY-MM", confidence="TYPE:")'


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("vendor", choices=[vendor.name for vendor in vendors()])
    parser.add_argument("model", help="the id of the new model")
    parser.add_argument("--like", required=True, metavar="MODEL", help="a model of its shape")
    parser.add_argument("--root", type=Path, default=PROJECT, help="the folder of the project")
    options = parser.parse_args(arguments)
    try:
        like = model(options.like)
    except UnknownModel as error:
        parser.error(str(error))
    known = find(f"{options.vendor}/{options.model}")
    if known:
        has = "a table already" if known.name == options.model else f"the table of {known.id}"
        parser.error(f"{options.model} has {has}")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", options.model):
        parser.error(f"{options.model!r} is not an id of letters, digits, '.', '_' and '-'")
    table, limits, payloads = _list_places(options.vendor, options.model, options.root)
    if table.exists() or limits.exists():
        parser.error(f"{table if table.exists() else limits} exists already")
    for place, text in (
        (table, build_table(like, options.vendor, _qualify(options.vendor, options.model))),
        (limits, f"# Typed from TYPE: the page of {options.model}.\n"),
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for kind in ("valid", "invalid"):
        (payloads / kind).mkdir(parents=True, exist_ok=True)
    print("\n".join(list_steps(like, table, limits, payloads)))
    return 0


def _qualify(vendor: str, name: str) -> str:
    """Returns the id of a model called *name*: with the vendor, if its other models have it."""
    others = [spec for spec in catalog() if spec.vendor.name == vendor]
    return name if all(spec.id == spec.name for spec in others) else f"{vendor}/{name}"


def _list_places(vendor: str, name: str, root: Path) -> tuple[Path, Path, Path]:
    """Returns the paths of the table, the limits and the payloads."""
    short = re.sub(r"[^a-z0-9]+", "_", name.lower().replace(".", ""))
    fixtures = root / "fixtures"
    return (
        root / MODELS / f"{vendor}_{short}.py",
        fixtures / "limits" / vendor / f"{name}.toml",
        fixtures / "payloads" / vendor / name,
    )


def build_table(like: ModelSpec, vendor: str, id: str) -> str:
    """Returns the module of *like* with another *id* and vendor, and with texts to type."""
    [text] = [
        text
        for file in sorted((PROJECT / MODELS).glob("*.py"))
        for text in [file.read_text(encoding="utf-8")]
        if f'id="{like.id}"' in text
    ]
    [spec] = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ModelSpec"
    ]
    lines = text.splitlines(keepends=True)
    starts = list(accumulate(map(len, lines), initial=0))
    missing = dict(PLACEHOLDERS)
    outputs = [each.value for each in spec.keywords if isinstance(each.value, ast.Call)]
    keywords = [*spec.keywords, *(each for call in outputs for each in call.keywords)]
    for keyword in sorted(keywords, key=lambda each: (-each.lineno, -each.col_offset)):
        value = PRICE if keyword.arg == "price" else missing.pop(keyword.arg or "", None)
        assert keyword.end_lineno is not None
        assert keyword.end_col_offset is not None
        start = starts[keyword.lineno - 1] + keyword.col_offset
        end = starts[keyword.end_lineno - 1] + keyword.end_col_offset
        if keyword.arg == "aliases":
            text = text[:start] + text[end:].lstrip(", \n")
        elif value:
            text = f"{text[:start]}{keyword.arg}={value}{text[end:]}"
    typed = "".join(f"    {arg}={value},\n" for arg, value in missing.items())
    made = f"{text.rstrip().removesuffix(')')}{typed})\n"
    name = id.rpartition("/")[2]
    made = made.replace(f'"{like.id}"', f'"{id}"').replace(f'"{like.name}"', f'"{name}"')
    for alias in like.aliases:
        made = re.sub(rf'^ +"{re.escape(alias)}",\n', "", made, flags=re.MULTILINE)
    made = re.sub(r"\.\.vendors\.\w+ import", f"..vendors.{vendor} import", made)
    if not re.search(r"import .*\bPrice\b", made):
        made = made.replace("from ..spec import", f"{IMPORTED_PRICE}\nfrom ..spec import", 1)
    return re.sub(
        r'\A""".*?"""', f'"""{name}: TYPE: what the model makes."""', made, flags=re.DOTALL
    )


def list_steps(like: ModelSpec, table: Path, limits: Path, payloads: Path) -> list[str]:
    """Lists what a person must type, row by row."""
    rows = [
        f"    {rule.id} at {rule.pointer or '/'}: {describe_allowed(rule.constraint) or 'given'}"
        for rule in like.rules
    ]
    return [
        f"wrote {table} with the rows of {like.id}. Now type, from the page:",
        f"1. {limits}: each row, as fixtures/README.md describes, and [outputs].",
        f"2. {payloads}/valid: at least one documents-….json, an example of the page.",
        f"3. {payloads}/invalid: for each row that no other model has, a payload that breaks it.",
        "4. The table: each text that begins with TYPE:, prices, the ambiguities, the frame",
        "   rate and the defaults. Remove rows that the page does not have. These are the limits",
        f"   of {like.id}; replace those that differ:",
        *rows,
        "5. Remove the model from other_models of its vendor, if it is there.",
        "6. make mutants, and the tests of validators/tests, name what is missing.",
    ]


if __name__ == "__main__":
    sys.exit(main())
