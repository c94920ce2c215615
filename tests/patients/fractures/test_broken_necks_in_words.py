"""A broken neck in words is asked about before leaving, as one by a code is."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import ICD, codeable
from tests.patients.inpatients import coded
from tests.patients.leaving import cards_beside

ASKED = "recent fracture of cervical spine perhaps not treated. Who follows it up?"
NECKS = (
    "C2 fracture|Hangman fracture|Fracture of cervical vertebra|Fx C5|HWK-6-Fraktur"
    "|Densfraktur|Atlasfraktur|Fraktur der Halswirbelsäule|Fracture de C2|Fractura C2"
    "|Frattura C2|Fractuur C2|Złamanie C2|C2骨折|颈椎骨折|경추 골절"
)
OTHERS = (
    "Old C2 fracture 2015|C2 fracture 2015|Z.n. Densfraktur 2010|C2 fracture, healed"
    "|No cervical fracture|Keine Densfraktur|Cervical spondylosis|HWS-Syndrom"
    "|Distale Radiusfraktur AO 23-C2|Fracture cervicale vraie du fémur 2018"
)


def named(words: str, *, days: int = 20, **members: Any) -> Any:
    """A diagnosis in words that began so many days ago."""
    said = {
        "code": {"text": words},
        "onsetDateTime": days_ago(days),
        "recordedDate": days_ago(days),
    }
    return problem("x", number="g", **said | members)


@pytest.mark.parametrize("words", NECKS.split("|"))
@pytest.mark.parametrize("days", [10, 20, 80])
def test_a_broken_neck_in_words_is_asked_about(words: str, days: int) -> None:
    (card,) = cards_beside(named(words, days=days))
    assert ASKED in card["summary"] + card["detail"]


def test_it_says_no_less_than_its_code() -> None:
    (by_code,) = cards_beside(coded("S12.110A", days=20))
    (by_words,) = cards_beside(named("C2 fracture"))
    assert by_code["summary"] == by_words["summary"]


@pytest.mark.parametrize("words", ["C2 fracture?", "V. a. Densfraktur"])
def test_one_that_is_suspected_is_asked_about(words: str) -> None:
    (card,) = cards_beside(named(words))
    assert "cervical spine" in card["summary"]


def test_it_is_not_lost_next_to_a_vertebra_of_the_back() -> None:
    (card,) = cards_beside(named("Fracture of C2 and L1"))
    assert "cervical spine" in card["summary"]


def test_a_code_of_another_bone_does_not_take_it_away() -> None:
    code = codeable(ICD, "I10") | {"text": "C2 fracture"}
    (card,) = cards_beside(named("", code=code))
    assert "cervical spine" in card["summary"]


@pytest.mark.parametrize("words", OTHERS.split("|"))
def test_what_is_old_denied_or_elsewhere_brings_no_card(words: str) -> None:
    assert cards_beside(named(words)) == []
