"""What an act since the operation says of its course, its details and its instruction."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, inpatient
from tests.codes import ICD, codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import (
    act_done,
    act_ordered,
    cards_beside,
    everything_arranged,
    leave,
    leaving_chart,
    summaries_beside,
)

READ = "Read before leaving."
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ROLES = "http://terminology.hl7.org/CodeSystem/diagnosis-role"
GRAVE = ["Lungenembolie", "acute stroke", "embolie pulmonaire", "脳梗塞"]
OF_CONCEPTS = ["complication", "followUp"]
WARNINGS = [
    "Call 911 for chest pain or signs of stroke",
    "Return to ED if fever, leg swelling or chest pain",
    "Seek help if symptoms of a blood clot (DVT/PE) or stroke",
    "Bei Zeichen eines Schlaganfalls 112 rufen",
    "Injections prevent blood clots (DVT, PE)",
    "Keep the wound dry",
]
PLAIN = [
    *("Tolerated well", "No complications", "Ohne Komplikationen", "gut toleriert"),
    *("Walked 50 m, no fall", "kein Sturz", "Falls risk assessed", "Goals met"),
]


def session(**members: Any) -> Any:
    """A session of physiotherapy of yesterday, the day after the operation."""
    return act_done("Physiotherapy session") | members


def cards_of_stay(name: str, role: str = "") -> list[Any]:
    """The cards after a stay whose diagnosis has this name, and is not on record."""
    one: Any = {"condition": {"reference": "Condition/77", "display": name}}
    stay = inpatient() | {
        "diagnosis": [one | ({"use": codeable(ROLES, role)} if role else {})]
    }
    taken = statement("alendronate", "M05BA04", 1)
    record = leaving_chart(*everything_arranged(), taken)
    others = (entry for entry in record if entry["id"] != stay["id"])
    return leave((*others, stay))


@pytest.mark.parametrize("name", GRAVE)
@pytest.mark.parametrize("element", OF_CONCEPTS)
def test_grave_illness_in_the_course_of_an_act_is_read(name: str, element: str) -> None:
    (summary,) = summaries_beside(session(**{element: [{"text": name}]}))
    assert summary.endswith(READ)


@pytest.mark.parametrize("element", ["outcome", "statusReason"])
def test_so_is_it_as_how_it_went(element: str) -> None:
    (summary,) = summaries_beside(session(**{element: {"text": "Lungenembolie"}}))
    assert summary.endswith(READ)


def test_so_is_a_complication_by_a_code_or_a_reference() -> None:
    coded = session(complication=[codeable(ICD, "I26.99")])
    named = session(complicationDetail=[{"display": "Pulmonary embolism"}])
    assert [len(cards_beside(one)) for one in (coded, named)] == [1, 1]


@pytest.mark.parametrize("words", ["Patient fell", "Sturz", "chute", "転倒"])
def test_so_is_a_fall(words: str) -> None:
    (summary,) = summaries_beside(session(outcome={"text": words}))
    assert summary.endswith(READ)


def test_so_are_the_details_and_the_instruction_of_an_order() -> None:
    detailed = act_ordered("CBC", orderDetail=[{"text": "Lungenembolie"}])
    told = act_ordered("Follow-up", patientInstruction="After your stroke: rest")
    assert [len(cards_beside(one)) for one in (detailed, told)] == [1, 1]


@pytest.mark.parametrize("words", WARNINGS)
def test_what_to_watch_for_has_not_come(words: str) -> None:
    detailed = act_ordered("Follow-up", orderDetail=[{"text": words}])
    told = act_ordered("Follow-up", patientInstruction=words)
    assert [cards_beside(one) for one in (detailed, told)] == [[], []]


@pytest.mark.parametrize("words", PLAIN)
def test_an_ordinary_course_is_not_asked_about(words: str) -> None:
    assert cards_beside(session(outcome={"text": words})) == []


@pytest.mark.parametrize("role", ["", "DD", "post-op"])
def test_the_stay_names_grave_illness_with_which_the_patient_leaves(role: str) -> None:
    (card,) = cards_of_stay("Lungenembolie", role)
    assert card["summary"].endswith(READ)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        *(("Lungenembolie", role) for role in ("AD", "CC", "CM")),
        *(("Z. n. Lungenembolie 2015", role) for role in ("", "DD")),
        *(("LWK-1-Fraktur", role) for role in ("", "DD")),
    ],
)
def test_what_the_patient_came_with_or_had_is_no_news(name: str, role: str) -> None:
    assert cards_of_stay(name, role) == []


@pytest.mark.parametrize("status", ["recurrence", "relapse"])
def test_what_came_back_since_is_read_whenever_it_began_first(status: str) -> None:
    embolism = coded("I26.99", days=900, clinicalStatus=codeable(CLINICAL, status))
    (card,) = cards_beside(embolism | {"recordedDate": days_ago(1)})
    assert card["summary"].endswith(READ)
    assert cards_beside(embolism) == []


@pytest.mark.parametrize("recorded", [1, 2, 400])
def test_an_onset_since_is_of_this_time_though_it_came_back(recorded: int) -> None:
    status = codeable(CLINICAL, "recurrence")
    embolism = coded("I26.99", days=1, clinicalStatus=status)
    (card,) = cards_beside(embolism | {"recordedDate": days_ago(recorded)})
    assert "grave illness since the operation" in card["summary"]
