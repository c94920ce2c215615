"""A text in Korean is a known drug if nothing unknown is left of it, in no time."""

import time

import pytest

from tests.builders import terminology


@pytest.mark.parametrize(
    "words",
    [
        *(
            "아토르바스타틴 20mg",
            "암로디핀베실산염정 5밀리그램",
            "아스피린장용정 100mg",
        ),
        *("메트포르민서방정", "메트포르민 서방형", "로사르탄/암로디핀 50/5mg"),
        *("칼슘/비타민D", "졸피뎀주석산염정 10mg"),
    ],
)
def test_it_is_known_whole(words: str) -> None:
    assert terminology().drugs.is_named_in_korean(words)


@pytest.mark.parametrize("words", ["신약정 5mg", "아토르바스타틴 신약", "정", "5mg"])
def test_it_is_not_with_something_else(words: str) -> None:
    assert not terminology().drugs.is_named_in_korean(words)


@pytest.mark.parametrize("part", ["1", "1.", "서방정", "5mg ", "정주", "장용서방정"])
def test_a_long_rest_takes_no_time(part: str) -> None:
    words = f"아토르바스타틴 {part * 100}"[:190] + "x"
    start = time.perf_counter()
    assert not terminology().drugs.is_named_in_korean(words)
    assert time.perf_counter() - start < 0.5
