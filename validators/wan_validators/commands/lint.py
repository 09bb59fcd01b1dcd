"""``wanproof lint``: checks payload files and reports findings."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..catalog import check_model
from ..command import EXIT_OK, Command, UsageError
from ..frozen import replace
from ..record_linter import RecordLinter
from ..reporters import Summary
from ..reporters.factory import CLEAN_FORMATS
from ..selection import Selection
from ..source import files
from ..source.walking import InputPart
from .lint_inputs import (
    check_dask,
    divide_inputs,
    find_fixable,
    find_inputs,
    is_parquet,
    read_parts,
)
from .lint_options import add_arguments
from .lint_output import check_format, end_run, open_run
from .pricing import build_totals

if TYPE_CHECKING:
    from ..bulk.shards import Shard

__all__ = ["COMMAND"]


def run(options: Namespace) -> int:
    if options.config_schema:
        return _print_config_schema()
    check_format(options)
    linter = _build_linter(options)
    inputs = find_inputs(options)
    if options.dask is not None:
        check_dask(options)
    names = [file.name for file in inputs]
    parts: Sequence[InputPart] = [InputPart(file) for file in inputs]
    shard = None
    if options.shard is not None:
        parts, shard = divide_inputs(inputs, options)
    if options.diff:
        from .fix import show_diffs

        return show_diffs(find_fixable(inputs), linter.find_model, lined=options.jsonl)
    if options.fix:
        from .fix import write_fixes

        write_fixes(find_fixable(inputs), linter.find_model, lined=options.jsonl)
    summary = Summary(costs=linter.totals)
    with open_run(options, summary, lambda: _get_size(names, shard), shard) as lint_run:
        pieces = read_parts(parts, options)
        if options.dask is None:
            lint_run.lint(pieces, linter, options.jobs)
        else:
            lint_run.lint_on_dask(pieces, linter, options.dask, options.jobs)
    return end_run(summary, options)


def _get_size(names: Sequence[str], shard: Shard | None) -> int | None:
    if any(map(is_parquet, names)):  # their payloads are compressed
        return None
    return files.total_size(names) if shard is None else shard.size


def _wants_costs(options: Namespace) -> bool:
    return bool(options.cost or options.prices or options.max_cost is not None)


def _build_linter(options: Namespace) -> RecordLinter:
    """Builds the linter of this run. Raises UsageError or UnknownModel for wrong options."""
    if options.media_root is not None and not options.media_root.is_dir():
        raise UsageError(f"--media-root {options.media_root} is not a directory")
    model = None if options.model is None else check_model(options.model)
    linter = RecordLinter(
        find_model=lambda source: model,
        selection=_build_selection(options),
        now=time.time() if options.now is None else options.now,
        media_root=options.media_root,
        max_findings=options.max_per_payload,
        totals=build_totals(options) if _wants_costs(options) else None,
        wants_clean=options.format in CLEAN_FORMATS,
    )
    models = getattr(options, "models", None)
    if not models:
        return linter
    from ..file_models import FileModels

    of_files = FileModels(models, options.folders["models"])
    return replace(linter, find_model=lambda source: of_files.find(source) or model)


def _build_selection(options: Namespace) -> Selection:
    per_file = getattr(options, "per_file_ignores", None) or {}
    if not (options.select or options.ignore or per_file):
        return Selection()
    from pathlib import Path

    from ..selection_building import build_selection

    folder = options.folders.get("per_file_ignores", Path.cwd())
    return build_selection(options.select, options.ignore, per_file, folder)


def _print_config_schema() -> int:
    from ..configuration.keys import build_schema

    print(json.dumps(build_schema(), indent=2))
    return EXIT_OK


COMMAND = Command(
    name="lint",
    summary="Check payloads against every documented rule of their models.",
    arguments=add_arguments,
    run=run,
    examples=(
        "wanproof lint payload.json",
        "wanproof lint --model wan2.5-i2v-preview requests.jsonl",
        "wanproof lint --diff payloads/",
        "wanproof lint --strict --format json payloads/ > findings.json",
        "wanproof lint --format sarif --output findings.sarif payloads/",
        "wanproof lint --select image --statistics payloads/",
        "wanproof lint --shard 2/8 --format json --output 2.json requests.jsonl",
        "wanproof lint --dask tcp://scheduler:8786 requests.jsonl",
        "wanproof lint --column request calls.parquet",
        "generate-payload | wanproof lint -",
    ),
    notes="""exit codes:
  0  no payload has an error, or --exit-zero
  1  there are errors, or other findings of a severity that --fail-on includes; or
     --max-cost or --diff finds something
  2  wrong usage or unreadable input; the other input is checked
  3  internal error in wanproof""",
    is_configurable=True,
)
