"""What differs between vendors: paths, and the wire format of tasks and rejections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from .ambiguity import Ambiguity
from .frozen import Frozen, field
from .rejection import Rejection
from .task import CostEstimate, Failure, State, Task
from .task_list import TaskListQuery
from .upload_api import UploadApi

if TYPE_CHECKING:
    from random import Random

__all__ = ["Page", "SynchronousApi", "UnwrappedPayload", "Vendor", "Wire"]

Wire = Mapping[str, Any]
"""A JSON object on the wire."""


class Page(Enum):
    """A page of a vendor about its models, for clients: not about tasks."""

    LIST = "the models, page by page"
    SPEC = "the address and the parameters of a model"
    CONTRACT = "the paths and the schema of a model at the queue"
    SEARCH = "the models that fit a query"
    TEXT = "the text about a model"


class UnwrappedPayload(Frozen):
    """A payload without its vendor's wrapper, with the mapping of its pointers.

    *outer* names the members outside of the wrapper; all others are below *prefix*, or below
    their own prefix in *prefixes*. *ignored_pointers* point to the parts that the vendor does not
    read.
    """

    payload: Mapping[str, Any]
    prefix: str
    outer: frozenset[str]
    ignored_pointers: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def to_outer_pointer(self, pointer: str) -> str:
        """Converts a pointer into the unwrapped payload to one into the original."""
        first = pointer.split("/", 2)[1] if pointer else ""
        if not pointer or first in self.outer:
            return pointer
        return self.prefixes.get(first, self.prefix) + pointer


class SynchronousApi(Frozen, kw_only=True, eq=False):
    """Creates that wait for the end of the task, and streams of its results.

    *path* is the path of such creates, for the models with *endpoint*, "" for all models. A
    request whose *stream_header* contains *stream_value* gets a stream. *max_wait* is in
    seconds. *build_response* returns HTTP status and body for an ended task, or for one that
    is unfinished after *max_wait*. *build_frames* returns the frames of its stream after a
    cursor, the last of them for its end. *keepalive* is sent while nothing else is, "" for
    nothing. *stream* is the path that streams a known task. *find_conflict* returns why a
    payload cannot have a response in this form; it also gets whether that is a stream.
    """

    path: str
    stream_header: str
    stream_value: str
    max_wait: float
    build_response: Callable[[Task], tuple[int, Wire]]
    build_frames: Callable[[Task, int], Sequence[str]]
    endpoint: str = ""
    keepalive: str = ""
    stream: str | None = None
    find_conflict: Callable[[Mapping[str, Any], bool], str | None] | None = None


class Vendor(Frozen, kw_only=True, eq=False):
    """One vendor's wire format as a value. No code branches on the vendor's name.

    *create* and *poll* are path templates with ``{model}`` and ``{task_id}``. *tolerated*
    are top-level members in use that are not parameters of a model, and *sdk_members* those, by
    pointer, that an official SDK adds to each call with one value. *build_created_body*
    and *build_status_body* build the bodies of the create and poll responses.
    *build_error_response* returns an HTTP status and a body. *build_rejection_failure*
    chooses the task's failure from the errors of a payload (at least one, in the order of
    the rules). *unwrap* returns None for a payload in the documented form.

    *words* are the words for the states; *other_words* is an alternative set from the
    vendor's pages, if any. If *lazy* is true, a broken rule appears only in the task, not
    in the create response. *failures* are the codes of tasks that fail independently of
    the payload. *moderation* is the failure of a task whose content is rejected late.
    *model_header* names a header that can replace the payload's ``model``.
    *other_models* are models of the vendor that have no table here.
    *build_error_text_response* builds the error body's other form, where clients read two.

    *build_empty_members* builds the optional members of both bodies, each one empty.
    *to_recorded_body* converts a body to the form of recorded responses, if that differs, and
    *recorded_created_status* is the status of a recorded create. *shows_progress* and
    *has_output_items* tell what a task has on the wire.

    *create* and *poll* may have ``{endpoint}``, the part in which models differ; *endpoint* is
    the usual one.
    *create_headers* are headers that a create must have. *cancel* is the path that cancels a
    pending task, None if there is none; *build_canceled_body* builds its response. *listing* is
    the path that lists tasks; *parse_list_query* reads its query. *build_list_body* gets the tasks
    of the page, the number of all, the query and an id of the request.
    *optional_prefix* is a start of all paths that a client's base URL may lack.
    A request to the path of *synchronous* must not have *create_headers*.

    *pages* are the paths of pages about models; a more exact path comes before one with
    ``{model}`` in its place. *precharge* is the path that estimates the cost of a payload, and
    *build_precharge_body* builds its response.

    *platform* is the name of the vendor of which this is a second protocol, "" for a first one.
    *flat_models* are the models of the platform that it serves with flat payloads; the value is
    False if no page shows the payload. *auth_schemes* are those of the Authorization header.
    *result* is the path of the results, if the poll response has none, and *build_result_body*
    builds its body. *cancel_method* and *canceled_status* are those of a cancel, and
    *cancels_running* is true if it also stops a task that runs. *stream* is a path of events that
    the vendor names and does not offer. *refuses_webhooks* is true if it refuses their members.
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
    build_empty_members: Callable[[Task], Wire]
    words: Mapping[State, str]
    moderation: Failure
    other_words: Mapping[State, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    ambiguities: tuple[Ambiguity, ...] = ()
    model_header: str | None = None
    tolerated: tuple[str, ...] = ()
    sdk_members: Mapping[str, Any] = field(default_factory=dict)
    unwrap: Callable[[Mapping[str, Any]], UnwrappedPayload | None] | None = None
    build_error_text_response: Callable[[Rejection], tuple[int, Wire]] | None = None
    other_models: tuple[str, ...] = ()
    to_recorded_body: Callable[[Task, Wire], Wire] | None = None
    recorded_created_status: int | None = None
    shows_progress: bool = False
    has_output_items: bool = False
    create_headers: Mapping[str, str] = field(default_factory=dict)
    cancel: str | None = None
    build_canceled_body: Callable[[Task], Wire] | None = None
    listing: str | None = None
    parse_list_query: Callable[[Mapping[str, str]], TaskListQuery] = lambda _: TaskListQuery()
    build_list_body: Callable[[Sequence[Task], int, TaskListQuery, str], Wire] | None = None
    optional_prefix: str = ""
    synchronous: SynchronousApi | None = None
    uploads: UploadApi | None = None
    endpoint: str = ""
    pages: Mapping[Page, str] = field(default_factory=dict)
    precharge: str | None = None
    build_precharge_body: Callable[[CostEstimate], Wire] | None = None
    platform: str = ""
    flat_models: Mapping[str, bool] = field(default_factory=dict)
    auth_schemes: tuple[str, ...] = ("Bearer",)
    result: str | None = None
    build_result_body: Callable[[Task], Wire] | None = None
    cancel_method: str = "POST"
    canceled_status: int = 200
    cancels_running: bool = False
    stream: str | None = None
    refuses_webhooks: bool = False

    def describe_unmodelled(self, model: str) -> str:
        """Returns the text about *model*, one of *other_models*."""
        return f"{self.title} has the model {model}, but wanproof does not know its limits yet"
