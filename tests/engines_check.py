"""The examples of the documentation for Ray and Spark run: ``make engines``.

Both are too large for the environment of the other tests, and Spark needs Java.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PYTHON: Final = ROOT / ".venv-engines/bin/python"
MAX_SECONDS: Final = 600
EXAMPLES: Final = [
    pytest.param(match[2], id=match[1])
    for page in sorted((ROOT / "docs").rglob("*.md"))
    for match in re.finditer(
        r"<!-- engine: (\w+) -->\n```python\n(.*?)^```$",
        page.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
]


def test_both_engines_have_an_example() -> None:
    assert [example.id for example in EXAMPLES] == ["ray", "pyspark"]


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_runs(code: str, tmp_path: Path) -> None:
    file = tmp_path / "example.py"
    file.write_text(code, encoding="utf-8")

    # As in an environment that is activated: Spark starts the python3 of the path.
    path = f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}"

    run = subprocess.run(
        [PYTHON, file],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=MAX_SECONDS,
    )

    assert run.returncode == 0, run.stdout + run.stderr
