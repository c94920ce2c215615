"""Titles that deny, fear, look for, refuse or teach, or are of a relative, state nothing.

Each word in each language, before or after a palsy, an infection, a tumour and dialysis.
"""

import pytest

from tests.chart_builders import days_ago, problem
from tests.patients.reassuring import card_of
from tests.tables import cases

GRAVE = cases(__file__, "grave")
SAID = cases(__file__, "said")
STATED = cases(__file__, "stated")


def titled(title):
    recorded = days_ago(5)
    return problem("x", number="g", code={"text": title}, recordedDate=recorded)


@pytest.mark.parametrize(
    "title",
    [
        said.replace("@", grave)
        for language, titles in SAID.items()
        for said in titles
        for grave in GRAVE[language]
    ],
)
def test_they_state_nothing_and_reassure_nobody(title):
    card = card_of(titled(title))
    # A suspicion, or whose it is, leads as not excluded; it states nothing either.
    is_open = "not excluded" in card["summary"]
    assert is_open or card["summary"].startswith("No bone drug")
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "title",
    [
        *("fear of myeloma", "Angst vor Knochenmetastasen", "crainte de myélome"),
        *("Brustkrebsprophylaxe", "paraplegia prophylaxis", "预防骨转移"),
        *("discitis education", "rifiuta paraplegia", "preventie botmetastasen"),
        *("breast cancer unlikely", "Paraplegie unwahrscheinlich"),
    ],
)
def test_what_is_feared_or_prevented_leads_no_card(title):
    assert card_of(titled(title))["summary"].startswith("No bone drug")


@pytest.mark.parametrize("title", STATED)
def test_the_same_words_of_something_else_take_nothing_back(title):
    assert not card_of(titled(title))["summary"].startswith("No bone drug")
