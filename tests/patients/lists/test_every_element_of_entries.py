"""No element of an entry is passed over: each is read, or listed, or leaves it open.

The elements are those of the classes of R4, so that a new one fails here first.
"""

import pytest

from cds_service.fhir.classes import describe
from cds_service.fhir.entries.words import asides
from cds_service.fhir.entries.words.asides import is_by_name, is_silent
from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
)
from tests.codes import CPT, ICD, LOINC, UCUM, codeable
from tests.patients.elements import VALUES, elements_of
from tests.patients.reassuring import RADIOLOGY, quiet_record

ACTIVE = codeable("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
ACTED = {"code": codeable(CPT, "45378"), "performedDateTime": days_ago(60)}
ANTIBIOTIC = {"medicationCodeableConcept": {"text": "Cefazolin 2 g"}}
TAKEN = {"status": "completed", "effectiveDateTime": days_ago(20)}
FRAME = {"text": "Walking frame"}
ORDERED = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
PICTURE = {
    "uid": "1.2.3.4",
    "sopClass": {"system": "urn:ietf:rfc:3986", "code": "urn:oid:1.2.840.1"},
}
# An entry of each type that leaves nothing open.
ENTRIES = {
    "Condition": {
        "clinicalStatus": ACTIVE,
        "code": codeable(ICD, "M54.50"),
        "recordedDate": days_ago(20),
    },
    "Procedure": {"status": "completed", **ACTED},
    "Encounter": {
        "status": "in-progress",
        "class": {"code": "IMP"},
        "diagnosis": [
            {"condition": {"reference": "Condition/1", "display": "Low back pain"}}
        ],
    },
    "MedicationRequest": {**ORDERED, **ANTIBIOTIC},
    "MedicationStatement": {**TAKEN, **ANTIBIOTIC},
    "MedicationAdministration": {**TAKEN, **ANTIBIOTIC},
    "MedicationDispense": {
        "status": "completed",
        "whenHandedOver": days_ago(20),
        **ANTIBIOTIC,
    },
    "ServiceRequest": {**ORDERED, "code": {"text": "Full blood count"}},
    "DeviceRequest": {**ORDERED, "codeCodeableConcept": FRAME},
    "SupplyRequest": {
        "status": "active",
        "authoredOn": days_ago(5),
        "itemCodeableConcept": FRAME,
        "quantity": {"value": 1},
    },
    "DiagnosticReport": {
        "status": "final",
        "code": {"text": "MRI lumbar spine"},
        "category": [RADIOLOGY],
        "effectiveDateTime": days_ago(5),
    },
    "ImagingStudy": {
        "status": "available",
        "started": days_ago(5),
        "series": [
            {
                "uid": "1.2.3",
                "modality": {"code": "MR"},
                "instance": [PICTURE],
                "performer": [{"actor": {"reference": "Practitioner/1"}}],
            },
        ],
    },
    "Observation": {
        "status": "final",
        "code": codeable(LOINC, "29463-7"),
        "valueQuantity": {"value": 70, "unit": "kg", "system": UCUM, "code": "kg"},
        "component": [{"code": codeable(LOINC, "3141-9")}],
        "effectiveDateTime": days_ago(9),
    },
}
# A query by code or category returns no entry of another one.
ASKED_FOR = {("Observation", "code")}
LISTS = (asides.SILENT, asides.BY_NAME)
LISTS_OF_ALL = (asides.SILENT_ANYWHERE, asides.BY_NAME_ANYWHERE)


def entry_of(kind):
    stay = inpatient() if kind == "Encounter" else {}
    return stay | of_patient(kind, stay.get("id", "entry"), **ENTRIES[kind])


def is_reassuring(entry):
    """Tell if a card says "below the usual", or chooses the end of the brace."""
    record = quiet_record(measured("bmd-t-score", -1.5))
    record += [measured("bmi", 27), entry]
    cards = by_topic(ask(order_sign(record, kyphoplasty(), brace())))
    chosen = [
        one
        for topic, card in cards.items()
        for one in card.get("suggestions", ())
        if topic.startswith("brace") and one.get("isRecommended")
    ]
    return "below" in cards["rehabilitation"]["detail"] or bool(chosen)


def of_all_types():
    return [one for kind in ENTRIES for one in elements_of(kind)]


def is_listed(element, is_on_list):
    return any(is_on_list(element.kind, way) for way in element.ways)


READ = [
    one
    for one in of_all_types()
    if not is_listed(one, is_silent) and not is_listed(one, is_by_name)
]
NAMING = [
    one
    for one in of_all_types()
    if is_listed(one, is_by_name)
    and not is_listed(one, is_silent)
    and (one.kind, one.path) not in ASKED_FOR
]


def name_of(element):
    return f"{element.kind}.{element.path}"


@pytest.mark.parametrize("kind", ENTRIES)
def test_the_entry_alone_leaves_nothing_open(kind):
    assert is_reassuring(entry_of(kind))


@pytest.mark.parametrize("element", READ, ids=name_of)
def test_what_stands_in_no_list_reassures_nobody_unless_it_is_plain(element):
    grave, unknown = VALUES[element.holds]
    entry = entry_of(element.kind)
    reassuring = [
        how
        for how, value in {**grave, **unknown}.items()
        if is_reassuring(element.in_(entry, value))
    ]
    assert not reassuring


@pytest.mark.parametrize("element", NAMING, ids=name_of)
def test_what_is_read_by_name_reassures_nobody_if_it_names_a_grave_thing(element):
    grave, _ = VALUES[element.holds]
    entry = entry_of(element.kind)
    reassuring = [
        how for how, value in grave.items() if is_reassuring(element.in_(entry, value))
    ]
    assert not reassuring


@pytest.mark.parametrize("table", LISTS)
def test_each_line_of_a_list_is_an_element_and_has_a_reason(table):
    for kind, lines in table.items():
        paths = {way for one in elements_of(kind) for way in one.ways}
        assert lines.keys() <= paths
        assert all(lines.values())


@pytest.mark.parametrize("table", LISTS_OF_ALL)
def test_each_line_of_all_types_is_an_element_of_one(table):
    named = {
        name
        for kind in (*ENTRIES, "Appointment")
        for name in describe(kind)[kind]["elements"]
    }
    assert table.keys() <= named
    assert all(table.values())
