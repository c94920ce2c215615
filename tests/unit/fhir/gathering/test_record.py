"""The patient's record: what is asked, what counts as this patient's, and what one broken part costs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DeadlinePassed, PatientMismatch
from cds_service.fhir.gathering.picking import NOT_UNDERSTOOD
from cds_service.fhir.gathering.prefetch import plan_prefetch
from cds_service.fhir.gathering.record import gather, state_of
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.references import bases_of
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.builders import ICD, RXNORM, coded, terminology
from tests.scripted_reader import ScriptedReader
from tests.stub_fhir import observation, outcome, page
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
SUBJECT = {"reference": "Patient/p1"}
EMPTY = dict.fromkeys(KEYS)


def condition(number=1, code="44054006", **members):
    coding = {"coding": [{"system": "http://snomed.info/sct", "code": code}]}
    return {"resourceType": "Condition", "id": f"c{number}", "code": coding, "subject": SUBJECT, **members}


def medication(number=1, **members):
    return {
        "resourceType": "MedicationRequest",
        "id": f"m{number}",
        "status": "active",
        "intent": "order",
        "subject": SUBJECT,
        **members,
    }


def drug(code="904419"):
    return coded(code, RXNORM)


def read(prefetch=None, fhir=None, budget_seconds=60.0, **members):
    request = parse_request(json.dumps(hook_request(prefetch=prefetch, **members)).encode(), "order-sign")
    return gather(request, PLAN, fhir, terminology(), person_of(request), deadline=Deadline.after(budget_seconds))


def person_of(request):
    return Person(request.context.patient_id, bases_of(["https://ehr.example.org/fhir", "http://inner:8080/fhir"]))


def observed(*resources, **sent):
    """The record with these Observations, the Patient, and nothing else."""
    return read({**EMPTY, "patient": PATIENT, "boneDensity": page(*resources), **sent})


def names(record) -> list[str]:
    return [f"{one.raw['resourceType']}/{one.raw['id']}" for one in record.resources]


@pytest.mark.parametrize(("other", "foreign"), [("https://ehr.example.org/fhir", 1), ("https://third.example.org", 0)])
def test_what_another_server_holds_is_left_out_where_a_list_names_ours_as_well(other, foreign):
    theirs = observation(1, meta={"versionId": "9"}, effectiveDateTime="2026-06-01")
    entries = [(observation(1, meta={"versionId": "1"}), other), (theirs, "https://other.example.org/fhir")]
    listed = [{"resource": one, "fullUrl": f"{base}/Observation/o1"} for one, base in entries]
    record = read({**EMPTY, "patient": PATIENT, "boneDensity": {"resourceType": "Bundle", "entry": listed}})
    (kept,) = record.resources
    assert kept.raw["effectiveDateTime"] == ("2026-05-01" if foreign else "2026-06-01")
    assert sum(record.foreign.values()) == foreign
    assert record.reads["boneDensity"].is_cut is bool(foreign)  # it may be the same person's: no 'no' is said


def test_what_was_left_out_is_counted_where_nothing_else_was_found():
    theirs = {"resource": observation(1), "fullUrl": "https://other.example.org/fhir/Observation/o1"}
    ours = {"resource": {"resourceType": "Device", "id": "1"}, "fullUrl": "https://ehr.example.org/fhir/Device/1"}
    record = read({**EMPTY, "patient": PATIENT, "boneDensity": {"resourceType": "Bundle", "entry": [theirs, ours]}})
    assert not record.resources
    assert record.foreign == {"Observation": 1}


# --- who is asked


@given(st.sets(st.sampled_from(KEYS)))
def test_ch_27_exactly_the_missing_keys_are_fetched(sent):
    answers = {"Patient": PATIENT, "Observation": page(observation(1)), "Condition": page(condition())}
    whole = {"patient": PATIENT, "boneDensity": page(observation(1)), "conditions": page(condition())}
    fhir = ScriptedReader(**answers, MedicationRequest=page(), Procedure=page())
    record = read({key: whole.get(key) for key in sent}, fhir)
    assert len(fhir.asked) == len(KEYS) - len(sent)
    assert names(record) == ["Observation/o1", "Condition/c1"]
    assert {key for key, one in record.reads.items() if one.origin == "fhir"} == set(KEYS) - sent


def test_a_server_that_may_not_be_asked_is_not_said_to_be_missing():
    record = read({"patient": PATIENT}, None, fhirServer="https://x/fhir")
    assert "could not be asked" in record.reads["conditions"].note


# --- whose it is


@pytest.mark.parametrize("origin", ["prefetch", "fhir"])
def test_another_patient_is_a_mismatch(origin):
    other = {**PATIENT, "id": "p2"}
    sent = {**EMPTY, "patient": other} if origin == "prefetch" else {key: None for key in KEYS if key != "patient"}
    with pytest.raises(PatientMismatch):
        read(sent, ScriptedReader(Patient=other))


def test_a_patient_without_an_id_is_not_taken_for_ours():
    record = read({**EMPTY, "patient": {"resourceType": "Patient", "birthDate": "1950-02-03"}})
    assert record.patient is None
    assert record.reads["patient"].state == "failed"


OURS = cases(__file__, "ours", {"IDENTIFIER": IDENTIFIER})
FOREIGN = cases(__file__, "foreign", {"IDENTIFIER": IDENTIFIER})


@pytest.mark.parametrize("subject", OURS)
def test_every_way_to_name_the_patient_counts(subject):
    record = observed(observation(1, subject=subject))
    assert names(record) == ["Observation/o1"]
    assert record.foreign == {}


@pytest.mark.parametrize("subject", FOREIGN)
def test_what_names_another_patient_or_none_is_dropped_and_counted(subject):
    record = observed(observation(1, subject=subject), observation(2))
    assert names(record) == ["Observation/o2"]
    assert record.foreign == {"Observation": 1}
    assert state_of(record).foreign == 1
    assert record.reads["boneDensity"].entries == 1


def test_a_reference_to_the_full_url_of_the_patient_counts():
    url = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
    sent = {"resourceType": "Bundle", "entry": [{"fullUrl": url, "resource": PATIENT}]}
    record = observed(observation(1, subject={"reference": url}), patient=sent)
    assert names(record) == ["Observation/o1"]


@pytest.mark.parametrize("url", ["urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "urn:uuid:p1"])
def test_a_full_url_that_another_patient_has_too_names_nobody(url):
    other = {"fullUrl": url, "resource": {**PATIENT, "id": "p2"}}
    sent = {"resourceType": "Bundle", "entry": [{"fullUrl": url, "resource": PATIENT}]}
    named = {"resource": observation(1, subject={"reference": url})}
    record = observed(patient=sent, boneDensity={"resourceType": "Bundle", "entry": [other, named]})
    assert names(record) == []
    assert record.foreign == {"Observation": 1}


def test_of_two_different_patients_with_the_id_neither_is_read():
    record = observed(patient=page(PATIENT, {**PATIENT, "birthDate": "1990-02-03"}))
    assert record.patient is None
    assert state_of(record).unread == {"patient": "two different Patients have this id"}


def test_a_contained_patient_counts_by_its_identifier():
    contained = [{"resourceType": "Patient", "id": "pat", "identifier": [IDENTIFIER]}]
    record = observed(observation(1, subject={"reference": "#pat"}, contained=contained))
    assert names(record) == ["Observation/o1"]


def test_a_list_with_nothing_of_this_patient_is_not_a_list_that_was_read():
    record = observed(conditions=page(condition(subject={"reference": "Patient/p2"})))
    assert record.reads["conditions"].state == "empty"
    assert record.reads["conditions"].entries == 0


def test_a_merged_patient_is_said():
    link = [{"other": {"reference": "Patient/p9"}, "type": "replaced-by"}]
    record = observed(patient={**PATIENT, "link": link})
    assert record.patient is not None
    assert "merged into Patient/p9" in state_of(record).notes[0]


@pytest.mark.parametrize(("issue", "is_said"), [("4119", True), ("4101", False)])
def test_a_warning_among_the_entries_is_said_and_the_data_are_used(issue, is_said):
    warning = outcome("warning")
    warning["issue"][0]["details"] = {"coding": [{"code": issue}]}
    record = observed(observation(1), conditions=page(condition(1), warning))
    assert names(record) == ["Observation/o1", "Condition/c1"]
    assert any("warning" in note for note in state_of(record).notes) is is_said


# --- what is picked


def test_resources_that_we_do_not_read_are_counted_but_not_kept():
    record = observed(
        observation(1),
        observation(2, code="8480-6"),
        conditions=page(condition(1), condition(2) | {"code": coded("I10", ICD)}),
    )
    assert names(record) == ["Observation/o1", "Condition/c1"]
    assert record.reads["conditions"].entries == 2
    assert "t-score-lumbar-spine" in record.resources[0].concepts


def test_a_component_is_read_by_its_code():
    component = [{"code": coded("38267-1")}]
    record = observed(observation(1, code="83311-1", component=component, valueQuantity=None))
    assert "t-score-lumbar-spine" in record.resources[0].concepts


@pytest.mark.parametrize("code", [None, 5, "x", [], {}, {"coding": None}, {"coding": [{}]}, {"coding": "x"}])
def test_a_code_that_is_none_matches_nothing(code):
    assert observed({**observation(1), "code": code}).resources == ()


@pytest.mark.parametrize(
    "members",
    [
        {"medicationCodeableConcept": drug()},
        {
            "medicationReference": {"reference": "#med"},
            "contained": [{"resourceType": "Medication", "id": "med", "code": drug()}],
        },
    ],
)
def test_a_drug_is_found_in_place_or_contained(members):
    record = observed(medications=page(medication(**members)))
    assert "bone-drug" in record.resources[0].concepts


@pytest.mark.parametrize(
    "reference", ["Medication/d1", "https://ehr.example.org/fhir/Medication/d1", "Medication/d1/_history/2"]
)
def test_a_drug_that_came_along_is_found(reference):
    included = {"resourceType": "Medication", "id": "d1", "code": drug()}
    record = observed(medications=page(medication(medicationReference={"reference": reference}), included))
    assert "bone-drug" in record.resources[0].concepts


@pytest.mark.parametrize(("kind", "state"), [("MedicationStatement", "empty"), ("Procedure", "failed")])
def test_a_server_without_medication_statements_keeps_none(kind, state):
    """HAPI answers 404 to a type that it does not serve; a list that every server has could not be read."""
    plan = plan_prefetch({"patient": "Patient/{{context.patientId}}", "one": kind + "?patient={{context.patientId}}"})
    request = parse_request(json.dumps(hook_request(prefetch={})).encode(), "order-sign")
    record = gather(
        request, plan, ScriptedReader(Patient=PATIENT), terminology(), person_of(request), deadline=Deadline.after(5)
    )
    assert record.reads["one"].state == state


def test_a_drug_that_only_refers_to_the_server_is_read_there():
    """US Core: medicationReference to a Medication of the server, without display."""
    reference = {"reference": "https://ehr.example.org/fhir/Medication/d1"}
    served = {"resourceType": "Medication", "id": "d1", "ingredient": [{"itemCodeableConcept": drug()}]}
    fhir = ScriptedReader(Medication=served)
    sent = {**EMPTY, "medications": page(medication(medicationReference=reference))}
    record = read(sent, fhir, fhirServer="https://ehr.example.org/fhir")
    assert fhir.asked == ["Medication/d1"]
    assert "bone-drug" in record.resources[0].concepts
    assert record.resources[0].referred == served


def test_drugs_that_refer_to_another_server_are_not_asked_for_here_and_at_most_ten_are():
    elsewhere = {"reference": "https://other.example.org/fhir/Medication/d1"}
    many = [medication(n, medicationReference={"reference": f"Medication/d{n}"}) for n in range(14)]
    fhir = ScriptedReader()
    sent = {**EMPTY, "medications": page(medication(99, medicationReference=elsewhere), *many)}
    record = read(sent, fhir, fhirServer="https://ehr.example.org/fhir")
    assert len(fhir.asked) == 10
    assert {frozenset(one.concepts) for one in record.resources} == {frozenset({NOT_UNDERSTOOD})}


@pytest.mark.parametrize("members", cases(__file__, "a_drug_that_cannot_be_told_stays_visible"))
def test_a_drug_that_cannot_be_told_stays_visible(members):
    record = observed(medications=page(medication(**members)))
    assert record.resources[0].concepts == {NOT_UNDERSTOOD}


def test_a_drug_in_a_known_system_that_is_none_of_ours_is_only_counted():
    paracetamol = {**drug("313782"), "text": "Paracetamol 325 MG Oral Tablet"}
    record = observed(medications=page(medication(medicationCodeableConcept=paracetamol)))
    assert record.resources == ()
    assert record.reads["medications"].entries == 1


def test_a_product_code_alone_that_no_value_set_lists_may_be_any_drug():
    record = observed(medications=page(medication(medicationCodeableConcept=drug("313782"))))
    assert record.resources[0].concepts == {NOT_UNDERSTOOD}


def test_a_drug_of_an_unlisted_product_code_is_found_by_its_name():
    named = {**drug("1234567"), "text": "Fosamax 70 MG Oral Tablet"}
    record = observed(medications=page(medication(medicationCodeableConcept=named)))
    assert "bone-drug" in record.resources[0].concepts


def test_words_count_for_procedures_without_a_known_code_and_not_for_conditions():
    procedure = {
        "resourceType": "Procedure",
        "id": "k1",
        "status": "completed",
        "subject": SUBJECT,
        "code": {"text": "Balloon Kyphoplasty L1"},
    }
    record = observed(procedures=page(procedure), conditions=page(condition(code="1", text="kyphoplasty")))
    assert names(record) == ["Procedure/k1"]


# --- what is broken


@pytest.mark.parametrize("members", cases(__file__, "one_broken_observation_costs_nothing_else"))
def test_one_broken_observation_costs_nothing_else(members):
    record = observed(observation(1), {**observation(2), **members}, observation(3))
    assert names(record) == ["Observation/o1", "Observation/o3"]
    assert [(one.concepts, one.key) for one in record.unreadable] == [({"t-score-lumbar-spine"}, "boneDensity")]
    assert state_of(record).unreadable == 1


def test_a_broken_resource_is_named_without_its_values():
    broken = observation(1, status="Hallie", valueQuantity={"value": "Hoeger"}, id="Hallie Hoeger")
    (one,) = observed(broken).unreadable
    assert one.reference == "Observation without id"
    assert one.key == "boneDensity"


def test_a_broken_birth_date_does_not_cost_the_sex_and_is_no_birth_date():
    record = observed(patient={**PATIENT, "birthDate": "1950-13-01"})
    assert (record.patient["gender"], record.patient.get("birthDate")) == ("female", None)
    assert record.unreadable[0].concepts == {"birthDate"}


def test_a_patient_that_an_extension_modifies_is_named_and_not_read():
    modified = {"modifierExtension": [{"url": "https://ehr.example.org/not", "valueBoolean": True}]}
    record = observed(observation(1), patient={**PATIENT, "birthDate": "1950-13-01", **modified})
    assert record.patient is None
    assert [one.reference for one in record.unreadable] == ["Patient/p1"]
    assert names(record) == ["Observation/o1"]


def test_a_broken_telephone_does_not_cost_the_birth_date():
    record = observed(patient={**PATIENT, "telecom": [{"value": 5}], "name": "Hallie"})
    assert record.patient["birthDate"] == "1950-02-03"
    assert record.unreadable[0].concepts == {"name", "telecom"}


# --- the same record, whoever answers and in whatever order


def test_a_record_that_cannot_be_looked_through_in_time_is_no_record():
    """Each of these has a member that R4 does not know and is read twice: seconds for as many as a body can hold."""
    many = [observation(number) | {"unknownMember": 1} for number in range(5_000)]
    with pytest.raises(DeadlinePassed):
        read({**EMPTY, "patient": PATIENT, "boneDensity": page(*many)}, budget_seconds=0.2)
