"""A drug that is billed by the code of no drug may be any: nobody says "no bone drug" next to it."""

import pytest

from tests.chart_builders import cards_for, days_ago, drafted, kyphoplasty, of_patient
from tests.codes import HCPCS, codeable
from tests.patients.reassuring import card_of, reassuring_record

CODES = ("J3490", "J3590", "C9399", "J7999", "J7799", "J8499")


def billed(code, *, kind="Procedure", days=60, words=None, **members):
    done = kind == "Procedure"
    return of_patient(
        kind,
        "shot",
        status="completed" if done else "active",
        intent=None if done else "order",
        code=codeable(HCPCS, code) | ({"text": words} if words else {}),
        performedDateTime=days_ago(days) if done else None,
        authoredOn=None if done else days_ago(days),
        **members,
    )


def is_open(card):
    return (
        "not known here: ask about bone drugs" in card["summary"]
        and "none in" not in card["detail"]
        and "below the usual" not in card["detail"]
    )


@pytest.mark.parametrize("kind", ["Procedure", "ServiceRequest"])
@pytest.mark.parametrize("code", CODES)
def test_an_unclassified_drug_leaves_bone_drugs_open(code, kind):
    card = card_of(billed(code, kind=kind))
    assert card["summary"].startswith("1 billed drug is not known here")
    assert is_open(card)


@pytest.mark.parametrize("days", [400, 2000])
def test_so_it_does_however_long_ago_it_was_given(days):
    card = card_of(billed("J3490", days=days, words="Unclassified drugs"))
    assert "No bone drug" not in card["summary"]
    assert "none in" not in card["detail"]


def test_one_that_is_ordered_in_this_signing_is_asked_about():
    code = codeable(HCPCS, "J3590")
    order = drafted("ServiceRequest", "shot", code=code)
    card = cards_for(reassuring_record(), kyphoplasty(), order)["rehabilitation"]
    assert card["summary"].startswith("1 ordered drug is not known here")
    assert is_open(card)


def test_words_that_name_its_drug_say_what_it_is():
    named = card_of(billed("J3490", words="Famotidine 20 mg IV"))
    assert "below the usual" in named["detail"]
    assert "none in" in named["detail"]
    denosumab = card_of(billed("J3590", words="Prolia 60 mg", days=30))
    assert denosumab["summary"].startswith("Denosumab (last 21 Oct)")


@pytest.mark.parametrize("code", ["J3420", "J1885", "J7599"])
def test_a_code_of_another_drug_leaves_nothing_open(code):
    card = card_of(billed(code))
    assert "below the usual" in card["detail"]
    assert "none in" in card["detail"]
