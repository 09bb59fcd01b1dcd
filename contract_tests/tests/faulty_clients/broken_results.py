"""Defines clients that report wrong results, with one mistake each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from faulty_clients.allowed import HandsOnUrls
from wan_contracts.protocol.outcome import Outcome, Output
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure
from wan_validators.task import TaskOutput


class Rearranges(ReferenceClient):
    """The base of those that do something to the list of outputs."""

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        outcome = yield from super().fetch_results(task_id, reply)
        return replace(outcome, outputs=tuple(self.arranged(outcome.outputs)))

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return outputs


class TakesOneResult(Rearranges):
    """Reports the first file alone."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        files = [each for each in outputs if each.kind != "text"]
        return [each for each in outputs if each not in files[1:]]


class HidesMissingFiles(Rearranges):
    """Leaves out what it could not download."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return [each for each in outputs if each.error is None]


class MissesAllFiles(ReferenceClient):
    """Reports every file as missing, without a try."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        yield from self.wait(0)
        return Output.missing(kind, "downloads are switched off", url)


class MissesVideos(ReferenceClient):
    """Reports every video as missing, without a try."""

    def fetch_output(self, result: TaskOutput) -> Steps[Output]:
        if result.kind == "video":
            return Output.missing("video", "it takes too long", result.value)
        return (yield from super().fetch_output(result))


class CollectsAsTheyEnd(Rearranges):
    """Downloads in parallel, and puts first what is there first."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        files = [each for each in outputs if each.kind != "text"]
        return [each if each.kind == "text" else files.pop() for each in outputs]


class PutsTextsBelow(Rearranges):
    """Reports each text after the image that it stands before."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        texts = [each for each in outputs if each.kind == "text"]
        files = [each for each in outputs if each.kind != "text"]
        pairs = zip(files, texts, strict=True) if texts else ()
        return [each for pair in pairs for each in pair] or outputs


class TurnsUrlsRound(HandsOnUrls):
    """Leaves downloading to its caller, last URL first."""

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        outcome = yield from super().fetch_results(task_id, reply)
        if any(each.kind == "text" for each in outcome.outputs):
            return outcome
        return replace(outcome, outputs=outcome.outputs[::-1])


class SkipsTexts(Rearranges):
    """Looks for images only."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return [each for each in outputs if each.kind != "text"]


class ShortensTexts(Rearranges):
    """Cuts a text to what fits a caption."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return [replace(each, text=each.text and each.text[:3]) for each in outputs]


class CallsVideosImages(Rearranges):
    """Reports every file as an image."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return [replace(each, kind=each.kind.replace("video", "image")) for each in outputs]


class NeverPartial(ReferenceClient):
    """Does not count what came."""

    def is_partial(self, results: Sequence[TaskOutput]) -> bool:
        return False


class AlwaysPartial(ReferenceClient):
    """Says that something is missing, to be on the safe side."""

    def is_partial(self, results: Sequence[TaskOutput]) -> bool:
        return True


class TakesNothingForSuccess(ReferenceClient):
    """Reports a task that is done as completed, whatever it has made."""

    def build_outcome_without_results(self, task_id: str) -> Outcome:
        return Outcome.completed((), task_id)


class CallsDoneFailed(ReferenceClient):
    """Calls a task that is done failed."""

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        outcome = yield from super().fetch_results(task_id, reply)
        return Outcome.failed("no file is left", task_id=outcome.task_id)


class GuessesThePrice(ReferenceClient):
    """Has a price list of its own."""

    def parse_cost(self, reply: ReceivedResponse | TransportFailure) -> Decimal | None:
        return Decimal("0.05")


class DecodesFiles(ReferenceClient):
    """Reads the greatest part of every body as text."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Steps[ReceivedResponse | TransportFailure]:
        reply = yield from super().send(method, url, headers, body)
        if isinstance(reply, TransportFailure):
            return reply
        start, rest = reply.body[:16], reply.body[16:]
        return replace(reply, body=start + rest.decode(errors="replace").encode())


class CountsCharacters(Rearranges):
    """Gives the length of a file in characters of Base64."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return [replace(each, length=each.length and each.length * 4 // 3) for each in outputs]


class SavesErrorPages(ReferenceClient):
    """Saves whatever a URL answers with."""

    def find_defect(self, kind: str, reply: ReceivedResponse | TransportFailure) -> str | None:
        return self.describe(reply) if isinstance(reply, TransportFailure) else None


class SavesAnyType(ReferenceClient):
    """Saves an HTML page in place of a file."""

    def find_defect(self, kind: str, reply: ReceivedResponse | TransportFailure) -> str | None:
        flaw = super().find_defect(kind, reply)
        is_text = flaw is not None and flaw.endswith("of type text/html")
        return None if is_text else flaw


class TrustsTheType(ReferenceClient):
    """Saves whatever is called an image, an error page of the store too."""

    def find_defect(self, kind: str, reply: ReceivedResponse | TransportFailure) -> str | None:
        flaw = super().find_defect(kind, reply)
        return None if flaw and flaw.endswith(f"of type {kind}/png") else flaw


class SortsByName(Rearranges):
    """Puts the files in the order of their names."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return sorted(outputs, key=lambda each: each.url or "")


class StripsTexts(Rearranges):
    """Removes white space around the texts."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return [replace(each, text=each.text and each.text.strip()) for each in outputs]


class SavesEmptyFiles(ReferenceClient):
    """Saves a file of zero bytes."""

    def find_defect(self, kind: str, reply: ReceivedResponse | TransportFailure) -> str | None:
        empty = isinstance(reply, ReceivedResponse) and reply.status == 200 and not reply.body
        return None if empty else super().find_defect(kind, reply)


class DownloadsForEver(ReferenceClient):
    """Tries a download again until there is a file."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        reply = yield from self.send("GET", url, self.build_download_headers())
        while isinstance(reply, TransportFailure) or reply.status != 200:
            yield from self.wait(self.parse_retry_after(reply) or 1.0)
            reply = yield from self.send("GET", url, self.build_download_headers())
        flaw = self.find_defect(kind, reply)
        return Output.missing(kind, flaw, url) if flaw else Output.of(kind, reply.body, url)


class PutsTheKeyIntoUrls(ReferenceClient):
    """Names the key in the query of its polls."""

    def build_poll_url(self, task_id: str) -> str:
        return f"{super().build_poll_url(task_id)}?api_key={self.setting.api_key}"


class SendsTheKeyAlong(ReferenceClient):
    """Downloads with the session that has the key."""

    def build_download_headers(self) -> dict[str, str]:
        return self.build_poll_headers()
