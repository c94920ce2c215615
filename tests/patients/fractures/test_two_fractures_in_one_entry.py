"""An entry of the problem list that names two broken vertebrae: both are counted."""

import pytest

from tests.chart_builders import Resource
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, cards_of, dated, end_is_selected

REASSURING = "below the usual"
TWO = "Two fractures at once"
THREE = "Three fractures at once"


def card(code: Resource, **members: object) -> Resource:
    return card_of(dated(code, days=5, **members))


@pytest.mark.parametrize(
    "words",
    [
        "Compression fracture of T12 and L1",
        "Compression fracture L1, T12",
        "VCF L1, L3",
        "L1/2 fracture",
        "Compression fracture L1 & L2",
        "Fraktur BWK 12 und LWK 1",
        "Sinterungsfraktur LWK 1 und 3",
        "Kompressionsfraktur LWK 1/2",
        "腰1、3椎体压缩骨折",
        "L1椎体压缩骨折,L3椎体压缩骨折",
        "L1,L2圧迫骨折",
        "Fracture-tassement L1 et L3",
        "Fractura vertebral L1 y L3",
        "Frattura vertebrale L1 e L3",
    ],
)
def test_two_vertebrae_in_one_entry_are_two(words):
    answer = card({"text": words})
    assert answer["summary"].startswith(TWO)
    assert REASSURING not in answer["detail"]


@pytest.mark.parametrize("code", ["S32.010A", "M80.08XA", "M48.56XA"])
@pytest.mark.parametrize("element", ["text", "display", "site", "sites"])
def test_words_beside_a_code_are_counted_too(code, element):
    coded, members = codeable(ICD, code), {}
    if element == "text":
        coded["text"] = "Compression fracture L1 and L2"
    elif element == "display":
        coded["coding"][0]["display"] = "Compression fracture L1 and L2"
    elif element == "site":
        members["bodySite"] = [{"text": "L1, L2"}]
    else:
        members["bodySite"] = [{"text": "L1"}, {"text": "L2"}]
    answer = card(coded, **members)
    assert TWO in answer["summary"]
    assert REASSURING not in answer["detail"]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Compression fracture of L1", id="one"),
        pytest.param("VCF L1", id="short"),
        pytest.param("Compression fracture L1, L1", id="twice the same"),
    ],
)
def test_one_vertebra_is_one(words):
    answer = card({"text": words})
    assert "fractures at once" not in answer["summary"]
    assert REASSURING in answer["detail"]


def test_the_brace_may_be_for_the_vertebra_that_words_name():
    coded = codeable(ICD, "S32.010A")
    assert end_is_selected(cards_of(dated(coded, days=5)))
    coded["text"] = "Compression fracture L1 and L2"
    assert not end_is_selected(cards_of(dated(coded, days=5)))


def test_two_others_are_three():
    assert THREE in card({"text": "Compression fractures T8 and T9"})["summary"]


@pytest.mark.parametrize(
    "text", ["", "T12", "Wedge compression fracture of T11-T12 vertebra"]
)
def test_a_code_of_two_vertebrae_may_mean_one(text):
    """S22.080 is the code of T11 and of T12: next to L1 it is one more, not two."""
    coded = codeable(ICD, "S22.080A") | ({"text": text} if text else {})
    assert TWO in card(coded)["summary"]


def test_what_is_old_or_something_else_is_not_broken_at_once():
    answer = card({"text": "Compression fracture L1, s/p kyphoplasty T12"})
    assert "fractures at once" not in answer["summary"]
