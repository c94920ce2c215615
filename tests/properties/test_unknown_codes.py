"""An entry or order with a code that nobody here knows reassures nobody, and chooses nothing."""

import string
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cds_service.fhir.entries.listed import LISTED
from cds_service.fhir.entries.words.bystanders import is_bystander_act
from cds_service.fhir.mapping.terminology import Terminology
from tests.chart_builders import (
    Resource,
    ask,
    days_ago,
    drafted,
    kyphoplasty,
    measured,
    of_patient,
    open_service,
    patient,
    quiet_lists,
)
from tests.codes import ATC, CPT, HCPCS, ICD, LOINC, SCT, codeable
from tests.fuzz.amount import examples
from tests.generated_patients import Signing
from tests.properties.charts_at_random import charts
from tests.properties.telling import chosen, colour, reassurances

LOCAL = "urn:oid:1.2.752.99.1"
SYSTEMS = (
    ATC,
    CPT,
    HCPCS,
    ICD,
    LOINC,
    SCT,
    LOCAL,
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)
# A list may have been empty before.
EMPTIED = (
    (),
    ("Condition",),
    ("MedicationRequest",),
    ("ServiceRequest",),
    ("Procedure",),
)

CODES = st.text(string.ascii_uppercase + string.digits + ".-", min_size=1, max_size=9)
NAMES = st.one_of(st.none(), st.text(string.ascii_letters, min_size=3, max_size=12))


def entry(kind: str, code: Resource, days: int) -> Resource:
    """An entry of this type with nothing but a code and a day."""
    day = days_ago(days)
    elements: dict[str, dict[str, Any]] = {
        "Condition": {
            "clinicalStatus": codeable(
                "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
            ),
            "code": code,
            "recordedDate": day,
        },
        "Procedure": {"status": "completed", "code": code, "performedDateTime": day},
        "MedicationRequest": {
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": code,
            "authoredOn": day,
        },
        "MedicationAdministration": {
            "status": "completed",
            "medicationCodeableConcept": code,
            "effectiveDateTime": day,
        },
        "ServiceRequest": {
            "status": "active",
            "intent": "order",
            "code": code,
            "authoredOn": day,
        },
        "Observation": {
            "status": "final",
            "code": code,
            "effectiveDateTime": day,
            "valueQuantity": {"value": 1.5},
        },
    }
    return of_patient(kind, "unknown", **elements[kind])


KINDS = (
    *("Condition", "Procedure", "MedicationRequest", "MedicationAdministration"),
    *("ServiceRequest", "Observation"),
)


def is_unknown(kind: str, code: Resource, terminology: Terminology) -> bool:
    """Whether no value set has a code, and no range of harmless ones either."""
    listed = LISTED.get(kind)
    told = listed is not None and terminology.identifies(listed, code)
    told = told or is_bystander_act([code], terminology)
    words = code["coding"][0].get("display", "")
    named = terminology.text_concepts(words) | terminology.drug_words(words)
    return not told and not terminology.concepts(code) and not named


def coded(system: str, code: str, name: str | None) -> Resource:
    found = {"system": system, "code": code}
    return {"coding": [found | ({"display": name} if name else {})]}


def check(before: Signing, after: Signing) -> None:
    was, now = ask(before.request()), ask(after.request())
    assert chosen(now) <= chosen(was)
    assert reassurances(now) <= reassurances(was)
    assert colour(now) >= colour(was) or not now


@examples(0.06)
@given(
    charts(),
    st.sampled_from(EMPTIED),
    st.sampled_from(KINDS),
    st.builds(coded, st.sampled_from(SYSTEMS), CODES, NAMES),
    st.sampled_from((1, 40, 400)),
)
def test_an_entry_of_an_unknown_code_reassures_nobody(
    signing: Signing, emptied: tuple[str, ...], kind: str, code: Resource, days: int
) -> None:
    assume(is_unknown(kind, code, open_service().terminology))
    kept = tuple(one for one in signing.record if one["resourceType"] not in emptied)
    before = replace(signing, record=kept)
    check(before, replace(before, record=(*kept, entry(kind, code, days))))


@examples(0.04)
@given(
    charts(),
    st.sampled_from(("ServiceRequest", "DeviceRequest", "MedicationRequest")),
    st.builds(coded, st.sampled_from(SYSTEMS), CODES, NAMES),
)
def test_an_order_of_an_unknown_code_chooses_nothing(
    signing: Signing, kind: str, code: Resource
) -> None:
    assume(is_unknown(kind, code, open_service().terminology))
    element = {
        "ServiceRequest": "code",
        "DeviceRequest": "codeCodeableConcept",
        "MedicationRequest": "medicationCodeableConcept",
    }[kind]
    order = drafted(kind, "unknown", **{element: code})
    check(signing, replace(signing, drafts=(*signing.drafts, order)))


LEAST = (patient(), *quiet_lists(), measured("bmd-t-score", -2.8))


@pytest.mark.parametrize("kind", ["Condition", "MedicationRequest", "ServiceRequest"])
def test_one_unknown_entry_is_no_list_that_was_read(kind):
    """E10: entries that nobody understood do not count."""
    kept = tuple(one for one in LEAST if one["resourceType"] != kind)
    before = Signing(kept, (kyphoplasty(),))
    unknown = entry(kind, coded(LOCAL, "Q-17", None), 5)
    check(before, replace(before, record=(*kept, unknown)))
