"""Suggestions: which known name was meant, and how that is asked."""

from __future__ import annotations

from wan_validators.messages.suggestions import suggest

KNOWN = ("accept-lost", "accept-late", "ok")


def test_the_nearest_name_is_suggested() -> None:
    assert suggest("acept-lost", KNOWN) == "did you mean accept-lost?"


def test_a_name_can_be_shown_in_another_form() -> None:
    assert suggest("okk", KNOWN, show="--scenario {}".format) == "did you mean --scenario ok?"


def test_nothing_is_suggested_for_a_name_that_is_like_none() -> None:
    assert suggest("zebra", KNOWN) == ""
    assert suggest("zebra", KNOWN, "see the list") == "see the list"
    assert suggest("zebra", [], cutoff=0.0) == ""


def test_names_are_taken_as_more_or_less_alike_by_the_cutoff() -> None:
    assert suggest("acc", KNOWN) == ""
    assert suggest("acc", KNOWN, cutoff=0.4) == "did you mean accept-lost?"
