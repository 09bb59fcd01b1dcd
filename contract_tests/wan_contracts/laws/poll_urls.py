"""The law about the URLs of polls."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from wan_mockserver.assertions.verdict import Verdict

from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation

__all__ = ["LAWS", "READING_METHODS", "check_poll_url", "is_poll_path", "is_redirect"]

READING_METHODS: Final = ("GET", "HEAD")
"""Methods that can only be meant to read something."""


def check_poll_url(interaction: Interaction) -> Verdict | None:
    # A library that follows the redirect of a create can turn its POST into a GET.
    redirected = {each.request.path for each in interaction.creates if is_redirect(each)}
    stray = [
        exchange
        for exchange in interaction.exchanges
        if not exchange.entry.action
        and (
            (exchange.request.method in READING_METHODS and exchange.request.path not in redirected)
            or is_poll_path(interaction, exchange.request.path)
        )
    ]
    stray += [
        poll
        for poll in interaction.polls
        if not is_poll_path(interaction, poll.request.path) or _has_query(interaction, poll)
    ]
    if not stray:
        return KEPT if interaction.polls else None
    request = stray[0].request
    target = f"{request.path}?{request.query}" if request.query else request.path
    wanted = interaction.case.spec.poll_path
    message = f"{request.method} {target} is not a poll of a task of this call"
    return build_violation(f"{message}; a poll is GET {wanted}", stray)


def is_poll_path(interaction: Interaction, path: str) -> bool:
    """Returns whether a task of this call, which its client can know, is polled at *path*."""
    template = interaction.case.spec.poll_path
    return path in {
        template.replace("{task_id}", exchange.entry.task)
        for exchange in interaction.creates
        if exchange.entry.arrived
    }


def is_redirect(exchange: ObservedExchange) -> bool:
    """Returns whether the response is a redirect."""
    return exchange.entry.status // 100 == 3


def _has_query(interaction: Interaction, poll: ObservedExchange) -> bool:
    """Returns whether a poll has a query; the law key-in-url is about one with the key."""
    query = unquote(poll.request.query)
    return bool(query) and interaction.setting.api_key not in query


LAWS: Final = (
    Law(
        id="poll-url",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement=(
            "Polls are a GET of the documented path, with a task id from a create response and "
            "without a query."
        ),
        source="S0, S1, S3: …/generation/{task_id}; S2, S4: …/generation/task/{id}",
        hint="copy the task id from the create response unchanged, and insert it into the path",
        judge=check_poll_url,
    ),
)
