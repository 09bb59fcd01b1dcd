"""Runs the fuzz targets guided by coverage; needs atheris.

    python tools/fuzz/fuzz.py TARGET [options of libFuzzer]
    python tools/fuzz/fuzz.py --list

The target ``all`` lets the first byte of an input choose another one. ``make fuzz`` runs each of
them for some time, with limits of time and memory.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wan_validators", "wan_mockserver", "wan_contracts"]):
    from targets import TARGETS

from seeds import find_seeds

NAMES = sorted(TARGETS)


def fuzz_all(data: bytes) -> None:
    """Gives the rest of *data* to the target that its first byte chooses."""
    TARGETS[NAMES[data[0] % len(NAMES)] if data else "json"](data[1:])


def list_seeds(name: str) -> list[bytes]:
    if name != "all":
        return find_seeds(name)
    return [
        bytes([number]) + seed for number, each in enumerate(NAMES) for seed in find_seeds(each)
    ]


def main(argv: list[str]) -> int:
    name, *options = argv[1:] or [""]
    targets = {**TARGETS, "all": fuzz_all}
    if name == "--list":
        print("\n".join(NAMES))
        return 0
    if name not in targets:
        print(f"name a target: {', '.join(targets)}", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp())
    for number, content in enumerate(list_seeds(name)):
        (folder / str(number)).write_bytes(content)
        targets[name](content)
    atheris.Setup([argv[0], *options, str(folder)], targets[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
