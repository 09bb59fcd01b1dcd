"""What differs between vendors: paths, and the shape of tasks and refusals on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Any

from .ambiguity import Ambiguity

__all__ = [
    "Failure",
    "Rejection",
    "RejectionReason",
    "State",
    "Task",
    "TaskOutput",
    "UnwrappedPayload",
    "Vendor",
    "Wire",
]

Wire = Mapping[str, Any]
"""A JSON object as it goes over the wire."""


class State(Enum):
    """Where a task is in its life; DONE and FAILED are terminal."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TaskOutput:
    """One result: *kind* is ``image``, ``video`` or ``text``; *value* its URL or its text."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed: the vendor's code and sentence.

    *integer* asks for a code that goes over the wire as a number, where the vendor's pages
    and some of its clients differ about the type.
    """

    code: str
    message: str
    integer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A generation task as every vendor knows it, before any wire shape.

    Times are unix seconds; *progress* is from 0 to 1; *remote_id* is the upstream's own id;
    *cost* is in USD, None where no price is known; *image_count* is None where the model's
    page has no such figure. *word* is what stands on the wire for the state, None for the
    vendor's own word, "" for none at all. *results* is whether a task that is done has the
    member for its outputs.
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


class RejectionReason(Enum):
    """Why a request got no task: by what is wrong with it, not by HTTP status."""

    NO_KEY = "no Authorization header"
    NO_SCHEME = "Authorization without the word Bearer"
    BAD_KEY = "a key that cannot be one"
    NO_ROUTE = "nothing at this path"
    NO_METHOD = "not with this method"
    NO_MODEL = "no such model here"
    NO_TASK = "no such task of this key"
    MALFORMED = "a body that is no JSON object"
    MEDIA_TYPE = "a content type other than JSON"
    TOO_LARGE = "a body over the limit"
    PAYLOAD = "a payload that breaks a documented rule"
    BALANCE = "nothing left to pay with"
    RATE = "too many requests"
    EXPIRED = "a file whose time is over"
    NO_SCENARIO = "a scenario that there is not, or that does not apply"
    SCENARIO = "an error that a scenario calls up"
    INTERNAL = "a fault on the server's side"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A request that was turned down, before any wire shape.

    *detail* says what exactly was wrong, for vendors that have no sentence of their own;
    *path* and *request_id* are those of the request, *task_id* the id that was asked for.
    *task* is the failed task that a refused payload would have become, with its failure.
    *status* is an HTTP status in place of the usual one.
    """

    reason: RejectionReason
    detail: str
    status: int | None = None
    path: str = ""
    request_id: str = ""
    task_id: str = ""
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class UnwrappedPayload:
    """A payload taken out of a vendor's wrapper, and how to find a place in the original.

    *outer* names the members that stand outside, everything else stands under *prefix*.
    *strays* are pointers to what the vendor would not read.
    """

    payload: Mapping[str, Any]
    prefix: str
    outer: frozenset[str]
    ignored_pointers: tuple[str, ...] = ()

    def to_outer_pointer(self, pointer: str) -> str:
        """*pointer* into the unwrapped payload as a pointer into the given one."""
        first = pointer.split("/", 2)[1] if pointer else ""
        return pointer if not pointer or first in self.outer else self.prefix + pointer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vendor:
    """One vendor's dialect as a value; neither mock nor tests ever ask which one it is.

    *create* and *poll* are paths with ``{model}`` and ``{task_id}`` where those stand.
    *tolerated* are top-level members that are no parameters of a model but in use.
    *accepted* and *status* give the bodies of create's and poll's answers, *refused* an HTTP
    status and a body. *rejection* chooses, of a payload's errors in the order of its model's
    rows (at least one), what its task fails with. *unwrap* gives None for a payload in the
    documented form. *words* are those for the states, *other_words* another vocabulary that
    the vendor's pages have for them (empty if there is none). *lazy* tells that a broken
    rule shows only in the task, not in the answer to create. *failures* are the codes of
    tasks that fail whatever the payload, *moderation* is what a task fails with whose
    content is refused late, and *model_header* names the header that may stand for a
    payload's ``model``.
    """

    name: str
    title: str
    create: str
    poll: str
    created_status: int
    lazy: bool
    new_id: Callable[[Random], str]
    build_created_body: Callable[[Task], Wire]
    build_status_body: Callable[[Task], Wire]
    build_error_response: Callable[[Rejection], tuple[int, Wire]]
    build_rejection_failure: Callable[[Sequence[Any]], Failure]
    words: Mapping[State, str]
    moderation: Failure
    other_words: Mapping[State, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    ambiguities: tuple[Ambiguity, ...] = ()
    model_header: str | None = None
    tolerated: tuple[str, ...] = ()
    unwrap: Callable[[Mapping[str, Any]], UnwrappedPayload | None] | None = None
