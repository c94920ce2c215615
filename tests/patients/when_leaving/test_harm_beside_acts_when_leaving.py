"""What went wrong since the operation is asked about, whatever element names it."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, inpatient, of_patient
from tests.codes import ICD, codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import (
    act_ordered,
    appointment,
    everything_arranged,
    kyphoplasty_done,
    leave,
    leaving_chart,
    summaries_beside,
)

HARM = "1 recent entry names an injury or grave illness. Read before leaving."
UNREAD = "1 recent entry not understood. Read before leaving."
YESTERDAY = days_ago(1)


def icd(*codes: str) -> list[Any]:
    return [codeable(ICD, code) for code in codes]


def device(title: str, days: int = 1, **members: Any) -> Resource:
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(days)}
    named = {"codeCodeableConcept": {"text": title}}
    return of_patient("DeviceRequest", "aid", **said | named | members)


def supply(title: str, **members: Any) -> Resource:
    said = {"status": "active", "authoredOn": YESTERDAY, "quantity": {"value": 1}}
    named = {"itemCodeableConcept": {"text": title}}
    return of_patient("SupplyRequest", "supply", **said | named | members)


def given(drug: str, **members: Any) -> Resource:
    said = {"status": "completed", "effectiveDateTime": YESTERDAY}
    named = {"medicationCodeableConcept": {"text": drug}}
    return of_patient("MedicationAdministration", "dose", **said | named | members)


def prescribed(drug: str, **members: Any) -> Resource:
    said = {"status": "active", "intent": "order", "authoredOn": YESTERDAY}
    named = {"medicationCodeableConcept": {"text": drug}}
    return of_patient("MedicationRequest", "drug", **said | named | members)


def study(**members: Any) -> Resource:
    said = {"status": "available", "started": YESTERDAY, "description": "CT"}
    return of_patient("ImagingStudy", "study", **said | members)


def told(*words: str) -> list[Any]:
    return [{"text": one} for one in words]


def done(title: str) -> Resource:
    said = {"status": "completed", "performedDateTime": YESTERDAY}
    return of_patient("Procedure", "act", **said, code={"text": title})


def diagnosis(code: str, days: int, **members: Any) -> Resource:
    return coded(code, days=days) | {"id": "told"} | members


def asks(*entries: Resource) -> bool:
    return any(one.endswith((HARM, UNREAD)) for one in summaries_beside(*entries))


def asks_after(**course: Any) -> bool:
    """Tell if the card asks, if the operation has these elements."""
    drug = statement("alendronate", "M05BA04", 1)
    chart = leaving_chart(*everything_arranged(), drug)
    operation = kyphoplasty_done(**course)
    others = [one for one in chart if one["id"] != operation["id"]]
    cards = leave((*others, operation))
    return any(card["summary"].endswith((HARM, UNREAD)) for card in cards)


def asks_of_stay(**members: Any) -> bool:
    """Tell if the card asks, if the stay has these elements."""
    drug = statement("alendronate", "M05BA04", 1)
    chart = leaving_chart(*everything_arranged(), drug)
    others = [one for one in chart if one["resourceType"] != "Encounter"]
    cards = leave((*others, inpatient() | members))
    return any(card["summary"].endswith((HARM, UNREAD)) for card in cards)


@pytest.mark.parametrize(
    "entry",
    [
        device("Walker", reasonCode=icd("S72.001A")),
        device("Sling", reasonCode=told("Humerus fracture")),
        device("Walker", reasonCode=icd("W06.XXXA")),
        device("Walker", note=told("Fall on ward")),
        device("Gilchristverband bei Humerusfraktur"),
        device("Ankle foot orthosis"),
        device("Peroneusschiene"),
        device("Home oxygen for pulmonary embolism"),
        supply("Dressings for wound infection"),
        given("Morphine", reasonCode=icd("I26.99")),
        given("Morphine", reasonCode=icd("S72.001A")),
        given("Morphine", reasonCode=told("Hip fracture")),
        study(reasonCode=told("Hip fracture")),
        study(reasonCode=told("Pulmonary embolism")),
        study(reasonCode=told("Fall on ward")),
        act_ordered("CT head", note=told("Rib fractures")),
    ],
)
def test_harm_is_read_in_whatever_resource_it_stands(entry: Resource) -> None:
    assert asks(entry)


@pytest.mark.parametrize("code", ["S42.201A", "S52.501A", "S12.110A", "W06.XXXA"])
def test_a_coded_reason_says_what_its_words_say(code: str) -> None:
    assert asks(act_ordered("CT", reasonCode=icd(code)))
    assert asks(prescribed("Paracetamol", reasonCode=icd(code)))


def test_a_drug_for_another_vertebra_is_asked_about() -> None:
    assert asks(prescribed("Paracetamol", reasonCode=icd("S22.080A")))


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(
            (act_ordered("X-ray", reasonCode=icd("S32.010A", "W19.XXXA")),),
            id="beside the fracture that it broke",
        ),
        pytest.param(
            (coded("W19.XXXA", days=20), act_ordered("X-ray", reasonCode=icd("W19"))),
            id="on the list",
        ),
        pytest.param(
            (act_ordered("X-ray", days=2, reasonCode=icd("W19.XXXA")),),
            id="of the day of the operation",
        ),
    ],
)
def test_the_fall_that_led_to_the_operation_is_not(entries: tuple[Any, ...]) -> None:
    assert not asks(*entries)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Cement pulmonary embolism",
            "Cement in epidural space",
            "Stravaso di cemento",
        ),
        *("New vertebral fracture", "Adjacent vertebral fracture", "Refracture of L1"),
        *("Pulmonary embolism", "Lungenembolie", "Embolie pulmonaire", "肺塞栓症"),
        *("Stroke", "Apoplex", "AVC", "Ictus", "Udar mózgu", "脳梗塞", "脑梗死"),
        *("Heupfractuur", "폐색전증", "Delir"),
    ],
)
def test_words_of_a_grave_illness_are_read_as_a_reason(words: str) -> None:
    assert asks(act_ordered("CT", words))
    assert asks(prescribed("Apixaban", reasonCode=told(words)))


@pytest.mark.parametrize("words", ["Sepsis", "패혈증"])
def test_sepsis_as_a_reason_is_not_excluded(words: str) -> None:
    (summary,) = summaries_beside(act_ordered("CT", words))
    assert summary.endswith("sepsis not excluded. Who settles the cause?")


@pytest.mark.parametrize(
    "title",
    [
        *("Sturzereignis", "Sturz", "Stürze", "Chute", "Valincident", "Val"),
        *("Upadek", "転倒転落", "転倒", "跌倒", "낙상", "Cast application wrist"),
        "Stroke call",
    ],
)
def test_a_title_of_one_word_tells_of_a_fall(title: str) -> None:
    assert asks(done(title))


@pytest.mark.parametrize(
    "words",
    [
        *("Pelvic fracture", "Beckenfraktur", "Femoral fracture", "Frattura femore"),
        *("Heupfractuur", "大腿骨骨折", "골반 골절", "Acetabular fracture"),
    ],
)
def test_a_stay_for_a_broken_pelvis_or_thigh_is_asked_about(words: str) -> None:
    assert asks_of_stay(reasonCode=told(words))


@pytest.mark.parametrize(
    "words", ["Hip fracture", "Schenkelhalsfraktur", "Fall on ward"]
)
def test_so_is_what_it_names_as_its_diagnosis(words: str) -> None:
    assert asks_of_stay(diagnosis=[{"condition": {"display": words}}])


@pytest.mark.parametrize(
    "words",
    [
        *("Hip fracture", "New fracture L2 on today's X-ray", "Pulmonary embolism"),
        *("Cement leak", "Fall on ward", "Wound infection"),
    ],
)
def test_a_note_of_yesterday_is_read_as_an_entry_of_that_day(words: str) -> None:
    note = {"text": words, "time": f"{YESTERDAY}T10:00:00Z"}
    older = note | {"time": f"{days_ago(20)}T10:00:00Z"}
    assert asks(diagnosis("M80.08XA", 20, note=[note]))
    assert not asks(diagnosis("M80.08XA", 20, note=[older]))


@pytest.mark.parametrize("words", ["Fall on ward", "Hip fracture", "T12 fracture"])
def test_so_is_the_evidence_of_a_new_diagnosis(words: str) -> None:
    assert asks(diagnosis("I10", 1, evidence=[{"code": told(words)}]))


@pytest.mark.parametrize(
    "words", ["Fall on ward", "Hip fracture", "New vertebral fracture", "T12 fracture"]
)
def test_so_is_how_the_operation_went(words: str) -> None:
    assert asks_after(outcome={"text": words})
    assert asks_after(followUp=told(words))


@pytest.mark.parametrize("words", ["Fracture clinic: T12", "Kyphoplasty T12"])
def test_so_is_a_visit_for_another_vertebra(words: str) -> None:
    assert asks(appointment(words, day="2026-12-04", number="next"))


@pytest.mark.parametrize(
    "entry",
    [
        prescribed("Amlodipine", reasonCode=told("Hypertension")),
        prescribed("Furosemide", reasonCode=told("Chronic heart failure")),
        prescribed("Torasemid", reasonCode=told("Herzinsuffizienz")),
        prescribed("Enoxaparin", reasonCode=told("Prevention of pulmonary embolism")),
        prescribed("Aspirin", reasonCode=told("Secondary prevention after stroke")),
        prescribed("Aspirin", reasonCode=told("Hx of stroke 2015")),
        prescribed("Salbutamol", reasonCode=told("COPD")),
        given("Paracetamol", reasonCode=told("Postoperative pain")),
        device("Walker", reasonCode=told("Gait instability")),
        device("Compression stockings", reasonCode=told("Prevention of DVT")),
        device("Hip protector", reasonCode=told("Prevention of hip fracture")),
        device("Pressure ulcer mattress"),
        supply("Incontinence pads", reasonCode=told("Incontinence")),
        act_ordered("D-dimer", "Rule out DVT"),
        act_ordered("Delirium screening"),
        study(reasonCode=told("Vertebral fracture L1")),
        appointment("Stroke clinic", day="2026-12-04", number="next"),
        appointment("Fracture clinic: L1", day="2026-12-04", number="next"),
    ],
)
def test_ordinary_reasons_ask_nothing(entry: Resource) -> None:
    assert not asks(entry)


def test_nor_does_a_drug_for_what_is_on_the_list() -> None:
    known = coded("I82.401", days=300)
    drug = prescribed("Apixaban", reasonCode=told("Deep vein thrombosis"))
    assert not asks(known, drug)
    assert asks(drug)


@pytest.mark.parametrize("course", ["Uneventful", "Complications: none"])
def test_nor_does_an_ordinary_course(course: str) -> None:
    assert not asks_after(outcome={"text": course})
