"""Was it done: what a person reads in a record after a signing, and what we read."""

import json
from typing import Any

import pytest

from cds_service.core.earlier_cards.course_after_signing import (
    Course,
    state_of,
    when_done,
)
from cds_service.population.outcomes.course_after_signing import read_course, row_of
from cds_service.population.scoring import Run
from tests.chart_builders import (
    DRUGS,
    HOOK,
    PATIENT,
    TODAY,
    Resource,
    brace,
    days_ago,
    dose,
    drug,
    of_patient,
    open_service,
    ordered,
    patient,
)
from tests.codes import ATC, codeable

SIGNED = 200  # days ago, so that 90 days ended 110 days ago
EXPORTED = frozenset(
    {
        *("Patient", "Observation", "Condition", "Procedure", "MedicationRequest"),
        *("MedicationAdministration", "ServiceRequest", "DeviceRequest"),
        *("Encounter", "Appointment", "MedicationDispense"),
    }
)


def course(
    *resources: Resource, signed: int = SIGNED, exported: frozenset[str] = EXPORTED
) -> Course:
    service = open_service()
    run = Run(service=service, hook=service.hooks[HOOK], as_of=TODAY, exported=exported)
    whole = [patient(), *resources]
    kept = {(one["resourceType"], one["id"]): one for one in whole}
    lines = [json.dumps(one).encode() for one in kept.values()]
    day = TODAY.fromisoformat(days_ago(signed))
    found = read_course(PATIENT, lines, run, day, 90)
    assert found is not None
    return found


PATIENT_ACTOR = {"reference": f"Patient/{PATIENT}"}


def encounter(days: int, words: str = "Osteoporosis clinic", **more: Any) -> Resource:
    said = {"status": "finished", "period": {"start": days_ago(days)}, **more}
    return of_patient("Encounter", "visit", type=[{"text": words}], **said)


def appointment(days: int, status: str) -> Resource:
    who = {"actor": {"reference": f"Patient/{PATIENT}"}, "status": "accepted"}
    words = [{"text": "Osteoporosis clinic"}]
    return {
        "resourceType": "Appointment",
        "id": "booked",
        "status": status,
        "start": f"{days_ago(days)}T09:00:00Z",
        "serviceType": words,
        "participant": [who],
    }


def dispensed(days: int, **more: Any) -> Resource:
    medicine = codeable(ATC, DRUGS["alendronate"])
    said = {"status": "completed", "whenHandedOver": days_ago(days), **more}
    return of_patient(
        "MedicationDispense", "handed", medicationCodeableConcept=medicine, **said
    )


def referral(days: int) -> Resource:
    return ordered("bone-treatment", number="referral", days=days)


def dead(days: int) -> Resource:
    return patient() | {"deceasedDateTime": days_ago(days)}


def reported(since: int, **more: Any) -> Resource:
    medicine = codeable(ATC, DRUGS["alendronate"])
    said = {"status": "active", "effectivePeriod": {"start": days_ago(since)}, **more}
    return of_patient(
        "MedicationStatement", "told", medicationCodeableConcept=medicine, **said
    )


@pytest.mark.parametrize(
    ("resources", "state"),
    [
        pytest.param([], "open", id="nothing"),
        pytest.param([encounter(190)], "done", id="visit"),
        pytest.param([encounter(200)], "done", id="visit-on-the-day"),
        pytest.param([encounter(110)], "done", id="visit-on-the-last-day"),
        pytest.param([encounter(109)], "late", id="visit-a-day-too-late"),
        pytest.param([encounter(201)], "open", id="visit-before-the-signing"),
        pytest.param(
            [encounter(0, period={"end": days_ago(110)})], "done", id="visit-by-its-end"
        ),
        pytest.param([encounter(190, "Dermatology")], "open", id="another-visit"),
        pytest.param(
            [encounter(190, status="cancelled")], "open", id="visit-cancelled"
        ),
        pytest.param([encounter(190, status="planned")], "open", id="visit-planned"),
        pytest.param([appointment(190, "fulfilled")], "done", id="appointment-kept"),
        pytest.param([appointment(190, "booked")], "open", id="appointment-booked"),
        pytest.param([appointment(-9, "booked")], "open", id="appointment-to-come"),
        pytest.param([appointment(190, "noshow")], "open", id="appointment-missed"),
        pytest.param([referral(199)], "open", id="referral-is-no-visit"),
        pytest.param(
            [
                referral(199),
                encounter(
                    150, "Follow-up", basedOn=[{"reference": "ServiceRequest/referral"}]
                ),
            ],
            "done",
            id="visit-by-its-referral",
        ),
        pytest.param(
            [
                ordered("physiotherapy", number="physio", days=199),
                encounter(
                    150, "Follow-up", basedOn=[{"reference": "ServiceRequest/physio"}]
                ),
            ],
            "open",
            id="visit-by-another-order",
        ),
        pytest.param([drug("alendronate", days=199)], "open", id="order-is-no-dose"),
        pytest.param([dose("zoledronate", days=150)], "done", id="dose"),
        pytest.param([dose("zoledronate", days=50)], "late", id="dose-late"),
        pytest.param(
            [dose("zoledronate", days=150) | {"status": "not-done"}],
            "open",
            id="not-given",
        ),
        pytest.param(
            [dose("zoledronate", days=150) | {"status": "entered-in-error"}],
            "open",
            id="dose-in-error",
        ),
        pytest.param([dispensed(180)], "done", id="dispense"),
        pytest.param(
            [dispensed(180, status="declined")], "open", id="dispense-declined"
        ),
        pytest.param([reported(180)], "done", id="reported"),
        pytest.param([reported(900)], "done", id="on-a-drug-all-along"),
        pytest.param(
            [reported(900, status="stopped")], "open", id="drug-stopped-before"
        ),
        pytest.param(
            [dose("denosumab", days=350)], "open", id="denosumab-ran-out-in-the-days"
        ),
        pytest.param([dose("zoledronate", days=390)], "done", id="last-years-infusion"),
        pytest.param([dead(100)], "died", id="dead"),
        pytest.param(
            [patient() | {"deceasedBoolean": True}], "died", id="dead-without-a-day"
        ),
        pytest.param([dead(100), encounter(190)], "done", id="seen-and-dead"),
    ],
)
def test_a_visit_or_a_taken_drug_closes_the_loop(
    resources: list[Resource], state: str
) -> None:
    assert state_of(course(*resources)) == state


def test_nobody_is_called_before_the_days_are_over() -> None:
    assert state_of(course(signed=90)) == "waiting"
    assert state_of(course(signed=91)) == "open"
    assert state_of(course(encounter(50), signed=80)) == "done"


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ("Encounter", "visits could not be read"),
        ("MedicationRequest", "medication list could not be read"),
    ],
)
def test_what_was_not_exported_was_not_read(missing: str, why: str) -> None:
    found = course(exported=EXPORTED - {missing})
    assert state_of(found) == "unsure"
    assert any(one.startswith(why) for one in found.unread)
    seen = course(encounter(190), exported=EXPORTED - {missing})
    assert state_of(seen) == "done"


def injected(days: int, **more: Any) -> Resource:
    return dose("denosumab", days=days) | more


@pytest.mark.parametrize(
    "words",
    ["patient never took it", "declined", "did not fill", "zzqx"],
)
@pytest.mark.parametrize(
    "intake",
    [
        pytest.param(reported(190), id="reported"),
        pytest.param(reported(400), id="on a drug all along"),
        pytest.param(injected(150), id="dose"),
        pytest.param(dispensed(150), id="dispense"),
    ],
)
def test_an_intake_that_was_not_understood_is_asked_about(
    intake: Resource, words: str
) -> None:
    assert state_of(course(intake)) == "done"
    doubtful = course(intake | {"note": [{"text": words}]})
    assert state_of(doubtful) == "unsure"
    assert "not understood" in row_of(doubtful, "shown").text


@pytest.mark.parametrize(
    "intake",
    [
        pytest.param(reported(190), id="reported"),
        pytest.param(dispensed(150), id="dispense"),
    ],
)
def test_a_note_that_it_was_never_taken_is_no_intake(intake: Resource) -> None:
    taken = course(intake | {"note": [{"text": "nie eingenommen"}]})
    assert state_of(taken) == "open"


def test_a_dosage_that_declines_the_drug_is_no_intake() -> None:
    declined = course(reported(190, dosage=[{"text": "patient declined"}]))
    assert state_of(declined) == "unsure"


def test_a_doubt_takes_no_sure_dose_back() -> None:
    note = [{"text": "refused"}]
    assert state_of(course(injected(150), dispensed(120, note=note))) == "done"


def test_a_doubt_of_long_ago_leaves_nothing_unsure() -> None:
    old = injected(1500, note=[{"text": "refused"}])
    assert state_of(course(old)) == "open"


@pytest.mark.parametrize(
    "visit",
    [
        encounter(190, "Osteoporosis clinic - did not attend"),
        encounter(190, "Osteoporosis clinic DNA"),
        encounter(190, "Osteoporosis clinic, zzqx"),
        encounter(190, reasonCode=[{"text": "did not attend"}]),
        appointment(190, "fulfilled") | {"comment": "patient never came"},
        encounter(190, modifierExtension=[{"url": "x:y", "valueBoolean": True}]),
        encounter(
            190,
            hospitalization={
                "dischargeDisposition": {"text": "Left without being seen"}
            },
        ),
        encounter(190, text={"status": "additional", "div": "<div>no show</div>"}),
        appointment(190, "fulfilled")
        | {"participant": [{"actor": PATIENT_ACTOR, "status": "declined"}]},
        appointment(190, "fulfilled") | {"cancelationReason": {"text": "no show"}},
    ],
)
def test_a_visit_that_was_not_understood_is_asked_about(visit: Resource) -> None:
    doubtful = course(visit)
    assert state_of(doubtful) == "unsure"
    assert "visit 14 May 2026 recorded, not understood" in doubtful.unread


def test_a_visit_of_another_patient_closes_nothing() -> None:
    stranger = {"actor": {"reference": "Patient/zz"}, "status": "accepted"}
    declined = {"actor": PATIENT_ACTOR, "status": "declined"}
    theirs = appointment(190, "fulfilled") | {"participant": [stranger]}
    ours_declined = appointment(190, "fulfilled") | {
        "participant": [stranger, declined]
    }
    assert state_of(course(theirs)) == "open"
    assert state_of(course(ours_declined)) == "unsure"


@pytest.mark.parametrize(
    "words",
    [
        "Osteoporosis clinic",
        "Osteoporosis clinic follow-up visit",
        "Fracture liaison service",
        "Bone health clinic, new patient",
        "Osteoporosesprechstunde",
    ],
)
def test_a_visit_in_plain_words_is_one(words: str) -> None:
    assert state_of(course(encounter(190, words))) == "done"


def of_unknown(kind: str, **members: Any) -> Resource:
    said = {"status": "completed", "medicationReference": {"reference": "Medication/x"}}
    return of_patient(kind, "unknown", **(said | members))


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        pytest.param(
            of_unknown("MedicationAdministration", effectiveDateTime=days_ago(150)),
            "unsure",
            id="dose",
        ),
        pytest.param(
            of_unknown("MedicationDispense", whenHandedOver=days_ago(150)),
            "unsure",
            id="dispense",
        ),
        pytest.param(
            of_unknown(
                "MedicationStatement",
                status="active",
                medicationReference=None,
                medicationCodeableConcept={"text": "Zzyx 5"},
            ),
            "unsure",
            id="words-that-nobody-knows",
        ),
        pytest.param(
            of_unknown(
                "MedicationRequest",
                status="active",
                intent="order",
                authoredOn=days_ago(150),
            ),
            "open",
            id="an-order-is-no-dose",
        ),
        pytest.param(
            of_unknown(
                "MedicationAdministration",
                status="entered-in-error",
                effectiveDateTime=days_ago(150),
            ),
            "open",
            id="in-error",
        ),
    ],
)
def test_a_drug_that_could_not_be_read_is_not_called_none(
    entry: Resource, state: str
) -> None:
    found = course(entry)
    assert state_of(found) == state
    text = row_of(found, "accepted").text
    assert ("no dose of a bone drug on record" in text) == (state == "open")
    unknown = "1 medication entry of a drug that could not be read"
    assert (unknown in text) == (state == "unsure")


def test_an_order_and_a_dose_are_counted_apart() -> None:
    found = course(
        drug("alendronate", days=195), dispensed(100), referral(199), encounter(105)
    )
    assert when_done(found, "referral") == "in-time"
    assert when_done(found, "drug-ordered") == "in-time"
    assert when_done(found, "drug-started") == "late"
    assert when_done(found, "visit") == "late"
    assert found.resources["drug-ordered"] == "MedicationRequest/m-alendronate"
    assert found.resources["drug-started"] == "MedicationDispense/handed"
    assert state_of(found) == "late"


def test_appointments_that_were_not_kept_are_named() -> None:
    found = course(appointment(150, "booked"))
    assert [day.isoformat() for day in found.missed] == [days_ago(150)]
    assert course(appointment(150, "booked"), encounter(140)).missed == ()


def weeks(count: int) -> Resource:
    return {"value": count, "system": "http://unitsofmeasure.org", "code": "wk"}


def worn(status: str, end: int | None, days: int = 198) -> Resource:
    period = {"start": days_ago(days), **({"end": days_ago(end)} if end else {})}
    return brace(status=status, authoredOn=days_ago(days), occurrencePeriod=period)


@pytest.mark.parametrize(
    ("orders", "when"),
    [
        pytest.param([], "not-needed", id="no-brace"),
        pytest.param([worn("active", None)], "not-found", id="worn"),
        pytest.param(
            [worn("active", 150)], "not-found", id="still-active-past-its-end"
        ),
        pytest.param([worn("completed", 150)], "in-time", id="ended"),
        pytest.param([worn("completed", 50)], "late", id="ended-late"),
        pytest.param([worn("revoked", None)], "late", id="stopped-without-a-day"),
        pytest.param([worn("completed", 230, 300)], "not-needed", id="earlier-brace"),
        pytest.param([worn("entered-in-error", None)], "not-needed", id="in-error"),
    ],
)
def test_a_brace_is_off_when_its_order_ended(orders: list[Resource], when: str) -> None:
    assert when_done(course(*orders), "brace-ended") == when


def device_order(number: str, **members: Any) -> Resource:
    what = {"codeReference": {"reference": "Device/nowhere"}}
    written = {"status": "active", "intent": "order", "authoredOn": days_ago(198)}
    return of_patient("DeviceRequest", number, **what | written | members)


@pytest.mark.parametrize(
    ("order", "when"),
    [
        pytest.param({}, "not-found", id="device-that-the-record-lacks"),
        pytest.param(
            {"codeReference": None, "codeCodeableConcept": {"text": "Zzyx 5"}},
            "not-found",
            id="words-that-nobody-knows",
        ),
        pytest.param({"authoredOn": None}, "not-found", id="without-a-day"),
        pytest.param({"status": "entered-in-error"}, "not-needed", id="in-error"),
        pytest.param({"authoredOn": days_ago(500)}, "not-needed", id="years-before"),
        pytest.param(
            {"codeReference": None, "codeCodeableConcept": {"text": "Wheelchair"}},
            "not-needed",
            id="another-device",
        ),
    ],
)
def test_no_brace_is_said_of_device_orders_that_were_understood_alone(
    order: dict[str, Any], when: str
) -> None:
    assert when_done(course(device_order("d", **order)), "brace-ended") == when


def test_an_order_that_was_not_read_leaves_the_end_of_the_last_brace_open() -> None:
    found = course(worn("completed", 150), device_order("d"))
    assert when_done(found, "brace-ended") == "not-found"


def test_no_brace_is_not_said_of_a_list_that_was_not_read() -> None:
    found = course(exported=EXPORTED - {"DeviceRequest"})
    assert when_done(found, "brace-ended") == "not-found"


def timed(**repeat: Any) -> Resource:
    return brace(
        status="completed",
        authoredOn=days_ago(198),
        occurrenceTiming={"repeat": repeat},
    )


@pytest.mark.parametrize(
    ("order", "when"),
    [
        pytest.param(worn("revoked", -20), "late", id="before-its-last-day"),
        pytest.param(worn("completed", -20), "late", id="completed-before-it"),
        pytest.param(
            timed(boundsPeriod={"start": days_ago(198), "end": days_ago(142)}),
            "in-time",
            id="period",
        ),
        pytest.param(timed(boundsDuration=weeks(8)), "in-time", id="eight-weeks"),
        pytest.param(timed(boundsDuration=weeks(20)), "late", id="twenty-weeks"),
    ],
)
def test_a_brace_that_came_off_is_counted_however_its_end_is_written(
    order: Resource, when: str
) -> None:
    """A brace that was stopped early was told as none that was ever worn."""
    assert when_done(course(order), "brace-ended") == when


def test_lines_without_their_patient_are_no_record() -> None:
    service = open_service()
    run = Run(service=service, hook=service.hooks[HOOK], as_of=TODAY)
    lines = [json.dumps(encounter(190)).encode()]
    assert read_course(PATIENT, lines, run, TODAY, 90) is None
