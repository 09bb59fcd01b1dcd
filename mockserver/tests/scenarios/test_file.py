"""Scenarios of one's own: what a file may say, what it may not, and every scenario as a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_mockserver.http.delivery import Cut
from wan_mockserver.scenarios.catalogue import load_shipped_scenarios
from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.scenarios.scenario import Scenario
from wan_mockserver.scenarios.step import Body, Lag, Step
from wan_mockserver.scenarios.toml_format import format_scenario, format_toml, read_scenarios
from wan_mockserver.scenarios.toml_steps import STEP_TYPE
from wan_validators.field_types import InvalidField

EXAMPLES = Path(__file__).parents[3] / "fixtures" / "scenarios"
EVERY = EXAMPLES / "every-member.toml"

Read = Callable[[str], dict[str, Scenario]]


@pytest.fixture
def own(tmp_path: Path) -> Read:
    """Reads a file with the given text."""
    file = tmp_path / "own.toml"

    def reading(text: str) -> dict[str, Scenario]:
        file.write_text(text, encoding="utf-8")
        return read_scenarios(file)

    return reading


def create(own: Read, steps: str) -> tuple[Step, ...]:
    return own(f'[a]\nsummary = "x"\ncreate = [{steps}]')["a"].create.steps


@pytest.mark.parametrize("name", load_shipped_scenarios())
def test_every_shipped_scenario_survives_being_written(own: Read, name: str) -> None:
    scenario = load_shipped_scenarios()[name]
    assert own(format_scenario(scenario)) == {name: replace(scenario, group="own")}


@pytest.mark.parametrize(
    ("composition", "name"),
    [
        ("rate-limited:3+expired-urls", "rate-limited-3-expired-urls"),
        ("accept-lost+poll-404+partial:2+upper-case", "accept-lost-poll-404-partial-2-upper-case"),
    ],
)
def test_a_composition_survives_under_another_name(own: Read, composition: str, name: str) -> None:
    scenario = Scenarios().find(composition)
    assert own(format_scenario(scenario)) == {name: replace(scenario, group="own", name=name)}


def test_steps_that_are_never_reached_are_not_written(own: Read) -> None:
    late, lost = Step(delay=Lag(median=0.4, sigma=0.7), times=None), Step(cut=Cut.RESET)
    made = Scenarios().find("latency+accept-lost")
    assert made.create.steps == (late, lost)
    assert own(format_scenario(made))["latency-accept-lost"].create.steps == (late,)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.toml")), ids=lambda file: file.name)
def test_the_examples_survive_being_written(own: Read, file: Path) -> None:
    made = read_scenarios(file)
    assert own("\n".join(map(format_scenario, made.values()))) == made
    assert list(made) == list(tomllib.loads(file.read_text(encoding="utf-8")))


def test_own_parts_come_after_those_that_are_used(own: Read) -> None:
    made = own(
        """
        [last]
        summary = "x"
        use = ["first:3+http-503"]
        create = [{transport = "reset"}]
        [first]
        summary = "y"
        create = [{status = 404}]
        """
    )
    assert [*made] == ["last", "first"]
    assert made["last"].create.steps == (
        Step(handled=False, status=404, times=3),
        Step(handled=False, status=503, times=2),
        Step(cut=Cut.RESET),
    )


def test_an_own_scenario_takes_the_place_of_a_shipped_one(own: Read) -> None:
    made = own(
        '[partial]\nreplaces = true\nsummary = "Mine."\noutcome.images = 3\n'
        '[b]\nsummary = "x"\nuse = ["partial"]'
    )
    assert Scenarios(made).find("partial").outcome.images == 3
    assert made["b"].outcome.images == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[partial]", "partial: is the name of a shipped scenario; choose another name, or add"),
        ("[ok]\nreplaces = false", "ok: is the name of a shipped scenario; choose another name"),
        ("[mine]\nreplaces = true", "mine.replaces: there is no shipped scenario of that name"),
    ],
)
def test_a_shipped_scenario_is_replaced_only_on_purpose(own: Read, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        own(f'{text}\nsummary = "Mine."')


def test_a_byte_order_mark_does_no_harm(own: Read) -> None:
    assert [*own('\ufeff[a]\nsummary = "x"')] == ["a"]


def test_a_file_may_be_empty(own: Read) -> None:
    assert own("") == {}


A = '[a]\nsummary = "x"\n'


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("[a", "is not valid TOML"),
        ("a = " + "[" * 5000, "is not valid TOML"),
        ("a = " + "9" * 5000, "is not valid TOML"),
        ("a = 1", "a: 1 is not valid; allowed: a table"),
        ("[[a]]", "a: an array of 1 item is not valid; allowed: a table"),
        ("[a]", "a: the member summary is missing: One sentence for lists."),
        ("[A]", "the name of the scenario: 'A' is not valid; allowed: a small letter or a dig"),
        ('["a.b"]', "'a.b' is not valid"),
        ('["a+b"]', "'a+b' is not valid"),
        ('["a:3"]', "'a:3' is not valid"),
        ('[""]', "'' is not valid"),
        (f"[{'a' * 65}]", "is not valid"),
        ("[a]\nsummary = 3", "a.summary: 3 is not valid; allowed: text on one line"),
        ('[a]\nsummary = ""', "a.summary: '' is not valid"),
        ('[a]\nsummary = "x\\u001b[31m"', "a.summary: 'x\\x1b[31m' is not valid"),
        (A + "sumary = 3", "a: there is no member 'sumary'; did you mean summary?"),
        (A + "zzz = 3", "a: there is no member 'zzz'; allowed: use, replaces, summary, vendor, cr"),
        (
            A + 'vendor = "vtrx"',
            "allowed: mulerouter, vtrix, dashscope, vtrix-queue (did you mean vtrix?)",
        ),
        (A + "vendor = 3", "a.vendor: 3 is not valid"),
        (A + 'use = "partial"', "a.use: 'partial' is not valid; allowed: an array"),
        (A + "use = [3]", "a.use[0]: 3 is not valid; allowed: the name of a scenario"),
        (A + 'use = ["ok", "partal"]', "a.use[1]: there is no scenario 'partal'; did you mean pa"),
        (A + 'use = ["ok+partal:3"]', "a.use[0]: there is no scenario 'partal'"),
        (A + 'use = ["qqqqqqqqqqqqqqqq"]', "`wanproof scenarios` lists the shipped"),
        (A + 'use = ["partial:0"]', "a.use[0]: 'partial:0': after the colon comes a whole number"),
        (A + 'use = ["ok:2"]', "a.use[0]: the scenario ok has nothing to count"),
        (A + 'use = ["bb"]\n[bbb]\nsummary = "x"', "'bb'; did you mean bbb?"),
        (A + 'use = ["a"]', "a uses a: a scenario cannot use itself"),
        (A + 'use = ["ok+a:2"]', "a uses a"),
        (A + 'use = ["b"]\n[b]\nsummary = "x"\nuse = ["a"]', "uses a"),
        (A + 'use = ["partial"]\noutcome.images = 2', "two of its scenarios differ about images"),
        (A + 'use = ["fail-3001"]\nvendor = "vtrix"', "can only happen at vtrix"),
        (A + "create = 3", "a.create: 3 is not valid; allowed: an array of steps, or a table"),
        (A + "create.step = []", "a.create: there is no member 'step'; did you mean steps?"),
        (A + "create.steps = {}", "a.create.steps: an object with 0 members is not valid"),
        (A + "poll.words = {runing = 'x'}", "a.poll.words: there is no member 'runing'; did you "),
        (A + "poll.words = {running = 3}", "a.poll.words.running: 3 is not valid"),
        (A + "poll.upper-case = 1", "a.poll.upper-case: 1 is not valid; allowed: true or false"),
        (A + "poll.uppercase = true", "did you mean upper-case?"),
        (A + "outcome = []", "a.outcome: an array of 0 items is not valid; allowed: a table"),
        (A + "outcome.fail = 3001", "a.outcome.fail: 3001 is not valid; allowed: a code, letters"),
        (A + 'outcome.fail = "E-1"', "allowed: a code, letters, digits, . and _, in quotes"),
        (A + 'outcome.fail = "3010"', "a.outcome: no task fails with '3010', except with a"),
        (A + 'outcome.fail = "30011"', "except with a message; did you mean 3001?"),
        (A + 'vendor = "vtrix"\noutcome.fail = "3001"', "a.outcome: no task fails with '3001'"),
        (
            A + 'outcome = {fail = "3001", moderated = true}',
            "a: moderated and fail are two ends",
        ),
        (A + 'outcome.message = "x"', "a.outcome: message is the text of an error whose code"),
        (A + "outcome.lifecycle = 3", "allowed: at-once, never, polls:N"),
        (A + 'outcome.lifecycle = "soon"', "a.outcome.lifecycle: 'soon' is not a valid lifecycle"),
        (A + "outcome.images = 0", "a.outcome.images: 0 is not valid; allowed: a whole number fr"),
        (A + 'outcome.results = "nonne"', "allowed: none, empty (did you mean none?)"),
        (
            A + "download.lifetime = -2",
            "a.download.lifetime: -2 is not valid; allowed: a number fr",
        ),
        (A + "download.lifetime = nan", "a.download.lifetime: nan is not valid"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(own: Read, given: str, says: str) -> None:
    with pytest.raises(InvalidField) as refused:
        own(given)
    assert "own.toml" in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("3", "a.create[0]: 3 is not valid; allowed: a table"),
        ("{}, {statuss = 404}", "a.create[1]: there is no member 'statuss'; did you mean status?"),
        (
            "{status = 777}",
            "a.create[0].status: 777 is not valid; allowed: an HTTP status from 200",
        ),
        ("{status = 100}", "100 is not valid"),
        ("{status = true}", "true is not valid"),
        ('{status = "404"}', "'404' is not valid"),
        ("{status = 200}", 'status 200 is not an error, so it needs a body ("html" or "empty" or '),
        ("{status = 302}", "status 302 is not an error, so it needs a body"),
        (
            '{status = 204, body = "html"}',
            'a response with status 204 has no body; write body = "e',
        ),
        ('{body = "json"}', "a.create[0].body: 'json' is not valid; allowed: html, empty"),
        ('{status = 404, content-type = "x"}', "allowed: a media type such as"),
        ('{content-type = "a/b\\r\\nX-Evil: 1"}', "allowed: a media type such as"),
        ('{redirect-to = "http://elsewhere"}', "allowed: a path of this server"),
        ('{redirect-to = "/a b"}', "allowed: a path of this server"),
        ('{redirect-to = "", status = 404}', "redirect-to needs a status of 301, 302"),
        ("{status = 429, retry-after = 1.5}", "a whole number from 0 to 86400"),
        ("{status = 429, retry-after = -1}", "a whole number from 0 to 86400"),
        ("{retry-after = 3}", "retry-after needs a status"),
        ("{status = 429, retry-after-as-date = true}", "retry-after-as-date needs retry-after"),
        ('{transport = "rst"}', "silence (did you mean reset?)"),
        ('{transport = "truncated", body = "html"}', "leave out body and redirect-to"),
        ('{transport = "reset", status = 502}', 'with transport "reset" no part of a resp'),
        ('{transport = "garbage", pace = 3}', 'with transport "garbage" no part'),
        ('{transport = "silence", delay = 3}', "no response arrives; leave out delay"),
        ("{delay = -1}", "a.create[0].delay: -1 is not valid; allowed: a number from 0 to 120"),
        ("{delay = 121}", "allowed: a number from 0 to 120"),
        ("{delay = inf}", "inf is not valid"),
        ("{delay = {sigma = 1}}", "a.create[0].delay: the member median is missing"),
        ("{delay = {median = 1, sgma = 1}}", "did you mean sigma?"),
        ("{pace = 0}", "a.create[0].pace: 0 is not valid"),
        ("{detail = 'x'}", "detail is the text of an error"),
        ("{status = 202, body = 'empty', detail = 'x'}", "detail is the text of an error"),
        ("{done = false}", "done = false needs a response"),
        ("{done = 'no'}", "a.create[0].done: 'no' is not valid; allowed: true or false"),
        ("{times = 0}", "a.create[0].times: 0 is not valid; allowed: a whole number from 1"),
        ("{times = 1000001}", "allowed: a whole number from 1 to 1000000"),
        ("{times = 'ever'}", "'ever' is not valid; allowed: a whole number from 1 to 1000000, or"),
        ("{times = true}", 'allowed: a whole number from 1 to 1000000, or "forever"'),
        (
            "{times = 'forever'}, {}",
            'a.create[0]: this step affects all requests (times = "forever"',
        ),
    ],
)
def test_what_is_wrong_about_a_step_is_told(own: Read, given: str, says: str) -> None:
    with pytest.raises(InvalidField) as refused:
        create(own, given)
    assert says in str(refused.value)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_scenarios(tmp_path / "none.toml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes('[a]\nsummary = "é"'.encode("latin-1"))
    with pytest.raises(InvalidField, match="is not valid TOML"):
        read_scenarios(tmp_path / "own.toml")


NUMBERS = st.integers(0, 9) | st.floats(0, 9, allow_subnormal=False)
STEPS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from([200, 202, 204, 302, 404, 429, 503]),
        "body": st.sampled_from([each.value for each in Body]),
        "detail": st.text(max_size=3),
        "content-type": st.just("text/html"),
        "redirect-to": st.sampled_from(["", "/x"]),
        "retry-after": st.integers(0, 9),
        "retry-after-as-date": st.booleans(),
        "transport": st.sampled_from([each.value for each in Cut]),
        "delay": NUMBERS | st.fixed_dictionaries({"median": NUMBERS, "sigma": NUMBERS}),
        "pace": NUMBERS,
        "done": st.booleans(),
        "times": st.integers(1, 9) | st.just("forever"),
    },
)


@given(STEPS)
def test_a_step_that_is_read_survives_being_written(table: dict[str, Any]) -> None:
    try:
        made = STEP_TYPE.parse(table, "step")
    except InvalidField:
        return
    assert (
        STEP_TYPE.parse(
            tomllib.loads(f"step = {format_toml(STEP_TYPE.write(made))}")["step"], "step"
        )
        == made
    )


ODD: tuple[Any, ...] = (True, -1, 1.5, 10**30, "", "\x1b", "é" * 2000, [], [[]], {}, {"x": 1})


def bent(value: Any, odd: Any) -> Iterator[Any]:
    """*value* with each of its parts, one at a time, replaced by *odd*."""
    yield odd
    if isinstance(value, dict):
        for name, each in value.items():
            yield from ({**value, name: other} for other in bent(each, odd))
    elif isinstance(value, list):
        for nth, each in enumerate(value):
            yield from ([*value[:nth], other, *value[nth + 1 :]] for other in bent(each, odd))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:9])
def test_nothing_but_bad_scenarios_comes_of_a_bad_file(own: Read, odd: Any) -> None:
    refused = []
    for name, table in tomllib.loads(EVERY.read_text(encoding="utf-8")).items():
        for other in bent(table, odd):
            try:
                own(f"{name} = {format_toml(other)}")
            except InvalidField as error:
                refused.append(str(error))
    assert len(refused) > 50
    assert all(map(str.isprintable, refused))
