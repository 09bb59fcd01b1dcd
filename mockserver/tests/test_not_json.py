"""Bodies with words that Python reads as numbers and JSON does not have."""

from __future__ import annotations

import pytest

from .simulator_calls import BOTH, Api, Make, Send


@BOTH
@pytest.mark.parametrize("word", ["NaN", "NaN1", "Infinity5", "-InfinityX"])
def test_a_word_that_is_no_number_is_400(simulator: Make, send: Send, api: Api, word: str) -> None:
    answer = send(simulator(), "POST", api.create, body=f'{{"seed":{word}}}'.encode())

    assert answer.status == 400
