"""The patient's record: what is asked, what counts as this patient's, and what one broken part costs."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DeadlinePassed, PatientMismatch
from cds_service.fhir.gathering.picking import NOT_UNDERSTOOD
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
    return [f"{one.raw['resourceType']}/{one.raw['id']}" for one in record.entries]


@dataclass(frozen=True)
class Gathered:
    """What a record is to hold; what is None is not looked at.

    Attributes:
        keeps: the entries, `Observation/o1`.
        days: of the entries that have one.
        foreign: what was left out as another patient's, by type.
        cut: keys of lists that are not whole.
        entries: of a list, by key.
        states: of a list, by key.
        unread: why a list is missing, by key.
        notes: words in what the card says of the record.
        concept: one of the first entry.
        concepts: all of the first entry.
        unreadable: key and concepts of each broken entry.
        named: the references of broken entries.
        patient: elements of the Patient.
        has_patient: one was found.
    """

    keeps: list[str] | None = None
    days: list[str] | None = None
    foreign: dict[str, int] | None = None
    cut: list[str] | None = None
    entries: dict[str, int] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] | None = None
    notes: str | None = None
    concept: str | None = None
    concepts: list[str] | None = None
    unreadable: list[list] | None = None
    named: list[str] | None = None
    patient: dict = field(default_factory=dict)
    has_patient: bool = True


def page_of(resources):
    return page(*resources)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param(
            {
                "boneDensity": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "https://ehr.example.org/fhir/Observation/o1",
                            "resource": observation(1, meta={"versionId": "1"}),
                        },
                        {
                            "fullUrl": "https://other.example.org/fhir/Observation/o1",
                            "resource": observation(
                                1,
                                meta={"versionId": "9"},
                                effectiveDateTime="2026-06-01",
                            ),
                        },
                    ],
                }
            },
            Gathered(
                days=["2026-05-01"], foreign={"Observation": 1}, cut=["boneDensity"]
            ),
            id=(
                "what another server holds is left out where a list names ours as well;"
                ' it may be the same person, and no "no" is said'
            ),
        ),
        pytest.param(
            {
                "boneDensity": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "https://third.example.org/Observation/o1",
                            "resource": observation(1, meta={"versionId": "1"}),
                        },
                        {
                            "fullUrl": "https://other.example.org/fhir/Observation/o1",
                            "resource": observation(
                                1,
                                meta={"versionId": "9"},
                                effectiveDateTime="2026-06-01",
                            ),
                        },
                    ],
                }
            },
            Gathered(days=[], foreign={"Observation": 2}, cut=["boneDensity"]),
            id="where it names two that are not ours nobody knows which may be ours",
        ),
        pytest.param(
            {
                "boneDensity": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "https://gateway.example.org/Observation/o1",
                            "resource": observation(1),
                        },
                    ],
                }
            },
            Gathered(days=[], foreign={"Observation": 1}, cut=["boneDensity"]),
            id="where the site names our addresses, another is not ours if it is alone",
        ),
        pytest.param(
            {
                "boneDensity": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "https://other.example.org/fhir/Observation/o1",
                            "resource": observation(1),
                        },
                    ],
                },
                "conditions": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "https://ehr.example.org/fhir/Condition/c1",
                            "resource": condition(1),
                        },
                    ],
                },
            },
            Gathered(
                keeps=["Condition/c1"], foreign={"Observation": 1}, cut=["boneDensity"]
            ),
            id="a list of another server alone is judged by the call's other lists",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1), observation(2, subject={"display": "A name"})]
                )
            },
            Gathered(foreign={"Observation": 1}, cut=["boneDensity"]),
            id="what names nobody may be this patient's: it is left out, and the list is not whole",
        ),
        pytest.param(
            {
                "boneDensity": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "https://other.example.org/fhir/Observation/o1",
                            "resource": observation(1),
                        },
                        {
                            "fullUrl": "https://ehr.example.org/fhir/Device/1",
                            "resource": {"resourceType": "Device", "id": "1"},
                        },
                    ],
                }
            },
            Gathered(keeps=[], foreign={"Observation": 1}),
            id="what was left out is counted where nothing else was found",
        ),
        pytest.param(
            {"patient": {"resourceType": "Patient", "birthDate": "1950-02-03"}},
            Gathered(has_patient=False, states={"patient": "failed"}),
            id="a patient without an id is not taken for ours",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "Patient/p1"})]
                )
            },
            Gathered(keeps=["Observation/o1"], foreign={}),
            id="the patient is named: {'reference': 'Patient/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "Patient/p1/_history/3"})]
                )
            },
            Gathered(keeps=["Observation/o1"], foreign={}),
            id="the patient is named: {'reference': 'Patient/p1/_history/3'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": "https://ehr.example.org/fhir/Patient/p1"
                            },
                        )
                    ]
                )
            },
            Gathered(keeps=["Observation/o1"], foreign={}),
            id="the patient is named: {'reference': 'https://ehr.example.org/fhir/Patient/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": (
                                    "http://inner:8080/fhir/Patient/p1/_history/1"
                                )
                            },
                        )
                    ]
                )
            },
            Gathered(keeps=["Observation/o1"], foreign={}),
            id="the patient is named: {'reference': 'http://inner:8080/fhir/Patient/p1/_history/1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "urn:uuid:p1"})]
                )
            },
            Gathered(keeps=["Observation/o1"], foreign={}),
            id="the patient is named: {'reference': 'urn:uuid:p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": (
                                    "Patient?identifier=https://ehr.example.org/mrn|4711"
                                )
                            },
                        )
                    ]
                )
            },
            Gathered(keeps=["Observation/o1"], foreign={}),
            id="the patient is named: {'reference': 'Patient?identifier=https://ehr.example.org/mrn|4711'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"identifier": IDENTIFIER})]
                )
            },
            Gathered(keeps=["Observation/o1"], foreign={}),
            id="the patient is named: {'identifier': 'IDENTIFIER'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "type": "Patient",
                                "identifier": {
                                    "system": "https://ehr.example.org/mrn",
                                    "value": "4711",
                                    "use": "usual",
                                },
                                "display": "Somebody",
                            },
                        )
                    ]
                )
            },
            Gathered(keeps=["Observation/o1"], foreign={}),
            id="the patient is named by type, record number and name",
        ),
        pytest.param(
            {"boneDensity": page_of([observation(1, subject=None), observation(2)])},
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: '(none)'",
        ),
        pytest.param(
            {"boneDensity": page_of([observation(1, subject=5), observation(2)])},
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: 5",
        ),
        pytest.param(
            {"boneDensity": page_of([observation(1, subject={}), observation(2)])},
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"display": "Hallie Hoeger"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'display': 'Hallie Hoeger'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": ""}), observation(2)]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': ''}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": 5}), observation(2)]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 5}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p2"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient/p2'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p11"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient/p11'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "Patient/"}), observation(2)]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient/'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p1/"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient/p1/'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient//p1"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient//p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "patient/p1"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'patient/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p1#x"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient/p1#x'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1, subject={"reference": "Patient/p1/_history/3/x"}
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient/p1/_history/3/x'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": " Patient/p1"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': ' Patient/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "fhir/Patient/p1"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'fhir/Patient/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": "https://other.example.org/fhir/Patient/p1"
                            },
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'https://other.example.org/fhir/Patient/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={"reference": "https://ehr.example.org/Patient/p1"},
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'https://ehr.example.org/Patient/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "urn:other:p1"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'urn:other:p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": (
                                    "https://other.example.org/Patient?identifier=https://ehr.example.org/mrn|4711"
                                )
                            },
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'https://other.example.org/Patient?identifier=https://ehr.example.org/mrn|4711'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={"type": "RelatedPerson", "identifier": IDENTIFIER},
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'type': 'RelatedPerson', 'identifier': 'IDENTIFIER'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "p1"}), observation(2)]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "Group/p1"}), observation(2)]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Group/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": "https://ehr.example.org/fhir/Patient/p2"
                            },
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'https://ehr.example.org/fhir/Patient/p2'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p2/_history/p1"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient/p2/_history/p1'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": (
                                    "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
                                )
                            },
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "#pat"}), observation(2)]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': '#pat'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": (
                                    "Patient?identifier=https://ehr.example.org/mrn|4712"
                                )
                            },
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient?identifier=https://ehr.example.org/mrn|4712'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1, subject={"reference": "Patient?identifier=|4711"}
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient?identifier=|4711'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient?name=x"}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Patient?name=x'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": (
                                    "Group?identifier=https://ehr.example.org/mrn|4711"
                                )
                            },
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'reference': 'Group?identifier=https://ehr.example.org/mrn|4711'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"identifier": {"value": "4711"}}),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'identifier': {'value': '4711'}}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "identifier": {
                                    "system": "https://other.example.org/mrn",
                                    "value": "4711",
                                }
                            },
                        ),
                        observation(2),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o2"],
                foreign={"Observation": 1},
                entries={"boneDensity": 1},
            ),
            id="another patient is named, or none: {'identifier': {'system': 'https://other.example.org/mrn', 'value': '4711'}}",
        ),
        pytest.param(
            {
                "patient": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
                            "resource": {
                                "resourceType": "Patient",
                                "id": "p1",
                                "gender": "female",
                                "birthDate": "1950-02-03",
                                "identifier": [
                                    {
                                        "system": "https://ehr.example.org/mrn",
                                        "value": "4711",
                                    }
                                ],
                            },
                        }
                    ],
                },
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={
                                "reference": (
                                    "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
                                )
                            },
                        )
                    ]
                ),
            },
            Gathered(keeps=["Observation/o1"]),
            id="a reference to the full URL of the patient counts",
        ),
        pytest.param(
            {
                "patient": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
                            "resource": {
                                "resourceType": "Patient",
                                "id": "p1",
                                "gender": "female",
                                "birthDate": "1950-02-03",
                                "identifier": [
                                    {
                                        "system": "https://ehr.example.org/mrn",
                                        "value": "4711",
                                    }
                                ],
                            },
                        }
                    ],
                },
                "boneDensity": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
                            "resource": {
                                "resourceType": "Patient",
                                "id": "p2",
                                "gender": "female",
                                "birthDate": "1950-02-03",
                                "identifier": [
                                    {
                                        "system": "https://ehr.example.org/mrn",
                                        "value": "4711",
                                    }
                                ],
                            },
                        },
                        {
                            "resource": observation(
                                1,
                                subject={
                                    "reference": (
                                        "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
                                    )
                                },
                            )
                        },
                    ],
                },
            },
            Gathered(keeps=[], foreign={"Observation": 1}),
            id="a full URL that another patient has too names nobody: urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
        ),
        pytest.param(
            {
                "patient": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
                            "resource": {
                                "resourceType": "Patient",
                                "id": "p1",
                                "gender": "female",
                                "birthDate": "1950-02-03",
                                "identifier": [
                                    {
                                        "system": "https://ehr.example.org/mrn",
                                        "value": "4711",
                                    }
                                ],
                            },
                        }
                    ],
                },
                "boneDensity": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "fullUrl": "urn:uuid:p1",
                            "resource": {
                                "resourceType": "Patient",
                                "id": "p2",
                                "gender": "female",
                                "birthDate": "1950-02-03",
                                "identifier": [
                                    {
                                        "system": "https://ehr.example.org/mrn",
                                        "value": "4711",
                                    }
                                ],
                            },
                        },
                        {
                            "resource": observation(
                                1, subject={"reference": "urn:uuid:p1"}
                            )
                        },
                    ],
                },
            },
            Gathered(keeps=[], foreign={"Observation": 1}),
            id="a full URL that another patient has too names nobody: urn:uuid:p1",
        ),
        pytest.param(
            {
                "patient": page_of(
                    [
                        {
                            "resourceType": "Patient",
                            "id": "p1",
                            "gender": "female",
                            "birthDate": "1950-02-03",
                            "identifier": [
                                {
                                    "system": "https://ehr.example.org/mrn",
                                    "value": "4711",
                                }
                            ],
                        },
                        {
                            "resourceType": "Patient",
                            "id": "p1",
                            "gender": "female",
                            "birthDate": "1990-02-03",
                            "identifier": [
                                {
                                    "system": "https://ehr.example.org/mrn",
                                    "value": "4711",
                                }
                            ],
                        },
                    ]
                )
            },
            Gathered(
                has_patient=False,
                unread={"patient": "two different Patients have this id"},
            ),
            id="of two different patients with the id neither is read",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            subject={"reference": "#pat"},
                            contained=[
                                {
                                    "resourceType": "Patient",
                                    "id": "pat",
                                    "identifier": [IDENTIFIER],
                                }
                            ],
                        )
                    ]
                )
            },
            Gathered(keeps=["Observation/o1"]),
            id="a contained patient counts by its identifier",
        ),
        pytest.param(
            {
                "conditions": page_of(
                    [condition(1, subject={"reference": "Patient/p2"})]
                )
            },
            Gathered(states={"conditions": "empty"}, entries={"conditions": 0}),
            id="a list with nothing of this patient is not a list that was read",
        ),
        pytest.param(
            {
                "patient": {
                    "resourceType": "Patient",
                    "id": "p1",
                    "gender": "female",
                    "birthDate": "1950-02-03",
                    "identifier": [
                        {"system": "https://ehr.example.org/mrn", "value": "4711"}
                    ],
                    "link": [
                        {"other": {"reference": "Patient/p9"}, "type": "replaced-by"}
                    ],
                }
            },
            Gathered(patient={"id": "p1"}, notes="merged into Patient/p9"),
            id="a merged patient is said",
        ),
        pytest.param(
            {
                "boneDensity": page_of([observation(1)]),
                "conditions": page_of(
                    [
                        condition(1),
                        {
                            "resourceType": "OperationOutcome",
                            "issue": [
                                {
                                    "severity": "warning",
                                    "code": "processing",
                                    "details": {"coding": [{"code": "4119"}]},
                                }
                            ],
                        },
                    ]
                ),
            },
            Gathered(keeps=["Observation/o1", "Condition/c1"], notes="warning"),
            id="a warning among the entries is said and the data are used",
        ),
        pytest.param(
            {
                "boneDensity": page_of([observation(1)]),
                "conditions": page_of(
                    [
                        condition(1),
                        {
                            "resourceType": "OperationOutcome",
                            "issue": [
                                {
                                    "severity": "warning",
                                    "code": "processing",
                                    "details": {"coding": [{"code": "4101"}]},
                                }
                            ],
                        },
                    ]
                ),
            },
            Gathered(keeps=["Observation/o1", "Condition/c1"], notes=""),
            id="one that says only that nothing was found is not",
        ),
        pytest.param(
            {
                "boneDensity": page_of([observation(1), observation(2, code="8480-6")]),
                "conditions": page_of(
                    [condition(1), condition(2, code="I10", system=ICD)]
                ),
            },
            Gathered(
                keeps=["Observation/o1", "Condition/c1"],
                entries={"conditions": 2},
                concept="t-score-lumbar-spine",
            ),
            id="resources that we do not read are counted but not kept",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            code="83311-1",
                            component=[{"code": coded("38267-1")}],
                            valueQuantity=None,
                        )
                    ]
                )
            },
            Gathered(concept="t-score-lumbar-spine"),
            id="a component is read by its code",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        {
                            "resourceType": "Observation",
                            "id": "o1",
                            "status": "final",
                            "subject": {"reference": "Patient/p1"},
                            "code": None,
                        }
                    ]
                )
            },
            Gathered(keeps=[]),
            id="a code that is none matches nothing: null",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        {
                            "resourceType": "Observation",
                            "id": "o1",
                            "status": "final",
                            "subject": {"reference": "Patient/p1"},
                            "code": 5,
                        }
                    ]
                )
            },
            Gathered(keeps=[]),
            id="a code that is none matches nothing: 5",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        {
                            "resourceType": "Observation",
                            "id": "o1",
                            "status": "final",
                            "subject": {"reference": "Patient/p1"},
                            "code": "x",
                        }
                    ]
                )
            },
            Gathered(keeps=[]),
            id="a code that is none matches nothing: 'x'",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        {
                            "resourceType": "Observation",
                            "id": "o1",
                            "status": "final",
                            "subject": {"reference": "Patient/p1"},
                            "code": [],
                        }
                    ]
                )
            },
            Gathered(keeps=[]),
            id="a code that is none matches nothing: []",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        {
                            "resourceType": "Observation",
                            "id": "o1",
                            "status": "final",
                            "subject": {"reference": "Patient/p1"},
                            "code": {},
                        }
                    ]
                )
            },
            Gathered(keeps=[]),
            id="a code that is none matches nothing: {}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        {
                            "resourceType": "Observation",
                            "id": "o1",
                            "status": "final",
                            "subject": {"reference": "Patient/p1"},
                            "code": {"coding": None},
                        }
                    ]
                )
            },
            Gathered(keeps=[]),
            id="a code that is none matches nothing: {'coding': null}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        {
                            "resourceType": "Observation",
                            "id": "o1",
                            "status": "final",
                            "subject": {"reference": "Patient/p1"},
                            "code": {"coding": [{}]},
                        }
                    ]
                )
            },
            Gathered(keeps=[]),
            id="a code that is none matches nothing: {'coding': [{}]}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        {
                            "resourceType": "Observation",
                            "id": "o1",
                            "status": "final",
                            "subject": {"reference": "Patient/p1"},
                            "code": {"coding": "x"},
                        }
                    ]
                )
            },
            Gathered(keeps=[]),
            id="a code that is none matches nothing: {'coding': 'x'}",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [medication(1, medicationCodeableConcept=drug("904419"))]
                )
            },
            Gathered(concept="bone-drug"),
            id="a drug is found in place",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1,
                            medicationReference={"reference": "#med"},
                            contained=[
                                {
                                    "resourceType": "Medication",
                                    "id": "med",
                                    "code": drug("904419"),
                                }
                            ],
                        )
                    ]
                )
            },
            Gathered(concept="bone-drug"),
            id="a drug is found contained",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1, medicationReference={"reference": "Medication/d1"}
                        ),
                        {
                            "resourceType": "Medication",
                            "id": "d1",
                            "code": drug("904419"),
                        },
                    ]
                )
            },
            Gathered(concept="bone-drug"),
            id="a drug that came along is found: Medication/d1",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1,
                            medicationReference={
                                "reference": (
                                    "https://ehr.example.org/fhir/Medication/d1"
                                )
                            },
                        ),
                        {
                            "resourceType": "Medication",
                            "id": "d1",
                            "code": drug("904419"),
                        },
                    ]
                )
            },
            Gathered(concept="bone-drug"),
            id="a drug that came along is found: https://ehr.example.org/fhir/Medication/d1",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1,
                            medicationReference={
                                "reference": "Medication/d1/_history/2"
                            },
                        ),
                        {
                            "resourceType": "Medication",
                            "id": "d1",
                            "code": drug("904419"),
                        },
                    ]
                )
            },
            Gathered(concept="bone-drug"),
            id="a drug that came along is found: Medication/d1/_history/2",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1, medicationReference={"reference": "Medication/elsewhere"}
                        )
                    ]
                )
            },
            Gathered(concepts=[NOT_UNDERSTOOD]),
            id="a drug that cannot be told stays visible: {'medicationReference': {'reference': 'Medication/elsewhere'}}",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [medication(1, medicationReference={"display": "the white pill"})]
                )
            },
            Gathered(concepts=[NOT_UNDERSTOOD]),
            id="a drug that cannot be told stays visible: {'medicationReference': {'display': 'the white pill'}}",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [medication(1, medicationReference={"reference": "#gone"})]
                )
            },
            Gathered(concepts=[NOT_UNDERSTOOD]),
            id="a drug that cannot be told stays visible: {'medicationReference': {'reference': '#gone'}}",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1,
                            medicationCodeableConcept={
                                "text": "as before, 70 mg weekly"
                            },
                        )
                    ]
                )
            },
            Gathered(concepts=[NOT_UNDERSTOOD]),
            id="a drug that cannot be told stays visible: {'medicationCodeableConcept': {'text': 'as before, 70 mg weekly'}}",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1,
                            medicationCodeableConcept={
                                "coding": [{"system": "urn:oid:1.2.3", "code": "ALN70"}]
                            },
                        )
                    ]
                )
            },
            Gathered(concepts=[NOT_UNDERSTOOD]),
            id="a drug that cannot be told stays visible: a code of a local system",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1,
                            medicationCodeableConcept={
                                "coding": [
                                    {
                                        "system": (
                                            "http://www.nlm.nih.gov/research/umls/rxnorm"
                                        )
                                    }
                                ]
                            },
                        )
                    ]
                )
            },
            Gathered(concepts=[NOT_UNDERSTOOD]),
            id="a drug that cannot be told stays visible: {'medicationCodeableConcept': {'coding': [{'system': 'http://www.nlm.nih.gov/research/umls/rxnorm'}]}}",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1,
                            medicationCodeableConcept=drug(
                                "313782", text="Paracetamol 325 MG Oral Tablet"
                            ),
                        )
                    ]
                )
            },
            Gathered(keeps=[], entries={"medications": 1}),
            id="a drug in a known system that is none of ours is only counted",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [medication(1, medicationCodeableConcept=drug("313782"))]
                )
            },
            Gathered(concepts=[NOT_UNDERSTOOD]),
            id="a product code alone that no value set lists may be any drug",
        ),
        pytest.param(
            {
                "medications": page_of(
                    [
                        medication(
                            1,
                            medicationCodeableConcept=drug(
                                "1234567", text="Fosamax 70 MG Oral Tablet"
                            ),
                        )
                    ]
                )
            },
            Gathered(concept="bone-drug"),
            id="a drug of an unlisted product code is found by its name",
        ),
        pytest.param(
            {
                "procedures": page_of(
                    [
                        {
                            "resourceType": "Procedure",
                            "id": "k1",
                            "status": "completed",
                            "subject": {"reference": "Patient/p1"},
                            "code": {"text": "Balloon Kyphoplasty L1"},
                        }
                    ]
                ),
                "conditions": page_of([condition(1, code="1", text="kyphoplasty")]),
            },
            Gathered(keeps=["Procedure/k1"]),
            id="words count for procedures without a known code and not for conditions",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1), observation(2, status=5), observation(3)]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'status': 5}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1), observation(2, status=None), observation(3)]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'status': '(none)'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1),
                        observation(2, valueQuantity={"value": "high"}),
                        observation(3),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'valueQuantity': {'value': 'high'}}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1), observation(2, valueQuantity="x"), observation(3)]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'valueQuantity': 'x'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1),
                        observation(2, effectiveDateTime="yesterday"),
                        observation(3),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'effectiveDateTime': 'yesterday'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1),
                        observation(2, effectiveDateTime="2026-02-30"),
                        observation(3),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'effectiveDateTime': '2026-02-30'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1), observation(2, component=[None]), observation(3)]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'component': ['(none)']}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(1),
                        observation(2, category={"coding": []}),
                        observation(3),
                    ]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'category': {'coding': []}}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1), observation(2, id="no id at all!"), observation(3)]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'id': 'no id at all!'}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [observation(1), observation(2, extension=5), observation(3)]
                )
            },
            Gathered(
                keeps=["Observation/o1", "Observation/o3"],
                unreadable=[["boneDensity", ["t-score-lumbar-spine"]]],
            ),
            id="one broken observation costs nothing else: {'extension': 5}",
        ),
        pytest.param(
            {
                "boneDensity": page_of(
                    [
                        observation(
                            1,
                            status="Hallie",
                            valueQuantity={"value": "Hoeger"},
                            id="Hallie Hoeger",
                        )
                    ]
                )
            },
            Gathered(named=["Observation without id"]),
            id="a broken resource is named without its values",
        ),
        pytest.param(
            {
                "patient": {
                    "resourceType": "Patient",
                    "id": "p1",
                    "gender": "female",
                    "birthDate": "1950-13-01",
                    "identifier": [
                        {"system": "https://ehr.example.org/mrn", "value": "4711"}
                    ],
                }
            },
            Gathered(
                patient={"gender": "female", "birthDate": None},
                unreadable=[["patient", ["birthDate"]]],
            ),
            id="a broken birth date does not cost the sex and is no birth date",
        ),
        pytest.param(
            {
                "patient": {
                    "resourceType": "Patient",
                    "id": "p1",
                    "gender": "female",
                    "birthDate": "1950-13-01",
                    "identifier": [
                        {"system": "https://ehr.example.org/mrn", "value": "4711"}
                    ],
                    "modifierExtension": [
                        {"url": "https://ehr.example.org/not", "valueBoolean": True}
                    ],
                },
                "boneDensity": page_of([observation(1)]),
            },
            Gathered(has_patient=False, named=["Patient/p1"], keeps=["Observation/o1"]),
            id="a patient that an extension modifies is named and not read",
        ),
        pytest.param(
            {
                "patient": {
                    "resourceType": "Patient",
                    "id": "p1",
                    "gender": "female",
                    "birthDate": "1950-02-03",
                    "identifier": [
                        {"system": "https://ehr.example.org/mrn", "value": "4711"}
                    ],
                    "telecom": [{"value": 5}],
                    "name": "Hallie",
                }
            },
            Gathered(
                patient={"birthDate": "1950-02-03"},
                unreadable=[["patient", ["name", "telecom"]]],
            ),
            id="a broken telephone does not cost the birth date",
        ),
    ],
)
def test_what_is_gathered(sent, expected):
    record = read({**EMPTY, "patient": PATIENT, **sent})
    state, reads = state_of(record), record.reads
    gathered = {
        "keeps": names(record),
        "days": [entry.raw.get("effectiveDateTime") for entry in record.entries],
        "foreign": record.foreign,
        "cut": [key for key, outcome in reads.items() if outcome.is_cut],
        "unread": state.unread,
        "unreadable": [[one.key, sorted(one.concepts)] for one in record.unreadable],
        "named": [broken.reference for broken in record.unreadable],
    }
    for element, value in gathered.items():
        wanted = getattr(expected, element)
        assert wanted is None or value == wanted, element
    assert_entries(record, expected)
    assert (state.foreign, state.unreadable) == (
        sum(record.foreign.values()),
        len(record.unreadable),
    )
    if expected.notes is not None:
        assert bool(state.notes) is bool(expected.notes)
        assert expected.notes in "; ".join(state.notes)


def assert_entries(record, expected):
    for key, count in expected.entries.items():
        assert record.reads[key].entries == count
    for key, name in expected.states.items():
        assert record.reads[key].state == name
    assert (record.patient is not None) is expected.has_patient
    for element, value in expected.patient.items():
        assert record.patient.get(element) == value
    first = record.entries[0].concepts if record.entries else ()
    assert expected.concepts is None or list(first) == expected.concepts
    assert expected.concept is None or expected.concept in first


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
    assert "bone-drug" in record.entries[0].concepts
    assert record.entries[0].referred == served


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
    densities = page_of([observation(1, **members), observation(2)])
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
    densities = page_of([observation(1, **members)])
    record = read(EMPTY | {"patient": person, "boneDensity": densities})
    assert names(record) == ["Observation/o1"]
