"""Codes of what goes wrong in or after an operation are asked about as reasons too."""

import pytest

from tests.chart_builders import days_ago
from tests.patients.inpatients import coded
from tests.patients.leaving import act_ordered, coded_reason, summaries_beside

HARM = [
    pytest.param("I97.121", id="arrest after an operation"),
    pytest.param("I97.411", id="bleeding of the heart"),
    pytest.param("I97.52", id="torn vessel"),
    pytest.param("I97.711", id="arrest in an operation"),
    pytest.param("I97.811", id="stroke in an operation"),
    pytest.param("I97.821", id="stroke after an operation"),
    pytest.param("J69.0", id="aspiration"),
    pytest.param("J95.821", id="failure of the lungs"),
    pytest.param("J95.811", id="pneumothorax"),
    pytest.param("J95.61", id="bleeding of the lungs"),
    pytest.param("K91.61", id="bleeding of the gut"),
    pytest.param("K91.841", id="bleeding after an operation of the gut"),
    pytest.param("N99.61", id="bleeding of the bladder"),
    pytest.param("G40.901", id="status epilepticus"),
    pytest.param("G40.A11", id="status of absences"),
]
EVERYDAY = [
    pytest.param("G40.909", id="epilepsy"),
    pytest.param("G40.309", id="generalised epilepsy"),
    pytest.param("I97.2", id="lymphoedema"),
    pytest.param("J95.00", id="tracheostomy"),
    pytest.param("J44.1", id="worse COPD"),
    pytest.param("J45.909", id="asthma"),
    pytest.param("K91.2", id="short bowel"),
    pytest.param("I10", id="hypertension"),
]


def reason(code):
    return summaries_beside(act_ordered("Consult", **coded_reason(code)))


@pytest.mark.parametrize("code", HARM)
def test_harm_of_an_operation_is_asked_about_as_a_reason(code):
    (summary,) = reason(code)
    assert "names an injury or grave illness. Read before leaving." in summary


@pytest.mark.parametrize("code", HARM)
def test_and_as_a_diagnosis(code):
    begun = coded(code, days=1, recordedDate=days_ago(1))
    (summary,) = summaries_beside(begun)
    assert "grave illness since the operation. Read before leaving." in summary


@pytest.mark.parametrize("code", EVERYDAY)
def test_what_lasts_is_not(code):
    assert reason(code) == []
