"""The page says no walk beside a note that forbids it, as beside such a title.

Rest in bed for hours is routine, and a denial forbids nothing.
"""

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.patients.leaving import act_ordered, page_after

FORBIDDING = [
    *("Walking not permitted", "Bed rest", "Bettruhe", "Riposo a letto", "Bedrust"),
    *("Leżenie w łóżku", "절대안정", "Repos strict au lit", "Reposo absoluto"),
    *("绝对卧床", "ベッド上安静", "침상안정", "Limit activity"),
    *("No weight on left leg", "Kein Gewicht auf linkes Bein", "체중부하 금지"),
    *("보행 금지", "Fall precautions: no walking alone", "Observe. Bed rest."),
]
ALLOWING = [
    *("Walk daily", "Bed rest 2 hours, then mobilise", "Bettruhe 4 Stunden"),
    *("Bed rest for 2 h post procedure", "Bedrust 2 uur", "No bed rest"),
    *("Bed rest is not needed", "Return to bed at night", "Full weight bearing"),
    *("Gehen erlaubt", "Walking not permitted without frame", "No lifting"),
    *("Pressure mattress for bed", "휠체어 불필요", "Bed by the window"),
]
CARRYING = [
    *("휠체어", "Hoist", "Patient lift", "Carrozzina", "Wózek inwalidzki"),
    *("Walking boot", "Aircast boot"),
]


def may_walk(*entries):
    return page_after(*entries)["mayTrain"]


@pytest.mark.parametrize("words", FORBIDDING)
def test_a_note_that_forbids_walking_holds_the_page_back(words):
    assert not may_walk(act_ordered("Nursing care", note=[{"text": words}]))
    assert not may_walk(act_ordered("Nursing care", patientInstruction=words))


@pytest.mark.parametrize("words", FORBIDDING)
def test_so_does_a_title(words):
    assert not may_walk(act_ordered(words))


@pytest.mark.parametrize("words", ALLOWING)
def test_a_note_that_allows_it_does_not(words):
    assert may_walk(act_ordered("Nursing care", note=[{"text": words}]))


@pytest.mark.parametrize("words", CARRYING)
def test_what_carries_a_patient_holds_it_back_as_any_order(words):
    device = of_patient(
        "DeviceRequest",
        "device",
        status="active",
        intent="order",
        authoredOn=days_ago(1),
        codeCodeableConcept={"text": words},
    )
    assert not may_walk(act_ordered(words))
    assert not may_walk(device)


@pytest.mark.parametrize("words", ["Chairfast", "卧床", "와상"])
def test_so_does_who_does_not_leave_bed_or_chair(words):
    known = {"recordedDate": days_ago(40), "onsetDateTime": days_ago(40)}
    assert not may_walk(problem("x", number="g", code={"text": words}, **known))
