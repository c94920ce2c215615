"""What the order's own words fear, tell of a relative or date long ago does not lead.

It leaves its finding open, as before (F36, F37: named and not excluded).
"""

import pytest

from tests.chart_builders import cards_for, kyphoplasty, problem
from tests.patients.inpatients import chart, coded
from tests.patients.reassuring import cards_of

ELEMENTS = ["note", "orderDetail"]


def summary(words, element="note", *entries):
    record = chart(coded("M80.08XA", days=20), *entries)
    order = kyphoplasty(**{element: [{"text": words}]})
    return cards_for(record, order)["rehabilitation"]["summary"]


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize(
    "words",
    [
        *(
            "fear of myeloma",
            "worried about cancer",
            "Angst vor Krebs",
            "peur du cancer",
        ),
        *("Mutter: Plasmozytom", "mère: cancer du sein", "母 乳癌"),
        *("prévention de cancer du sein", "risk of paralysis explained"),
        *("informed consent signed, risks: infection, paraplegia", "sepsis 2019"),
        *("breast cancer 2009 in the family", "foot drop since 2010"),
    ],
)
def test_what_is_only_spoken_of_does_not_lead(words, element):
    assert "settle this before" not in summary(words, element)
    assert "augmentation alone enough" not in summary(words, element)


@pytest.mark.parametrize(
    "words",
    ["fear of myeloma", "Angst vor Krebs", "Mutter: Plasmozytom", "母 乳癌"],
)
def test_nor_does_it_as_a_reason(words):
    assert "settle this before" not in summary(words, "reasonCode")


@pytest.mark.parametrize("element", ["note", "orderDetail"])
@pytest.mark.parametrize(
    "words",
    [
        *("V.a. Spondylodiszitis L1", "pathological fracture L1", "rule out myeloma"),
        *("bone metastases 2012", "breast cancer 2024", "Metastase?"),
        *("Patient anxious, MRI spondylodiscitis L3", "sepsis 2019, spondylodiscitis"),
        *("DVT prophylaxis. suspected discitis", "mother had myeloma, bone metastases"),
    ],
)
def test_what_may_be_there_leads(words, element):
    assert "settle this before" in summary(words, element)


def test_what_an_order_fears_hides_no_entry_that_suspects_it():
    entry = problem("x", number="g", days=5, code={"text": "V.a. Plasmozytom"})
    assert "settle this before" in summary("fear of myeloma", "note", entry)


@pytest.mark.parametrize(
    "title", ["worried about cancer", "mother had myeloma", "myeloma of the father"]
)
def test_nor_does_a_diagnosis(title):
    entry = problem("x", number="g", days=10, code={"text": title})
    assert "settle this" not in cards_of(entry)["rehabilitation"]["summary"]


@pytest.mark.parametrize(
    "title",
    ["V.a. Spondylodiszitis, DVT prophylaxis", "suspected myeloma, patient anxious"],
)
def test_a_suspicion_next_to_a_fear_does(title):
    entry = problem("x", number="g", days=10, code={"text": title})
    assert "settle this" in cards_of(entry)["rehabilitation"]["summary"]
