"""``python -m wanproof`` runs the command ``wanproof``."""

from __future__ import annotations

import sys

from wan_validators.cli import main

if __name__ == "__main__":
    sys.exit(main())
