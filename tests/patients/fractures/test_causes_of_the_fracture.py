"""What is added to a diagnosis tells of another one: its cause, what it rests on."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of

URL = "http://hl7.org/fhir/StructureDefinition/"


def due_to(code=None, *, kind="condition-dueTo", **value):
    held = {"valueCodeableConcept": code} if code else value
    return {"extension": [{"url": URL + kind, **held}]}


GRAVE = [
    pytest.param(due_to(codeable(ICD, "C79.51")), id="code"),
    pytest.param(due_to(codeable(ICD, "D48.0")), id="unknown code"),
    pytest.param(due_to({"text": "bone metastasis"}), id="words"),
    pytest.param(due_to(codeable(ICD, "M46.46")), id="discitis"),
    pytest.param(
        due_to(valueReference={"reference": "Condition/2", "display": "Myeloma"}),
        id="reference",
    ),
    pytest.param(
        due_to(kind="other", valueString="known bone metastasis L1"), id="overview"
    ),
    pytest.param(
        {"evidence": [{"detail": [{"display": "Biopsy L1: metastasis"}]}]},
        id="evidence",
    ),
    pytest.param({"category": [{"text": "Metastatic cancer"}]}, id="category"),
]
PLAIN = [
    pytest.param({}, id="nothing"),
    pytest.param(due_to(codeable(ICD, "M81.0")), id="osteoporosis"),
    pytest.param(
        due_to(codeable(ICD, "C79.51"), kind="condition-ruledOut"), id="ruled"
    ),
    pytest.param({"category": [{"text": "Problem list item"}]}, id="category"),
]


def cards_beside(members, *, t_score=-1.5):
    entry = problem("M48.56XA", days=10, code=codeable(ICD, "M48.56XA"), **members)
    return cards_of(entry, t_score=t_score)


@pytest.mark.parametrize("members", GRAVE)
def test_a_cause_beside_the_code_is_open(members):
    cards = cards_beside(members)
    detail = cards["rehabilitation"]["detail"]
    assert "**Not known:**" in detail
    assert "below" not in detail
    card = next(one for name, one in cards.items() if name.startswith("brace"))
    assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize("members", PLAIN)
def test_what_is_plain_or_ruled_out_changes_nothing(members):
    assert "below the usual" in cards_beside(members)["rehabilitation"]["detail"]
