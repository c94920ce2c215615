"""Braces by further names, and lengths that are no end."""

import pytest

from tests.chart_builders import ask, brace, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record


def card_of_brace(title, note=""):
    notes = {"note": [{"text": note}]} if note else {}
    draft = brace() | {"codeCodeableConcept": {"text": title}} | notes
    request = order_sign(reassuring_record(), kyphoplasty(), draft)
    return by_topic(ask(request)).get("braceLimit")


@pytest.mark.parametrize(
    "name",
    [
        "SofTec Lumbo",
        "Bauerfeind SofTec Dorso",
        "Plaster jacket",
        "Jewett brace",
        "CASH brace",
        "Dreipunktkorsett",
        "Stützmieder",
        "corset trois points",
        "corsetto a tre punti",
        "driepuntskorset",
        "3点固定装具",
        "三点式支具",
        "3점 보조기",
        "쥬엣 보조기",
    ],
)
def test_a_brace_of_half_a_year_by_its_name_has_a_card(name):
    assert card_of_brace(f"{name} 26 weeks")


@pytest.mark.parametrize(
    "name", ["SofTec Genu", "SofTec Coxa", "Plaster cast", "CTLSO"]
)
def test_another_orthosis_has_none(name):
    assert card_of_brace(f"{name} 26 weeks") is None


@pytest.mark.parametrize(
    "length",
    [
        "6 weeks, then until healed",
        "6 weeks and until healed",
        "6 Wochen, dann bis zur Heilung",
        "6 semaines puis jusqu'à consolidation",
        "6 semanas, luego hasta la consolidación",
        "6 settimane, poi fino a guarigione",
        "6 weken, daarna tot genezing",
        "6 tygodni, potem do zrostu",
        "6週間、その後骨癒合まで",
        "6周，然后直到愈合",
    ],
)
def test_a_length_and_then_until_healed_is_asked_about(length):
    card = card_of_brace(f"TLSO {length}")
    assert "end date?" in card["summary"]
    assert not card["suggestions"][0].get("isRecommended")


@pytest.mark.parametrize("length", ["6 weeks", "6 weeks, then wean"])
def test_a_length_alone_is_not(length):
    assert card_of_brace(f"TLSO {length}") is None


@pytest.mark.parametrize(
    "note", ["Extended by 4 weeks", "allongé de 4 semaines", "ampliado 4 semanas"]
)
def test_an_extension_in_the_note_is_a_renewal(note):
    assert "renewed" in card_of_brace("TLSO 6 weeks", note)["summary"]


@pytest.mark.parametrize("note", ["may be extended by 4 weeks", "not extended"])
def test_one_that_may_come_is_none(note):
    assert card_of_brace("TLSO 6 weeks", note) is None
