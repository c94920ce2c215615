"""Polish hands ("rąk"), whose folded name is that of a cancer ("rak")."""

import pytest

from cds_service.fhir.mapping.texts.text_rules import folded
from tests.chart_builders import problem
from tests.patients.reassuring import card_of

OF_HANDS = [
    "Drżenie rąk",
    "Zwyrodnienie stawów rąk",
    "Wyprysk rąk",
    "DRĘTWIENIE RĄK",
    "Guzki Heberdena obu rąk",
    "Guzki Heberdena obu rak",
    "Drzenie rak",
]
OF_CANCER = [
    "Rak piersi",
    "RAK PIERSI PRAWEJ",
    "Stan po leczeniu raka jelita",
    "Rdzeniasty rak tarczycy",
    "Drżenie rąk, rak piersi",
    "Obrzęk rąk w przebiegu raka piersi",
]


def said_of(title):
    card = card_of(problem("x", number="p", days=10, code={"text": title}))
    return f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize("title", OF_HANDS)
def test_hands_are_no_cancer(title):
    assert "could this be a metastasis" not in said_of(title)


@pytest.mark.parametrize("title", OF_CANCER)
def test_a_cancer_is_one_also_beside_hands(title):
    assert "could this be a metastasis" in said_of(title)


@pytest.mark.parametrize("word", ["rąk", "RĄK", "ra\u0328k"])
def test_hands_are_folded_to_another_form_of_theirs(word):
    assert folded(f"obu {word}.") == "obu reku."


@pytest.mark.parametrize("word", ["rak", "RAK", "rąkach", "brąk"])
def test_no_other_word_is(word):
    assert "reku" not in folded(word)
