"""The patient's record: what is asked, what counts as this patient's, and what one broken part costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DeadlinePassed, PatientMismatch
from cds_service.fhir.gathering.picking import NOT_UNDERSTOOD
from cds_service.fhir.gathering.prefetch import plan_prefetch
from cds_service.fhir.gathering.record import state_of
from tests.builders import RECORD, coded
from tests.codes import RXNORM, SCT
from tests.scripted_reader import ScriptedReader, gathered
from tests.stub_fhir import observation, page
from tests.tables import cases
from tests.wire_builders import hook_request

PLAN = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        "boneDensity": "Observation?patient={{context.patientId}}&code=http://loinc.org|38267-1",
        "conditions": "Condition?patient={{context.patientId}}",
        "medications": "MedicationRequest?patient={{context.patientId}}",
        "procedures": "Procedure?patient={{context.patientId}}",
    }
)
KEYS = [template.key for template in PLAN.templates]
IDENTIFIER = {"system": "https://ehr.example.org/mrn", "value": "4711"}
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1950-02-03",
    "identifier": [IDENTIFIER],
}
BASES = ("https://ehr.example.org/fhir", "http://inner:8080/fhir")
SUBJECT = {"reference": "Patient/p1"}
EMPTY = dict.fromkeys(KEYS)


def condition(number=1, code="44054006", system=SCT, **members):
    named = {"id": f"c{number}", "code": coded(code, system), "subject": SUBJECT}
    return {"resourceType": "Condition", **named, **members}


def medication(number=1, **members):
    return {
        "resourceType": "MedicationRequest",
        "id": f"m{number}",
        "status": "active",
        "intent": "order",
        "subject": SUBJECT,
        **members,
    }


def drug(code="904419", **members):
    return coded(code, RXNORM, **members)


def read(prefetch=None, fhir=None, seconds=60.0, **members):
    return gathered(
        hook_request(prefetch=prefetch, **members),
        PLAN,
        fhir,
        bases=BASES,
        seconds=seconds,
    )


def names(record) -> list[str]:
    return [f"{one.raw['resourceType']}/{one.raw['id']}" for one in record.resources]


SENT = {
    **{name: RECORD[name] for name in ("ICD", "coded")},
    "observation": observation,
    "condition": condition,
    "medication": medication,
    "drug": drug,
    "page": lambda resources: page(*resources),
    "IDENTIFIER": IDENTIFIER,
    "NOT_UNDERSTOOD": NOT_UNDERSTOOD,
}


@pytest.mark.parametrize(
    "case", cases(__file__, "gathered", SENT), ids=lambda case: case["why"]
)
def test_what_is_gathered(case):
    record = read({**EMPTY, "patient": PATIENT, **case["sent"]})
    state, reads = state_of(record), record.reads
    first = record.resources[0].concepts if record.resources else ()
    found = {
        "keeps": names(record),
        "days": [
            one.raw["effectiveDateTime"] for one in record.resources if "days" in case
        ],
        "concepts": list(first),
        "foreign": record.foreign,
        "cut": [key for key, one in reads.items() if one.is_cut],
        "entries": {key: reads[key].entries for key in case.get("entries", ())},
        "states": {key: reads[key].state for key in case.get("states", ())},
        "patient": record.patient
        and {name: record.patient.get(name) for name in case.get("patient") or ()},
        "unread": state.unread,
        "unreadable": [[one.key, sorted(one.concepts)] for one in record.unreadable],
        "named": [one.reference for one in record.unreadable],
    }
    for element in found.keys() & case.keys():
        assert found[element] == case[element], element
    assert case.get("concept", "any") in {"any", *first}
    assert (state.foreign, state.unreadable) == (
        sum(record.foreign.values()),
        len(record.unreadable),
    )
    assert "notes" not in case or bool(state.notes) is bool(case["notes"])
    assert case.get("notes", "") in "; ".join(state.notes)


# --- who is asked


@given(st.sets(st.sampled_from(KEYS)))
def test_ch_27_exactly_the_missing_keys_are_fetched(sent):
    answers = {
        "Patient": PATIENT,
        "Observation": page(observation(1)),
        "Condition": page(condition()),
    }
    whole = {
        "patient": PATIENT,
        "boneDensity": page(observation(1)),
        "conditions": page(condition()),
    }
    fhir = ScriptedReader(**answers, MedicationRequest=page(), Procedure=page())
    record = read({key: whole.get(key) for key in sent}, fhir)
    assert len(fhir.asked) == len(KEYS) - len(sent)
    assert names(record) == ["Observation/o1", "Condition/c1"]
    assert {key for key, one in record.reads.items() if one.origin == "fhir"} == set(
        KEYS
    ) - sent


def test_a_server_that_may_not_be_asked_is_not_said_to_be_missing():
    record = read({"patient": PATIENT}, None, fhirServer="https://x/fhir")
    assert "could not be asked" in record.reads["conditions"].note


@pytest.mark.parametrize("origin", ["prefetch", "fhir"])
def test_another_patient_is_a_mismatch(origin):
    other = {**PATIENT, "id": "p2"}
    sent = (
        {**EMPTY, "patient": other}
        if origin == "prefetch"
        else {key: None for key in KEYS if key != "patient"}
    )
    with pytest.raises(PatientMismatch):
        read(sent, ScriptedReader(Patient=other))


def test_a_drug_that_only_refers_to_the_server_is_read_there():
    """US Core: medicationReference to a Medication of the server, without display."""
    reference = {"reference": "https://ehr.example.org/fhir/Medication/d1"}
    served = {
        "resourceType": "Medication",
        "id": "d1",
        "ingredient": [{"itemCodeableConcept": drug()}],
    }
    fhir = ScriptedReader(Medication=served)
    sent = {**EMPTY, "medications": page(medication(medicationReference=reference))}
    record = read(sent, fhir, fhirServer="https://ehr.example.org/fhir")
    assert fhir.asked == ["Medication/d1"]
    assert "bone-drug" in record.resources[0].concepts
    assert record.resources[0].referred == served


def test_drugs_that_refer_to_another_server_are_not_asked_for_here_and_at_most_ten_are():
    elsewhere = {"reference": "https://other.example.org/fhir/Medication/d1"}
    many = [
        medication(n, medicationReference={"reference": f"Medication/d{n}"})
        for n in range(14)
    ]
    fhir = ScriptedReader()
    sent = {
        **EMPTY,
        "medications": page(medication(99, medicationReference=elsewhere), *many),
    }
    record = read(sent, fhir, fhirServer="https://ehr.example.org/fhir")
    assert len(fhir.asked) == 10
    assert {frozenset(one.concepts) for one in record.resources} == {
        frozenset({NOT_UNDERSTOOD})
    }


# --- the same record, whoever answers and in whatever order


def test_a_record_that_cannot_be_looked_through_in_time_is_no_record():
    """Each of these has a member that R4 does not know and is read twice: seconds for as many as a body can hold."""
    many = [observation(number) | {"unknownMember": 1} for number in range(5_000)]
    with pytest.raises(DeadlinePassed):
        read({**EMPTY, "patient": PATIENT, "boneDensity": page(*many)}, seconds=0.2)


# --- the encounter of the signing


WITH_ENCOUNTER = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}",
        "encounter": "Encounter/{{context.encounterId}}",
    }
)


def encounter(patient="p1"):
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
    return {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "in-progress",
        "class": kind,
        "subject": {"reference": f"Patient/{patient}"},
    }


def with_encounter(answer, *, encounter_id="e1"):
    """The record of a server that answers so, and what it was asked."""
    fhir = ScriptedReader(Patient=PATIENT, Condition=page(), Encounter=answer)
    request = hook_request()
    if encounter_id:
        request["context"]["encounterId"] = encounter_id
    return gathered(
        request, WITH_ENCOUNTER, fhir, bases=BASES, seconds=60.0
    ), fhir.asked


def test_the_encounter_is_read_once_by_the_id_of_the_call():
    record, asked = with_encounter(encounter())
    assert names(record) == ["Encounter/e1"]
    assert [one for one in asked if one.startswith("Encounter")] == ["Encounter/e1"]


def test_without_an_id_no_encounter_is_asked_for():
    record, asked = with_encounter(encounter(), encounter_id=None)
    assert names(record) == []
    assert not any(one.startswith("Encounter") for one in asked)


def test_an_encounter_of_another_patient_is_left_out():
    record, _ = with_encounter(encounter("p2"))
    assert names(record) == []
    assert record.foreign == {"Encounter": 1}


def test_an_encounter_that_cannot_be_read_is_no_notice():
    record, _ = with_encounter({"resourceType": "OperationOutcome", "issue": []})
    state = state_of(record)
    assert (state.unread, state.incomplete, state.unreadable) == ({}, {}, 0)
