"""A broken neck that only a report names is asked about, as one on the problem list."""

from typing import Any

import pytest

from tests.chart_builders import cards_for, kyphoplasty
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import cards_beside, image_report, titled

ASKED = "recent fracture of cervical spine perhaps not treated. Who follows it up?"
OPEN = "a fracture of the cervical spine is in a report"
NECKS = (
    "Odontoid fracture type II.|Nondisplaced fracture of the odontoid process."
    "|Jefferson fracture.|Hangman fracture.|Fracture of C2.|Acute fracture of C6."
    "|L1 compression fracture. Additional fracture of C6.|Densfraktur Typ II."
    "|Frische Densfraktur.|C5-Fraktur.|Fraktur HWK 6.|Fracture de C2.|Fractura C2."
    "|Frattura di C2.|Złamanie C2.|C2骨折。|颈椎骨折。|경추 골절."
)
OTHERS = (
    "No cervical fracture.|Old odontoid fracture.|Keine Densfraktur."
    "|Clinical question: odontoid fracture? No fracture.|Degenerative changes C5/6."
    "|Odontoid fracture 2015, healed.|Fragestellung: Densfraktur. Keine Fraktur."
    "|Pas de fracture cervicale.|Ausschluss Densfraktur.|Femoral neck fracture excluded."
)


def report(words: str, days: int) -> Any:
    return image_report(words, days=days) | {"code": {"text": "CT Halswirbelsäule"}}


def details_of_signing(*entries: Any) -> str:
    cards = cards_for(chart(coded("M80.08XA", days=9), *entries), kyphoplasty())
    return " ".join(card["detail"] for card in cards.values())


@pytest.mark.parametrize("words", NECKS.split("|"))
@pytest.mark.parametrize("days", [1, 10])
def test_it_is_asked_about_when_leaving(words: str, days: int) -> None:
    (card,) = cards_beside(report(words, days))
    assert ASKED in card["summary"]


@pytest.mark.parametrize("words", NECKS.split("|"))
def test_a_signing_names_it(words: str) -> None:
    assert OPEN in details_of_signing(report(words, 5))


@pytest.mark.parametrize("words", OTHERS.split("|"))
def test_what_is_denied_old_or_asked_is_none(words: str) -> None:
    assert cards_beside(report(words, 10)) == []
    assert OPEN not in details_of_signing(report(words, 5))


def test_it_is_asked_once_if_the_problem_list_has_it_too() -> None:
    (card,) = cards_beside(titled("Densfraktur", days=10), report("C2 fracture.", 10))
    assert card["detail"].count("Another fracture") == 1


def test_a_report_of_long_ago_is_not_of_now() -> None:
    assert cards_beside(report("Densfraktur.", 400)) == []
