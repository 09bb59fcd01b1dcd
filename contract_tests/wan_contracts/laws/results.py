"""Laws about the results that a client reports: which, in which order, how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.task import TaskOutput

from ..protocol.outcome import OutcomeKind, Output
from ..runner.interaction import Interaction, ObservedExchange
from .downloads import find_overwriting_file, is_plain_file, may_be_saved
from .law import KEPT, Group, Law, Level, build_violation

__all__ = [
    "LAWS",
    "SOME_IMAGES_FAIL",
    "check_no_results_no_success",
    "check_outputs_complete",
    "check_outputs_in_order",
    "check_partial_flag",
    "check_partial_told",
    "check_text_kept",
]


def check_outputs_complete(interaction: Interaction) -> Verdict | None:
    wanted = [result.kind for result in _list_files(interaction)]
    if not wanted or interaction.outcome is None or interaction.outcome.kind is OutcomeKind.GAVE_UP:
        return None
    if interaction.outcome.kind is not OutcomeKind.COMPLETED:
        return build_violation(
            f"the task is completed, but reported as {interaction.outcome.kind}",
            _list_final_poll(interaction),
        )
    unfetched = _find_unfetched(interaction)
    if unfetched:
        return build_violation(
            f"{unfetched} is reported as missing, but no download of this unchanged URL failed",
            _list_final_poll(interaction),
        )
    changed = _find_changed_url(interaction)
    if changed:
        return build_violation(
            f"the outcome has the URL {changed}, which is not in the response",
            _list_final_poll(interaction),
        )
    files = [output.kind for output in interaction.outcome.outputs if output.kind != "text"]
    if Counter(files) == Counter(wanted):
        return KEPT
    return build_violation(
        f"the task has {_format_counts(wanted)}; reported: {_format_counts(files)}",
        _list_final_poll(interaction),
    )


def check_outputs_in_order(interaction: Interaction) -> Verdict | None:
    if (
        interaction.outcome is None
        or interaction.outcome.kind is not OutcomeKind.COMPLETED
        or len(interaction.results) < 2
        or find_overwriting_file(interaction)
    ):
        return None
    reported, served = interaction.outcome.outputs, _find_served_files(interaction)
    if Counter(each.kind for each in reported) != Counter(
        result.kind for result in interaction.results
    ):
        return None
    pairs = zip(interaction.results, reported, strict=True)
    urls = {result.value for result in interaction.results}
    moved = [nth for nth, pair in enumerate(pairs, 1) if not _may_be_same(*pair, served, urls)]
    if not moved:
        return KEPT
    return build_violation(
        f"result {moved[0]} of the response is not output {moved[0]} of the outcome",
        _list_final_poll(interaction),
    )


def check_text_kept(interaction: Interaction) -> Verdict | None:
    wanted = [result.value for result in interaction.results if result.kind == "text"]
    if (
        not wanted
        or interaction.outcome is None
        or interaction.outcome.kind is not OutcomeKind.COMPLETED
    ):
        return None
    reported = [output.text for output in interaction.outcome.outputs if output.kind == "text"]
    if reported == wanted:
        return KEPT
    message = f"the response has {len(wanted)} texts, but the outcome has {len(reported)}"
    if len(reported) == len(wanted):
        message = "a text in the outcome differs from the text in the response"
    return build_violation(message, _list_final_poll(interaction))


def check_partial_told(interaction: Interaction) -> Verdict | None:
    return None if _reports_all_urls(interaction) else _check_partial(interaction)


def check_partial_flag(interaction: Interaction) -> Verdict | None:
    return _check_partial(interaction) if _reports_all_urls(interaction) else None


def _check_partial(interaction: Interaction) -> Verdict | None:
    files = _list_files(interaction)
    outcome, requested = interaction.outcome, interaction.requested_images
    if (
        not files
        or requested is None
        or outcome is None
        or outcome.kind is not OutcomeKind.COMPLETED
    ):
        return None
    fewer = len(files) < requested
    if outcome.partial is fewer:
        return KEPT
    message = f"{len(files)} of {requested} requested images are in the response, "
    message += "but the outcome is not partial" if fewer else "but the outcome is partial"
    return build_violation(message, _list_final_poll(interaction))


def _reports_all_urls(interaction: Interaction) -> bool:
    """Returns whether the caller gets the URL of each file, and so can count the files."""
    reported = interaction.outcome.outputs if interaction.outcome else ()
    urls = {output.url for output in reported}
    return all(result.value in urls for result in _list_files(interaction))


def _list_files(interaction: Interaction) -> list[TaskOutput]:
    return [result for result in interaction.results if result.kind != "text"]


def check_no_results_no_success(interaction: Interaction) -> Verdict | None:
    if not interaction.is_task_done or interaction.results or interaction.outcome is None:
        return None
    if interaction.outcome.kind is not OutcomeKind.COMPLETED:
        return KEPT
    return build_violation(
        "the task ended without results, but is reported as completed",
        _list_final_poll(interaction),
    )


def _find_unfetched(interaction: Interaction) -> str | None:
    """Returns a file that is reported as missing although no download of its URL failed."""
    assert interaction.outcome
    bad = {
        (exchange.request.path, exchange.request.query)
        for exchange in interaction.downloads
        if not is_plain_file(exchange)
    }
    files = _list_files(interaction)
    reported = [output for output in interaction.outcome.outputs if output.kind != "text"]
    pairs = zip(files, reported, strict=False)
    missing = (result.value for result, output in pairs if output.error is not None)
    return next((url for url in missing if _split_url(url) not in bad), None)


def _find_changed_url(interaction: Interaction) -> str | None:
    """Returns a URL that the caller is to download, and that is not in the response."""
    assert interaction.outcome
    urls = {result.value for result in interaction.results}
    handed = (output.url for output in interaction.outcome.outputs if output.sha256 is None)
    return next((url for url in handed if url is not None and url not in urls), None)


def _split_url(url: str) -> tuple[str, str]:
    """Returns the path and the query of *url* as the server sees them."""
    parts = urlsplit(url)
    return unquote(parts.path), parts.query


def _find_served_files(interaction: Interaction) -> Mapping[str, str]:
    """Returns the SHA-256 of each completely served file, by the path of its URL."""
    return {
        exchange.request.path: exchange.entry.answer.sha256
        for exchange in interaction.downloads
        if may_be_saved(exchange)
    }


def _may_be_same(
    result: TaskOutput, reported: Output, served: Mapping[str, str], urls: Collection[str]
) -> bool:
    """Returns whether nothing shows that *reported* is not *result*."""
    if result.kind != reported.kind:
        return False
    if reported.sha256 is None:
        return reported.url in (None, result.value) or reported.url not in urls
    if reported.sha256 not in served.values():
        return True
    return served.get(urlsplit(result.value).path, reported.sha256) == reported.sha256


def _list_final_poll(interaction: Interaction) -> list[ObservedExchange]:
    return [interaction.final_poll] if interaction.final_poll else []


def _format_counts(kinds: list[str]) -> str:
    """Returns the counts as in ``2 image, 1 video``, or ``none``."""
    return ", ".join(f"{n} {kind}" for kind, n in sorted(Counter(kinds).items())) or "none"


SOME_IMAGES_FAIL: Final = "the upstream: with n > 1 some images can fail while the task succeeds"

LAWS: Final = (
    Law(
        id="outputs-complete",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="Every image and video of a completed task is reported, and nothing else.",
        source="S0, S1, S3: images or videos; S2, S4: output[].content[]",
        hint=(
            "read the whole list; use each URL unchanged, with its query; if a download fails, "
            "report completed, and an error for that file"
        ),
        judge=check_outputs_complete,
    ),
    Law(
        id="outputs-in-order",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="Results are reported in the order of the response.",
        source="S2: n images have the seeds seed, seed + 1, …; S4: texts belong between images",
        hint="store parallel downloads by their index in the list, not in the order they finish",
        judge=check_outputs_in_order,
    ),
    Law(
        id="text-kept",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="The texts of an interleaved response are reported unchanged.",
        source="S4: content of type text",
        hint="check the type of each part of the content",
        judge=check_text_kept,
    ),
    Law(
        id="partial-told",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement=(
            "An outcome without the URLs of all files is partial if, and only if, it has fewer "
            "images than requested."
        ),
        source=SOME_IMAGES_FAIL,
        hint="compare the number of results with n, and set partial if it is smaller",
        judge=check_partial_told,
    ),
    Law(
        id="partial-flag",
        group=Group.LIFECYCLE,
        level=Level.SHOULD,
        statement=(
            "An outcome with the URLs of all files, too, is partial if, and only if, it has fewer "
            "images than requested."
        ),
        source=SOME_IMAGES_FAIL,
        hint="compare the number of results with n, and set partial if it is smaller",
        judge=check_partial_flag,
    ),
    Law(
        id="no-results-no-success",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task that ends without results is not reported as completed.",
        source="S0 to S4: a completed task has results",
        hint="treat a missing or empty list of results as an error",
        judge=check_no_results_no_success,
    ),
)
