"""A clinical status that is absent or not understood says no more than "active".

And none closes what does not end: a stiff spine, brittle bones, a tumour.
"""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.doors import GM
from tests.patients.reassuring import REASSURING, cards_of, end_is_selected, selected

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
STATUSES = {
    "absent": None,
    "question": {"text": "?"},
    "unknown": codeable(CLINICAL, "unknown"),
    "local": codeable("http://ehr.example/status", "A"),
}


def diagnosis(code, *, days, system=ICD, **members):
    entry = problem("I10", number="x1", days=days, code=codeable(system, code))
    return {name: one for name, one in (entry | members).items() if one is not None}


def is_reassuring(cards):
    return any(REASSURING in card["detail"] for card in cards.values())


@pytest.mark.parametrize("days", [20, 60, 300])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    "code",
    [
        "A41.9",
        "R78.81",
        "Z79.52",
        "E24.2",
        "D48.0",
        "M84.48XA",
        "M45.6",
        "R33.9",
        "M21.371",
        "G82.20",
    ],
)
def test_a_status_that_is_not_understood_says_no_more_than_active(code, status, days):
    active = cards_of(diagnosis(code, days=days))
    unread = cards_of(diagnosis(code, days=days, clinicalStatus=STATUSES[status]))
    assert not is_reassuring(active)
    assert not is_reassuring(unread)
    assert selected(unread) <= selected(active)


@pytest.mark.parametrize("days", [5, 300, 2000])
@pytest.mark.parametrize("status", ["inactive", "remission", "resolved"])
@pytest.mark.parametrize(
    ("system", "code"),
    [
        *((ICD, code) for code in ("M45.6", "M48.16", "Q78.0", "M84.48XA")),
        *((GM, code) for code in ("M45.06", "D48.0", "M49.56", "M84.48")),
    ],
)
def test_no_status_closes_what_does_not_end(system, code, status, days):
    over = diagnosis(
        code, system=system, days=days, clinicalStatus=codeable(CLINICAL, status)
    )
    cards = cards_of(over)
    assert not is_reassuring(cards)
    assert not end_is_selected(cards)


@pytest.mark.parametrize("words", ["Ankylosing spondylitis", "Morbus Bechterew"])
def test_nor_does_it_next_to_words(words):
    over = codeable(CLINICAL, "remission")
    entry = problem("I10", number="x1", days=300, code={"text": words})
    cards = cards_of(entry | {"clinicalStatus": over})
    assert not is_reassuring(cards)
    assert not end_is_selected(cards)


@pytest.mark.parametrize("status", [*STATUSES, "resolved"])
@pytest.mark.parametrize("code", ["I10", "E11.9", "M81.0", "J44.9"])
def test_an_ordinary_disease_changes_nothing_by_its_status(code, status):
    statuses = STATUSES | {"resolved": codeable(CLINICAL, "resolved")}
    cards = cards_of(diagnosis(code, days=60, clinicalStatus=statuses[status]))
    assert is_reassuring(cards)
    assert end_is_selected(cards)


def test_an_end_or_words_for_the_past_close_what_may_end():
    ended = diagnosis("R33.9", days=300, clinicalStatus=None)
    assert is_reassuring(cards_of(ended | {"abatementDateTime": "2026-02"}))
    assert not is_reassuring(cards_of(ended))
