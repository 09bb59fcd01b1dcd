"""Defines clients that send wrong requests, with one mistake each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wan_contracts.protocol.outcome import Outcome
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure
from wan_validators import lint
from wan_validators.source import json_pointer

LIMIT: Final = 2000
"""The longest prompt of the models for images, in code points."""


def prompts(call: ReferenceClient) -> Iterator[tuple[json_pointer.Path, str]]:
    """Where prompts stand in the payload, and what they say."""
    for rule in call.spec.rules:
        if rule.id == "prompt-length":
            found = json_pointer.find(call.payload, rule.path)
            yield from ((path, text) for path, text in found if isinstance(text, str))


def units(text: str) -> int:
    """How long JavaScript and Java think that *text* is."""
    return len(text.encode("utf-16-le")) // 2


class WrapsInData(ReferenceClient):
    """Puts the payload into an envelope of its own."""

    def build_body(self) -> Any:
        return {"data": self.payload}


class SendsAList(ReferenceClient):
    """Sends a batch of one."""

    def build_body(self) -> Any:
        return [self.payload]


class SendsAnEmptyObject(ReferenceClient):
    """Forgets to put the members in."""

    def build_body(self) -> Any:
        return {}


class SendsMembersTwice(ReferenceClient):
    """Puts JSON together as text, and a default before what is asked for."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Steps[ReceivedResponse | TransportFailure]:
        name = next(iter(self.payload)).encode()
        twice = body and b'{"' + name + b'": "", ' + body[1:]
        return (yield from super().send(method, url, headers, twice))


class SendsNumbersInLists(ReferenceClient):
    """Sends numbers as the query strings of some frameworks have them."""

    def build_body(self) -> Any:
        return json.loads(json.dumps(self.payload), parse_int=lambda digits: [int(digits)])


class SendsObjectsInLists(ReferenceClient):
    """Sends a list of objects where one object is due."""

    def build_body(self) -> Any:
        return {
            name: [value] if isinstance(value, dict) else value
            for name, value in self.payload.items()
        }


class SendsAString(ReferenceClient):
    """Encodes the JSON twice."""

    def build_body(self) -> Any:
        return json.dumps(self.payload)


class SendsWxH(ReferenceClient):
    """Writes a size as most other APIs do."""

    def build_body(self) -> Any:
        return json.loads(json.dumps(self.payload).replace("768*768", "768x768"))


class CutsAtUtf16Units(ReferenceClient):
    """Cuts a prompt to the documented length, which it counts in UTF-16 units."""

    def build_body(self) -> Any:
        payload = self.payload
        for path, text in prompts(self):
            if units(text) > LIMIT:
                payload = json_pointer.put(payload, path, text[: LIMIT // 2])
        return payload


class RefusesUtf16Units(ReferenceClient):
    """Refuses a prompt that has more UTF-16 units than it may have code points."""

    def check_payload(self) -> Outcome | None:
        for path, text in prompts(self):
            if units(text) > LIMIT:
                return Outcome.not_sent(f"{json_pointer.text(path)}: at most {LIMIT} characters")
        return super().check_payload()


class NeverSends(ReferenceClient):
    """Gives up before it sends anything."""

    def iter_steps(self) -> Steps[Outcome]:
        yield from self.wait(0)
        return self.build_gave_up_outcome("the circuit breaker is open", None)


class DropsFalsy(ReferenceClient):
    """Leaves out what is false, zero or empty, as if it had not been said."""

    def build_body(self) -> Any:
        return truthy(self.payload)


class SendsNumbersAsText(ReferenceClient):
    """Sends numbers as a form in a browser gives them."""

    def build_body(self) -> Any:
        return json.loads(json.dumps(self.payload), parse_int=str)


class RoundsBigNumbers(ReferenceClient):
    """Lets integers pass through single precision."""

    def build_body(self) -> Any:
        return json.loads(json.dumps(self.payload), parse_int=lambda n: int(n) >> 8 << 8 or int(n))


class TakesOneImage(ReferenceClient):
    """Sends the first of several images."""

    def build_body(self) -> Any:
        return shortened(self.payload, "images")


class NamesAnotherModel(ReferenceClient):
    """Creates every task at the model that it was written for."""

    def build_create_url(self) -> str:
        return super().build_create_url().replace("i2v-preview", "i2v-plus")


class NamesNoModel(ReferenceClient):
    """Leaves out the name of the model where it belongs into the body."""

    def build_body(self) -> Any:
        return {name: value for name, value in self.payload.items() if name != "model"}


class AddsASeed(ReferenceClient):
    """Adds a seed of its own where the caller gave none."""

    def build_body(self) -> Any:
        if "parameters" in self.payload:
            parameters = {"seed": 42, **self.payload["parameters"]}
            return {**self.payload, "parameters": parameters}
        return {"seed": 42, **self.payload}


class PostsToASlash(ReferenceClient):
    """Ends the path of the create with a slash."""

    def build_create_url(self) -> str:
        return f"{super().build_create_url()}/"


class PutsTheTask(ReferenceClient):
    """Takes PUT for the method that creates."""

    def create(self) -> Any:
        body = json.dumps(self.build_body()).encode()
        return (
            yield from self.send("PUT", self.build_create_url(), self.build_create_headers(), body)
        )


class SendsTheBareKey(ReferenceClient):
    """Leaves out the word Bearer."""

    def build_poll_headers(self) -> dict[str, str]:
        return {"Authorization": self.setting.api_key}


class NamesTheKeyOtherwise(ReferenceClient):
    """Sends the key as X-API-Key."""

    def build_poll_headers(self) -> dict[str, str]:
        return {"X-API-Key": self.setting.api_key}


class SendsNoContentType(ReferenceClient):
    """Does not say that its body is JSON."""

    def build_create_headers(self) -> dict[str, str]:
        return self.build_poll_headers()


class SendsPlainText(ReferenceClient):
    """Says that its JSON is plain text."""

    def build_create_headers(self) -> dict[str, str]:
        return {**self.build_poll_headers(), "Content-Type": "text/plain; charset=utf-8"}


class MendsPayloads(ReferenceClient):
    """Drops, without a word, whatever breaks a rule."""

    preflight = False

    def build_body(self) -> Any:
        payload = self.payload
        for error in lint(payload, self.setting.model).errors:
            payload = without(payload, json_pointer.parse(error.pointer))
        return payload


def truthy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: truthy(each) for name, each in value.items() if each}
    return [truthy(each) for each in value] if isinstance(value, list) else value


def shortened(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: each[:1] if key == name else shortened(each, name) for key, each in value.items()}


def without(value: Any, path: json_pointer.Path) -> Any:
    """*value* without the member of an object to which *path* leads."""
    if not path or not isinstance(value, dict):
        return value
    first, *rest = path
    kept = {name: each for name, each in value.items() if name != first}
    return {**kept, first: without(value[first], tuple(rest))} if rest and first in value else kept
