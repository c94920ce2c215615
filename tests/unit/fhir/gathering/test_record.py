"""The patient's record: what is asked, what counts as this patient's, and what one broken part costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DeadlinePassed, PatientMismatch
from cds_service.fhir.gathering.picking import NOT_UNDERSTOOD
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.record_state import state_of
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


def page_of(resources):
    return page(*resources)


@pytest.mark.parametrize(
    "case",
    [
        {
            "why": (
                "what another server holds is left out where a list names ours as well;"
                ' it may be the same person, and no "no" is said'
            ),
            "sent": {
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
            "days": ["2026-05-01"],
            "foreign": {"Observation": 1},
            "cut": ["boneDensity"],
        },
        {
            "why": "where it names two that are not ours nobody knows which may be ours",
            "sent": {
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
            "days": [],
            "foreign": {"Observation": 2},
            "cut": ["boneDensity"],
        },
        {
            "why": "where all of a call has one address, a gateway writes it for ours",
            "sent": {
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
            "days": ["2026-05-01"],
            "foreign": {},
            "cut": [],
        },
        {
            "why": "a list of another server alone is judged by the call's other lists",
            "sent": {
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
            "keeps": ["Condition/c1"],
            "foreign": {"Observation": 1},
            "cut": ["boneDensity"],
        },
        {
            "why": (
                "what names nobody may be this patient's: it is left out, and the list"
                " is not whole"
            ),
            "sent": {
                "boneDensity": page_of(
                    [observation(1), observation(2, subject={"display": "A name"})]
                )
            },
            "foreign": {"Observation": 1},
            "cut": ["boneDensity"],
        },
        {
            "why": "what was left out is counted where nothing else was found",
            "sent": {
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
            "keeps": [],
            "foreign": {"Observation": 1},
        },
        {
            "why": "a patient without an id is not taken for ours",
            "sent": {"patient": {"resourceType": "Patient", "birthDate": "1950-02-03"}},
            "patient": None,
            "states": {"patient": "failed"},
        },
        {
            "why": "the patient is named: {'reference': 'Patient/p1'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "Patient/p1"})]
                )
            },
            "keeps": ["Observation/o1"],
            "foreign": {},
        },
        {
            "why": "the patient is named: {'reference': 'Patient/p1/_history/3'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "Patient/p1/_history/3"})]
                )
            },
            "keeps": ["Observation/o1"],
            "foreign": {},
        },
        {
            "why": (
                "the patient is named: {'reference':"
                " 'https://ehr.example.org/fhir/Patient/p1'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o1"],
            "foreign": {},
        },
        {
            "why": (
                "the patient is named: {'reference':"
                " 'http://inner:8080/fhir/Patient/p1/_history/1'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o1"],
            "foreign": {},
        },
        {
            "why": "the patient is named: {'reference': 'urn:uuid:p1'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "urn:uuid:p1"})]
                )
            },
            "keeps": ["Observation/o1"],
            "foreign": {},
        },
        {
            "why": (
                "the patient is named: {'reference':"
                " 'Patient?identifier=https://ehr.example.org/mrn|4711'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o1"],
            "foreign": {},
        },
        {
            "why": "the patient is named: {'identifier': 'IDENTIFIER'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"identifier": IDENTIFIER})]
                )
            },
            "keeps": ["Observation/o1"],
            "foreign": {},
        },
        {
            "why": (
                "the patient is named: {'type': 'Patient', 'identifier': {'system':"
                " 'https://ehr.example.org/mrn', 'value': '4711', 'use': 'usual'},"
                " 'display': 'Somebody'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o1"],
            "foreign": {},
        },
        {
            "why": "another patient is named, or none: '(none)'",
            "sent": {
                "boneDensity": page_of([observation(1, subject=None), observation(2)])
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: 5",
            "sent": {
                "boneDensity": page_of([observation(1, subject=5), observation(2)])
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {}",
            "sent": {
                "boneDensity": page_of([observation(1, subject={}), observation(2)])
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'display': 'Hallie Hoeger'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"display": "Hallie Hoeger"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': ''}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": ""}), observation(2)]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 5}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": 5}), observation(2)]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'Patient/p2'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p2"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'Patient/p11'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p11"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'Patient/'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "Patient/"}), observation(2)]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'Patient/p1/'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p1/"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'Patient//p1'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient//p1"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'patient/p1'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "patient/p1"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'Patient/p1#x'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p1#x"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'Patient/p1/_history/3/x'}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(
                            1, subject={"reference": "Patient/p1/_history/3/x"}
                        ),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': ' Patient/p1'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": " Patient/p1"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference': 'fhir/Patient/p1'}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "fhir/Patient/p1"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'https://other.example.org/fhir/Patient/p1'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'https://ehr.example.org/Patient/p1'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'urn:other:p1'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "urn:other:p1"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'https://other.example.org/Patient?identifier=https://ehr.example.org/mrn|4711'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'type': 'RelatedPerson',"
                " 'identifier': 'IDENTIFIER'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'p1'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "p1"}), observation(2)]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'Group/p1'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "Group/p1"}), observation(2)]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'https://ehr.example.org/fhir/Patient/p2'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'Patient/p2/_history/p1'}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient/p2/_history/p1"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': '#pat'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1, subject={"reference": "#pat"}), observation(2)]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'Patient?identifier=https://ehr.example.org/mrn|4712'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'Patient?identifier=|4711'}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(
                            1, subject={"reference": "Patient?identifier=|4711"}
                        ),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "another patient is named, or none: {'reference': 'Patient?name=x'}",
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"reference": "Patient?name=x"}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'reference':"
                " 'Group?identifier=https://ehr.example.org/mrn|4711'}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'identifier': {'value': '4711'}}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1, subject={"identifier": {"value": "4711"}}),
                        observation(2),
                    ]
                )
            },
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": (
                "another patient is named, or none: {'identifier': {'system':"
                " 'https://other.example.org/mrn', 'value': '4711'}}"
            ),
            "sent": {
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
            "keeps": ["Observation/o2"],
            "foreign": {"Observation": 1},
            "entries": {"boneDensity": 1},
        },
        {
            "why": "a reference to the full URL of the patient counts",
            "sent": {
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
            "keeps": ["Observation/o1"],
        },
        {
            "why": (
                "a full URL that another patient has too names nobody:"
                " urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
            ),
            "sent": {
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
            "keeps": [],
            "foreign": {"Observation": 1},
        },
        {
            "why": "a full URL that another patient has too names nobody: urn:uuid:p1",
            "sent": {
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
            "keeps": [],
            "foreign": {"Observation": 1},
        },
        {
            "why": "of two different patients with the id neither is read",
            "sent": {
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
            "patient": None,
            "unread": {"patient": "two different Patients have this id"},
        },
        {
            "why": "a contained patient counts by its identifier",
            "sent": {
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
            "keeps": ["Observation/o1"],
        },
        {
            "why": "a list with nothing of this patient is not a list that was read",
            "sent": {
                "conditions": page_of(
                    [condition(1, subject={"reference": "Patient/p2"})]
                )
            },
            "states": {"conditions": "empty"},
            "entries": {"conditions": 0},
        },
        {
            "why": "a merged patient is said",
            "sent": {
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
            "patient": {"id": "p1"},
            "notes": "merged into Patient/p9",
        },
        {
            "why": "a warning among the entries is said and the data are used",
            "sent": {
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
            "keeps": ["Observation/o1", "Condition/c1"],
            "notes": "warning",
        },
        {
            "why": "one that says only that nothing was found is not",
            "sent": {
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
            "keeps": ["Observation/o1", "Condition/c1"],
            "notes": "",
        },
        {
            "why": "resources that we do not read are counted but not kept",
            "sent": {
                "boneDensity": page_of([observation(1), observation(2, code="8480-6")]),
                "conditions": page_of(
                    [condition(1), condition(2, code="I10", system=ICD)]
                ),
            },
            "keeps": ["Observation/o1", "Condition/c1"],
            "entries": {"conditions": 2},
            "concept": "t-score-lumbar-spine",
        },
        {
            "why": "a component is read by its code",
            "sent": {
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
            "concept": "t-score-lumbar-spine",
        },
        {
            "why": "a code that is none matches nothing: null",
            "sent": {
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
            "keeps": [],
        },
        {
            "why": "a code that is none matches nothing: 5",
            "sent": {
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
            "keeps": [],
        },
        {
            "why": "a code that is none matches nothing: 'x'",
            "sent": {
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
            "keeps": [],
        },
        {
            "why": "a code that is none matches nothing: []",
            "sent": {
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
            "keeps": [],
        },
        {
            "why": "a code that is none matches nothing: {}",
            "sent": {
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
            "keeps": [],
        },
        {
            "why": "a code that is none matches nothing: {'coding': null}",
            "sent": {
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
            "keeps": [],
        },
        {
            "why": "a code that is none matches nothing: {'coding': [{}]}",
            "sent": {
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
            "keeps": [],
        },
        {
            "why": "a code that is none matches nothing: {'coding': 'x'}",
            "sent": {
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
            "keeps": [],
        },
        {
            "why": "a drug is found in place",
            "sent": {
                "medications": page_of(
                    [medication(1, medicationCodeableConcept=drug("904419"))]
                )
            },
            "concept": "bone-drug",
        },
        {
            "why": "a drug is found contained",
            "sent": {
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
            "concept": "bone-drug",
        },
        {
            "why": "a drug that came along is found: Medication/d1",
            "sent": {
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
            "concept": "bone-drug",
        },
        {
            "why": (
                "a drug that came along is found:"
                " https://ehr.example.org/fhir/Medication/d1"
            ),
            "sent": {
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
            "concept": "bone-drug",
        },
        {
            "why": "a drug that came along is found: Medication/d1/_history/2",
            "sent": {
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
            "concept": "bone-drug",
        },
        {
            "why": (
                "a drug that cannot be told stays visible: {'medicationReference':"
                " {'reference': 'Medication/elsewhere'}}"
            ),
            "sent": {
                "medications": page_of(
                    [
                        medication(
                            1, medicationReference={"reference": "Medication/elsewhere"}
                        )
                    ]
                )
            },
            "concepts": [NOT_UNDERSTOOD],
        },
        {
            "why": (
                "a drug that cannot be told stays visible: {'medicationReference':"
                " {'display': 'the white pill'}}"
            ),
            "sent": {
                "medications": page_of(
                    [medication(1, medicationReference={"display": "the white pill"})]
                )
            },
            "concepts": [NOT_UNDERSTOOD],
        },
        {
            "why": (
                "a drug that cannot be told stays visible: {'medicationReference':"
                " {'reference': '#gone'}}"
            ),
            "sent": {
                "medications": page_of(
                    [medication(1, medicationReference={"reference": "#gone"})]
                )
            },
            "concepts": [NOT_UNDERSTOOD],
        },
        {
            "why": (
                "a drug that cannot be told stays visible:"
                " {'medicationCodeableConcept': {'text': 'as before, 70 mg weekly'}}"
            ),
            "sent": {
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
            "concepts": [NOT_UNDERSTOOD],
        },
        {
            "why": (
                "a drug that cannot be told stays visible:"
                " {'medicationCodeableConcept': {'coding': [{'system': 'urn:oid:1.2.3',"
                " 'code': 'ALN70'}]}}"
            ),
            "sent": {
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
            "concepts": [NOT_UNDERSTOOD],
        },
        {
            "why": (
                "a drug that cannot be told stays visible:"
                " {'medicationCodeableConcept': {'coding': [{'system':"
                " 'http://www.nlm.nih.gov/research/umls/rxnorm'}]}}"
            ),
            "sent": {
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
            "concepts": [NOT_UNDERSTOOD],
        },
        {
            "why": "a drug in a known system that is none of ours is only counted",
            "sent": {
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
            "keeps": [],
            "entries": {"medications": 1},
        },
        {
            "why": "a product code alone that no value set lists may be any drug",
            "sent": {
                "medications": page_of(
                    [medication(1, medicationCodeableConcept=drug("313782"))]
                )
            },
            "concepts": [NOT_UNDERSTOOD],
        },
        {
            "why": "a drug of an unlisted product code is found by its name",
            "sent": {
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
            "concept": "bone-drug",
        },
        {
            "why": (
                "words count for procedures without a known code and not for conditions"
            ),
            "sent": {
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
            "keeps": ["Procedure/k1"],
        },
        {
            "why": "one broken observation costs nothing else: {'status': 5}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1), observation(2, status=5), observation(3)]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": "one broken observation costs nothing else: {'status': '(none)'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1), observation(2, status=None), observation(3)]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": (
                "one broken observation costs nothing else: {'valueQuantity': {'value':"
                " 'high'}}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1),
                        observation(2, valueQuantity={"value": "high"}),
                        observation(3),
                    ]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": "one broken observation costs nothing else: {'valueQuantity': 'x'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1), observation(2, valueQuantity="x"), observation(3)]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": (
                "one broken observation costs nothing else: {'effectiveDateTime':"
                " 'yesterday'}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1),
                        observation(2, effectiveDateTime="yesterday"),
                        observation(3),
                    ]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": (
                "one broken observation costs nothing else: {'effectiveDateTime':"
                " '2026-02-30'}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1),
                        observation(2, effectiveDateTime="2026-02-30"),
                        observation(3),
                    ]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": (
                "one broken observation costs nothing else: {'component': ['(none)']}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [observation(1), observation(2, component=[None]), observation(3)]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": (
                "one broken observation costs nothing else: {'category': {'coding':"
                " []}}"
            ),
            "sent": {
                "boneDensity": page_of(
                    [
                        observation(1),
                        observation(2, category={"coding": []}),
                        observation(3),
                    ]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": "one broken observation costs nothing else: {'id': 'no id at all!'}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1), observation(2, id="no id at all!"), observation(3)]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": "one broken observation costs nothing else: {'extension': 5}",
            "sent": {
                "boneDensity": page_of(
                    [observation(1), observation(2, extension=5), observation(3)]
                )
            },
            "keeps": ["Observation/o1", "Observation/o3"],
            "unreadable": [["boneDensity", ["t-score-lumbar-spine"]]],
        },
        {
            "why": "a broken resource is named without its values",
            "sent": {
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
            "named": ["Observation without id"],
        },
        {
            "why": "a broken birth date does not cost the sex and is no birth date",
            "sent": {
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
            "patient": {"gender": "female", "birthDate": None},
            "unreadable": [["patient", ["birthDate"]]],
        },
        {
            "why": "a patient that an extension modifies is named and not read",
            "sent": {
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
            "patient": None,
            "named": ["Patient/p1"],
            "keeps": ["Observation/o1"],
        },
        {
            "why": "a broken telephone does not cost the birth date",
            "sent": {
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
            "patient": {"birthDate": "1950-02-03"},
            "unreadable": [["patient", ["name", "telecom"]]],
        },
    ],
    ids=lambda case: case["why"],
)
def test_what_is_gathered(case):
    record = read({**EMPTY, "patient": PATIENT, **case["sent"]})
    state, reads = state_of(record), record.reads
    first = record.entries[0].concepts if record.entries else ()
    found = {
        "keeps": names(record),
        "days": [
            one.raw["effectiveDateTime"] for one in record.entries if "days" in case
        ],
        "concepts": list(first),
        "foreign": record.foreign,
        "cut": [key for key, one in reads.items() if one.is_cut],
        "entries": {key: reads[key].entries for key in case.get("entries", ())},
        "states": {key: reads[key].state for key in case.get("states", ())},
        "patient": (
            record.patient
            and {name: record.patient.get(name) for name in case.get("patient") or ()}
        ),
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
    return (
        gathered(request, WITH_ENCOUNTER, fhir, bases=BASES, seconds=60.0),
        fhir.asked,
    )


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
