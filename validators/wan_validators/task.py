"""Tasks, their parts and their costs, independent of a vendor's wire format."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from .frozen import Frozen

if TYPE_CHECKING:
    from random import Random

__all__ = ["CostEstimate", "Failure", "State", "Task", "TaskOutput", "new_uuid"]


class State(Enum):
    """The state of a task; DONE, FAILED and CANCELED are terminal."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


class TaskOutput(Frozen):
    """One result: *kind* is ``image``, ``video`` or ``text``, *value* its URL or text."""

    kind: str
    value: str


class Failure(Frozen):
    """The reason for a failed task: the vendor's code and message.

    If *integer* is true, the code is a number on the wire. The vendor's pages and some of
    its clients disagree on the type.
    """

    code: str
    message: str
    integer: bool = False


class Task(Frozen, kw_only=True):
    """A generation task, independent of a vendor's wire format.

    Times are Unix seconds. *progress* is from 0 to 1. *remote_id* is the upstream's own id.
    *cost* is in USD, None if no price is known. *image_count* is None if the model's page
    has no such figure. *word* replaces the vendor's word for the state; "" omits it, None
    keeps it. If *results* is false, a completed task lacks the member for its outputs.
    *discount* is the factor that *cost* includes, None if there is none. If *split_output*
    is true, each output has an item of its own, for a vendor with such items. *prompt* is the
    text of the payload, *extended* whether the vendor rewrites it, *requested* the number of
    images that it asks for. *seconds*, *lines*, *size*, *ratio* and *has_sound* are facts about a
    video (*size* is "" if its tier decides), *usage* the members of its result that the model
    documents. *picture_size* is that of each image, such as ``1280*1280``. If *has_choices* is
    true, the vendor returns the outputs of this model as messages. *base_url* is the URL by which
    the client calls the server, for vendors with URLs in their bodies.
    """

    id: str
    model: str
    state: State
    created_at: float
    updated_at: float
    progress: float = 0.0
    remote_id: str = ""
    outputs: tuple[TaskOutput, ...] = ()
    failure: Failure | None = None
    cost: Decimal | None = None
    image_count: int | None = None
    kind: str = "image"
    word: str | None = None
    results: bool = True
    discount: Decimal | None = None
    split_output: bool = False
    prompt: str = ""
    extended: bool = False
    requested: int = 0
    seconds: int = 0
    lines: int = 0
    picture_size: str = ""
    has_choices: bool = False
    size: str = ""
    ratio: str = ""
    has_sound: bool = False
    usage: tuple[str, ...] = ()
    base_url: str = ""


class CostEstimate(Frozen, kw_only=True):
    """The cost of a payload before its task is created, independent of a vendor's wire format.

    *cost* is in USD, None if it is not known. *digest* is the same for equal payloads. *count*
    is the number of results, *at* the time in Unix seconds.
    """

    model: str
    cost: Decimal | None
    digest: str
    count: int
    at: float


def new_uuid(random: Random) -> str:
    """Returns an id for a task, as vendors with UUIDs make them."""
    from uuid import UUID  # loaded late: a payload is linted without ids

    return str(UUID(int=random.getrandbits(128), version=4))
