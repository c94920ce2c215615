"""The patient's record: what is asked, what counts as this patient's, and what one broken part costs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DeadlinePassed, PatientMismatch
from cds_service.fhir.entries.words.open_concepts import NOT_UNDERSTOOD
from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.record_state import is_cut, state_of
from tests.builders import coded
from tests.codes import ICD, RXNORM, SCT
from tests.scripted_reader import ScriptedReader, gathered
from tests.stub_fhir import observation, page
from tests.wire_builders import hook_request

PLAN = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        "boneDensity": (
            "Observation?patient={{context.patientId}}&code=http://loinc.org|38267-1"
        ),
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
    return [
        f"{entry.raw['resourceType']}/{entry.raw['id']}" for entry in record.entries
    ]


def days(record) -> list[str]:
    return [entry.raw.get("effectiveDateTime") for entry in record.entries]


def cut_lists(record) -> list[str]:
    return [key for key, outcome in record.reads.items() if outcome.is_cut]


def broken_entries(record) -> list[tuple[str, list[str]]]:
    """Return the list and the concepts of each entry that is broken."""
    return [(broken.key, sorted(broken.concepts)) for broken in record.unreadable]


def first_concepts(record) -> list[str]:
    return list(record.entries[0].concepts)


def gather(*, has_patient=True, **sent):
    """Read a call of this patient; a list that it does not send is empty.

    Asserts of every record that its patient was found, unless `has_patient` says
    otherwise, and that its state counts what was left out and what is broken.
    """
    record = read({**EMPTY, "patient": PATIENT, **sent})
    state = state_of(record)
    assert (record.patient is not None) is has_patient
    assert state.foreign == sum(record.foreign.values())
    assert state.unreadable == len(record.unreadable)
    return record


# --- of which server


OURS, OTHERS = "https://ehr.example.org/fhir", "https://other.example.org/fhir"


def addressed(*entries):
    """Build a Bundle of full URLs and resources; a URL of None is left out."""
    listed = [
        {"fullUrl": url, "resource": resource} if url else {"resource": resource}
        for url, resource in entries
    ]
    return {"resourceType": "Bundle", "entry": listed}


def first_version():
    return observation(1, meta={"versionId": "1"})


def newer_version():
    return observation(1, meta={"versionId": "9"}, effectiveDateTime="2026-06-01")


@pytest.mark.parametrize(
    "sent",
    [None, {"resourceType": "Bundle", "type": "searchset", "entry": [], "total": 0}],
)
def test_a_patient_of_whom_nothing_came_is_named(sent):
    record = gather(has_patient=False, patient=sent)
    assert state_of(record).notes == (
        "The patient's own data are missing: age, sex and death are not known.",
    )


def test_what_another_server_holds_is_left_out_if_the_list_names_ours_as_well():
    record = gather(
        boneDensity=addressed(
            (f"{OURS}/Observation/o1", first_version()),
            (f"{OTHERS}/Observation/o1", newer_version()),
        )
    )
    assert days(record) == ["2026-05-01"]
    assert record.foreign == {"Observation": 1}
    # It may be of the same person: no "no" is said of the list.
    assert cut_lists(record) == ["boneDensity"]


def test_of_two_servers_that_are_not_ours_neither_is_taken_for_ours():
    record = gather(
        boneDensity=addressed(
            ("https://third.example.org/Observation/o1", first_version()),
            (f"{OTHERS}/Observation/o1", newer_version()),
        )
    )
    assert days(record) == []
    assert record.foreign == {"Observation": 2}
    assert cut_lists(record) == ["boneDensity"]


def test_a_server_that_the_site_does_not_name_is_not_ours_even_if_it_is_alone():
    gateway = "https://gateway.example.org/Observation/o1"
    record = gather(boneDensity=addressed((gateway, observation(1))))
    assert days(record) == []
    assert record.foreign == {"Observation": 1}
    assert cut_lists(record) == ["boneDensity"]


def test_a_list_of_another_server_alone_is_judged_by_the_other_lists_of_the_call():
    record = gather(
        boneDensity=addressed((f"{OTHERS}/Observation/o1", observation(1))),
        conditions=addressed((f"{OURS}/Condition/c1", condition(1))),
    )
    assert names(record) == ["Condition/c1"]
    assert record.foreign == {"Observation": 1}
    assert cut_lists(record) == ["boneDensity"]


def test_what_was_left_out_is_counted_even_if_nothing_else_was_found():
    device = {"resourceType": "Device", "id": "1"}
    record = gather(
        boneDensity=addressed(
            (f"{OTHERS}/Observation/o1", observation(1)), (f"{OURS}/Device/1", device)
        )
    )
    assert names(record) == []
    assert record.foreign == {"Observation": 1}


# --- of which patient


def referring(reference, case):
    return pytest.param({"reference": reference}, id=case)


@pytest.mark.parametrize(
    "subject",
    [
        referring("Patient/p1", "the id"),
        referring("Patient/p1/_history/3", "a version"),
        referring("https://ehr.example.org/fhir/Patient/p1", "the address"),
        referring(
            "http://inner:8080/fhir/Patient/p1/_history/1",
            "a version at the inner address",
        ),
        referring("urn:uuid:p1", "the id as a URN"),
        referring(
            "Patient?identifier=https://ehr.example.org/mrn|4711",
            "a search by record number",
        ),
        pytest.param({"identifier": IDENTIFIER}, id="record number"),
        pytest.param(
            {
                "type": "Patient",
                "identifier": IDENTIFIER | {"use": "usual"},
                "display": "Somebody",
            },
            id="type, record number and name",
        ),
    ],
)
def test_a_resource_that_names_the_patient_is_kept(subject):
    record = gather(boneDensity=page(observation(1, subject=subject)))
    assert names(record) == ["Observation/o1"]
    assert record.foreign == {}


def assert_left_out(subject):
    """Assert that a resource of this subject is, and that another is kept."""
    densities = page(observation(1, subject=subject), observation(2))
    record = gather(boneDensity=densities)
    assert names(record) == ["Observation/o2"]
    assert record.foreign == {"Observation": 1}
    assert record.reads["boneDensity"].entries == 1


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(None, id="no subject"),
        pytest.param(5, id="number"),
        pytest.param({}, id="nothing in it"),
        pytest.param({"display": "Hallie Hoeger"}, id="name alone"),
        pytest.param({"reference": ""}, id="empty reference"),
        pytest.param({"reference": 5}, id="number as reference"),
    ],
)
def test_a_resource_that_names_nobody_plainly_is_left_out(subject):
    assert_left_out(subject)


def test_a_list_with_a_resource_that_names_nobody_is_not_whole():
    nameless = observation(2, subject={"display": "A name"})
    record = gather(boneDensity=page(observation(1), nameless))
    assert record.foreign == {"Observation": 1}
    # It may be this patient's.
    assert cut_lists(record) == ["boneDensity"]


@pytest.mark.parametrize(
    "subject",
    [
        referring("Patient/p2", "another id"),
        referring("Patient/p11", "an id that begins alike"),
        referring("Patient/p2/_history/p1", "a version of another"),
        referring("https://ehr.example.org/fhir/Patient/p2", "another address"),
        referring("Group/p1", "a group"),
        referring("urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "an unknown URN"),
        pytest.param(
            {"type": "RelatedPerson", "identifier": IDENTIFIER},
            id="relative by record number",
        ),
    ],
)
def test_a_resource_of_somebody_else_is_left_out(subject):
    assert_left_out(subject)


@pytest.mark.parametrize(
    "reference",
    [
        "p1",
        "#pat",
        "Patient/",
        "Patient/p1/",
        "Patient//p1",
        "patient/p1",
        "Patient/p1#x",
        "Patient/p1/_history/3/x",
        " Patient/p1",
        "fhir/Patient/p1",
        "urn:other:p1",
    ],
)
def test_a_reference_that_is_only_like_the_patients_is_left_out(reference):
    assert_left_out({"reference": reference})


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param("https://other.example.org/fhir/Patient/p1", id="address"),
        pytest.param(
            "https://ehr.example.org/Patient/p1", id="our machine, not our base"
        ),
        pytest.param(
            "https://other.example.org/Patient?identifier=https://ehr.example.org/mrn|4711",
            id="search",
        ),
    ],
)
def test_the_patients_id_or_number_on_another_server_is_left_out(reference):
    assert_left_out({"reference": reference})


@pytest.mark.parametrize(
    "subject",
    [
        referring(
            "Patient?identifier=https://ehr.example.org/mrn|4712",
            "a search by another number",
        ),
        referring("Patient?identifier=|4711", "a search without a system"),
        referring("Patient?name=x", "a search by name"),
        referring(
            "Group?identifier=https://ehr.example.org/mrn|4711", "a search for a group"
        ),
        pytest.param({"identifier": {"value": "4711"}}, id="number without a system"),
        pytest.param(
            {
                "identifier": {
                    "system": "https://other.example.org/mrn",
                    "value": "4711",
                }
            },
            id="number of another system",
        ),
    ],
)
def test_a_number_that_is_not_the_patients_record_number_is_left_out(subject):
    assert_left_out(subject)


URN = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"


def test_a_reference_to_the_full_url_of_the_patient_counts():
    record = gather(
        patient=addressed((URN, PATIENT)),
        boneDensity=page(observation(1, subject={"reference": URN})),
    )
    assert names(record) == ["Observation/o1"]


@pytest.mark.parametrize(
    "url",
    [pytest.param(URN, id="full URL"), pytest.param("urn:uuid:p1", id="URN of the id")],
)
def test_a_full_url_that_another_patient_has_too_names_nobody(url):
    record = gather(
        patient=addressed((URN, PATIENT)),
        boneDensity=addressed(
            (url, PATIENT | {"id": "p2"}),
            (None, observation(1, subject={"reference": url})),
        ),
    )
    assert names(record) == []
    assert record.foreign == {"Observation": 1}


def test_a_contained_patient_counts_by_the_record_number():
    contained = {"resourceType": "Patient", "id": "pat", "identifier": [IDENTIFIER]}
    density = observation(1, subject={"reference": "#pat"}, contained=[contained])
    assert names(gather(boneDensity=page(density))) == ["Observation/o1"]


def test_a_list_with_nothing_of_this_patient_is_empty():
    others = condition(1, subject={"reference": "Patient/p2"})
    conditions = gather(conditions=page(others)).reads["conditions"]
    assert (conditions.state, conditions.entries) == ("empty", 0)


# --- the Patient


def test_a_patient_without_an_id_is_not_taken_for_ours():
    nameless = {"resourceType": "Patient", "birthDate": "1950-02-03"}
    record = gather(patient=nameless, has_patient=False)
    assert record.reads["patient"].state == "failed"


def test_of_two_different_patients_with_the_id_neither_is_read():
    younger = PATIENT | {"birthDate": "1990-02-03"}
    record = gather(patient=page(PATIENT, younger), has_patient=False)
    assert state_of(record).unread == {"patient": "two different Patients have this id"}


def test_a_merged_patient_is_said():
    link = {"other": {"reference": "Patient/p9"}, "type": "replaced-by"}
    record = gather(patient=PATIENT | {"link": [link]})
    assert record.patient["id"] == "p1"
    assert "merged into Patient/p9" in "; ".join(state_of(record).notes)


def test_a_broken_birth_date_does_not_cost_the_sex_and_is_no_birth_date():
    record = gather(patient=PATIENT | {"birthDate": "1950-13-01"})
    assert record.patient["gender"] == "female"
    assert record.patient.get("birthDate") is None
    assert broken_entries(record) == [("patient", ["birthDate"])]


def test_a_broken_telephone_does_not_cost_the_birth_date():
    record = gather(patient=PATIENT | {"telecom": [{"value": 5}], "name": "Hallie"})
    assert record.patient["birthDate"] == "1950-02-03"
    assert broken_entries(record) == [("patient", ["name", "telecom"])]


def test_a_patient_that_an_extension_modifies_is_named_and_not_read():
    modifier = {"url": "https://ehr.example.org/not", "valueBoolean": True}
    modified = PATIENT | {"birthDate": "1950-13-01", "modifierExtension": [modifier]}
    record = gather(
        patient=modified, boneDensity=page(observation(1)), has_patient=False
    )
    assert [broken.reference for broken in record.unreadable] == ["Patient/p1"]
    assert names(record) == ["Observation/o1"]


# --- what is kept


def with_warning(code):
    """Read conditions that come with a warning of this code."""
    warning = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "warning",
                "code": "processing",
                "details": {"coding": [{"code": code}]},
            }
        ],
    }
    record = gather(
        boneDensity=page(observation(1)), conditions=page(condition(1), warning)
    )
    assert names(record) == ["Observation/o1", "Condition/c1"]
    return record


def test_a_warning_among_the_entries_is_said_and_the_data_are_used():
    assert "warning" in state_of(with_warning("4119")).incomplete["conditions"]


def test_a_warning_that_nothing_was_found_is_not_said():
    assert not state_of(with_warning("4101")).incomplete


def test_resources_that_we_do_not_read_are_counted_but_not_kept():
    blood_pressure = observation(2, code="8480-6")
    hypertension = condition(2, code="I10", system=ICD)
    record = gather(
        boneDensity=page(observation(1), blood_pressure),
        conditions=page(condition(1), hypertension),
    )
    assert names(record) == ["Observation/o1", "Condition/c1"]
    assert record.reads["conditions"].entries == 2
    assert "t-score-lumbar-spine" in first_concepts(record)


def test_a_component_is_read_by_its_code():
    panel = observation(
        1, code="83311-1", component=[{"code": coded("38267-1")}], valueQuantity=None
    )
    record = gather(boneDensity=page(panel))
    assert "t-score-lumbar-spine" in first_concepts(record)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(None, id="none"),
        pytest.param(5, id="number"),
        pytest.param("x", id="text"),
        pytest.param([], id="list"),
        pytest.param({}, id="nothing in it"),
        pytest.param({"coding": None}, id="no codings"),
        pytest.param({"coding": [{}]}, id="empty coding"),
        pytest.param({"coding": "x"}, id="text as codings"),
    ],
)
def test_a_code_that_is_none_matches_nothing(code):
    uncoded = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": SUBJECT,
        "code": code,
    }
    assert names(gather(boneDensity=page(uncoded))) == []


def test_words_count_for_procedures_without_a_known_code_and_not_for_conditions():
    kyphoplasty = {
        "resourceType": "Procedure",
        "id": "k1",
        "status": "completed",
        "subject": SUBJECT,
        "code": {"text": "Balloon Kyphoplasty L1"},
    }
    record = gather(
        procedures=page(kyphoplasty),
        conditions=page(condition(1, code="1", text="kyphoplasty")),
    )
    assert names(record) == ["Procedure/k1"]


# --- drugs


DRUG = {"resourceType": "Medication", "id": "d1", "code": drug("904419")}


def test_a_drug_is_found_in_the_prescription():
    record = gather(
        medications=page(medication(1, medicationCodeableConcept=drug("904419")))
    )
    assert "bone-drug" in first_concepts(record)


def test_a_contained_drug_is_found():
    prescription = medication(
        1,
        medicationReference={"reference": "#med"},
        contained=[DRUG | {"id": "med"}],
    )
    record = gather(medications=page(prescription))
    assert "bone-drug" in first_concepts(record)


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param("Medication/d1", id="the id"),
        pytest.param("https://ehr.example.org/fhir/Medication/d1", id="the address"),
        pytest.param("Medication/d1/_history/2", id="a version"),
    ],
)
def test_a_drug_that_came_along_is_found(reference):
    prescription = medication(1, medicationReference={"reference": reference})
    record = gather(medications=page(prescription, DRUG))
    assert "bone-drug" in first_concepts(record)


def as_concept(concept):
    return {"medicationCodeableConcept": concept}


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(
            {"medicationReference": {"reference": "Medication/elsewhere"}},
            id="reference elsewhere",
        ),
        pytest.param(
            {"medicationReference": {"display": "the white pill"}},
            id="description of a pill",
        ),
        pytest.param(
            {"medicationReference": {"reference": "#gone"}}, id="reference to nothing"
        ),
        pytest.param(
            as_concept({"text": "as before, 70 mg weekly"}), id="words without a drug"
        ),
        pytest.param(
            as_concept({"coding": [{"system": "urn:oid:1.2.3", "code": "ALN70"}]}),
            id="code of a local system",
        ),
        pytest.param(
            as_concept({"coding": [{"system": RXNORM}]}), id="system without a code"
        ),
        # A product that no value set lists may be any drug.
        pytest.param(as_concept(drug("313782")), id="unlisted product without words"),
    ],
)
def test_a_drug_that_cannot_be_told_stays_visible(named):
    record = gather(medications=page(medication(1, **named)))
    assert first_concepts(record) == [NOT_UNDERSTOOD]


def test_a_drug_in_a_known_system_that_is_none_of_ours_is_only_counted():
    paracetamol = drug("313782", text="Paracetamol 325 MG Oral Tablet")
    record = gather(
        medications=page(medication(1, medicationCodeableConcept=paracetamol))
    )
    assert names(record) == []
    assert record.reads["medications"].entries == 1


def test_a_drug_of_an_unlisted_product_code_is_found_by_its_name():
    fosamax = drug("1234567", text="Fosamax 70 MG Oral Tablet")
    record = gather(medications=page(medication(1, medicationCodeableConcept=fosamax)))
    assert "bone-drug" in first_concepts(record)


# --- what is broken


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"status": 5}, id="status is a number"),
        pytest.param({"status": None}, id="no status"),
        pytest.param({"valueQuantity": {"value": "high"}}, id="value is a word"),
        pytest.param({"valueQuantity": "x"}, id="quantity is a text"),
        pytest.param({"effectiveDateTime": "yesterday"}, id="day is a word"),
        pytest.param({"effectiveDateTime": "2026-02-30"}, id="day does not exist"),
        pytest.param({"component": [None]}, id="component is none"),
        pytest.param({"category": {"coding": []}}, id="category is no list"),
        pytest.param({"id": "no id at all!"}, id="id with spaces"),
        pytest.param({"extension": 5}, id="extension is a number"),
    ],
)
def test_one_broken_observation_costs_nothing_else(members):
    broken = observation(2, **members)
    record = gather(boneDensity=page(observation(1), broken, observation(3)))
    assert names(record) == ["Observation/o1", "Observation/o3"]
    assert broken_entries(record) == [("boneDensity", ["t-score-lumbar-spine"])]


def test_a_broken_resource_is_named_without_its_values():
    broken = observation(
        1, status="Hallie", valueQuantity={"value": "Hoeger"}, id="Hallie Hoeger"
    )
    record = gather(boneDensity=page(broken))
    assert [broken.reference for broken in record.unreadable] == [
        "Observation without id"
    ]


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
    sent = {
        **EMPTY,
        "patient": PATIENT,
        "medications": page(medication(medicationReference=reference)),
    }
    record = read(sent, fhir, fhirServer="https://ehr.example.org/fhir")
    assert fhir.asked == ["Medication/d1"]
    assert "bone-drug" in record.entries[0].concepts
    assert record.entries[0].referred == served


def test_an_ingredient_that_only_refers_to_the_server_is_read_there():
    product = {
        "resourceType": "Medication",
        "id": "d1",
        "ingredient": [{"itemReference": {"reference": "Medication/d2"}}],
    }
    part = {"resourceType": "Medication", "id": "d2", "code": drug()}
    fhir = ServedById({"Medication/d1": product, "Medication/d2": part})
    reference = {"reference": "Medication/d1"}
    sent = {
        **EMPTY,
        "patient": PATIENT,
        "medications": page(medication(medicationReference=reference)),
    }
    record = read(sent, fhir, fhirServer="https://ehr.example.org/fhir")
    assert fhir.asked == ["Medication/d1", "Medication/d2"]
    assert "bone-drug" in record.entries[0].concepts
    assert not record.reads["medications"].is_cut


def test_a_list_whose_ingredient_was_not_read_is_not_whole():
    product = {
        "resourceType": "Medication",
        "id": "d1",
        "ingredient": [{"itemReference": {"reference": "Medication/d2"}}],
    }
    reference = {"reference": "Medication/d1"}
    sent = {
        **EMPTY,
        "patient": PATIENT,
        "medications": page(medication(medicationReference=reference)),
    }
    server = ServedById({"Medication/d1": product})
    record = read(sent, server, fhirServer="https://ehr.example.org/fhir")
    assert record.reads["medications"].is_cut


class ServedById(ScriptedReader):
    """Answers the reads of these resources, by name."""

    def __init__(self, served):
        super().__init__()
        self.served = served

    def fetch(self, query, *, until):  # noqa: ARG002
        self.asked.append(query)
        if query not in self.served:
            raise self.otherwise
        return Fetched((self.served[query],))


def test_drugs_that_refer_to_another_server_are_not_asked_for_here_and_at_most_forty_are():
    elsewhere = {"reference": "https://other.example.org/fhir/Medication/d1"}
    many = [
        medication(n, medicationReference={"reference": f"Medication/d{n}"})
        for n in range(44)
    ]
    fhir = ScriptedReader()
    sent = {
        **EMPTY,
        "patient": PATIENT,
        "medications": page(medication(99, medicationReference=elsewhere), *many),
    }
    record = read(sent, fhir, fhirServer="https://ehr.example.org/fhir")
    assert len(fhir.asked) == 40
    assert {frozenset(one.concepts) for one in record.entries} == {
        frozenset({NOT_UNDERSTOOD})
    }


# --- the same record, whoever answers and in whatever order


def test_a_list_that_cannot_be_looked_through_in_time_was_not_read():
    """Each of these has a member that R4 does not know and is read twice: seconds for as many as a body can hold."""
    many = [observation(number) | {"unknownMember": 1} for number in range(20_000)]
    prefetch = {**EMPTY, "patient": PATIENT, "boneDensity": page(*many)}
    with suppress(DeadlinePassed):  # a busy machine has no time left for the rest
        record = read(prefetch, seconds=1.0)
        assert state_of(record).unread == {"boneDensity": "not read in time"}


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
    return (
        gathered(request, WITH_ENCOUNTER, fhir, bases=BASES, seconds=60.0),
        fhir.asked,
    )


def test_a_diagnosis_of_the_encounter_that_no_list_has_is_read_by_its_id():
    stay = encounter() | {"diagnosis": [{"condition": {"reference": "Condition/c9"}}]}
    served = condition(9, "94222008")  # metastasis of bone
    fhir = ScriptedReader(Condition=served)
    request = hook_request(
        prefetch={
            "patient": PATIENT,
            "conditions": page(condition(1)),
            "encounter": stay,
        },
        fhirServer="https://ehr.example.org/fhir",
    )
    request["context"]["encounterId"] = "e1"
    record = gathered(request, WITH_ENCOUNTER, fhir, bases=BASES)
    assert fhir.asked == ["Condition/c9"]
    assert "Condition/c9" in names(record)


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


def test_an_encounter_that_cannot_be_read_is_named_and_no_hole_in_the_record():
    record, _ = with_encounter({"resourceType": "OperationOutcome", "issue": []})
    state = state_of(record)
    assert (set(state.unread), state.incomplete) == ({"encounter"}, {})
    assert not is_cut(record)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(encounter() | {"id": "e2"}, id="another stay"),
        pytest.param(page(encounter() | {"id": "e2"}), id="another in a list"),
        pytest.param(page(), id="an empty list"),
    ],
)
def test_what_comes_for_the_stay_and_is_not_it_leaves_the_stay_unread(answer):
    record, _ = with_encounter(answer)
    assert names(record) == []
    assert set(state_of(record).unread) == {"encounter"}
    body = hook_request(prefetch={"encounter": answer})
    body["context"]["encounterId"] = "e1"
    sent = gathered(body, WITH_ENCOUNTER, ScriptedReader(Patient=PATIENT), bases=BASES)
    assert names(sent) == []
    assert set(state_of(sent).unread) >= {"encounter"}


def test_a_stay_of_which_the_server_left_something_out_is_incomplete():
    tags = {"meta": {"tag": [{"code": "SUBSETTED"}]}}
    record, _ = with_encounter(encounter() | tags)
    assert set(state_of(record).incomplete) == {"encounter"}


def test_a_patient_of_whom_the_server_left_something_out_is_incomplete():
    tags = {"meta": {"tag": [{"code": "SUBSETTED"}]}}
    fhir = ScriptedReader(Patient=PATIENT | tags, Condition=page())
    record = gathered(hook_request(), WITH_ENCOUNTER, fhir, bases=BASES)
    assert "patient" in state_of(record).incomplete


V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
OTHER_NUMBERS = [
    pytest.param({"type": {"coding": [{"system": V2_0203, "code": code}]}}, id=code)
    for code in ("SN", "PPN", "DL", "MB")
] + [
    pytest.param({"type": {"text": "family policy"}}, id="a kind in words"),
    pytest.param({"use": "old"}, id="old"),
    pytest.param({"use": "temp"}, id="temporary"),
    pytest.param({"period": {"end": "2010-01-01"}}, id="ended"),
]
BY_A_NUMBER = [
    pytest.param({"subject": {"identifier": IDENTIFIER}}, id="identifier"),
    pytest.param(
        {
            "subject": {
                "reference": "Patient?identifier=https://ehr.example.org/mrn|4711"
            }
        },
        id="conditional reference",
    ),
    pytest.param(
        {
            "subject": {"reference": "#whose"},
            "contained": [
                {"resourceType": "Patient", "id": "whose", "identifier": [IDENTIFIER]}
            ],
        },
        id="contained",
    ),
]


@pytest.mark.parametrize("members", BY_A_NUMBER)
@pytest.mark.parametrize("kind", OTHER_NUMBERS)
def test_a_number_that_others_may_have_names_nobody(kind, members):
    person = PATIENT | {"identifier": [IDENTIFIER | kind]}
    densities = page(observation(1, **members), observation(2))
    record = read(EMPTY | {"patient": person, "boneDensity": densities})
    assert names(record) == ["Observation/o2"]
    assert "incomplete" in record.reads["boneDensity"].note


@pytest.mark.parametrize("members", BY_A_NUMBER)
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            {"type": {"coding": [{"system": V2_0203, "code": "MR"}]}}, id="MR"
        ),
        pytest.param(
            {"type": {"coding": [{"system": V2_0203, "code": "PI"}]}}, id="PI"
        ),
        pytest.param({"type": {"text": "EPI"}}, id="EPI"),
        pytest.param({"use": "usual"}, id="usual"),
    ],
)
def test_a_record_number_in_use_names_the_patient(kind, members):
    person = PATIENT | {"identifier": [IDENTIFIER | kind]}
    densities = page(observation(1, **members))
    record = read(EMPTY | {"patient": person, "boneDensity": densities})
    assert names(record) == ["Observation/o1"]
