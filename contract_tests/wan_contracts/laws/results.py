"""Laws about what is made of a task's results, and of their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.vendor import TaskOutput as Made

from ..protocol.outcome import OutcomeKind, Output
from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation

MEDIA_TYPE_PREFIXES: Final = ("image/", "video/")


def check_outputs_complete(interaction: Interaction) -> Verdict | None:
    wanted = [made.kind for made in interaction.results if made.kind != "text"]
    if not wanted or interaction.outcome is None or interaction.outcome.kind is OutcomeKind.GAVE_UP:
        return None
    if interaction.outcome.kind is not OutcomeKind.COMPLETED:
        if not all(map(is_good_download, interaction.downloads)):
            return None
        return build_violation(
            f"the task is done, and reported as {interaction.outcome.kind}",
            _list_final_poll(interaction),
        )
    unfetched = _find_unfetched(interaction)
    if unfetched:
        return build_violation(
            f"{unfetched} is reported as missing, and was never tried in vain",
            _list_final_poll(interaction),
        )
    files = [output.kind for output in interaction.outcome.outputs if output.kind != "text"]
    if Counter(files) == Counter(wanted):
        return KEPT
    return build_violation(
        f"results: {_format_counts(wanted)}; reported: {_format_counts(files)}",
        _list_final_poll(interaction),
    )


def check_outputs_in_order(interaction: Interaction) -> Verdict | None:
    if (
        interaction.outcome is None
        or interaction.outcome.kind is not OutcomeKind.COMPLETED
        or len(interaction.results) < 2
    ):
        return None
    reported, served = interaction.outcome.outputs, _find_served_files(interaction)
    if Counter(each.kind for each in reported) != Counter(
        made.kind for made in interaction.results
    ):
        return None
    pairs = zip(interaction.results, reported, strict=True)
    moved = [nth for nth, pair in enumerate(pairs, 1) if not _may_be_same(*pair, served)]
    if not moved:
        return KEPT
    return build_violation(
        f"result {moved[0]} is reported in another's place", _list_final_poll(interaction)
    )


def check_text_kept(interaction: Interaction) -> Verdict | None:
    wanted = [made.value for made in interaction.results if made.kind == "text"]
    if (
        not wanted
        or interaction.outcome is None
        or interaction.outcome.kind is not OutcomeKind.COMPLETED
    ):
        return None
    given = [output.text for output in interaction.outcome.outputs if output.kind == "text"]
    if given == wanted:
        return KEPT
    says = f"the answer has {len(wanted)} texts between its images, the report {len(given)}"
    if len(given) == len(wanted):
        says = "a text between the images is not reported as it came"
    return build_violation(says, _list_final_poll(interaction))


def check_partial_told(interaction: Interaction) -> Verdict | None:
    files = sum(made.kind != "text" for made in interaction.results)
    completed = (
        interaction.outcome is not None and interaction.outcome.kind is OutcomeKind.COMPLETED
    )
    if (
        not files
        or not completed
        or interaction.requested_images is None
        or interaction.outcome is None
    ):
        return None
    fewer = files < interaction.requested_images
    if interaction.outcome.partial is fewer:
        return KEPT
    says = f"{files} of {interaction.requested_images} images came, and the outcome "
    says += "does not say that it is partial" if fewer else "says that it is partial"
    return build_violation(says, _list_final_poll(interaction))


def check_no_results_no_success(interaction: Interaction) -> Verdict | None:
    if not interaction.is_task_done or interaction.results or interaction.outcome is None:
        return None
    if interaction.outcome.kind is not OutcomeKind.COMPLETED:
        return KEPT
    return build_violation(
        "the task is done and has no result, and is reported as completed",
        _list_final_poll(interaction),
    )


def check_bytes_equal(interaction: Interaction) -> Verdict | None:
    files = _find_saved_files(interaction)
    parts = any(seen.entry.status == 206 for seen in interaction.downloads)
    if (
        not files
        or not interaction.downloads
        or parts
        or not all(map(is_good_download, interaction.downloads))
    ):
        return None
    served = {seen.entry.answer.sha256: seen.entry.answer.length for seen in interaction.downloads}
    for output in files:
        if output.sha256 not in served:
            says = f"no file with the SHA-256 {output.sha256} was served"
            return build_violation(says, interaction.downloads)
        if output.length not in (None, served[output.sha256]):
            says = f"a file of {served[output.sha256]} bytes is reported to have {output.length}"
            return build_violation(says, interaction.downloads)
    return KEPT


def check_bad_file_no_result(interaction: Interaction) -> Verdict | None:
    bad = [seen for seen in interaction.downloads if not is_good_download(seen)]
    if not bad or interaction.outcome is None:
        return None
    paths = {seen.request.path for seen in interaction.downloads if is_good_download(seen)}
    saved = len(_find_saved_files(interaction))
    if saved <= len(paths):
        return KEPT
    how = f"{bad[0].entry.status} {bad[0].response.headers.get('Content-Type', '')}".strip()
    cut = bad[0].entry.delivery and f", {bad[0].entry.delivery}"
    says = f"{saved} files are reported as saved, {len(paths)} came whole and as media ({how}{cut})"
    return build_violation(says, bad)


def check_key_in_url(interaction: Interaction) -> Verdict | None:
    key = interaction.setting.api_key
    told = [
        each
        for each in interaction.exchanges
        if key in unquote(f"{each.request.path}?{each.request.query}")
    ]
    if told:
        return build_violation("the API key stands in a URL, which proxies and servers log", told)
    return KEPT if interaction.exchanges else None


def check_key_stays_home(interaction: Interaction) -> Verdict | None:
    told = [seen for seen in interaction.downloads if "authorization" in seen.request.headers]
    if told:
        return build_violation(
            "the API key was sent to a result's URL, which is not the API's", told
        )
    return KEPT if interaction.downloads else None


def is_good_download(seen: ObservedExchange) -> bool:
    """Whether a download came whole, is no error, and is a picture or a film."""
    kind = seen.response.headers.get("Content-Type", "")
    return seen.is_success and bool(seen.response.body) and kind.startswith(MEDIA_TYPE_PREFIXES)


def _find_unfetched(interaction: Interaction) -> str | None:
    """A file that is reported as missing although no download of it went wrong."""
    assert interaction.outcome
    bad = {seen.request.path for seen in interaction.downloads if not is_good_download(seen)}
    files = [made for made in interaction.results if made.kind != "text"]
    reported = [output for output in interaction.outcome.outputs if output.kind != "text"]
    pairs = zip(files, reported, strict=False)
    missing = (made.value for made, output in pairs if output.error is not None)
    return next((url for url in missing if urlsplit(url).path not in bad), None)


def _find_saved_files(interaction: Interaction) -> list[Output]:
    """The outputs that are reported as files whose bytes were read."""
    if interaction.outcome is None or interaction.outcome.kind is not OutcomeKind.COMPLETED:
        return []
    return [each for each in interaction.outcome.outputs if each.sha256 and each.error is None]


def _find_served_files(interaction: Interaction) -> Mapping[str, str]:
    """The SHA-256 of each file that was served whole, by the path of its URL."""
    return {
        seen.request.path: seen.entry.answer.sha256
        for seen in interaction.downloads
        if is_good_download(seen)
    }


def _may_be_same(made: Made, reported: Output, served: Mapping[str, str]) -> bool:
    """Whether *reported* can be *made*, as far as one can tell."""
    if made.kind != reported.kind:
        return False
    if reported.sha256 is None:
        return reported.url in (None, made.value)
    if reported.sha256 not in served.values():
        return True
    return served.get(urlsplit(made.value).path, reported.sha256) == reported.sha256


def _list_final_poll(interaction: Interaction) -> list[ObservedExchange]:
    return [interaction.final_poll] if interaction.final_poll else []


def _format_counts(kinds: list[str]) -> str:
    """``2 image, 1 video``; ``none``."""
    return ", ".join(f"{n} {kind}" for kind, n in sorted(Counter(kinds).items())) or "none"


LAWS: Final = (
    Law(
        id="outputs-complete",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="Every image and video of a task that is done is reported, and nothing else.",
        source="S0, S1, S3: images or videos; S2, S4: output[].content[]",
        hint="read the whole list, not its first item; report a file that cannot be had as such",
        judge=check_outputs_complete,
    ),
    Law(
        id="outputs-in-order",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="Results are reported in the order in which they came.",
        source="S2: n images have the seeds seed, seed + 1, …; S4: texts belong between images",
        hint="collect parallel downloads by their place in the list, not as they end",
        judge=check_outputs_in_order,
    ),
    Law(
        id="text-kept",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="The texts of an interleaved answer are reported as they came.",
        source="S4: content of type text",
        hint="look at the type of each part of the content",
        judge=check_text_kept,
    ),
    Law(
        id="partial-told",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="Fewer images than were asked for are reported as partial, and only then.",
        source="the upstream: with n > 1 some images can fail while the task succeeds",
        hint="compare the number of results with n, and say partial if it is smaller",
        judge=check_partial_told,
    ),
    Law(
        id="no-results-no-success",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="A task that is done and has no results is not reported as completed.",
        source="S0 to S4: a completed task has results",
        hint="take a missing or an empty list of results for an error",
        judge=check_no_results_no_success,
    ),
    Law(
        id="bytes-equal",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="The bytes of a reported file are those that were served.",
        source="a file that was read as text or cut is damaged, and nothing says so",
        hint="read the body as bytes, to its end",
        judge=check_bytes_equal,
    ),
    Law(
        id="bad-file-no-result",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="What is expired, cut, empty or no media is an error, not a saved file.",
        source="the upstream's result URLs expire after 24 hours, and then answer with a page",
        hint="check status, Content-Type and Content-Length before keeping a file",
        judge=check_bad_file_no_result,
    ),
    Law(
        id="key-in-url",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="The API key stands in no URL.",
        source="S0 to S4: the key belongs in the Authorization header",
        hint="send the key in the header only",
        judge=check_key_in_url,
    ),
    Law(
        id="key-stays-home",
        group=Group.DOWNLOAD,
        level=Level.SHOULD,
        statement="The API key is not sent to the URLs of results.",
        source="result URLs are signed ones at another host, which must not learn the key",
        hint="download with a session of its own that has no Authorization header",
        judge=check_key_stays_home,
    ),
)
