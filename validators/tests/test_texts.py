"""Texts that nobody means as a prompt, and texts like them that somebody does."""

from __future__ import annotations

import pytest

from wan_validators import Severity, lint
from wan_validators.constraints.text import Filled, TextConstraint, Undamaged
from wan_validators.recent_values import RecentValues
from wan_validators.text_inspection import CLEAN, inspect_text

PLACEHOLDERS = [
    *("None", "null", "undefined", "NaN", " none. ", "'None'", '"undefined"', "(null)", "TODO"),
    *("true", "N/A", "xxx", "string", "prompt", "PROMPT", "your prompt here", "Insert text here"),
    *("Enter your prompt here...", "PROMPT_TEXT_HERE", "Lorem ipsum dolor sit amet", "..."),
    *("???", "????, ??", "[object Object]", "A [object Object] at night", "Promise { <pending> }"),
    *("{{ x }}", "{{}}", "${x}", "$prompt", "$json.prompt", "%s", "%(style)s cat", "%PROMPT%"),
    *("{prompt}", "{}", "{0} and {1}", "<string>", "<your prompt>", "[insert prompt]", "[PROMPT]"),
    *("A photo of {{subject}}", "A {{user.name | title}}", "{{#if x}}cat{{/if}}", "{% if a %}b"),
    *("A ${style} cat", "A ${inputs.style.value} cat", "#{style} cat", "<%= prompt %>"),
    *("A photo of [SUBJECT] in [STYLE]", "A {product_name} on a table", "A {userName} smiles"),
    *("A $style cat", "A %s in the rain", "[[prompt]]", "__style__ cat", "a %!d(string=x) cat"),
    *('{"prompt": "a cat"}', '["a cat"]', '[{"type": "text", "text": "a cat"}]', '{"a": 1}'),
    *("{'prompt': 'a cat'}", "['a cat']", "('a cat',)", "b'a cat'", "dict_values(['a cat'])"),
    *("StringPromptValue(text='a cat')", 'Some("a cat")', "map[prompt:a cat]", "[]", "() => x"),
    *("<coroutine object f at 0x7f00>", "<bound method a of b>", "a.b.Prompt@1a2b3c"),
]

DAMAGED = [
    *("a\ud83d b", "\ude00", "a\x00b", "a\x07", "\x1b[31mred", "a\x85b", "a\ufffeb"),
    *("\ufeffa cat", "a\u200bb", "a\u200cb", "a\u200db", "a\u2060b", "soft\xadhyphen", "a\ue000"),
    *("a\u202eb", "a\u2066b", "\u200ea cat", "a\U000e0041b", "a\ufe0f\ufe0fb"),
    *("caf\ufffd", "\u951f\u65a4\u62f7", "caf\u00c3\u00a9", "don\u00e2\u20ac\u2122t"),
    *("\u732b".encode().decode("latin-1"), "\u041f\u0440\u0438\u0432".encode().decode("latin-1")),
    *(
        "naïve".encode().decode("mac_roman").replace("Ø", "©"),
        "a &amp; b",
        "&#39;hi&#39;",
        "&#xe9;",
    ),
    *("<p>a cat</p>", "a<br>b", "a%20cat", "a%20cat%20runs", "%E7%8C%AB at night"),
    *(
        "a+cat+in+the+rain",
        "a\\nb",
        "x\\r\\ny",
        "caf\\u00e9",
        "caf\\xe9",
        '\\"Hi\\" sign',
        "=E7=8C=AB",
    ),
]

MEANT = [
    *("None of the people smile", "undefined shapes", "true love", "A string quartet", "O", "12"),
    *("a sign that reads [EXIT]", "[EXIT]", "a {glowing} cube", "a cat (weights:1.2)", "N/A sign"),
    *("Todo list on a fridge", "The word 'null' on a wall", "prompt delivery van", "void"),
    *("costs $5", "A$AP Rocky", "100% cotton", "a 50%50 mix of 20%80", "%50 off", "R&B; soul"),
    *("{red|blue} car", "{{best quality}} art", "((masterpiece)), <lora:foo:1>", "<3 love"),
    *("a < b > c", "cat+dog", "image [1] and [2]", "Use [image] as base", "swap <image_1>"),
    *("[wide shot], [low angle]", '"A cat on a mat"', "('90s) style", "{{", "a => b", "x}"),
    '{"scene": "a long walk along the beach at night", "camera": "slow dolly in", "n": [1]}',
    *(
        "{not json at all}",
        "sets {A} and {B}",
        "Function (math) plotted",
    ),
    *("line\nbreak\ttab", "\\alpha + \\theta + \\nabla", "C:\\new folder", "¯\\_(ツ)_/¯"),
    *("« É» ", "CAFÉ…", "ESPAÑA", "Ã la carte", "naïve façade", "5 €", "“quotes” – dash… ™"),
    *("日本語のプロンプト、猫。", "Привет, кот", "∑ √2 π", "🐱", "\U0001f468\u200d\U0001f469"),
    "\u2764\ufe0f\u200d\U0001f525 and \U0001f3c3\u200d\u2640\ufe0f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    *("ภาษา\u200bไทย", "می\u200cخواهم", "क्\u200dष", "شاهد \u200f!", "\u2067שלום\u2069"),
    *("ក\u200bខ", "a & b", "&nosuch;", "tel. +1+2", ""),
]


def found(prompt: str) -> list[tuple[str, str]]:
    payload = {"prompt": prompt, "images": ["https://example.com/a.jpg"], "n": 1}
    report = lint(payload, "wan2.5-i2i-preview")
    assert report.valid
    return [(each.rule, str(each.severity)) for each in report.findings]


@pytest.mark.parametrize("prompt", PLACEHOLDERS, ids=ascii)
def test_a_text_that_was_not_filled_in_is_a_warning(prompt: str) -> None:
    assert ("prompt-placeholder", "warning") in found(prompt)


@pytest.mark.parametrize("prompt", DAMAGED, ids=ascii)
def test_a_damaged_text_is_a_warning(prompt: str) -> None:
    assert ("prompt-damaged", "warning") in found(prompt)


@pytest.mark.parametrize("prompt", MEANT, ids=lambda prompt: ascii(prompt)[:60])
def test_a_text_that_somebody_means_is_fine(prompt: str) -> None:
    assert found(prompt) == ([] if prompt else [("prompt-blank", "warning")])


def test_a_blank_text_is_only_blank() -> None:
    assert found(" \n") == [("prompt-blank", "warning")]


BILLED = "send the text that you mean, since each result of this one is billed"
AS_READ = "send the text as it should be read"


@pytest.mark.parametrize(
    ("prompt", "fault", "advice"),
    [
        ("None", "is a placeholder", BILLED),
        ("A {{cat}}", "has the placeholder '{{cat}}'", BILLED),
        ("a\u200bb", "has U+200B (ZERO WIDTH SPACE) at character 2, which nobody sees", AS_READ),
        ("a\x00b", "has U+0000 at character 2, which nobody sees", AS_READ),
        ("\ud83d", "has half a surrogate pair at character 1, which UTF-8 cannot encode", AS_READ),
    ],
)
def test_the_message_says_what_is_wrong_and_what_to_do(
    prompt: str, fault: str, advice: str
) -> None:
    payload = {"prompt": prompt, "images": ["https://example.com/a.jpg"], "n": 1}

    [finding] = lint(payload, "wan2.5-i2i-preview").findings

    assert finding.message == f"prompt {fault}; {advice}"
    assert finding.allowed is not None


def test_a_half_surrogate_in_json_text_has_a_position() -> None:
    text = b'{"prompt": "a \\ud83d", "images": ["https://example.com/a.jpg"], "n": 1}'

    [finding] = lint(text, "wan2.5-i2i-preview").findings

    assert (finding.rule, finding.severity) == ("prompt-damaged", Severity.WARNING)
    assert (finding.line, finding.column) == (1, 12)


@pytest.mark.parametrize("check", [Filled(), Undamaged()])
def test_what_is_no_text_has_no_report(check: TextConstraint) -> None:
    assert inspect_text(5) is None
    assert not check.applies_to(None)
    assert check.applies_to(CLEAN)
    assert check.is_satisfied(CLEAN)


def test_a_text_without_faults_is_remembered_and_few_are() -> None:
    recent = RecentValues()
    for number in range(1000):
        recent.remember(str(number))
    recent.remember("a" * 10_000)

    assert "999" in recent
    assert len(recent) <= 256
    assert inspect_text("Make it night") is inspect_text("Make it night") is CLEAN
