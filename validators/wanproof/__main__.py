"""The command ``wanproof``, also as ``python -m wanproof``."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]


def main() -> int:
    """Loads the command, and runs it with the arguments of the process."""
    # Nothing that is loaded becomes garbage. To look for some takes a tenth of a short run.
    gc.disable()
    from wan_validators.cli import main as run

    gc.freeze()
    gc.enable()
    return run()


if __name__ == "__main__":
    sys.exit(main())
