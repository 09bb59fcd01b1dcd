"""The reference client as a process that reads cases and writes outcomes.

wanproof check --stdio -- python contract_tests/tests/stdio_reference.py
"""

from __future__ import annotations

import json
import sys

from faulty_clients.reference import Reference
from wan_contracts import Setting

MEMBERS = ("base_url", "api_key", "vendor", "model", "poll_interval", "deadline", "timeout")


def main() -> None:
    for line in sys.stdin:
        case = json.loads(line)
        client = Reference(Setting(**{name: case[name] for name in MEMBERS}))
        outcome = client.generate(case["model"], case["payload"])
        client.close()
        sys.stdout.write(json.dumps({"outputs": [], **outcome.as_json()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
