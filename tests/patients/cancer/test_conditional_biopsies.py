"""A biopsy in the kyphoplasty's title that is only perhaps taken, or was taken."""

import pytest

from tests.chart_builders import cards_for, drafted, problem
from tests.patients.reassuring import reassuring_record


def card(title):
    """The card of an order by this title, for a woman with a recent breast cancer."""
    order = drafted("ServiceRequest", "kypho", code={"text": title})
    record = reassuring_record(problem("C50.911", days=100))
    return cards_for(record, order)["rehabilitation"]


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 +/- biopsy",
        "Kyphoplasty L1 ± biopsy",
        "Kyphoplasty L1 with biopsy PRN",
        "Kyphoplasty L1, biopsy as needed",
        "Kyphoplasty L1, biopsy at surgeon's discretion",
        "Kyphoplasty L1, biopsy?",
        "Kyphoplasty L1, biopsy negative",
        "Kyphoplastie LWK 1, ggf. Biopsie",
        "Kyphoplastie LWK 1 mit ggf. Biopsie",
        "Kyphoplastie LWK 1, Biopsie bei Bedarf",
        "Kyphoplastie LWK 1, Biopsie optional",
        "cyphoplastie L1 +/- biopsie",
        "cyphoplastie L1, biopsie éventuelle",
        "cifoplastia L1, eventualmente biopsia",
        "BKP L1（必要時生検）",
    ],
)
def test_a_biopsy_that_is_only_perhaps_taken_answers_no_tumour(title):
    assert card(title)["indicator"] == "warning"
    assert "Biopsy is an option" in card(title)["summary"]


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 with biopsy",
        "Kyphoplasty L1 with biopsy ?mets",
        "Kyphoplasty L1 with biopsy, paracetamol PRN",
        "BKP LWK1 mit Biopsie",
        "Cyphoplastie L1 avec biopsie vertébrale",
        "Cifoplastia L1 con biopsia",
    ],
)
def test_a_biopsy_that_is_ordered_with_it_does(title):
    assert "biopsy is ordered" in card(title)["summary"]
