"""Laws about what is made of a task's results, and of their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from wan_mockserver.admin.verdicts import Verdict
from wan_validators.vendor import Output as Made

from ..protocol.outcome import OutcomeKind, Output
from ..runner.interaction import Interaction, ObservedExchange
from .law import KEPT, Group, Law, Level, build_violation

MEDIA: Final = ("image/", "video/")


def outputs_complete(run: Interaction) -> Verdict | None:
    wanted = [made.kind for made in run.results if made.kind != "text"]
    if not wanted or run.outcome is None or run.outcome.kind is OutcomeKind.GAVE_UP:
        return None
    if run.outcome.kind is not OutcomeKind.COMPLETED:
        if not all(map(is_good_download, run.downloads)):
            return None
        return build_violation(
            f"the task is done, and reported as {run.outcome.kind}", _list_final_poll(run)
        )
    unfetched = _find_unfetched(run)
    if unfetched:
        return build_violation(
            f"{unfetched} is reported as missing, and was never tried in vain",
            _list_final_poll(run),
        )
    files = [output.kind for output in run.outcome.outputs if output.kind != "text"]
    if Counter(files) == Counter(wanted):
        return KEPT
    return build_violation(
        f"results: {_format_counts(wanted)}; reported: {_format_counts(files)}",
        _list_final_poll(run),
    )


def outputs_in_order(run: Interaction) -> Verdict | None:
    if run.outcome is None or run.outcome.kind is not OutcomeKind.COMPLETED or len(run.results) < 2:
        return None
    reported, served = run.outcome.outputs, _find_served_files(run)
    if Counter(each.kind for each in reported) != Counter(made.kind for made in run.results):
        return None
    pairs = zip(run.results, reported, strict=True)
    moved = [nth for nth, pair in enumerate(pairs, 1) if not _alike(*pair, served)]
    if not moved:
        return KEPT
    return build_violation(
        f"result {moved[0]} is reported in another's place", _list_final_poll(run)
    )


def text_kept(run: Interaction) -> Verdict | None:
    wanted = [made.value for made in run.results if made.kind == "text"]
    if not wanted or run.outcome is None or run.outcome.kind is not OutcomeKind.COMPLETED:
        return None
    given = [output.text for output in run.outcome.outputs if output.kind == "text"]
    if given == wanted:
        return KEPT
    says = f"the answer has {len(wanted)} texts between its images, the report {len(given)}"
    if len(given) == len(wanted):
        says = "a text between the images is not reported as it came"
    return build_violation(says, _list_final_poll(run))


def check_partial_told(run: Interaction) -> Verdict | None:
    files = sum(made.kind != "text" for made in run.results)
    completed = run.outcome is not None and run.outcome.kind is OutcomeKind.COMPLETED
    if not files or not completed or run.requested_images is None or run.outcome is None:
        return None
    fewer = files < run.requested_images
    if run.outcome.partial is fewer:
        return KEPT
    says = f"{files} of {run.requested_images} images came, and the outcome "
    says += "does not say that it is partial" if fewer else "says that it is partial"
    return build_violation(says, _list_final_poll(run))


def no_results_no_success(run: Interaction) -> Verdict | None:
    if not run.is_task_done or run.results or run.outcome is None:
        return None
    if run.outcome.kind is not OutcomeKind.COMPLETED:
        return KEPT
    return build_violation(
        "the task is done and has no result, and is reported as completed", _list_final_poll(run)
    )


def bytes_equal(run: Interaction) -> Verdict | None:
    files = _files(run)
    parts = any(seen.entry.status == 206 for seen in run.downloads)
    if not files or not run.downloads or parts or not all(map(is_good_download, run.downloads)):
        return None
    served = {seen.entry.answer.sha256: seen.entry.answer.length for seen in run.downloads}
    for output in files:
        if output.sha256 not in served:
            says = f"no file with the SHA-256 {output.sha256} was served"
            return build_violation(says, run.downloads)
        if output.length not in (None, served[output.sha256]):
            says = f"a file of {served[output.sha256]} bytes is reported to have {output.length}"
            return build_violation(says, run.downloads)
    return KEPT


def bad_file_no_result(run: Interaction) -> Verdict | None:
    bad = [seen for seen in run.downloads if not is_good_download(seen)]
    if not bad or run.outcome is None:
        return None
    paths = {seen.request.path for seen in run.downloads if is_good_download(seen)}
    saved = len(_files(run))
    if saved <= len(paths):
        return KEPT
    how = f"{bad[0].entry.status} {bad[0].response.headers.get('Content-Type', '')}".strip()
    cut = bad[0].entry.delivery and f", {bad[0].entry.delivery}"
    says = f"{saved} files are reported as saved, {len(paths)} came whole and as media ({how}{cut})"
    return build_violation(says, bad)


def key_in_url(run: Interaction) -> Verdict | None:
    key = run.setting.api_key
    told = [
        each
        for each in run.exchanges
        if key in unquote(f"{each.request.path}?{each.request.query}")
    ]
    if told:
        return build_violation("the API key stands in a URL, which proxies and servers log", told)
    return KEPT if run.exchanges else None


def key_stays_home(run: Interaction) -> Verdict | None:
    told = [seen for seen in run.downloads if "authorization" in seen.request.headers]
    if told:
        return build_violation(
            "the API key was sent to a result's URL, which is not the API's", told
        )
    return KEPT if run.downloads else None


def is_good_download(seen: ObservedExchange) -> bool:
    """Whether a download came whole, is no error, and is a picture or a film."""
    kind = seen.response.headers.get("Content-Type", "")
    return seen.is_success and bool(seen.response.body) and kind.startswith(MEDIA)


def _find_unfetched(run: Interaction) -> str | None:
    """A file that is reported as missing although no download of it went wrong."""
    assert run.outcome
    bad = {seen.request.path for seen in run.downloads if not is_good_download(seen)}
    files = [made for made in run.results if made.kind != "text"]
    reported = [output for output in run.outcome.outputs if output.kind != "text"]
    pairs = zip(files, reported, strict=False)
    missing = (made.value for made, output in pairs if output.error is not None)
    return next((url for url in missing if urlsplit(url).path not in bad), None)


def _files(run: Interaction) -> list[Output]:
    """The outputs that are reported as files whose bytes were read."""
    if run.outcome is None or run.outcome.kind is not OutcomeKind.COMPLETED:
        return []
    return [each for each in run.outcome.outputs if each.sha256 and each.error is None]


def _find_served_files(run: Interaction) -> Mapping[str, str]:
    """The SHA-256 of each file that was served whole, by the path of its URL."""
    return {
        seen.request.path: seen.entry.answer.sha256
        for seen in run.downloads
        if is_good_download(seen)
    }


def _alike(made: Made, reported: Output, served: Mapping[str, str]) -> bool:
    """Whether *reported* can be *made*, as far as one can tell."""
    if made.kind != reported.kind:
        return False
    if reported.sha256 is None:
        return reported.url in (None, made.value)
    if reported.sha256 not in served.values():
        return True
    return served.get(urlsplit(made.value).path, reported.sha256) == reported.sha256


def _list_final_poll(run: Interaction) -> list[ObservedExchange]:
    return [run.final_poll] if run.final_poll else []


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
        judge=outputs_complete,
    ),
    Law(
        id="outputs-in-order",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="Results are reported in the order in which they came.",
        source="S2: n images have the seeds seed, seed + 1, …; S4: texts belong between images",
        hint="collect parallel downloads by their place in the list, not as they end",
        judge=outputs_in_order,
    ),
    Law(
        id="text-kept",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement="The texts of an interleaved answer are reported as they came.",
        source="S4: content of type text",
        hint="look at the type of each part of the content",
        judge=text_kept,
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
        judge=no_results_no_success,
    ),
    Law(
        id="bytes-equal",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="The bytes of a reported file are those that were served.",
        source="a file that was read as text or cut is damaged, and nothing says so",
        hint="read the body as bytes, to its end",
        judge=bytes_equal,
    ),
    Law(
        id="bad-file-no-result",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="What is expired, cut, empty or no media is an error, not a saved file.",
        source="the upstream's result URLs expire after 24 hours, and then answer with a page",
        hint="check status, Content-Type and Content-Length before keeping a file",
        judge=bad_file_no_result,
    ),
    Law(
        id="key-in-url",
        group=Group.DOWNLOAD,
        level=Level.MUST,
        statement="The API key stands in no URL.",
        source="S0 to S4: the key belongs in the Authorization header",
        hint="send the key in the header only",
        judge=key_in_url,
    ),
    Law(
        id="key-stays-home",
        group=Group.DOWNLOAD,
        level=Level.SHOULD,
        statement="The API key is not sent to the URLs of results.",
        source="result URLs are signed ones at another host, which must not learn the key",
        hint="download with a session of its own that has no Authorization header",
        judge=key_stays_home,
    ),
)
