"""What is stored has a layout, and the layout has a version: see what to do in the message."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import MISSING, fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args, get_type_hints

from wan_mockserver.simulator.rate_limits import ACCOUNTS
from wan_mockserver.simulator.scenario_selection import ARMED
from wan_mockserver.state.journal import JOURNAL
from wan_mockserver.state.stores import Table
from wan_mockserver.state.stores.codec import codec
from wan_mockserver.state.stores.sqlite import SqliteStore
from wan_mockserver.state.stores.sqlite_file import SCHEMA
from wan_mockserver.state.tasks import TASKS, TaskRecord
from wan_mockserver.state.uploads import UPLOADS

TABLES: tuple[Table[Any], ...] = (ACCOUNTS, ARMED, JOURNAL, TASKS, UPLOADS)

REQUIRED = "2f29"
"""The start of the digest of the names of all fields that have no default, by class."""


def list_required_fields(kind: Any, found: dict[str, list[str]]) -> None:
    """Adds the fields without a default of *kind*, and of all classes in it, to *found*."""
    if not is_dataclass(kind):
        for each in get_args(kind):
            list_required_fields(each, found)
        return
    assert isinstance(kind, type)
    if kind.__name__ in found:
        return
    found[kind.__name__] = sorted(
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    )
    for each in get_type_hints(kind).values():
        list_required_fields(each, found)


def test_a_new_layout_has_a_new_version() -> None:
    """An older file has no value for a new field: it needs a default, or a new SCHEMA."""
    found: dict[str, list[str]] = {}
    for table in TABLES:
        list_required_fields(table.type, found)
    assert {"Entry", "TaskRecord", "Polls", "Picture", "Account"} <= found.keys()
    digest = sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    assert (SCHEMA, digest[: len(REQUIRED)]) == (2, REQUIRED), (
        "a file of an older wanproof can no longer be read: give each new field a default; or "
        "raise SCHEMA in sqlite_file.py, and write the new pair here"
    )


def test_a_task_of_the_first_version_is_read(tmp_path: Path) -> None:
    """As it was written before later fields, which have defaults."""
    old = {
        "id": "a", "tenant": "t", "vendor": "v", "model": "m", "remote_id": "r",
        "lifecycle": ["Polls", {"unfinished": 2}], "created_at": 1.0, "updated_at": 1.0,
    }  # fmt: skip
    new = json.loads(codec(TaskRecord).encode(codec(TaskRecord).decode(json.dumps(old).encode())))
    assert {name: new[name] for name in old} == old
    with closing(SqliteStore(tmp_path / "store.db")) as store:
        store._connection.execute(
            "INSERT INTO kept (shelf, key, tenant, weight, value) VALUES (?, ?, ?, ?, ?)",
            ("tasks", b"a", b"t", 0, json.dumps(old).encode()),
        )
        task = store.get(TASKS, "a")
    assert task
    assert (task.id, task.answered, task.visits) == ("a", True, 0)
