"""Values as bytes: exact both ways."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, make_dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_mockserver.simulator.rate_limits import Account
from wan_mockserver.simulator.scenario_selection import Armed
from wan_mockserver.state.journal import Entry, Message
from wan_mockserver.state.stores.codec import codec, octets
from wan_mockserver.state.tasks import TaskRecord
from wan_validators.task import Failure


class Mood(Enum):
    CALM = "calm"
    WILD = "wild"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


@dataclass(frozen=True, slots=True)
class Cat:
    name: str
    mood: Mood = Mood.CALM


@dataclass(frozen=True, slots=True, kw_only=True)
class Fish:
    size: Size
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Stone:
    """Holds nothing, so that only its name can tell it from others."""


Pet = Cat | Fish | Stone


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    owner: Cat
    pet: Pet
    guest: Pet | None
    pets: tuple[Pet, ...]
    by_name: Mapping[str, Pet]
    listed: Mapping[str, tuple[Fish, ...]]
    pairs: tuple[tuple[str, str], ...]
    mixed: tuple[int, str, bytes, bool]
    raw: bytes
    maybe: bytes | None
    note: str | int | None
    either: tuple[Cat, ...] | str
    weight: float
    price: Decimal
    large: int


@dataclass(frozen=True, slots=True)
class Named:
    name: str


class Speaks(Protocol):
    def speak(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Vague:
    speaker: Speaks


def every_field(kind: type[Any], **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a dataclass, in which what has a default is drawn as well."""
    inferred: dict[str, Any] = {field.name: ... for field in fields(kind)}
    return st.builds(kind, **{**inferred, **drawn})


PETS = st.builds(Cat, st.text(), st.sampled_from(Mood)) | every_field(Fish) | st.builds(Stone)
HOUSES = every_field(
    House,
    by_name=st.dictionaries(st.text(), PETS, max_size=3),
    listed=st.dictionaries(st.text(), st.lists(every_field(Fish)).map(tuple), max_size=3),
)
FAILURES = st.builds(Failure, st.text(), st.text(), st.booleans())
MESSAGES = every_field(Message, headers=st.dictionaries(st.text(), st.text(), max_size=3))
KEPT = {
    Account: every_field(Account),
    Armed: every_field(Armed),
    Entry: every_field(Entry, sent=MESSAGES, answer=MESSAGES),
    TaskRecord: every_field(TaskRecord, failure=st.none() | FAILURES),
}


def same(kind: type[Any], value: Any) -> None:
    """Compared as text, in which NaN equals itself and 1 does not equal 1.0."""
    coded = codec(kind)
    assert repr(coded.decode(coded.encode(value))) == repr(value)


@given(HOUSES)
def test_any_dataclass(house: House) -> None:
    same(House, house)


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
@given(st.data())
def test_what_the_server_keeps(kind: type[Any], data: st.DataObject) -> None:
    same(kind, data.draw(KEPT[kind]))


@given(st.floats())
def test_numbers(number: float) -> None:
    same(float, number)


@given(st.text(st.characters()), st.text(st.characters(categories=["Cs"]), max_size=3))
def test_any_text(text: str, surrogates: str) -> None:
    same(Named, Named(text + surrogates))


@pytest.mark.parametrize(
    "points", [(0xD800,), (0xDC00, 0xD800), (0xD83D, 0xDE00), (0x1F600,), (0,)]
)
def test_surrogates_stay_what_they_are(points: tuple[int, ...]) -> None:
    same(Named, Named("".join(map(chr, points))))


def test_octets_are_different_for_different_texts() -> None:
    texts = ["", "\0", "\ud83d\ude00", "\U0001f600", "\ud83d", "?", "ü"]
    assert len({octets(text) for text in texts}) == len(texts)


def test_it_is_json_that_a_person_can_read() -> None:
    assert codec(Cat).encode(Cat("Tom", Mood.WILD)) == b'{"name":"Tom","mood":"wild"}'
    assert codec(float).encode(0.1) == b"0.1"
    assert codec(float) is codec(float)


def test_a_new_field_gets_its_default_and_a_removed_one_is_ignored() -> None:
    assert codec(Cat).decode(b'{"name":"Tom","age":3}') == Cat("Tom")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"{}", b"[]", b"1", b"null", b'{"name":"Tom","mood":"sad"}']
)
def test_what_is_of_another_kind_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"a stored Cat cannot be read.*clear the store"):
        codec(Cat).decode(content)


def test_a_member_that_the_union_does_not_have_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Holder:
        pet: Pet

    content = codec(Holder).encode(Holder(Stone()))
    assert content == b'{"pet":["Stone",{}]}'
    with pytest.raises(ValueError, match="a stored Holder cannot be read"):
        codec(Holder).decode(content.replace(b"Stone", b"Brick"))


def test_members_of_one_name_are_refused_before_anything_is_kept() -> None:
    twins: list[Any] = [make_dataclass("Twin", []) for _ in range(2)]
    holder: Any = make_dataclass("Holder", [("twin", twins[0] | twins[1])])
    with pytest.raises(TypeError, match="have the same name"):
        codec(holder)


def test_a_protocol_is_refused_before_anything_is_kept() -> None:
    with pytest.raises(TypeError, match=r"Vague cannot be kept as JSON: .*Speaks"):
        codec(Vague)


def test_the_memory_store_needs_no_library() -> None:
    code = (
        "import sys\n"
        "from wan_mockserver.state.stores.opening import open_store\n"
        "open_store('memory').close()\n"
        "print(sorted({'attr', 'cattrs', 'redis', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
@given(st.data())
def test_what_is_stored_does_not_depend_on_the_extra_fast(
    kind: type[Any], data: st.DataObject
) -> None:
    value = data.draw(KEPT[kind])
    coded = codec(kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wan_mockserver.state.stores.codec._encode_fast", None)
        usual = coded.encode(value)
    assert repr(coded.decode(usual)) == repr(coded.decode(coded.encode(value))) == repr(value)
