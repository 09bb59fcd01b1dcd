"""How fast the linter is beside its peers, as ratios: all are timed in turn, in one run.

The best of many short rounds is taken for each, since noise only ever adds. Run by
``make bench``; it prints ratios with their targets, and writes ``.bench/lint.json``. Nothing here
can fail a build.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict
from importlib.metadata import version

from lint_commands import FOLDER, PEER
from lint_rows import describe_versions, measure_rows
from rich.console import Console
from rich.table import Table


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    machine = {
        "wanproof": version("wanproof"),
        "python": platform.python_version(),
        "machine": f"{platform.platform()}, {os.cpu_count()} cores",
        "check-jsonschema": PEER.partition("==")[2],
        **describe_versions(),
    }
    rows = list(measure_rows())
    table = Table(title="The linter: " + ", ".join(f"{a} {b}" for a, b in machine.items()))
    for column in ("what", "measured", "target", ""):
        table.add_column(column, justify="left" if column == "what" else "right")
    for row in rows:
        sign, places = ">=" if row.is_least else "<=", 0 if row.target > 1000 else 2
        measured, target = (f"{each:,.{places}f} {row.unit}" for each in (row.value, row.target))
        table.add_row(row.what, measured, f"{sign} {target}", "met" if row.is_met else "missed")
    Console().print(table)
    result = {**machine, "rows": [{**asdict(row), "is_met": row.is_met} for row in rows]}
    (FOLDER / "lint.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
