"""Defines clients with a mistake in a URL, in a header, or in what they add to a payload."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from faulty_clients.allowed import CorrectWithoutLint
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure
from wan_validators.source import json_pointer


class AddsOneImage(ReferenceClient):
    """Asks for one image where the caller leaves the number to the API."""

    member, value = "n", 1

    def build_body(self) -> Any:
        path = ("parameters",) if "input" in self.payload else ()
        found = json_pointer.value(self.payload, (*path, self.member))
        is_set = found is not json_pointer.MISSING
        is_known = any(rule.path == (*path, self.member) for rule in self.spec.rules)
        if is_set or not is_known:
            return self.payload
        return json_pointer.put(self.payload, (*path, self.member), self.value)


class MakesLongVideos(AddsOneImage):
    """Asks for ten seconds where the caller does not say how long a video is."""

    member, value = "duration", 10


class TurnsSafetyOff(AddsOneImage):
    """Sends 0 for false where the caller leaves a switch alone."""

    member, value = "prompt_extend", 0


class ChangesLineEndings(ReferenceClient):
    """Sends the line endings of its own system."""

    def build_body(self) -> Any:
        return json.loads(json.dumps(self.payload).replace("\\r\\n", "\\n"))


class SaysLatin1(ReferenceClient):
    """Says another encoding than the one of its body."""

    def build_create_headers(self) -> dict[str, str]:
        latin = {"Content-Type": 'application/json; charset="ISO-8859-1"'}
        return {**self.build_poll_headers(), **latin}


class WritesBearerSmall(ReferenceClient):
    """Writes the scheme of its key in small letters."""

    def build_poll_headers(self) -> dict[str, str]:
        return {"Authorization": f"bearer {self.setting.api_key}"}


class SaysToken(ReferenceClient):
    """Names another scheme for its key."""

    def build_poll_headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.setting.api_key}"}


class AddsASlash(ReferenceClient):
    """Joins a base URL and a path with two slashes when it creates a task."""

    def build_create_url(self) -> str:
        return (
            super().build_create_url().replace(self.setting.base_url, self.setting.base_url + "/")
        )


class AddsASlashToPolls(ReferenceClient):
    """Joins a base URL and a path with two slashes when it polls."""

    def build_poll_url(self, task_id: str) -> str:
        return (
            super()
            .build_poll_url(task_id)
            .replace(self.setting.base_url, self.setting.base_url + "/")
        )


class AsksForMore(ReferenceClient):
    """Adds an option of its own to the URL of its polls."""

    def build_poll_url(self, task_id: str) -> str:
        return f"{super().build_poll_url(task_id)}?verbose=1"


class LooksBeforeItPolls(ReferenceClient):
    """Asks with HEAD whether the task is there, before it polls it."""

    method = "HEAD"

    def poll(self, task_id: str) -> Steps[ReceivedResponse | TransportFailure]:
        yield from self.send(self.method, self.build_poll_url(task_id), self.build_poll_headers())
        return (yield from super().poll(task_id))


class DeletesItsTask(ReferenceClient):
    """Deletes the task at the end, which no page of this model documents."""

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        outcome = yield from super().fetch_results(task_id, reply)
        yield from self.send("DELETE", self.build_poll_url(task_id), self.build_poll_headers())
        return outcome


class LooksAround(ReferenceClient):
    """Asks for the status page of the API before each call."""

    def iter_steps(self) -> Steps[Outcome]:
        yield from self.send("HEAD", self.url("/health"), {})
        return (yield from super().iter_steps())


class NamesTheKeyToFiles(ReferenceClient):
    """Downloads with a session that has the key in a header of its own."""

    def build_download_headers(self) -> dict[str, str]:
        return {"X-Api-Key": self.setting.api_key}


class SendsOtherCredentials(ReferenceClient):
    """Downloads with the credentials of another service."""

    def build_download_headers(self) -> dict[str, str]:
        return {"Authorization": "Basic dXNlcjpwYXNzd29yZA=="}


class TellsItsHeaders(CorrectWithoutLint):
    """Adds the headers of a request to the message about its refusal."""

    def build_refused_outcome(self, reply: ReceivedResponse) -> Outcome:
        told = super().build_refused_outcome(reply)
        return Outcome.refused(
            reply.status, f"{told.message}; sent: {self.build_create_headers()}", told.code
        )


class TellsTheKeyWithFiles(ReferenceClient):
    """Adds the key to the reason why a file did not come."""

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        outcome = yield from super().fetch_results(task_id, reply)
        told = f" with the key {self.setting.api_key}"
        outputs = [
            each if each.error is None else replace(each, error=each.error + told)
            for each in outcome.outputs
        ]
        return replace(outcome, outputs=tuple(outputs))


class RaisesWithTheKey(ReferenceClient):
    """Raises an error that shows its headers when a task has failed."""

    def build_failed_outcome(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Outcome:
        raise RuntimeError(f"task {task_id} failed; sent: {self.build_poll_headers()}")
