"""Rules of the upstream models that take ``input.messages``: one message with texts and images."""

from __future__ import annotations

from typing import Any, Final

from .ambiguity import Ambiguity
from .constraints.basic import ARRAY, OBJECT, Items, MutuallyExclusive, ObjectCount, OneOf
from .frozen import replace
from .outputs import Images, Price
from .shared_rules import Rows, prompt
from .spec import Equals, Rule, Severity
from .upstream_rules import build_counted_outputs, upstream_body

__all__ = [
    "CONTENT",
    "EDITING",
    "FAILED_TASK",
    "IMAGE",
    "INTERLEAVED",
    "MAX_IMAGES",
    "MESSAGE",
    "PARAMETERS",
    "SIZE",
    "TEXT",
    "N",
    "build_message_outputs",
    "message_rules",
    "part_rules",
]

MESSAGE: Final = "/input/messages/0"
CONTENT: Final = f"{MESSAGE}/content"
TEXT: Final = f"{CONTENT}/*/text"
IMAGE: Final = f"{CONTENT}/*/image"

PARAMETERS: Final = "/parameters"
N: Final = f"{PARAMETERS}/n"
SIZE: Final = f"{PARAMETERS}/size"

INTERLEAVED: Final = Equals(f"{PARAMETERS}/enable_interleave", value=True, default=False)
"""Text and images together; otherwise, a model of both kinds edits images."""
EDITING: Final = ~INTERLEAVED
MAX_IMAGES: Final = f"{PARAMETERS}/max_images"

FAILED_TASK: Final = Ambiguity(
    "where a failed task has its code",
    interpretations=(
        "at the top, in the sample of one page",
        "in output, on all other pages",
    ),
    chosen="in output; it does not decide on validity",
    rules=("payload-type",),
)


def message_rules(model: str) -> Rows:
    """Returns the rules for the body and its message, without those of the content's parts."""
    return (
        *upstream_body(model),
        Rule("messages-count", "/input/messages", Items(1, 1), required=True),
        Rule("message-type", MESSAGE, OBJECT),
        Rule("role-value", f"{MESSAGE}/role", OneOf(("user",)), required=True),
        Rule("content-array", CONTENT, ARRAY, required=True),
    )


def part_rules(characters: int, *, one_text: bool = True, images: bool = True) -> Rows:
    """Returns the rules for the parts of the content, and for the text in it.

    If *one_text* is true, there must be exactly one text, else there should be. Without
    *images*, a part can only be a text.
    """
    count = Rule("text-count", CONTENT, ObjectCount("text", 1, 1))
    members = Rule(
        "content-part-members",
        f"{CONTENT}/*",
        MutuallyExclusive(("text", "image")),
        severity=Severity.WARNING,
    )
    kind, *limits = prompt(TEXT, characters, cut=True)
    return (
        count if one_text else replace(count, severity=Severity.WARNING),
        Rule("content-part-type", f"{CONTENT}/*", OBJECT),
        *([members] if images else []),
        replace(kind, required=False),
        *limits,
    )


def build_message_outputs(*, price: Price, **more: Any) -> Images:
    """Returns the outputs of a model that makes images from those of a message."""
    return build_counted_outputs(price=price, inputs=IMAGE, keeps_aspect=True, **more)
