"""What a client asks of a vendor's list of tasks."""

from __future__ import annotations

from .frozen import Frozen

__all__ = ["TaskListQuery"]


class TaskListQuery(Frozen, kw_only=True):
    """One page of the tasks, the newest first; *page_number* counts from 1.

    Only tasks of *model*, with *state_word*, or with *task_id* are in the list; None is any.
    """

    model: str | None = None
    state_word: str | None = None
    task_id: str | None = None
    page_number: int = 1
    page_size: int = 10
