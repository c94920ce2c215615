"""A diagnosis that an entry contains and refers to is read as the entry's own code."""

import pytest

from tests.chart_builders import PATIENT
from tests.codes import CLINICAL, ICD, codeable
from tests.patients.leaving import (
    DENIED,
    OVER,
    act_done,
    act_ordered,
    summaries_after,
    summaries_beside,
)

GRAVE = [
    pytest.param("I26.99", id="embolism"),
    pytest.param("I21.4", id="infarction"),
    pytest.param("I63.9", id="stroke"),
    pytest.param("S72.001A", id="hip"),
    pytest.param("S12.000A", id="neck"),
]
COMPLICATIONS = [
    *GRAVE,
    pytest.param("R33.9", id="retention"),
    pytest.param("G83.4", id="cauda equina"),
    pytest.param("M46.46", id="discitis"),
    pytest.param("A41.9", id="sepsis"),
    pytest.param("T84.7XXA", id="infected implant"),
    pytest.param("G97.51", id="haemorrhage"),
]


def inside(element, code, **members):
    """The members of an entry that contains this diagnosis and refers to it."""
    diagnosis = {
        "resourceType": "Condition",
        "id": "d",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "code": codeable(ICD, code) if isinstance(code, str) else code,
    }
    return {"contained": [diagnosis | members], element: [{"reference": "#d"}]}


@pytest.mark.parametrize("code", GRAVE)
@pytest.mark.parametrize("act", [act_ordered, act_done])
def test_a_reason_inside_an_act_is_asked_about_as_its_code_is(act, code):
    entry = act("Consult internal medicine")
    told = summaries_beside(entry | {"reasonCode": [codeable(ICD, code)]})
    assert len(told) == 1
    assert summaries_beside(entry | inside("reasonReference", code)) == told


def test_so_is_one_in_words():
    words = {"text": "Pulmonary embolism"}
    entry = act_ordered("Consult internal medicine")
    assert summaries_beside(entry | inside("reasonReference", words))


@pytest.mark.parametrize("code", COMPLICATIONS)
def test_a_complication_inside_the_operation_is_read_as_its_code_is(code):
    told = summaries_after(complication=[codeable(ICD, code)])
    assert summaries_after(**inside("complicationDetail", code)) == told
    assert "malignancy" not in told[0]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(DENIED, id="refuted"),
        pytest.param(OVER, id="resolved"),
        pytest.param({"clinicalStatus": codeable(CLINICAL, "inactive")}, id="inactive"),
        pytest.param({"onsetDateTime": "2019"}, id="of years ago"),
    ],
)
def test_what_is_denied_or_of_before_is_no_news(members):
    entry = act_ordered("Consult internal medicine")
    told = inside("reasonReference", "I26.99", **members)
    assert summaries_beside(entry | told) == []


def test_a_diagnosis_of_somebody_else_is_not_told():
    other = {"subject": {"reference": "Patient/other"}}
    told = inside("reasonReference", "I26.99", **other)
    assert summaries_beside(act_ordered("Consult internal medicine") | told) == []


def test_the_notes_of_a_complication_stay():
    noted = inside(
        "complicationDetail", "I10", note=[{"text": "Metastasis seen in L1."}]
    )
    assert "malignancy of bone" in summaries_after(**noted)[0]
