"""Runs the fuzz targets with random changes of their seeds, always the same; needs no atheris.

python tools/fuzz/seeded.py [--count N] [--seed N] [TARGET ...]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from random import Random

from seeds import find_seeds
from targets import TARGETS

TOKENS = (
    *(b"null", b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u0000", b"\\ud800", b",", b":", b"-1"),
    *(b"1e999", b"9" * 5000, b"0x", b"true", b"NaN", b"\x00", b"\xff", b"\xed\xa0\x80", b"\r\n"),
    *(
        b"*a",
        b"&a ",
        b"!!int ",
        b"!!timestamp ",
        b"<<: ",
        b"%2e%2e/",
        b"../",
        b"\x1b[31m",
        b"=",
        b"&",
    ),
    *(b"[" * 3000, b'{"a":' * 3000, b"'", b"#", b"<<E", b"$'", b";", b"a" * 9000, b"\xe2\x80\xae"),
)
"""Texts that mean something in one of the formats."""


def mutate(random: Random, seeds: list[bytes]) -> bytes:
    """Returns one of *seeds* after a few changes."""
    data = bytearray(random.choice(seeds))
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(data))
        end = min(len(data), start + random.choice((0, 1, 2, 8, 64)))
        match random.randrange(5):
            case 0:
                data[start:end] = random.choice(TOKENS)
            case 1:
                data[start:end] = random.randbytes(end - start)
            case 2:
                del data[start:end]
            case 3:
                data[start:start] = data[start:end] * random.choice((1, 2, 100))
            case 4:
                other = random.choice(seeds)
                data[start:] = other[random.randint(0, len(other)) :]
    return bytes(data)


def iter_inputs(name: str, seed: int, count: int) -> Iterator[bytes]:
    """Yields the seeds of the target *name*, and *count* inputs made from them."""
    seeds = find_seeds(name)
    yield from seeds
    random = Random(f"{seed} {name}")  # noqa: S311  (the same inputs each time)
    for _ in range(count):
        yield mutate(random, seeds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    names = options.targets or list(TARGETS)
    failed = 0
    for name in names:
        for data in iter_inputs(name, options.seed, options.count):
            try:
                TARGETS[name](data)
            except Exception as error:  # noqa: BLE001  (whatever is raised is a finding)
                failed += 1
                print(f"{name}: {type(error).__name__}: {str(error)[:500]}\n  {data[:1000]!r}")
                break
    print(f"{len(names)} targets, {failed} with a fault")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
